/* SPDX-License-Identifier: MIT */
/*
 * Families: how a map type's entries are reached as files. The table in family.c has a row for each type;
 * a family that differs from the kernel's plain keys and values has a file in family/. What the kernel
 * takes and gives and what is shown differ there and nowhere else: ids for fds, pids for pidfds.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include "fs/file.h"
#include "fs/live.h"

/*
 * A key is live->key_size bytes, a value live->value_bytes: those that the codec knows. Functions that are
 * NULL are the engine's calls. Reasons are sentences of why something cannot be done, NULL where it can:
 * it is EOPNOTSUPP then. Errors carry their sentence, but -ENOENT of a lookup.
 */
struct family {
	const char *no_entries; /* nothing in it has a name; the rest does not matter then */
	const char *no_list, *no_lookup, *no_update, *no_delete;
	bool by_path; /* keys are paths, and M.at/PATH what has no name in M/ */
	const struct node_kind *entry; /* what M/KEY is; getattr answers for one that is looked up */

	/* Another family for some maps of the type. */
	const struct family *(*pick)(const struct bpfmap *map);
	/* Changes what the map's own sizes and types make of the shape; sets live->types where it needs other BTF. */
	int (*shape)(struct live *live, const struct bpfmap_info *info, struct text_shape *shape);

	int (*lookup)(const struct live *live, const void *key, void *ret_value);
	int (*update)(const struct live *live, const void *key, const void *value, uint64_t flags);
	/* As the engine's batch update, where the map has BPFMAP_BATCH_WRITE. NULL beside an update: one by one. */
	int (*update_batch)(const struct live *live, const void *keys, const void *values, uint32_t *count);
	int (*remove)(const struct live *live, const void *key);
	/* Storages: an fd of the thing that the key stands for, which the kernel wants in its place, or an error. */
	int (*open_key)(const void *key);

	/* A walk over all entries; next is 1, 0 at the end, or negative. Keys and values live until the next step. */
	int (*walk)(const struct live *live, void **ret_walk);
	int (*next)(const struct live *live, void *walk, const void **ret_key, const void **ret_value);
	void (*walked)(void *walk); /* frees it */

	/* A line as it was written → as the codec reads it: ids in place of names. Checks who may store that (R19). */
	int (*resolve)(struct file *file, const char *line, size_t len, struct text_buf *out);
	/* Another spelling of a key than the codec's; -ENOENT: none. */
	int (*spelled)(const struct live *live, const char *name, void *ret_key);

	/* ln -s TARGET M/NAME, and mv within M; NULL: links make no entries here. */
	int (*symlink)(struct node *dir, struct live *live, const char *name, const char *target,
		       const struct caller *who);
	int (*rename)(struct node *dir, struct live *live, const char *name, const char *to_name, unsigned flags,
		      const struct caller *who);
	/* Names in M/ that are no keys (R20). -ENOENT: not that name. */
	int (*held)(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st);
	int (*unhold)(struct node *dir, const char *name);
};

/* Never NULL; a type that is not known has a family without entries. */
const struct family *family_of(const struct bpfmap *map);

extern const struct family plain_family, prefix_family, maps_family, prog_family, device_family, cpu_family,
	socket_family, cgroup_family, perf_family, xsk_family, bloom_family, stack_family, struct_ops_family,
	task_family, cgrp_family, inode_family, sock_family, cgroup_storage_family;

/* For forms' `applies`: 0, or -EOPNOTSUPP with the reason. */
int family_lists(const struct live *live);
int family_reads(const struct live *live); /* entries can be listed, and their values read */
int family_writes(const struct live *live);
int family_deletes(const struct live *live);

#endif
