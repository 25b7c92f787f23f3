/* SPDX-License-Identifier: MIT */
/*
 * 128-bit hashes in one array. Keys of up to 16 bytes are kept as they are; for longer ones two that
 * share a hash would make an entry stay that should go, which 2^-128 makes no concern.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fs/hash.h"
#include "fs/keyset.h"

struct mark {
	uint64_t a, b;
};

struct keyset {
	size_t key_size, n, room;
	struct mark *marks;
};

int keyset_new(size_t key_size, struct keyset **ret_set)
{
	struct keyset *set = calloc(1, sizeof(*set));
	if (!set)
		return -ENOMEM;
	set->key_size = key_size;
	*ret_set = set;
	return 0;
}

void keyset_free(struct keyset *set)
{
	if (set)
		free(set->marks);
	free(set);
}

static struct mark mark_of(const struct keyset *set, const void *key)
{
	struct mark m = {0};

	if (set->key_size <= sizeof(m))
		memcpy(&m, key, set->key_size);
	else
		m = (struct mark){hash_bytes(0x243f6a8885a308d3ull, key, set->key_size),
				  hash_bytes(0x13198a2e03707344ull, key, set->key_size)};
	return m;
}

int keyset_add(struct keyset *set, const void *key)
{
	if (set->n == set->room) {
		size_t room = set->room ? set->room + set->room / 2 : 256;
		struct mark *marks = reallocarray(set->marks, room, sizeof(*marks));
		if (!marks)
			return -ENOMEM;
		set->marks = marks;
		set->room = room;
	}
	set->marks[set->n++] = mark_of(set, key);
	return 0;
}

static int compare(const void *x, const void *y)
{
	const struct mark *p = x, *q = y;

	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return p->b < q->b ? -1 : p->b > q->b;
}

void keyset_sort(struct keyset *set)
{
	if (set->n)
		qsort(set->marks, set->n, sizeof(*set->marks), compare);
}

bool keyset_has(const struct keyset *set, const void *key)
{
	struct mark m = mark_of(set, key);
	return set->n && bsearch(&m, set->marks, set->n, sizeof(m), compare);
}
