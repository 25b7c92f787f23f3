// SPDX-License-Identifier: MIT
// A program that stores the stacks of whoever runs it: the kernel's, the
// user's as addresses, and the user's as build ids; the ids go into `ids`.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DEPTH 16

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(value_size, 8 * DEPTH);
	__uint(max_entries, 64);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(value_size, sizeof(struct bpf_stack_build_id) * DEPTH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_STACK_BUILD_ID);
} builds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __s64);
	__uint(max_entries, 3);
} ids SEC(".maps");

static void note(__u32 which, __s64 id)
{
	bpf_map_update_elem(&ids, &which, &id, BPF_ANY);
}

SEC("raw_tp")
int stack(void *ctx)
{
	note(0, bpf_get_stackid(ctx, &stacks, 0));
	note(1, bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK));
	note(2, bpf_get_stackid(ctx, &builds, BPF_F_USER_STACK));
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
