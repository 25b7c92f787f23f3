// SPDX-License-Identifier: MIT
/* probe: what this kernel has, found by trying; answers are kept for the process. */
#include "err.h"
#include "kind.h"
#include "probe.h"
#include "sys.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define NO_FD UINT32_MAX /* looked at late: a kernel that says EBADF knows the rest */

/* What a map of a type is created with; answer is the errno that also means "known". */
struct sample {
	uint32_t key_size, value_size, max_entries;
	struct bpf_map_create_opts opts;
	int answer;
};

static const struct sample usual = { 4, 4, 1, {0}, 0 };

#define ODD(k, v, n, ...) { k, v, n, __VA_ARGS__ }
#define KEYLESS ODD(0, 4, 1, {0}, 0)
#define NESTED ODD(4, 4, 1, { .inner_map_fd = NO_FD }, EBADF)
#define STORAGE                                                                                    \
	ODD(4, 4, 0,                                                                               \
	    { .map_flags = BPF_F_NO_PREALLOC, .btf_fd = NO_FD, .btf_key_type_id = 1,               \
		.btf_value_type_id = 1 },                                                          \
	    EBADF)

/* Types that are not created with the usual sizes. */
static const struct {
	uint32_t type;
	struct sample sample;
} odd[] = {
	{ BPF_MAP_TYPE_STACK_TRACE, ODD(4, 8, 1, {0}, 0) },
	{ BPF_MAP_TYPE_LPM_TRIE, ODD(8, 4, 1, { .map_flags = BPF_F_NO_PREALLOC }, 0) },
	{ BPF_MAP_TYPE_ARRAY_OF_MAPS, NESTED },
	{ BPF_MAP_TYPE_HASH_OF_MAPS, NESTED },
	{ BPF_MAP_TYPE_CGROUP_STORAGE, ODD(8, 4, 0, {0}, 0) },
	{ BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, ODD(8, 4, 0, {0}, 0) },
	{ BPF_MAP_TYPE_QUEUE, KEYLESS },
	{ BPF_MAP_TYPE_STACK, KEYLESS },
	{ BPF_MAP_TYPE_BLOOM_FILTER, KEYLESS },
	{ BPF_MAP_TYPE_SK_STORAGE, STORAGE },
	{ BPF_MAP_TYPE_INODE_STORAGE, STORAGE },
	{ BPF_MAP_TYPE_TASK_STORAGE, STORAGE },
	{ BM_TYPE_CGRP_STORAGE, STORAGE },
	{ BPF_MAP_TYPE_STRUCT_OPS, ODD(4, 4, 1, { .btf_vmlinux_value_type_id = 1 }, EOPNOTSUPP) },
	{ BM_TYPE_ARENA, ODD(0, 0, 1, { .map_flags = BPF_F_MMAPABLE }, 0) },
};

/* Creates and drops a map. 0, or what the kernel says unless that is the answer hoped for. */
static int try_map(uint32_t type, const char *name, struct sample sample)
{
	sample.opts.sz = sizeof(sample.opts);
	int fd = bm_sys_map_create(
	    type, name, sample.key_size, sample.value_size, sample.max_entries, &sample.opts);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || (sample.answer && fd == -sample.answer) ? 0 : fd;
}

static int try_type(uint32_t type)
{
	struct sample sample = usual;

	if (type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF)
		sample = (struct sample)ODD(0, 0, (uint32_t)sysconf(_SC_PAGESIZE), {0}, 0);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (odd[i].type == type)
			sample = odd[i].sample;
	return try_map(type, NULL, sample);
}

static int try_array_flags(uint32_t flags)
{
	struct sample sample = usual;

	sample.opts.map_flags = flags;
	return try_map(BPF_MAP_TYPE_ARRAY, NULL, sample);
}

static int try_nested(void)
{
	return try_type(BPF_MAP_TYPE_ARRAY_OF_MAPS) ?: try_type(BPF_MAP_TYPE_HASH_OF_MAPS);
}

static int try_mutability(void)
{
	return try_array_flags(BPF_F_RDONLY_PROG) ?: try_array_flags(BPF_F_WRONLY_PROG);
}

static int try_mmapable(void)
{
	return try_array_flags(BPF_F_MMAPABLE);
}

static int try_inner_map(void)
{
	return try_array_flags(BPF_F_INNER_MAP);
}

static int try_no_prealloc(void)
{
	struct sample sample = usual;

	sample.opts.map_flags = BPF_F_NO_PREALLOC;
	return try_map(BPF_MAP_TYPE_HASH, NULL, sample);
}

static int try_batch(void)
{
	struct bpf_map_create_opts opts = { .sz = sizeof(opts) };
	uint32_t key = 0, value = 0, count = 1;
	int fd = bm_sys_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, &opts);

	if (fd < 0)
		return fd;
	int err = bm_sys_update_batch(fd, &key, &value, &count, 0);
	close(fd);
	return err;
}

static int try_names(void)
{
	return try_map(BPF_MAP_TYPE_ARRAY, "name", usual);
}

static int try_btf(void)
{
	/* The least that loads: one integer, and its name. */
	static const struct {
		struct btf_header header;
		struct btf_type type;
		uint32_t encoding; /* bits */
		char strings[5];
	} __attribute__((packed)) one = {
		.header = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof(struct btf_header),
			.type_len = sizeof(struct btf_type) + sizeof(uint32_t),
			.str_off = sizeof(struct btf_type) + sizeof(uint32_t), .str_len = 5 },
		.type = { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
		.encoding = 32,
		.strings = "\0int",
	};
	int fd = bm_sys_btf_load(&one, sizeof(one));

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static const struct {
	const char *name;
	int (*try)(void);
} features[BPFMAP_FEATURE_COUNT] = {
	[BPFMAP_HAS_NESTED_MAPS] = { "maps of maps", try_nested },
	[BPFMAP_HAS_MUTABILITY] = { "BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG", try_mutability },
	[BPFMAP_HAS_MMAPABLE] = { "BPF_F_MMAPABLE", try_mmapable },
	[BPFMAP_HAS_INNER_MAP] = { "BPF_F_INNER_MAP", try_inner_map },
	[BPFMAP_HAS_NO_PREALLOC] = { "BPF_F_NO_PREALLOC", try_no_prealloc },
	[BPFMAP_HAS_BATCH] = { "batch commands", try_batch },
	[BPFMAP_HAS_NAMES] = { "names of maps", try_names },
	[BPFMAP_HAS_BTF] = { "BTF", try_btf },
};

/* 0: not tried yet, 1: there, 2: not there. Two threads may both try: they find the same. */
static _Atomic unsigned char known_features[BPFMAP_FEATURE_COUNT];
static _Atomic unsigned char known_types[BPFMAP_TYPE_MAX + 1];

void bm_probe_forget(void)
{
	memset(known_features, 0, sizeof(known_features));
	memset(known_types, 0, sizeof(known_types));
}

/* What a kernel answers to what it does not know; other errors prove nothing and are not kept. */
static int conclude(int err, _Atomic unsigned char *known)
{
	if (err && err != -EINVAL && err != -EOPNOTSUPP && err != -E2BIG)
		return err;
	*known = err ? 2 : 1;
	return err ? -EOPNOTSUPP : 0;
}

int bpfmap_has_feature(enum bpfmap_feature feature)
{
	if ((unsigned int)feature >= BPFMAP_FEATURE_COUNT)
		return bm_err(-EINVAL, "there is no feature %d", (int)feature);
	_Atomic unsigned char *known = &known_features[feature];
	int err = *known ? *known == 1 ? 0 : -EOPNOTSUPP : conclude(features[feature].try(), known);
	return err ? bm_err(err, "%s: %s", features[feature].name,
			 err == -EOPNOTSUPP ? "this kernel has none" : bm_err_words(err))
		   : 0;
}

int bpfmap_has_type(uint32_t type)
{
	if (!type || type > BPFMAP_TYPE_MAX)
		return bm_err(-EINVAL, "there is no map type %u", type);
	_Atomic unsigned char *known = &known_types[type];
	int err = *known ? *known == 1 ? 0 : -EOPNOTSUPP : conclude(try_type(type), known);
	return err ? bm_err(err, "map type %s: %s", bpfmap_type_name(type),
			 err == -EOPNOTSUPP ? "this kernel has none" : bm_err_words(err))
		   : 0;
}
