// SPDX-License-Identifier: MIT
/* An older definition with a field of its loader's own. */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

struct long_def {
	__u32 type, key_size, value_size, max_entries, map_flags, pinning;
};

struct long_def SEC("maps") pinned = { BPF_MAP_TYPE_HASH, 4, 8, 16, 0, 2 };

char _license[] SEC("license") = "Dual MIT/GPL";
