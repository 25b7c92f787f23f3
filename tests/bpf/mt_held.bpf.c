// SPDX-License-Identifier: MIT
// Programs to be put into maps of programs, devices and CPUs, and programs that show what such maps do.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} jumps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 4);
} devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 64);
} queues SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} groups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} xsks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} perf SEC(".maps");

// Of slot 0: 3 (XDP_TX) where no program is there.
SEC("xdp")
int jump(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return XDP_TX;
}

// Of slot 0: 4 (XDP_REDIRECT) where it is set, else 1 (XDP_DROP).
SEC("xdp")
int to_device(struct xdp_md *ctx)
{
	return bpf_redirect_map(&devices, 0, XDP_DROP);
}

SEC("xdp")
int to_cpu(struct xdp_md *ctx)
{
	return bpf_redirect_map(&queues, 0, XDP_DROP);
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp/devmap")
int on_device(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp/cpumap")
int on_cpu(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("socket")
int filter(struct __sk_buff *skb)
{
	return 0;
}

// Is whoever runs it in the cgroup of slot 0? 1, 0, or an errno where the slot is empty.
SEC("raw_tp")
int in_group(void *ctx)
{
	return (int)bpf_current_task_under_cgroup(&groups, 0);
}

// 1 where slot 0 is empty, else 2.
SEC("xdp")
int has_xsk(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&xsks, &key) ? XDP_PASS : XDP_DROP;
}

// -2 (ENOENT) where slot 0 is empty.
SEC("raw_tp")
int has_event(void *ctx)
{
	__u64 record = 0;

	return (int)bpf_perf_event_output(ctx, &perf, 0, &record, sizeof(record));
}

char _license[] SEC("license") = "Dual MIT/GPL";
