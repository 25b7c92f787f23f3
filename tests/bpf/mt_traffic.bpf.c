// SPDX-License-Identifier: MIT
// A program that changes a map while the driver serves it: each run stores
// a value of the shape that mt_stress checks, or deletes a key.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define KEYS 64

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4 * KEYS);
} busy SEC(".maps");

// The high half is a function of the low half: no mixture of two values
// passes for a third.
static __u64 sealed(__u32 x)
{
	return ((__u64)(x * 2654435761u ^ 0x5bd1e995u) << 32) | x;
}

SEC("socket")
int traffic(void *ctx)
{
	__u32 r = bpf_get_prandom_u32(), key = r % KEYS;
	__u64 value = sealed(r);

	if ((r >> 16) % 8)
		bpf_map_update_elem(&busy, &key, &value, BPF_ANY);
	else
		bpf_map_delete_elem(&busy, &key);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
