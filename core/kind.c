// SPDX-License-Identifier: MIT
/* kind: map types as rows, their families as operations. */
#include "kind.h"
#include "cpu.h"
#include "err.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

static size_t bytes_plain(uint32_t value_size)
{
	return value_size;
}

static int fix_word(const char *what, uint32_t *size)
{
	if (*size == 0)
		*size = 4;
	return *size == 4 ? 0 : bm_err(-EINVAL, "%s must be 4, not %u", what, *size);
}

static int fix_max_cpus(struct bpfmap_spec *spec)
{
	int cpus = bpfmap_possible_cpus();

	if (cpus < 0)
		return cpus;
	if (spec->max_entries == 0 || spec->max_entries > (uint32_t)cpus)
		spec->max_entries = (uint32_t)cpus;
	return 0;
}

static int fix_maps(struct bpfmap_spec *spec)
{
	return fix_word("value_size of a map of maps", &spec->value_size);
}

static int fix_perf(struct bpfmap_spec *spec)
{
	int err = fix_word("key_size of a perf event array", &spec->key_size) ?:
		  fix_word("value_size of a perf event array", &spec->value_size);

	return err ?: fix_max_cpus(spec);
}

#define FAMILY(name, bytes, stores, fixes)                                                         \
	static const struct bm_family name = { .value_bytes = (bytes), .store = (stores),          \
		.fix = (fixes) }

FAMILY(plain, bytes_plain, bm_store_plain, NULL);
FAMILY(percpu, bm_cpu_bytes, bm_store_percpu, NULL);
FAMILY(progs, bytes_plain, bm_store_prog, NULL);
FAMILY(maps, bytes_plain, bm_store_map, fix_maps);
FAMILY(perf, bytes_plain, bm_store_plain, fix_perf);
FAMILY(cpus, bytes_plain, bm_store_plain, fix_max_cpus);

/* Traits that come together; the rest is named in the rows. */
#define RW (BPFMAP_READABLE | BPFMAP_WRITABLE)
#define RWD (RW | BPFMAP_DELETABLE)
#define KEYS (BPFMAP_KEYED | BPFMAP_ITERABLE)
#define STABLE BPFMAP_STABLE_WALK
#define BATCH_HASH                                                                                 \
	(BPFMAP_BATCH | BPFMAP_BATCH_LAD | BPFMAP_BATCH_WRITE | BPFMAP_BATCH_DELETE | STABLE)
#define BATCH_ARRAY (BPFMAP_BATCH | BPFMAP_BATCH_WRITE)
#define HASH (KEYS | RWD | BPFMAP_LAD | BATCH_HASH)
#define INDEX (KEYS | BPFMAP_ARRAY | STABLE)
#define ARRAY (INDEX | RW | BPFMAP_FIXED | BATCH_ARRAY)
#define BLIND (INDEX | BPFMAP_WRITABLE | BPFMAP_DELETABLE | BPFMAP_HOLDS_FDS)
#define MAPS (BPFMAP_HOLDS_MAPS | BPFMAP_HOLDS_FDS)
#define PROGS (BPFMAP_HOLDS_PROGS | BPFMAP_HOLDS_FDS)
#define SOCKS BPFMAP_HOLDS_FDS
#define QUEUE (RW | BPFMAP_LAD | BPFMAP_QUEUE)
#define STORAGE (BPFMAP_KEYED | RWD | BPFMAP_FD_KEYS)

#define ROW(type, name, title, walk, family, traits)                                               \
	[type] = { name, title, traits, BM_WALK_##walk, &family }

static const struct bm_kind kinds[BPFMAP_TYPE_MAX + 1] = {
	ROW(BPF_MAP_TYPE_UNSPEC, NULL, "Unspecified", NONE, plain, 0),
	ROW(BPF_MAP_TYPE_HASH, "hash", "Hash", HASH, plain, HASH),
	ROW(BPF_MAP_TYPE_ARRAY, "array", "Array", INDEX, plain, ARRAY | BPFMAP_MMAP),
	ROW(BPF_MAP_TYPE_PROG_ARRAY, "prog_array", "ProgramArray", INDEX, progs,
	    INDEX | RWD | PROGS),
	ROW(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "perf_event_array", "PerfEventArray", INDEX, perf,
	    BLIND | BPFMAP_RECORDS | BPFMAP_PERF),
	ROW(BPF_MAP_TYPE_PERCPU_HASH, "percpu_hash", "PerCPUHash", HASH, percpu,
	    HASH | BPFMAP_PERCPU),
	ROW(BPF_MAP_TYPE_PERCPU_ARRAY, "percpu_array", "PerCPUArray", INDEX, percpu,
	    ARRAY | BPFMAP_PERCPU),
	ROW(BPF_MAP_TYPE_STACK_TRACE, "stack_trace", "StackTrace", RISING, plain,
	    KEYS | BPFMAP_READABLE | BPFMAP_DELETABLE | BPFMAP_LAD),
	ROW(BPF_MAP_TYPE_CGROUP_ARRAY, "cgroup_array", "CGroupArray", INDEX, plain, BLIND),
	ROW(BPF_MAP_TYPE_LRU_HASH, "lru_hash", "LRUHash", HASH, plain, HASH | BPFMAP_EVICTS),
	ROW(BPF_MAP_TYPE_LRU_PERCPU_HASH, "lru_percpu_hash", "LRUCPUHash", HASH, percpu,
	    HASH | BPFMAP_PERCPU | BPFMAP_EVICTS),
	ROW(BPF_MAP_TYPE_LPM_TRIE, "lpm_trie", "LPMTrie", TRIE, plain,
	    KEYS | RWD | BATCH_ARRAY | BPFMAP_BATCH_DELETE | BPFMAP_PREFIXES),
	ROW(BPF_MAP_TYPE_ARRAY_OF_MAPS, "array_of_maps", "ArrayOfMaps", INDEX, maps,
	    INDEX | RWD | BATCH_ARRAY | MAPS),
	ROW(BPF_MAP_TYPE_HASH_OF_MAPS, "hash_of_maps", "HashOfMaps", HASH, maps,
	    KEYS | RWD | BATCH_HASH | MAPS),
	ROW(BPF_MAP_TYPE_DEVMAP, "devmap", "DevMap", INDEX, plain, INDEX | RWD),
	ROW(BPF_MAP_TYPE_SOCKMAP, "sockmap", "SockMap", INDEX, plain, INDEX | RWD | SOCKS),
	ROW(BPF_MAP_TYPE_CPUMAP, "cpumap", "CPUMap", INDEX, cpus, INDEX | RWD),
	ROW(BPF_MAP_TYPE_XSKMAP, "xskmap", "XSKMap", INDEX, plain, BLIND),
	ROW(BPF_MAP_TYPE_SOCKHASH, "sockhash", "SockHash", HASH, plain, KEYS | RWD | SOCKS),
	ROW(BPF_MAP_TYPE_CGROUP_STORAGE, "cgroup_storage", "CGroupStorage", LIST, plain,
	    KEYS | RW),
	ROW(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, "reuseport_sockarray", "ReusePortSockArray", INDEX,
	    plain, INDEX | RWD | SOCKS),
	ROW(BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "percpu_cgroup_storage", "PerCPUCGroupStorage",
	    LIST, percpu, KEYS | RW | BPFMAP_PERCPU),
	ROW(BPF_MAP_TYPE_QUEUE, "queue", "Queue", NONE, plain, QUEUE),
	ROW(BPF_MAP_TYPE_STACK, "stack", "Stack", NONE, plain, QUEUE),
	ROW(BPF_MAP_TYPE_SK_STORAGE, "sk_storage", "SkStorage", NONE, plain, STORAGE),
	ROW(BPF_MAP_TYPE_DEVMAP_HASH, "devmap_hash", "DevMapHash", HASH, plain, KEYS | RWD),
	ROW(BPF_MAP_TYPE_STRUCT_OPS, "struct_ops", "StructOps", RISING, plain, KEYS | RWD | STABLE),
	ROW(BPF_MAP_TYPE_RINGBUF, "ringbuf", "RingBuf", NONE, plain,
	    BPFMAP_MMAP | BPFMAP_RECORDS),
	ROW(BPF_MAP_TYPE_INODE_STORAGE, "inode_storage", "InodeStorage", NONE, plain, STORAGE),
	ROW(BPF_MAP_TYPE_TASK_STORAGE, "task_storage", "TaskStorage", NONE, plain, STORAGE),
	ROW(BPF_MAP_TYPE_BLOOM_FILTER, "bloom_filter", "BloomFilter", NONE, plain,
	    BPFMAP_WRITABLE),
	ROW(BPF_MAP_TYPE_USER_RINGBUF, "user_ringbuf", "UserRingBuf", NONE, plain,
	    BPFMAP_MMAP | BPFMAP_TAKES_RECORDS),
	ROW(BM_TYPE_CGRP_STORAGE, "cgrp_storage", "CgrpStorage", NONE, plain, STORAGE),
	ROW(BM_TYPE_ARENA, "arena", "Arena", NONE, plain, BPFMAP_MMAP),
};

const struct bm_kind *bm_kind(uint32_t type)
{
	return &kinds[type <= BPFMAP_TYPE_MAX ? type : BPF_MAP_TYPE_UNSPEC];
}

const char *bpfmap_type_name(uint32_t type)
{
	return bm_kind(type)->name;
}

int bpfmap_type_by_name(const char *name)
{
	for (int type = 1; name && type <= BPFMAP_TYPE_MAX; type++)
		if (!strcmp(kinds[type].name, name))
			return type;
	return bm_err(-EINVAL, "no map type is called \"%s\"", name ?: "");
}

uint32_t bpfmap_type_traits(uint32_t type)
{
	return bm_kind(type)->traits;
}
