// SPDX-License-Identifier: MIT
/* Puts entries where only programs can: a stack trace, the storage of a cgroup. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 64);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} percpu SEC(".maps");

SEC("raw_tp")
int take_stack(void *ctx)
{
	return bpf_get_stackid(ctx, &stacks, 0) < 0;
}

SEC("cgroup_skb/egress")
int use_storage(void *ctx)
{
	bpf_get_local_storage(&shared, 0);
	bpf_get_local_storage(&percpu, 0);
	return 1;
}

char _license[] SEC("license") = "Dual MIT/GPL";
