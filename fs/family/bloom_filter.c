/* SPDX-License-Identifier: MIT */
/*
 * Bloom filters (R30): M/VALUE is there if the filter has the value, or may have it. The kernel's values
 * are what has names here, so the codec takes them for the keys, of entries that hold nothing.
 */
#include <errno.h>
#include <linux/bpf.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/store.h"
#include "fs/why.h"

static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live;
	shape->key_size = info->value_size;
	shape->key_type = info->btf_value_type_id;
	shape->value_size = 0;
	shape->value_type = 0;
	return 0;
}

static int lookup(const struct live *live, const void *key, void *ret_value)
{
	(void)ret_value; /* of no bytes */
	int err = bpfmap_lookup(live->map, NULL, (void *)key, live->key_size, 0); /* the kernel only reads it */
	return err && err != -ENOENT ? fail_engine(err) : err;
}

static int update(const struct live *live, const void *key, const void *value, uint64_t flags)
{
	(void)value;
	int err = store_admits(live, key, flags);

	if (err || flags == BPF_EXIST)
		return err;
	err = bpfmap_update(live->map, NULL, key, BPF_ANY);
	return err ? store_refused(live, err) : 0;
}

const struct family bloom_family = {
	.no_list = "a bloom filter answers whether it has a value, and does not know which it has",
	.no_delete = "a bloom filter forgets nothing",
	.entry = &entry_kind,
	.shape = shape,
	.lookup = lookup,
	.update = update,
};
