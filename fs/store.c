/* SPDX-License-Identifier: MIT */
/* Lookup, update, delete: the kernel's errno → the one of the manual's errno table. */
#include <errno.h>
#include <linux/bpf.h>

#include "fs/family.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

int store_lookup(const struct live *live, const void *key, void *value)
{
	const struct family *f = live->family;

	if (f->no_lookup)
		return fail(EOPNOTSUPP, "%s", f->no_lookup);
	return f->lookup ? f->lookup(live, key, value) : store_match(live, key, value);
}

int store_match(const struct live *live, const void *key, void *value)
{
	int err = bpfmap_lookup(live->map, key, value, live->value_bytes, live->lock_flag);
	return err && err != -ENOENT ? fail_engine(err) : err;
}

int store_refused(const struct live *live, int err)
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

int store_admits(const struct live *live, const void *key, uint64_t flag)
{
	if (flag == BPF_ANY)
		return 0;
	void *value = scratch_bytes(SCRATCH_CHECK, live->value_bytes);
	int err = value ? store_lookup(live, key, value) : -ENOMEM;
	if (err && err != -ENOENT)
		return err;
	if (!err == (flag == BPF_EXIST))
		return 0;
	return store_refused(live, err ? -ENOENT : -EEXIST);
}

int store_update(const struct live *live, const void *key, const void *value, uint64_t flag)
{
	const struct family *f = live->family;

	if (f->no_update)
		return fail(EOPNOTSUPP, "%s", f->no_update);
	if (f->update)
		return f->update(live, key, value, flag);
	int err = bpfmap_update(live->map, key, value, flag | live->lock_flag);
	return err ? store_refused(live, err) : 0;
}

int store_delete(const struct live *live, const void *key)
{
	if (live->traits & BPFMAP_FIXED)
		return fail(EPERM, "the entries of an array cannot be deleted, only written");
	if (live->family->no_delete)
		return fail(EOPNOTSUPP, "%s", live->family->no_delete);
	if (live->family->remove)
		return live->family->remove(live, key);
	int err = bpfmap_delete(live->map, key);
	return err ? store_refused(live, err) : 0;
}
