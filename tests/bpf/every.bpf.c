// SPDX-License-Identifier: MIT
// Puts into maps what only programs can put there, and tells what only programs can see. The maps are
// those that mt_every made; here they have the least that loads.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind, k, v, n)           \
	struct {                           \
		__uint(type, kind);        \
		__uint(key_size, k);       \
		__uint(value_size, v);     \
		__uint(max_entries, n);    \
	} name SEC(".maps")

MAP(ringbuf, BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
MAP(perf_event_array, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1);
MAP(stack_trace, BPF_MAP_TYPE_STACK_TRACE, 4, 64, 8);
MAP(cgroup_array, BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4);
MAP(xskmap, BPF_MAP_TYPE_XSKMAP, 4, 4, 4);
MAP(cgroup_storage, BPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0);
MAP(percpu_cgroup_storage, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 8, 8, 0);

struct record {
	__u64 number;
};

/* An argument, so that BTF has the type. */
static __attribute__((noinline)) int output(struct record *record)
{
	return (int)bpf_ringbuf_output(&ringbuf, record, sizeof(*record), 0);
}

SEC("raw_tp")
int put_record(void *ctx)
{
	struct record record = {0x6f6e65};

	return output(&record);
}

SEC("raw_tp")
int put_event(void *ctx)
{
	struct record record = {0x6f6e65};

	return (int)bpf_perf_event_output(ctx, &perf_event_array, 0, &record, sizeof(record));
}

SEC("raw_tp")
int put_stack(void *ctx)
{
	return bpf_get_stackid(ctx, &stack_trace, 0) < 0;
}

SEC("raw_tp")
int see_cgroup(void *ctx)
{
	return (int)bpf_current_task_under_cgroup(&cgroup_array, 0);
}

SEC("xdp")
int see_xsk(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&xskmap, &key) ? XDP_PASS : XDP_DROP;
}

SEC("cgroup_skb/egress")
int put_storage(void *ctx)
{
	bpf_get_local_storage(&cgroup_storage, 0);
	bpf_get_local_storage(&percpu_cgroup_storage, 0);
	return 1;
}

char _license[] SEC("license") = "Dual MIT/GPL";
