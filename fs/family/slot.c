/* SPDX-License-Identifier: MIT */
/* Slots as nodes, and the types that cannot be written through files either: rm clears a slot. */
#include <errno.h>

#include "fs/entry.h"
#include "fs/family/slot.h"
#include "fs/node.h"
#include "fs/store.h"
#include "fs/why.h"

/* Set or not, the slot is there. */
static int slot_getattr(struct node *node, struct stat *ret_st)
{
	struct live *live;
	int err = live_by_id(node->map_id, &live);

	if (err)
		return err;
	live_wait(live, false);
	err = entry_stat_unwritten(node, live, ret_st);
	live_put(live);
	return err;
}

static int slot_open(struct node *node, struct file *file)
{
	return entry_kind.open(node, file);
}

const struct node_kind slot_kind = {
	.name = "slot",
	.getattr = slot_getattr,
	.setattr = entry_setattr,
	.open = slot_open,
	.path = entry_path,
};

/* The kernel says EINVAL of an empty slot of a sockmap; the index is a good one, as it was parsed. */
int slot_clear(const struct live *live, const void *key)
{
	int err = bpfmap_delete(live->map, key);

	if (err == -ENOENT || err == -EINVAL)
		return fail(ENOENT, "there is nothing in it");
	return err ? store_refused(live, err) : 0;
}

const struct family perf_family = {
	.entry = &slot_kind,
	.no_list = SLOT_NOT_LISTED,
	.no_lookup = "its values are perf events, which the kernel does not show; M.events reads their records",
	.no_update = "a perf event would go with the file that stored it; M.events makes its own",
	.remove = slot_clear,
};

const struct family xsk_family = {
	.entry = &slot_kind,
	.no_list = SLOT_NOT_LISTED,
	.no_lookup = "its values are AF_XDP sockets, which the kernel does not show",
	.no_update = "an AF_XDP socket has no name; the program that owns it stores it by bpf(2)",
	.remove = slot_clear,
};
