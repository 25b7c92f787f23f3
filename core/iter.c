// SPDX-License-Identifier: MIT
/*
 * iter: a walk over a map's entries, by the best way that the map has:
 *
 *   memory   the values of an MMAPABLE array, through a window that moves along
 *   batch    batch lookups into a buffer that grows when a hash bucket does not
 *            fit; on bucket cursors and indices each key that stays comes once
 *   index    the indices of array-like types, looked up one by one
 *   key      next key and lookup; restarts are noticed by seen.c
 *
 * A walk that has lost its way (an old kernel, an interrupted batch) goes on by
 * the next way in that list. Memory: the buffer, and what seen.c remembers.
 */
#include "ahead.h"
#include "batch.h"
#include "map.h"
#include "seen.h"
#include "sys.h"
#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_BYTES (8u << 10)   /* of the first batch: a tiny map is cheap to list */
#define MOST_BYTES (192u << 10)  /* of later ones; only a bucket that does not fit makes it more */
#define FEWEST 16u               /* entries in a batch, if they fit: most buckets have fewer */
#define ROUNDS 16u               /* a walk is given up after that many times its entries */
#define FREE_STEPS 65536u        /* steps that a walk may take however few entries it gives */

struct bpfmap_iter {
	const struct bpfmap *map;
	/* One more entry at keys and values: 1, 0 at the end, or an error. */
	int (*step)(struct bpfmap_iter *it);
	uint64_t elem_flags;
	bool want_values;
	bool started;       /* key and index walks: key holds the last key */
	int stopped;        /* 1 while the walk goes on, else the answer that stays */
	uint32_t index;     /* index walk: the next one */
	uint32_t room;      /* entries that the buffer has room for */
	uint32_t have, at;  /* batch: entries in the buffer, the next one to give */
	uint64_t steps;     /* keys that the kernel gave */
	uint64_t given;     /* of those, given to the caller */
	struct bm_seen *seen;         /* NULL where the walk cannot repeat itself */
	struct bpfmap_cursor *cursor; /* batch alone; the thread's while a batch is asked for */
	bool want_ahead;              /* a thread may read batches ahead */
	struct bm_ahead *ahead;       /* that thread, once the walk is long */
	uint8_t *next;                /* the buffer that it fills, of the same room */
	bool asked;                   /* it is at work */
	struct bm_window window;      /* memory alone */
	uint8_t *buffer;    /* keys, then values from an 8-byte boundary */
	uint8_t *key;       /* of the entry being given */
	uint8_t *value;     /* its value; NULL: not read */
};

static int step_memory(struct bpfmap_iter *it);
static int step_batch(struct bpfmap_iter *it);
static int step_index(struct bpfmap_iter *it);
static int step_key(struct bpfmap_iter *it);

static size_t keys_bytes(const struct bpfmap_iter *it, uint32_t room)
{
	return ((size_t)room * it->map->key_size + 7) & ~(size_t)7;
}

static uint8_t *values_at(const struct bpfmap_iter *it)
{
	return it->buffer + keys_bytes(it, it->room);
}

static uint8_t *new_buffer(const struct bpfmap_iter *it, uint32_t room)
{
	return malloc(keys_bytes(it, room) + (size_t)room * it->map->value_bytes);
}

/* A new buffer in place of the old, whose contents are lost. */
static int make_room(struct bpfmap_iter *it, uint32_t room)
{
	uint8_t *buffer = new_buffer(it, room);

	if (!buffer)
		return -ENOMEM;
	free(it->buffer);
	free(it->next);
	it->buffer = buffer;
	it->next = NULL;
	it->room = room;
	return 0;
}

/* Entries that fit into so many bytes: no more than the map holds, and one to see its end. */
static uint32_t room_for(const struct bpfmap_iter *it, size_t bytes)
{
	const struct bpfmap *map = it->map;
	size_t each = map->key_size + map->value_bytes, room = bytes / each;

	if (room < FEWEST)
		room = FEWEST * each <= MOST_BYTES ? FEWEST : MOST_BYTES / each + 1;
	if (map->max_entries && room > map->max_entries)
		room = (size_t)map->max_entries + 1;
	return (uint32_t)room;
}

/* Goes on by single steps, from the key under the cursor where there is one. */
static int leave_batch(struct bpfmap_iter *it)
{
	const struct bpfmap *map = it->map;
	bool from_start = !it->cursor->started;

	if (make_room(it, 1))
		return -ENOMEM;
	if (map->kind->walk == BM_WALK_INDEX) {
		if (!from_start) {
			memcpy(&it->index, it->cursor->at, sizeof(it->index));
			it->index++;
		}
		it->step = step_index;
		return 0;
	}
	if (!it->seen)
		it->seen = bm_seen_new(map->kind->walk, map->key_size);
	if (!it->seen)
		return -ENOMEM;
	if (!from_start)
		memcpy(it->buffer, it->cursor->at, map->key_size);
	it->started = !from_start;
	it->step = step_key;
	return 0;
}

/* Another size of batch: after one that was full, or one that a bucket did not fit into. */
static int grow(struct bpfmap_iter *it, bool must)
{
	uint32_t room = room_for(it, MOST_BYTES);

	if (room > it->room * 4)
		room = it->room * 4;
	if (must && room <= it->room)
		room = it->room * 2;
	return room > it->room ? make_room(it, room) : 0;
}

/* One batch into the buffer: what the thread has read meanwhile, or one that is read now. */
static int read_batch(struct bpfmap_iter *it, uint32_t *ret_count)
{
	*ret_count = it->room;
	if (!it->asked)
		return bm_batch_read(it->map, it->cursor, it->buffer, values_at(it), ret_count,
		    it->elem_flags, false);
	uint8_t *used = it->buffer;

	it->buffer = it->next;
	it->next = used;
	it->asked = false;
	return bm_ahead_take(it->ahead, ret_count);
}

/* The next batch is read while the caller uses this one, as soon as batches have their full size. */
static void read_ahead(struct bpfmap_iter *it)
{
	if (!it->want_ahead || it->room < room_for(it, MOST_BYTES))
		return;
	if (!it->next)
		it->next = new_buffer(it, it->room);
	if (it->next && !it->ahead)
		it->ahead = bm_ahead_new(it->map, it->cursor, it->elem_flags);
	it->want_ahead = it->next && it->ahead;
	if (!it->want_ahead)
		return;
	bm_ahead_read(it->ahead, it->next, it->next + keys_bytes(it, it->room), it->room);
	it->asked = true;
}

/* Fills the buffer. 1: with something, 0: that was the end, or the walk has left batches. */
static int fill(struct bpfmap_iter *it)
{
	for (;;) {
		uint32_t count;
		int err = read_batch(it, &count);

		if (err == -ENOSPC && !count) {
			if (it->room / 2 > it->map->max_entries) /* no bucket can be that full */
				return err;
			err = grow(it, true);
			if (err)
				return err;
			continue;
		}
		it->at = 0;
		it->have = count;
		if (!err)
			read_ahead(it);
		if (!err || err == -ENOENT || count)
			return count ? 1 : 0;
		if (err == -EINTR || (!it->given && (err == -EOPNOTSUPP || err == -EINVAL)))
			return leave_batch(it);
		return err;
	}
}

static int step_batch(struct bpfmap_iter *it)
{
	if (it->at == it->have) {
		if (!it->asked && it->cursor->ended)
			return 0;
		int err = it->have && !it->asked ? grow(it, false) : 0; /* it was full, or as good as */
		err = err ?: fill(it);
		if (err < 0)
			return err;
		if (!err)
			return it->step(it); /* sees the end, or goes on another way */
	}
	it->key = it->buffer + (size_t)it->at * it->map->key_size;
	it->value = values_at(it) + (size_t)it->at * it->map->value_bytes;
	it->at++;
	return 1;
}

/* Empty slots are no entries; where they cannot be told (unreadable types) all are given. */
static int step_index(struct bpfmap_iter *it)
{
	const struct bpfmap *map = it->map;
	bool look = it->want_values ||
		    (map->traits & BPFMAP_READABLE && !(map->traits & BPFMAP_FIXED));

	while (it->index < map->max_entries) {
		memcpy(it->buffer, &it->index, sizeof(it->index));
		it->index++;
		if (look) {
			int err = bm_sys_lookup(map->fd, it->buffer, values_at(it), it->elem_flags);

			if (err == -ENOENT)
				continue;
			if (err)
				return err;
		}
		it->key = it->buffer;
		it->value = look ? values_at(it) : NULL;
		return 1;
	}
	return 0;
}

/* Where a page cannot be had, the values are asked for one by one. */
static int step_memory(struct bpfmap_iter *it)
{
	const struct bpfmap *map = it->map;
	char *at;

	if (it->index == map->max_entries)
		return 0;
	if (bm_window_at(&it->window, it->index * bm_value_step(map), map->value_size, &at)) {
		it->step = step_index;
		return step_index(it);
	}
	it->key = it->buffer;
	it->value = values_at(it);
	memcpy(it->key, &it->index, sizeof(it->index));
	bm_load(it->value, at, map->value_size);
	it->index++;
	return 1;
}

/* Did a walk that says it is over only lose the key that it stood on? */
static bool lost_its_key(const struct bpfmap_iter *it)
{
	return it->map->kind->walk == BM_WALK_LIST && it->started &&
	       bm_sys_lookup(it->map->fd, it->buffer, values_at(it), 0) == -ENOENT;
}

/*
 * However fast the map changes, a walk ends: never more steps than ROUNDS times
 * the entries it can have, nor much more than ROUNDS times those it has given.
 */
static bool over_budget(const struct bpfmap_iter *it)
{
	uint64_t entries = it->given > FREE_STEPS ? it->given : FREE_STEPS;

	if (it->map->max_entries && entries > it->map->max_entries)
		entries = it->map->max_entries;
	return it->steps >= ROUNDS * (entries + 1);
}

static int step_key(struct bpfmap_iter *it)
{
	for (;;) {
		if (over_budget(it))
			return -BPFMAP_ABORTED;
		int err = bm_next_key(it->map, it->started ? it->buffer : NULL, it->buffer);
		if (err == -ENOENT && lost_its_key(it)) {
			it->started = false;
			it->steps++;
			continue;
		}
		if (err)
			return err == -ENOENT ? 0 : err;
		it->started = true;
		it->steps++;
		it->key = it->buffer;
		it->value = NULL;
		if (bm_seen_has(it->seen, it->key))
			continue;
		if (!it->want_values)
			return 1;
		it->value = values_at(it);
		err = bm_sys_lookup(it->map->fd, it->key, it->value, it->elem_flags);
		if (err != -ENOENT)
			return err ? err : 1;
	}
}

/* A batch walk over a trie: the kernel starts anew as next key does. */
static int step_batch_seen(struct bpfmap_iter *it)
{
	for (;;) {
		if (over_budget(it))
			return -BPFMAP_ABORTED;
		int ret = step_batch(it);
		if (ret <= 0 || it->step != step_batch_seen)
			return ret;
		it->steps++;
		if (!bm_seen_has(it->seen, it->key))
			return 1;
	}
}

/* Can the walk go through memory? The window is there then. */
static bool has_window(struct bpfmap_iter *it)
{
	const struct bpfmap *map = it->map;
	char *at;

	if (!map->view || !it->want_values || it->elem_flags)
		return false;
	it->window = (struct bm_window){ .fd = map->fd, .prot = PROT_READ,
		.size = bm_memory_bytes(map), .span = BM_WINDOW_BYTES };
	return !bm_window_at(&it->window, 0, map->value_size, &at);
}

static int start(struct bpfmap_iter *it)
{
	const struct bpfmap *map = it->map;

	if (has_window(it)) {
		it->step = step_memory;
		return make_room(it, 1);
	}
	bool stable = map->traits & BPFMAP_STABLE_WALK;
	/* The keys of an array are known without asking. */
	bool batch = map->traits & BPFMAP_BATCH &&
		     (it->want_values || !(map->traits & BPFMAP_FIXED));

	it->step = batch && stable                    ? step_batch
		   : batch                            ? step_batch_seen
		   : map->kind->walk == BM_WALK_INDEX ? step_index
						      : step_key;
	if (it->step == step_index && map->fd < 0)
		return -EBADF;
	if (it->step == step_key || it->step == step_batch_seen) {
		it->seen = bm_seen_new(map->kind->walk, map->key_size);
		if (!it->seen)
			return -ENOMEM;
	}
	if (!batch)
		return make_room(it, 1);
	int err = bpfmap_cursor_new(map, &it->cursor);
	return err ?: make_room(it, room_for(it, stable ? FIRST_BYTES : MOST_BYTES));
}

int bpfmap_iter_new(const struct bpfmap *map, uint32_t flags, struct bpfmap_iter **ret_iter)
{
	if (flags & ~(uint32_t)(BPFMAP_ITER_KEYS | BPFMAP_ITER_LOCK | BPFMAP_ITER_AHEAD))
		return bm_err_op(map, BM_OP_ITERATE, -EINVAL, "no such flag of a walk");
	if (map->kind->walk == BM_WALK_NONE)
		return bm_err_op(map, BM_OP_ITERATE, -EOPNOTSUPP,
		    "the entries of this type cannot be walked");
	struct bpfmap_iter *it = calloc(1, sizeof(*it));
	if (!it)
		return bm_err_op(map, BM_OP_ITERATE, -ENOMEM, NULL);
	it->map = map;
	it->stopped = 1;
	it->elem_flags = flags & BPFMAP_ITER_LOCK ? BPF_F_LOCK : 0;
	it->want_ahead = flags & BPFMAP_ITER_AHEAD;
	it->want_values = !(flags & BPFMAP_ITER_KEYS) && map->traits & BPFMAP_READABLE;
	int err = start(it);
	if (err) {
		bpfmap_iter_free(it);
		return bm_err_op(map, BM_OP_ITERATE, err, NULL);
	}
	*ret_iter = it;
	return 0;
}

int bpfmap_iter_next(struct bpfmap_iter *iter, const void **ret_key, const void **ret_value)
{
	int ret = iter->stopped == 1 ? iter->step(iter) : iter->stopped;

	if (ret != 1) {
		iter->stopped = ret;
		bm_window_close(&iter->window);
		return ret ? bm_err_op(iter->map, BM_OP_ITERATE, ret, NULL) : 0;
	}
	iter->given++;
	if (iter->seen)
		bm_seen_add(iter->seen, iter->key);
	*ret_key = iter->key;
	if (ret_value)
		*ret_value = iter->value;
	return 1;
}

void bpfmap_iter_free(struct bpfmap_iter *iter)
{
	if (!iter)
		return;
	bm_window_close(&iter->window);
	bm_seen_free(iter->seen);
	bm_ahead_free(iter->ahead);
	bpfmap_cursor_free(iter->cursor);
	free(iter->buffer);
	free(iter->next);
	free(iter);
}
