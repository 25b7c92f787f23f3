/* SPDX-License-Identifier: MIT */
/* The table of families. */
#include <errno.h>
#include <linux/bpf.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/store.h"
#include "fs/why.h"

const struct family plain_family = {.entry = &entry_kind};

static const struct family queue_family = {
	.no_entries = "its values have no keys; they are reached by M.push, M.peek and M.pop",
};

static const struct family records_family = {
	.no_entries = "its records have no keys; M.events reads them",
};

static const struct family push_family = {
	.no_entries = "its records have no keys; M.push adds one",
};

static const struct family memory_family = {
	.no_entries = "it is memory without keys; M.mem reads and writes it",
};

static const struct family unknown_family = {
	.no_entries = "this program does not know the type",
};

#ifndef BPF_MAP_TYPE_CGRP_STORAGE /* newer than the headers of Debian 12 */
#define BPF_MAP_TYPE_CGRP_STORAGE 32
#endif
#define BPF_MAP_TYPE_ARENA 33

static const struct family *const by_type[] = {
	[BPF_MAP_TYPE_HASH] = &plain_family,
	[BPF_MAP_TYPE_ARRAY] = &plain_family,
	[BPF_MAP_TYPE_PROG_ARRAY] = &prog_family,
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = &perf_family,
	[BPF_MAP_TYPE_PERCPU_HASH] = &plain_family,
	[BPF_MAP_TYPE_PERCPU_ARRAY] = &plain_family,
	[BPF_MAP_TYPE_STACK_TRACE] = &stack_family,
	[BPF_MAP_TYPE_CGROUP_ARRAY] = &cgroup_family,
	[BPF_MAP_TYPE_LRU_HASH] = &plain_family,
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = &plain_family,
	[BPF_MAP_TYPE_LPM_TRIE] = &prefix_family,
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = &maps_family,
	[BPF_MAP_TYPE_HASH_OF_MAPS] = &maps_family,
	[BPF_MAP_TYPE_DEVMAP] = &device_family,
	[BPF_MAP_TYPE_SOCKMAP] = &socket_family,
	[BPF_MAP_TYPE_CPUMAP] = &cpu_family,
	[BPF_MAP_TYPE_XSKMAP] = &xsk_family,
	[BPF_MAP_TYPE_SOCKHASH] = &socket_family,
	[BPF_MAP_TYPE_CGROUP_STORAGE] = &cgroup_storage_family,
	[BPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = &socket_family,
	[BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = &cgroup_storage_family,
	[BPF_MAP_TYPE_QUEUE] = &queue_family,
	[BPF_MAP_TYPE_STACK] = &queue_family,
	[BPF_MAP_TYPE_SK_STORAGE] = &sock_family,
	[BPF_MAP_TYPE_DEVMAP_HASH] = &device_family,
	[BPF_MAP_TYPE_STRUCT_OPS] = &struct_ops_family,
	[BPF_MAP_TYPE_RINGBUF] = &records_family,
	[BPF_MAP_TYPE_INODE_STORAGE] = &inode_family,
	[BPF_MAP_TYPE_TASK_STORAGE] = &task_family,
	[BPF_MAP_TYPE_BLOOM_FILTER] = &bloom_family,
	[BPF_MAP_TYPE_USER_RINGBUF] = &push_family,
	[BPF_MAP_TYPE_CGRP_STORAGE] = &cgrp_family,
	[BPF_MAP_TYPE_ARENA] = &memory_family,
};

const struct family *family_of(const struct bpfmap *map)
{
	uint32_t type = bpfmap_type(map);
	const struct family *family = type < sizeof(by_type) / sizeof(by_type[0]) ? by_type[type] : NULL;

	if (!family)
		return &unknown_family;
	return family->pick ? family->pick(map) : family;
}

static int cannot(const struct live *live, const char *what, const char *reason)
{
	const char *type = bpfmap_type_name(bpfmap_type(live->map));

	if (!reason)
		return 0;
	return fail(EOPNOTSUPP, "entries of a map of type %s cannot be %s: %s", type ? type : "?", what, reason);
}

int family_lists(const struct live *live)
{
	const struct family *f = live->family;
	return cannot(live, "listed", f->no_entries ? f->no_entries : f->no_list);
}

int family_reads(const struct live *live)
{
	int err = family_lists(live);
	return err ? err : cannot(live, "read", live->family->no_lookup);
}

int family_writes(const struct live *live)
{
	const struct family *f = live->family;
	return cannot(live, "written", f->no_entries ? f->no_entries : f->no_update);
}

int family_deletes(const struct live *live)
{
	const struct family *f = live->family;
	return cannot(live, "deleted", f->no_entries ? f->no_entries : f->no_delete);
}
