/* SPDX-License-Identifier: MIT */
/* Lookup, update, delete: the kernel's errno → the one of the manual's errno table. */
#include <errno.h>
#include <linux/bpf.h>

#include "fs/store.h"
#include "fs/why.h"

/* An entry is an entry: a prefix that only matches a shorter one is not there. */
static int check_prefix(const struct live *live, const void *key)
{
	int has = live->traits & BPFMAP_PREFIXES ? bpfmap_has_prefix(live->map, key) : 1;
	return has > 0 ? 0 : has < 0 ? fail_engine(has) : -ENOENT;
}

int store_lookup(const struct live *live, const void *key, void *value)
{
	int err = check_prefix(live, key);
	return err ? err : store_match(live, key, value);
}

int store_match(const struct live *live, const void *key, void *value)
{
	int err = bpfmap_lookup(live->map, key, value, live->value_bytes, live->lock_flag);
	return err && err != -ENOENT ? fail_engine(err) : err;
}

static int refused(const struct live *live, int err)
{
	switch (err) {
	case -E2BIG:
		return fail(ENOSPC, "the map is full: it has room for %u entries", bpfmap_max_entries(live->map));
	case -ENOENT:
		return fail(ENOENT, "no such key; open with O_CREAT (as > does) to add it");
	case -EEXIST:
		return fail(EEXIST, "the key is there already");
	case -EPERM:
		return fail(EPERM, "the map is frozen: user space cannot write it any more");
	default:
		return fail_engine(err);
	}
}

int store_update(const struct live *live, const void *key, const void *value, uint64_t flag)
{
	int err = bpfmap_update(live->map, key, value, flag | live->lock_flag);
	return err ? refused(live, err) : 0;
}

int store_delete(const struct live *live, const void *key)
{
	if (live->traits & BPFMAP_FIXED)
		return fail(EPERM, "the entries of an array cannot be deleted, only written");
	int err = bpfmap_delete(live->map, key);
	return err ? refused(live, err) : 0;
}
