// SPDX-License-Identifier: MIT
// Values of many types, each in a map of its own: what the forms print is compared with what bpftool says of them.
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

/* A hash map NAME from a u32 to the type; `typed` also takes what stands around a name, as in arrays. */
#define MAP(name, ...)                                  \
	typedef __VA_ARGS__ name##_value;               \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_HASH);        \
		__uint(max_entries, 16);                \
		__type(key, __u32);                     \
		__type(value, name##_value);            \
	} name SEC(".maps")

/* A hash map from the type to a u64. */
#define KEYED(name, ...)                                \
	typedef __VA_ARGS__ name##_key;                 \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_HASH);        \
		__uint(max_entries, 16);                \
		__type(key, name##_key);                \
		__type(value, __u64);                   \
	} name SEC(".maps")

/* ---- scalars ---- */

MAP(c_u8, __u8);
MAP(c_u16, __u16);
MAP(c_u32, __u32);
MAP(c_u64, __u64);
MAP(c_s8, __s8);
MAP(c_s16, __s16);
MAP(c_s32, __s32);
MAP(c_s64, __s64);
MAP(c_long, unsigned long);
MAP(c_bool, _Bool);
MAP(c_volatile, volatile const __u32);
MAP(c_be16, __be16);
MAP(c_be32, __be32);
MAP(c_be64, __be64);
MAP(c_pointer, void *);
MAP(c_double, double);
MAP(c_float, float);
MAP(c_u128, unsigned __int128);

enum color { RED, GREEN = 5, BLUE = 200, AZURE = 200 };
enum sign { MINUS = -1, PLUS = 1 };
MAP(c_enum, enum color);
MAP(c_signed_enum, enum sign);

/* ---- structs ---- */

struct stats {
	__u64 packets;
	__u64 bytes;
	__u64 last_seen;
};
MAP(c_stats, struct stats);

struct mixed {
	__u8 a;
	__s16 b;
	__u32 c;
	__s64 d;
};
MAP(c_mixed, struct mixed);

struct packed {
	__u8 a;
	__u32 b;
	__s64 c;
} __attribute__((packed));
MAP(c_packed, struct packed);

struct inner {
	__s32 x;
	__s32 y;
};
struct outer {
	struct inner first;
	struct inner second;
	__u64 sum;
};
MAP(c_nested, struct outer);

struct deep {
	struct {
		struct {
			struct {
				__u32 d;
			} c;
		} b;
	} a;
};
MAP(c_deep, struct deep);

struct one {
	__u32 only;
};
MAP(c_one, struct one);

typedef struct stats stats_alias;
typedef const stats_alias stats_alias_alias;
MAP(c_alias, stats_alias_alias);

struct anonymous {
	__u32 before;
	struct {
		__u32 x;
		__u32 y;
	};
	union {
		__u64 big;
		__u32 small;
	};
};
MAP(c_anonymous, struct anonymous);

struct padded {
	__u8 a;
	__u64 b;
	__u16 c;
};
MAP(c_padded, struct padded);

struct bits {
	__u32 low : 3;
	__s32 mid : 5;
	__u32 : 4;
	__u32 high : 20;
	__u64 wide : 40;
};
MAP(c_bits, struct bits);

struct flow {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	unsigned char mac[6];
	struct in6_addr v6;
	struct in_addr v4;
};
MAP(c_flow, struct flow);

struct words {
	char name[16];
	char tag[4];
	enum color color;
	_Bool on;
	unsigned char blob[5];
	void *where;
	double ratio;
};
MAP(c_words, struct words);

/* ---- arrays ---- */

MAP(c_list, struct { __u32 v[5]; });
MAP(c_longs, struct { __u64 slots[27]; });
MAP(c_signed_list, struct { __s16 v[3]; });
MAP(c_matrix, struct { __u16 m[2][3]; });
MAP(c_cube, struct { __u32 m[2][2][2]; });
MAP(c_structs, struct { struct inner v[3]; });
MAP(c_struct_matrix, struct { struct inner v[2][3]; });
MAP(c_single, struct { __u32 v[1]; });
MAP(c_texts, struct { char v[3][8]; });
MAP(c_text, struct { char comm[16]; });
MAP(c_lists_in_structs, struct { struct { __u32 id; __s8 v[4]; } rows[11]; });

/* ---- unions ---- */

union word {
	__u64 whole;
	__u32 half[2];
	struct {
		__u16 a;
		__u16 b;
		__u32 c;
	} parts;
};
MAP(c_union, union word);
MAP(c_with_union, struct { __u32 kind; union word as; });
MAP(c_unions, struct { union word v[2]; });
MAP(c_lossy, union { __u8 v[3]; struct { __u8 a; __u16 b; } s; });

/* ---- what belongs to the kernel ---- */

struct locked {
	struct bpf_spin_lock lock;
	__u32 a;
	__u64 b;
};
MAP(c_locked, struct locked);

/* ---- keys ---- */

struct pair {
	__u32 a;
	__u32 b;
};
KEYED(k_u8, __u8);
KEYED(k_u64, __u64);
KEYED(k_s32, __s32);
KEYED(k_pair, struct pair);
KEYED(k_nested, struct outer);
KEYED(k_text, struct { char comm[16]; });
KEYED(k_flow, struct flow);
KEYED(k_list, struct { __u16 v[4]; });
KEYED(k_padded, struct padded);
KEYED(k_enum, struct { enum color color; __u32 n; });

/* ---- other types of maps ---- */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct stats);
} m_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct mixed);
} m_percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} m_percpu_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16);
	__type(key, struct pair);
	__type(value, struct pair);
} m_lru SEC(".maps");

struct prefix {
	__u32 prefixlen;
	__u32 data;
};
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} m_lpm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(key_size, 4);
	__uint(value_size, 12);
} m_untyped SEC(".maps");

__u64 counter = 42;
__u32 table[4] = { 1, 2, 3, 4 };
struct pair both = { 7, 8 };

char _license[] SEC("license") = "Dual MIT/GPL";
