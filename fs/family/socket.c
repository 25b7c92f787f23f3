/* SPDX-License-Identifier: MIT */
/*
 * Maps of sockets: an entry reads as the socket's cookie, where the values have room for one. With values of
 * 4 bytes the kernel refuses every lookup: the keys of a hash can still be walked, the slots of an array not.
 */
#include <errno.h>
#include <string.h>

#include "fs/entry.h"
#include "fs/family/slot.h"
#include "fs/node.h"
#include "fs/scratch.h"
#include "fs/why.h"

/* ---- a hash with values of 4 bytes ---- */

/*
 * The key behind an absent one is the first, the key behind a present one never. 0 or -ENOENT; a hash that
 * changes between the two calls may give either.
 */
static int find_key(const struct live *live, const void *key)
{
	void *first = scratch_bytes(SCRATCH_VALUE, live->key_size), *next = scratch_bytes(SCRATCH_CHECK, live->key_size);

	if (!first || !next)
		return -ENOMEM;
	int err = bpfmap_next_key(live->map, NULL, first);
	if (err)
		return err == -ENOENT ? err : fail_engine(err);
	err = bpfmap_next_key(live->map, key, next);
	if (err)
		return err == -ENOENT ? 0 : fail_engine(err);
	return memcmp(first, next, live->key_size) ? 0 : -ENOENT;
}

static int keyed_getattr(struct node *node, struct stat *ret_st)
{
	struct live *live;
	int err = live_by_id(node->map_id, &live);

	if (err)
		return err;
	live_wait(live, false);
	err = find_key(live, node->id);
	err = err ? err : entry_stat_unwritten(node, live, ret_st);
	live_put(live);
	return err;
}

static int keyed_open(struct node *node, struct file *file)
{
	return entry_kind.open(node, file);
}

static const struct node_kind keyed_kind = {
	.name = "key",
	.getattr = keyed_getattr,
	.setattr = entry_setattr,
	.open = keyed_open,
	.path = entry_path,
};

/* ---- families ---- */

#define NO_NAME "a socket has no name; the program that owns it, or a BPF program, stores it"

static const struct family cookie_family = {.entry = &entry_kind, .no_update = NO_NAME, .remove = slot_clear};

#define NO_ROOM "it was created with 4-byte values, too short for the 8-byte cookies that sockets are read as"

static const struct family keyed_family = {
	.entry = &keyed_kind,
	.no_lookup = NO_ROOM,
	.no_update = NO_NAME,
	.remove = slot_clear,
};

static const struct family blind_family = {
	.entry = &slot_kind,
	.no_list = NO_ROOM,
	.no_lookup = NO_ROOM,
	.no_update = NO_NAME,
	.remove = slot_clear,
};

static const struct family *pick(const struct bpfmap *map)
{
	if (bpfmap_traits(map) & BPFMAP_READABLE)
		return &cookie_family;
	return bpfmap_traits(map) & BPFMAP_ARRAY ? &blind_family : &keyed_family;
}

const struct family socket_family = {.pick = pick};
