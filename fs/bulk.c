/* SPDX-License-Identifier: MIT */
/*
 * Lines → keys and values in two arrays, as a batch update takes them. A line that names every leaf is
 * only put there; one that does not needs the entry's bytes of now, so what waits is stored first.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "fs/bulk.h"
#include "fs/entries.h"
#include "fs/erase.h"
#include "fs/family.h"
#include "fs/keyset.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

#define BATCH_BYTES (256 * 1024)
#define BATCH_MOST 8192

struct bulk {
	unsigned char *keys, *values; /* of `room` entries */
	size_t room, n;
	unsigned long long line, first_line; /* numbers from 1: the last read, the first that waits */
	int failed;             /* negative errno of a rejected line */
	struct keyset *named;   /* M.replace: the keys that lines named; NULL: M.tsv */
};

int bulk_open(struct file *file, bool replace)
{
	const struct live *live = file->live;
	size_t entry = live->key_size + live->value_bytes;
	struct bulk *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	file->state = b;
	b->room = BATCH_BYTES / entry;
	b->room = b->room < 1 ? 1 : b->room > BATCH_MOST ? BATCH_MOST : b->room;
	b->keys = malloc(b->room * live->key_size);
	b->values = malloc(b->room * live->value_bytes);
	if (!b->keys || !b->values)
		return -ENOMEM;
	if (replace) /* an open that neither truncates nor writes (touch) replaces nothing */
		file_close_work(file, file->flags & O_TRUNC);
	return replace ? keyset_new(live->key_size, &b->named) : 0;
}

void bulk_free(struct file *file)
{
	struct bulk *b = file->state;

	if (!b)
		return;
	keyset_free(b->named);
	free(b->keys);
	free(b->values);
	free(b);
}

/* How many of the first n entries a batch has stored. */
static uint32_t store_batch(struct live *live, const struct bulk *b)
{
	const struct family *f = live->family;
	uint32_t done = (uint32_t)b->n;
	int err;

	if (b->n < 2 || !(live->traits & BPFMAP_BATCH_WRITE) || (f->update && !f->update_batch))
		return 0;
	if (f->update_batch)
		err = f->update_batch(live, b->keys, b->values, &done);
	else
		err = bpfmap_update_batch(live->map, b->keys, b->values, &done, live->lock_flag);
	return err ? done : (uint32_t)b->n;
}

/* How many of the first n entries could be stored; *ret_err is the next one's. */
static size_t store(struct live *live, const struct bulk *b, int *ret_err)
{
	uint32_t done = store_batch(live, b);

	*ret_err = 0;
	/* one by one: where there are no batches, and from where one stopped, for the errno and its sentence */
	for (size_t i = done; i < b->n; i++) {
		*ret_err = store_update(live, b->keys + i * live->key_size, b->values + i * live->value_bytes, BPF_ANY);
		if (*ret_err)
			return i;
	}
	return b->n;
}

static int line_failed(struct bulk *b, unsigned long long line, int err)
{
	char because[280];

	snprintf(because, sizeof(because), "%s", *why() ? why() : strerror(-err));
	b->failed = fail(-err, "line %llu: %s", line, because);
	return b->failed;
}

static int flush(struct file *file, struct bulk *b)
{
	int err;

	if (!b->n)
		return 0;
	pthread_mutex_lock(&file->live->write_lock);
	size_t done = store(file->live, b, &err);
	pthread_mutex_unlock(&file->live->write_lock);
	b->n = 0;
	return err ? line_failed(b, b->first_line + done, err) : 0;
}

/* The old bytes of an entry, or zeros (R21: an absent key is created). */
static int old_bytes(void *arg, const void *key, void *value)
{
	const struct live *live = arg;
	int err = store_lookup(live, key, value);

	if (err == -ENOENT) {
		memset(value, 0, live->value_bytes);
		err = 0;
	}
	return err;
}

static int merge(struct file *file, struct bulk *b, const char *line, size_t len)
{
	struct live *live = file->live;
	struct text_note note = {""};
	int err = flush(file, b);

	if (err)
		return err;
	b->first_line = b->line;
	pthread_mutex_lock(&live->write_lock);
	err = tsv_parse(live->codec, line, len, b->keys, b->values, old_bytes, live, &note);
	err = err < 0 ? fail(-err, "%s", note.msg) : store_update(live, b->keys, b->values, BPF_ANY);
	pthread_mutex_unlock(&live->write_lock);
	return err ? line_failed(b, b->line, err) : 0;
}

/* The line with its value as the codec reads it; the name as it was. */
static int resolve(struct file *file, const char **line, size_t *len)
{
	struct text_buf *out = scratch_text(SCRATCH_RESOLVED);
	const char *tab = memchr(*line, '\t', *len);
	size_t name = tab ? (size_t)(tab + 1 - *line) : *len;
	int err = text_append(out, *line, name);

	if (!err && tab)
		err = file->live->family->resolve(file, *line + name, *len - name, out);
	*line = out->data;
	*len = out->len;
	return err;
}

static int take_line(struct file *file, const char *line, size_t len)
{
	struct live *live = file->live;
	struct bulk *b = file->state;
	unsigned char *key = b->keys + b->n * live->key_size, *value = b->values + b->n * live->value_bytes;
	struct text_note note = {""};

	b->line++;
	memset(value, 0, live->value_bytes);
	int refused = live->family->resolve ? resolve(file, &line, &len) : 0;
	int whole = refused ? refused : tsv_parse(live->codec, line, len, key, value, NULL, NULL, &note);
	if (whole == -ERANGE && memmem(line, len, "+=", 2)) /* of the old value it may be in range */
		whole = TEXT_PARTIAL;
	if (whole < 0) {
		int err = flush(file, b); /* the lines before it stay applied */
		return err ? err : line_failed(b, b->line, refused ? refused : fail(-whole, "%s", note.msg));
	}
	if (b->named && keyset_add(b->named, key))
		return line_failed(b, b->line, -ENOMEM);
	if (whole == TEXT_PARTIAL)
		return merge(file, b, line, len);
	if (!b->n++)
		b->first_line = b->line;
	return b->n == b->room ? flush(file, b) : 0;
}

static int take_lines(struct file *file, const char *text, size_t len)
{
	struct bulk *b = file->state;
	int err = file_each_line(file, text, len, take_line);

	return err ? err : flush(file, b); /* an error belongs to the write that carried the line */
}

int bulk_write(struct file *file, const char *data, size_t size, off_t offset)
{
	struct bulk *b = file->state;
	size_t limit = codec_line_limit(file->live->codec) + 6 * file->live->key_size + 4096;
	(void)offset;

	if (b->failed)
		return fail(-b->failed, "a line before was refused: nothing more is taken through this open file");
	int err = file_gather_bulk(file, data, size, limit, take_lines);
	if (err && !b->failed)
		line_failed(b, b->line + 1, err);
	file_close_work(file, b->named || file->pending.len > 0);
	return err;
}

static bool is_unnamed(const void *key, void *bulk)
{
	const struct bulk *b = bulk;
	return !keyset_has(b->named, key);
}

static int zero_unnamed(const struct live *live, const void *key, void *bulk)
{
	struct bulk *b = bulk;
	return is_unnamed(key, bulk) ? store_update(live, key, b->values, BPF_ANY) : 0;
}

/* Deletes what no line named; of an array, zeroes it. */
static int delete_others(struct file *file, struct bulk *b)
{
	keyset_sort(b->named);
	memset(b->values, 0, file->live->value_bytes);
	if (!(file->live->traits & BPFMAP_FIXED))
		return erase(file->live, is_unnamed, b);
	return entries_each_key(file->live, zero_unnamed, b);
}

int bulk_finish(struct file *file)
{
	struct bulk *b = file->state;
	int err = 0;

	if (b->failed)
		return 0; /* said already; R21: .replace deletes nothing after a rejected line */
	if (file->pending.len)
		err = take_lines(file, file->pending.data, file->pending.len);
	if (err || !b->named)
		return err;
	return delete_others(file, b);
}
