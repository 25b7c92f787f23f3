/* SPDX-License-Identifier: MIT */
/* A walk that gathers keys; a full gathering is deleted before the walk goes on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/entries.h"
#include "fs/erase.h"
#include "fs/family.h"
#include "fs/store.h"

#define GATHER_BYTES (64 * 1024)
#define GATHER_MOST 1024

struct erasing {
	bool (*doomed)(const void *key, void *data);
	void *data;
	unsigned char *keys; /* of `room` entries */
	size_t room, n;
};

/* How many of those from `at` on a batch has deleted. */
static uint32_t delete_batch(const struct live *live, const struct erasing *e, size_t at)
{
	uint32_t done = (uint32_t)(e->n - at);

	if (done < 2 || !(live->traits & BPFMAP_BATCH_DELETE) || live->family->remove)
		return 0;
	int err = bpfmap_delete_batch(live->map, e->keys + at * live->key_size, &done, 0);
	return err ? done : (uint32_t)(e->n - at);
}

static int flush(const struct live *live, struct erasing *e)
{
	int err = 0;

	for (size_t at = 0; at < e->n && !err; at++) {
		at += delete_batch(live, e, at);
		if (at < e->n) /* the one where it stopped, or where there are no batches each */
			err = store_delete(live, e->keys + at * live->key_size);
		if (err == -ENOENT)
			err = 0;
	}
	e->n = 0;
	return err;
}

static int gather(const struct live *live, const void *key, void *erasing)
{
	struct erasing *e = erasing;

	if (e->doomed && !e->doomed(key, e->data))
		return 0;
	memcpy(e->keys + e->n * live->key_size, key, live->key_size);
	return ++e->n == e->room ? flush(live, e) : 0;
}

int erase(const struct live *live, bool (*doomed)(const void *key, void *data), void *data)
{
	struct erasing e = {.doomed = doomed, .data = data, .room = GATHER_BYTES / live->key_size};

	e.room = e.room < 1 ? 1 : e.room > GATHER_MOST ? GATHER_MOST : e.room;
	e.keys = malloc(e.room * live->key_size);
	if (!e.keys)
		return -ENOMEM;
	int err = entries_each_key(live, gather, &e);
	err = err ? err : flush(live, &e);
	free(e.keys);
	return err;
}
