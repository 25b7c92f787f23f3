/* SPDX-License-Identifier: MIT */
/*
 * Offset N stands before the N-th name of the walk; 0 and 1 are "." and "..". The walk goes forward only,
 * but the kernel asks again for what its buffer had no room for: the names of the last two replies are
 * kept, in order, in one string. An offset before those walks anew from the start.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/entries.h"
#include "fs/entry.h"
#include "fs/family.h"
#include "fs/hash.h"
#include "fs/journal.h"
#include "fs/listing.h"
#include "fs/scratch.h"
#include "fs/why.h"

struct item {
	uint64_t ino;
	size_t name; /* offset in names; NUL-terminated */
};

struct listing {
	const struct node_kind *kind;
	struct entries *walk; /* NULL before the first step and after the last */
	bool ended;
	/* the window: names first … first + n - 1 of the walk */
	struct item *items;
	size_t n, room;
	struct text_buf names;
	uint64_t first;
	uint64_t reply_start; /* where the last reply began */
};

static void listing_free(struct file *file)
{
	struct listing *l = file->state;

	entries_free(l->walk);
	text_free(&l->names);
	free(l->items);
	free(l);
}

static int start(struct file *file, struct listing *l)
{
	entries_free(l->walk);
	l->walk = NULL;
	l->n = 0;
	l->names.len = 0;
	l->first = l->reply_start = 2;
	l->ended = family_lists(file->live) != 0;
	if (l->ended)
		return 0;
	live_wait(file->live, false);
	return entries_new(file->live, false, &l->walk);
}

/* Room for one more item, and none of the names before `keep_from`. */
static void shrink(struct listing *l, uint64_t keep_from)
{
	size_t drop = keep_from > l->first ? (size_t)(keep_from - l->first) : 0;

	if (drop > l->n)
		drop = l->n;
	if (!drop)
		return;
	size_t cut = drop < l->n ? l->items[drop].name : l->names.len;
	memmove(l->names.data, l->names.data + cut, l->names.len - cut);
	l->names.len -= cut;
	memmove(l->items, l->items + drop, (l->n - drop) * sizeof(*l->items));
	l->n -= drop;
	l->first += drop;
	for (size_t i = 0; i < l->n; i++)
		l->items[i].name -= cut;
}

static struct item *new_item(struct listing *l)
{
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		struct item *items = reallocarray(l->items, room, sizeof(*items));
		if (!items)
			return NULL;
		l->items = items;
		l->room = room;
	}
	struct item *item = &l->items[l->n];
	item->name = l->names.len;
	return item;
}

static int append_name(struct file *file, struct listing *l, const void *key)
{
	char shortened[NAME_LIMIT + 1];
	size_t start_at = l->names.len;
	int err = name_print(file->live->codec, key, &l->names);

	if (!err && l->names.len - start_at > NAME_LIMIT) {
		name_shorten(l->names.data + start_at, l->names.len - start_at, shortened);
		l->names.len = start_at;
		err = text_append(&l->names, shortened, NAME_LIMIT);
	}
	return err ? err : text_append(&l->names, "", 1);
}

/* The next key joins the window: 1, with its key and value; 0: that was all. */
static int step(struct file *file, struct listing *l, const void **ret_key, const void **ret_value)
{
	struct item *item;

	if (l->ended)
		return 0;
	int more = entries_next(l->walk, ret_key, ret_value);
	if (more == -BPFMAP_ABORTED) {
		struct text_buf *path = scratch_text(SCRATCH_NAME);
		if (!node_path(file->node, path))
			journal_add(file->opener.pid, path->data, BPFMAP_ABORTED,
				    "the listing was given up: the map changed faster than it could be walked");
		more = 0;
	}
	if (more < 0)
		return more;
	if (!more) {
		l->ended = true;
		return 0;
	}
	item = new_item(l);
	int err = item ? append_name(file, l, *ret_key) : -ENOMEM;
	if (err)
		return err;
	item->ino = node_ino(&(struct node_id){.parent = file->node, .kind = l->kind, .bytes = *ret_key,
					       .len = file->live->key_size});
	l->n++;
	return 1;
}

static bool reply_dots(struct file *file, off_t *offset, struct dir_reply *reply)
{
	struct stat st = {.st_ino = file->node->ino, .st_mode = S_IFDIR};

	if (*offset == 0) {
		if (!dir_reply_add(reply, ".", &st, 1, NULL))
			return false;
		*offset = 1;
	}
	if (*offset == 1) {
		st.st_ino = node_parent_ino(file->node);
		if (!dir_reply_add(reply, "..", &st, 2, NULL))
			return false;
		*offset = 2;
	}
	return true;
}

static bool reply_item(struct listing *l, uint64_t at, struct dir_reply *reply)
{
	const struct item *item = &l->items[at - l->first];
	struct stat st = {.st_ino = item->ino, .st_mode = l->kind->type ? l->kind->type : S_IFREG};

	return dir_reply_add(reply, l->names.data + item->name, &st, (off_t)at + 1, NULL);
}

/* The same with the entry's stat, while its value is at hand. */
static bool reply_item_plus(struct file *file, struct listing *l, uint64_t at, const void *key, const void *value,
			    struct dir_reply *reply)
{
	const struct item *item = &l->items[at - l->first];
	struct node *node;
	struct stat st = {0};
	bool room = true;

	bool valued = l->kind == &entry_kind || l->kind == &raw_kind;

	if (!value || !valued || entry_node(file->node, l->kind, file->live, key, &node))
		return reply_item(l, at, reply);
	if (entry_stat(node, file->live, value, &st))
		room = reply_item(l, at, reply);
	else
		room = dir_reply_add(reply, l->names.data + item->name, &st, (off_t)at + 1, node);
	node_put(node);
	return room;
}

/* Stands the window so that it holds `offset` or ends right before it. */
static int seek(struct file *file, struct listing *l, uint64_t offset)
{
	const void *key, *value;
	int more = 1;

	if (offset < l->first) {
		int err = start(file, l);
		if (err)
			return err;
	}
	while (l->first + l->n < offset && more == 1) {
		shrink(l, l->first + l->n);
		more = step(file, l, &key, &value);
	}
	return more < 0 ? more : 0;
}

static int reply_keys(struct file *file, struct listing *l, uint64_t at, struct dir_reply *reply)
{
	const void *key, *value;
	int more = 1;

	for (; at < l->first + l->n; at++) {
		if (!reply_item(l, at, reply))
			return 0;
	}
	while ((more = step(file, l, &key, &value)) == 1) {
		bool room = reply->plus ? reply_item_plus(file, l, at, key, value, reply) : reply_item(l, at, reply);
		if (!room)
			return 0;
		at++;
	}
	return reply->used ? 0 : more; /* what was found comes first, the error with the next call */
}

static int listing_readdir(struct file *file, off_t offset, struct dir_reply *reply)
{
	struct listing *l = file->state;
	int err;

	if (offset == 0) {
		err = start(file, l);
		if (err)
			return err;
	}
	if (!reply_dots(file, &offset, reply))
		return 0;
	err = seek(file, l, (uint64_t)offset);
	if (err)
		return err;
	if ((uint64_t)offset >= l->reply_start) {
		shrink(l, l->reply_start);
		l->reply_start = (uint64_t)offset;
	}
	return reply_keys(file, l, (uint64_t)offset, reply);
}

static const struct file_ops ops = {
	.readdir = listing_readdir,
	.free = listing_free,
};

int listing_new(struct file *file, const struct node_kind *kind)
{
	struct listing *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->kind = kind;
	file->state = l;
	file->ops = &ops;
	return start(file, l);
}
