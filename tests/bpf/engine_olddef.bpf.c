// SPDX-License-Identifier: MIT
/* The older form of definitions, with trailing fields that are zero. */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

struct short_def {
	__u32 type, key_size, value_size, max_entries, map_flags;
};

struct long_def {
	struct short_def def;
	__u32 pinning, more;
};

struct short_def SEC("maps") first = { BPF_MAP_TYPE_HASH, 4, 8, 16, BPF_F_NO_PREALLOC };
struct long_def SEC("maps") second = { { BPF_MAP_TYPE_ARRAY, 4, 32, 2, 0 }, 0, 0 };

char _license[] SEC("license") = "Dual MIT/GPL";
