// SPDX-License-Identifier: MIT
/* Inserts and deletes keys from CHURN_FIRST on, as fast as it is run, in one map of each kind. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CHURN_FIRST 1000 /* keys below stay */
#define CHURN_KEYS 500
#define ROUNDS 64

#define CHURNED(map_name, map_type, flags, key_type)                                               \
	struct {                                                                                   \
		__uint(type, map_type);                                                            \
		__uint(max_entries, 4096);                                                         \
		__uint(map_flags, flags);                                                          \
		__type(key, key_type);                                                             \
		__type(value, __u64);                                                              \
	} map_name SEC(".maps")

struct prefix {
	__u32 bits;
	__u32 number; /* big endian */
};

CHURNED(churn_hash, BPF_MAP_TYPE_HASH, 0, __u32);
CHURNED(churn_lazy, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, __u32);
CHURNED(churn_percpu, BPF_MAP_TYPE_PERCPU_HASH, 0, __u32);
CHURNED(churn_lru, BPF_MAP_TYPE_LRU_HASH, 0, __u32);
CHURNED(churn_trie, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, struct prefix);

static __always_inline void toggle(void *map, const void *key)
{
	__u64 value = 1;

	if (bpf_map_delete_elem(map, key))
		bpf_map_update_elem(map, key, &value, BPF_ANY);
}

SEC("raw_tp")
int churn(void *ctx)
{
	for (int i = 0; i < ROUNDS; i++) {
		__u32 key = CHURN_FIRST + bpf_get_prandom_u32() % CHURN_KEYS;
		struct prefix prefix = { 32, __builtin_bswap32(key * 7919) };

		toggle(&churn_hash, &key);
		toggle(&churn_lazy, &key);
		toggle(&churn_percpu, &key);
		toggle(&churn_lru, &key);
		toggle(&churn_trie, &prefix);
	}
	return 0;
}

char _license[] SEC("license") = "Dual MIT/GPL";
