/* SPDX-License-Identifier: MIT */
/* The engine's iterator where the family has no walk of its own. */
#include <errno.h>
#include <stdlib.h>

#include "fs/entries.h"
#include "fs/family.h"
#include "fs/why.h"

struct entries {
	const struct live *live;
	struct bpfmap_iter *iter;
	void *walk; /* the family's */
};

int entries_new(const struct live *live, bool keys_only, struct entries **ret_walk)
{
	unsigned flags = (keys_only ? BPFMAP_ITER_KEYS : 0) | (live->lock_flag ? BPFMAP_ITER_LOCK : 0) |
			 BPFMAP_ITER_AHEAD;
	int err = family_lists(live);

	if (err)
		return err;
	struct entries *walk = calloc(1, sizeof(*walk));
	if (!walk)
		return -ENOMEM;
	walk->live = live;
	if (live->family->walk)
		err = live->family->walk(live, &walk->walk);
	else if ((err = bpfmap_iter_new(live->map, flags, &walk->iter)))
		fail_engine(err);
	if (err)
		free(walk);
	else
		*ret_walk = walk;
	return err;
}

int entries_next(struct entries *walk, const void **ret_key, const void **ret_value)
{
	if (!walk->iter)
		return walk->live->family->next(walk->live, walk->walk, ret_key, ret_value);
	int more = bpfmap_iter_next(walk->iter, ret_key, ret_value);
	return more < 0 && more != -BPFMAP_ABORTED ? fail_engine(more) : more;
}

void entries_free(struct entries *walk)
{
	if (!walk)
		return;
	if (walk->iter)
		bpfmap_iter_free(walk->iter);
	else
		walk->live->family->walked(walk->walk);
	free(walk);
}

int entries_each_key(const struct live *live, int (*one)(const struct live *live, const void *key, void *data),
		     void *data)
{
	const void *key, *value;
	struct entries *walk;
	int more = entries_new(live, true, &walk), err = 0;

	if (more)
		return more;
	while (!err && (more = entries_next(walk, &key, &value)) == 1)
		err = one(live, key, data);
	entries_free(walk);
	return err ? err : more;
}
