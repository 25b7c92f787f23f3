// SPDX-License-Identifier: MIT
// cgroup storages, by both kinds of keys, with and without types, and programs that count what a cgroup sends.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct sent {
	__u64 packets;
	__u32 bytes;
};

#define TYPED(name, kind, k, v)        \
	struct {                       \
		__uint(type, kind);    \
		__type(key, k);        \
		__type(value, v);      \
	} name SEC(".maps")
#define UNTYPED(name, kind, k, v)      \
	struct {                       \
		__uint(type, kind);    \
		__uint(key_size, k);   \
		__uint(value_size, v); \
	} name SEC(".maps")

TYPED(both, BPF_MAP_TYPE_CGROUP_STORAGE, struct bpf_cgroup_storage_key, struct sent);
TYPED(both_cpu, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, struct bpf_cgroup_storage_key, struct sent);
TYPED(ids, BPF_MAP_TYPE_CGROUP_STORAGE, __u64, struct sent);
TYPED(ids_cpu, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, __u64, __u64);
UNTYPED(bare, BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8);
UNTYPED(bare_cpu, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16, 8);

static void count(struct __sk_buff *skb, struct sent *shared, struct sent *mine)
{
	__sync_fetch_and_add(&shared->packets, 1);
	__sync_fetch_and_add(&shared->bytes, skb->len);
	mine->packets++;
	mine->bytes += skb->len;
}

SEC("cgroup_skb/egress")
int count_both(struct __sk_buff *skb)
{
	count(skb, bpf_get_local_storage(&both, 0), bpf_get_local_storage(&both_cpu, 0));
	return 1;
}

SEC("cgroup_skb/egress")
int count_ids(struct __sk_buff *skb)
{
	struct sent *shared = bpf_get_local_storage(&ids, 0);
	__u64 *mine = bpf_get_local_storage(&ids_cpu, 0);

	__sync_fetch_and_add(&shared->packets, 1);
	++*mine;
	return 1;
}

SEC("cgroup_skb/egress")
int count_bare(struct __sk_buff *skb)
{
	__u64 *shared = bpf_get_local_storage(&bare, 0), *mine = bpf_get_local_storage(&bare_cpu, 0);

	__sync_fetch_and_add(shared, 1);
	++*mine;
	return 1;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
