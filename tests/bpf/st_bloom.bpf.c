// SPDX-License-Identifier: MIT
// Bloom filters of a scalar, a text and a struct, and a program that adds to one of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct peer {
	__be32 addr;
	__u16 port;
	__u16 proto;
};

typedef char word[16];

#define BLOOM(name, v)                                 \
	struct {                                       \
		__uint(type, BPF_MAP_TYPE_BLOOM_FILTER); \
		__type(value, v);                      \
		__uint(max_entries, 1000);             \
		__uint(map_extra, 3);                  \
	} name SEC(".maps")

BLOOM(numbers, __u32);
BLOOM(words, word);
BLOOM(peers, struct peer);

__u32 added = 7000;

// Each run adds the next number.
SEC("socket")
int add_number(void *ctx)
{
	bpf_map_push_elem(&numbers, &added, BPF_ANY);
	added++;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
