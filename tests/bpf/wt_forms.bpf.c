// SPDX-License-Identifier: MIT
// Maps for the tests of the whole-map forms, and a program that fills one while it is drained.
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind, k, v, n, f)          \
	struct {                             \
		__uint(type, kind);          \
		__type(key, k);              \
		__type(value, v);            \
		__uint(max_entries, n);      \
		__uint(map_flags, f);        \
	} name SEC(".maps")

struct stats {
	__u64 packets;
	__u64 bytes;
	__u64 last_seen;
};

struct conn {
	__be32 saddr;
	__be16 port;
	__u8 proto;
	__u8 pad;
};

enum state { IDLE, OPEN, CLOSED = 9 };

// One leaf of each kind that a table or a metric may meet, and no padding.
struct record {
	enum state state;
	_Bool on;
	__s8 level;
	__u16 port;
	char name[16];
	__s64 wide;
	__be32 addr;
	unsigned char mac[6];
	unsigned char run[2];
	__u32 slots[3];
	struct {
		__u32 a;
		__s32 b;
	} v[2];
	union {
		__u64 all;
		__u32 half[2];
	};
	double ratio;
	__u64 last;
	unsigned __int128 huge;
};

// Leaves whose metrics would have one name: bpf_map_clash_a_b.
struct clash {
	struct {
		__u64 b;
	} a;
	__u64 a_b;
};

// The key takes the names that the value has.
struct pair {
	__u32 packets;
	__u32 x;
};

// The key takes the labels that a list and a directory's scrape add.
struct labels {
	__u32 i;
	__u32 path;
	__u32 key;
};

struct list {
	__u32 v[3];
};

struct locked {
	struct bpf_spin_lock lock;
	__u32 a;
	__u64 b;
};

typedef char name16[16];
typedef char text8[8];
typedef char longname[400];

MAP(big, BPF_MAP_TYPE_HASH, __u32, struct stats, 1000000, BPF_F_NO_PREALLOC);
MAP(stats, BPF_MAP_TYPE_HASH, __u32, struct stats, 5000, 0);
MAP(stats2, BPF_MAP_TYPE_HASH, __u32, struct stats, 5000, 0);
MAP(conns, BPF_MAP_TYPE_HASH, struct conn, struct stats, 64, 0);
MAP(records, BPF_MAP_TYPE_HASH, __u32, struct record, 64, 0);
MAP(texts, BPF_MAP_TYPE_HASH, name16, text8, 64, 0);
MAP(pairs, BPF_MAP_TYPE_HASH, struct pair, struct stats, 64, 0);
MAP(labels, BPF_MAP_TYPE_HASH, struct labels, struct list, 64, 0);
MAP(locks, BPF_MAP_TYPE_HASH, __u32, struct locked, 64, 0);
MAP(clash, BPF_MAP_TYPE_HASH, __u32, struct clash, 64, 0);
MAP(longs, BPF_MAP_TYPE_HASH, longname, __u32, 64, 0);
MAP(nums, BPF_MAP_TYPE_HASH, __u32, __u64, 64, 0);
MAP(signs, BPF_MAP_TYPE_HASH, __s32, __s16, 64, 0);
MAP(few, BPF_MAP_TYPE_HASH, __u32, __u64, 3, 0);
MAP(cpus, BPF_MAP_TYPE_PERCPU_HASH, __u32, __u64, 64, 0);
MAP(cpustats, BPF_MAP_TYPE_PERCPU_HASH, __u32, struct stats, 64, 0);
MAP(cpuarr, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, 4, 0);
MAP(lru, BPF_MAP_TYPE_LRU_HASH, __u32, __u64, 4096, 0);
MAP(lrucpu, BPF_MAP_TYPE_LRU_PERCPU_HASH, __u32, __u64, 4096, 0);
MAP(arr, BPF_MAP_TYPE_ARRAY, __u32, __u64, 8, 0);
MAP(arrstats, BPF_MAP_TYPE_ARRAY, __u32, struct stats, 4, 0);
MAP(queue, BPF_MAP_TYPE_HASH, __u64, __u64, 65536, 0);
MAP(queue2, BPF_MAP_TYPE_HASH, __u64, __u64, 65536, BPF_F_NO_PREALLOC);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, 8);
	__uint(value_size, 4);
} trie SEC(".maps");

__u64 inserted;

// Each run inserts sixteen keys that were never there before; its answer does
// not matter, inserted counts those that went in. One runner at a time.
static void insert(void *map)
{
	for (int i = 0; i < 16; i++) {
		__u64 key = inserted, value = ~key;

		if (bpf_map_update_elem(map, &key, &value, BPF_NOEXIST))
			return;
		inserted++;
	}
}

SEC("socket")
int feed(void *ctx)
{
	insert(&queue);
	return 0;
}

SEC("socket")
int feed2(void *ctx)
{
	insert(&queue2);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
