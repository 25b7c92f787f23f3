// SPDX-License-Identifier: MIT
// Typed maps of many shapes for the mount tests; no program runs here.
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <bpf/bpf_helpers.h>

enum color { RED, GREEN = 5, BLUE = 200, AZURE = 200 };

struct flow {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__u32 proto;
};

struct stats {
	__u64 packets;
	__u64 bytes;
	__u64 last_seen;
};

struct padded {
	__u8 a;
	__u32 b;
};

struct mixed {
	enum color color;
	_Bool on;
	__s8 level;
	__u16 port;
	char name[8];
};

struct locked {
	struct bpf_spin_lock lock;
	__u32 a;
	__u64 b;
};

struct bits {
	__u32 low : 3;
	__s32 mid : 5;
	__u32 high : 24;
};

struct nested {
	struct {
		__u16 x;
		__u16 y;
	};
	struct {
		__u8 a;
		__u8 b;
	} v[2];
	__u32 slots[3];
};

union either {
	__u64 wide;
	__u32 half;
	__u8 bytes[8];
};

struct addresses {
	struct in_addr v4;
	struct in6_addr v6;
	__be32 next;
	__be64 wide;
	unsigned char mac[6];
	unsigned char id[2];
};

struct odd {
	char name[8];
	__u16 ports[3];
	__u16 zero;
	struct in6_addr v6[2];
	char tags[2][4];
};

struct numbers {
	float f;
	float g;
	double d;
	__int128 wide;
	void *pointer;
	__u64 rest[0];
	unsigned char run[3];
	signed char sgn[2];
	char letters[3];
};

typedef char name16[16];
typedef char text8[8];
typedef unsigned char mac6[6];
typedef unsigned char bytes126[126];
typedef unsigned char bytes127[127];
typedef unsigned char bytes200[200];
typedef unsigned char bytes3000[3000];

#define MAP(name, kind, k, v, n)             \
	struct {                             \
		__uint(type, kind);          \
		__type(key, k);              \
		__type(value, v);            \
		__uint(max_entries, n);      \
	} name SEC(".maps")

MAP(hu64, BPF_MAP_TYPE_HASH, __u32, __u64, 64);
MAP(hs64, BPF_MAP_TYPE_HASH, __s32, __s64, 64);
MAP(h8, BPF_MAP_TYPE_HASH, __u8, __s16, 300);
MAP(flows, BPF_MAP_TYPE_HASH, struct flow, struct stats, 64);
MAP(padk, BPF_MAP_TYPE_HASH, struct padded, __u32, 64);
MAP(colors, BPF_MAP_TYPE_HASH, enum color, struct mixed, 64);
MAP(bools, BPF_MAP_TYPE_HASH, _Bool, _Bool, 4);
MAP(names, BPF_MAP_TYPE_HASH, name16, __u64, 64);
MAP(texts, BPF_MAP_TYPE_HASH, __u32, text8, 64);
MAP(macs, BPF_MAP_TYPE_HASH, mac6, __u32, 64);
MAP(hosts, BPF_MAP_TYPE_HASH, __be32, __be16, 64);
MAP(addrs, BPF_MAP_TYPE_HASH, __u32, struct addresses, 64);
MAP(longk, BPF_MAP_TYPE_HASH, bytes200, __u32, 16);
MAP(bigv, BPF_MAP_TYPE_HASH, __u32, bytes3000, 16);
MAP(bitf, BPF_MAP_TYPE_HASH, __u32, struct bits, 16);
MAP(nest, BPF_MAP_TYPE_HASH, __u32, struct nested, 16);
MAP(unions, BPF_MAP_TYPE_HASH, __u32, union either, 16);
MAP(locks, BPF_MAP_TYPE_HASH, __u32, struct locked, 16);
MAP(odds, BPF_MAP_TYPE_HASH, struct odd, struct odd, 64);
MAP(nums, BPF_MAP_TYPE_HASH, __s64, struct numbers, 64);
MAP(key126, BPF_MAP_TYPE_HASH, bytes126, __u8, 16);
MAP(key127, BPF_MAP_TYPE_HASH, bytes127, __u8, 16);
MAP(be64s, BPF_MAP_TYPE_HASH, __be64, __s8, 16);
MAP(tiny, BPF_MAP_TYPE_HASH, __u32, __u64, 2);
MAP(pch, BPF_MAP_TYPE_PERCPU_HASH, __u32, __u64, 16);
MAP(pchs, BPF_MAP_TYPE_PERCPU_HASH, __u32, struct stats, 16);
MAP(pch32, BPF_MAP_TYPE_PERCPU_HASH, __u32, __s32, 16);
MAP(pca, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, 4);
MAP(arr, BPF_MAP_TYPE_ARRAY, __u32, __u64, 8);
MAP(arrs, BPF_MAP_TYPE_ARRAY, __u32, struct stats, 4);
MAP(lru, BPF_MAP_TYPE_LRU_HASH, __u32, __u64, 2048);
MAP(lrupc, BPF_MAP_TYPE_LRU_PERCPU_HASH, __u32, __u64, 2048);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct stats);
	__uint(max_entries, 4);
} shared SEC(".maps");

// Global variables: the maps .data, .bss and .rodata.
volatile int conf_level = 3;
volatile __u64 conf_hits;
const volatile __u32 conf_limit = 99;

char LICENSE[] SEC("license") = "Dual MIT/GPL";

SEC("socket")
int use_globals(void *ctx)
{
	conf_hits += conf_limit;
	return conf_level;
}
