// SPDX-License-Identifier: MIT
// mem_maps: arrays that were created to be mapped, but hold what the kernel does not map.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct guarded {
	struct bpf_spin_lock lock;
	int n;
};

struct timed {
	struct bpf_timer timer;
	unsigned long long n;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct guarded);
} guarded SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct timed);
} timed SEC(".maps");
