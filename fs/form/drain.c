/* SPDX-License-Identifier: MIT */
/*
 * M.drain: as M.tsv, and each entry is deleted in the same kernel call that reads it (R22). What was taken
 * and not yet read stays in the stream's buffer: a read at 0 goes on with it.
 */
#include <errno.h>
#include <stdlib.h>

#include "format.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/stream.h"
#include "fs/why.h"

#define BATCH 128 /* entries that a reader who goes away may lose, if no bucket holds more */

struct drain {
	struct format_run *run;
	struct bpfmap_cursor *cursor;
	unsigned char *keys, *values;
	uint32_t room;
	bool one_by_one; /* a kernel without the batch command */
};

int drain_applies(const struct live *live)
{
	int err = family_reads(live);

	err = err ? err : family_deletes(live);
	if (err || (live->traits & (BPFMAP_BATCH_LAD | BPFMAP_LAD) && !(live->traits & BPFMAP_FIXED)))
		return err;
	return fail(EOPNOTSUPP, "entries of a map of type %s cannot be read and deleted in one call",
		    bpfmap_type_name(bpfmap_type(live->map)));
}

static void stop(struct stream *s)
{
	struct drain *d = s->source_state;

	if (!d)
		return;
	format_run_free(d->run);
	bpfmap_cursor_free(d->cursor);
	free(d->keys);
	free(d->values);
	free(d);
	s->source_state = NULL;
}

static int make_room(const struct live *live, struct drain *d, uint32_t room)
{
	free(d->keys);
	free(d->values);
	d->keys = malloc((size_t)room * live->key_size);
	d->values = malloc((size_t)room * live->value_bytes);
	d->room = room;
	return d->keys && d->values ? 0 : -ENOMEM;
}

static int start(struct file *file, struct stream *s)
{
	struct live *live = file->live;
	struct format_map map = {.name = bpfmap_name(live->map)};
	struct drain *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	s->source_state = d;
	live_wait(live, false);
	d->one_by_one = !(live->traits & BPFMAP_BATCH_LAD);
	int err = make_room(live, d, BATCH);
	err = err ? err : format_run_new(format_find("tsv"), live->codec, &map, &d->run);
	err = err ? err : format_pass(d->run, 0, &s->out);
	if (!err && !d->one_by_one)
		err = bpfmap_cursor_new(live->map, &d->cursor);
	return err;
}

static int print(struct drain *d, const struct live *live, uint32_t n, struct text_buf *out)
{
	int err = 0;
	for (uint32_t i = 0; i < n && !err; i++)
		err = format_entry(d->run, d->keys + (size_t)i * live->key_size,
				   d->values + (size_t)i * live->value_bytes, out);
	return err;
}

static int take_one(const struct live *live, struct drain *d, struct text_buf *out)
{
	for (int tries = 0; tries < 1000; tries++) {
		int err = bpfmap_next_key(live->map, NULL, d->keys);
		if (err)
			return err == -ENOENT ? 0 : fail_engine(err);
		err = bpfmap_lookup_and_delete(live->map, d->keys, d->values, live->value_bytes, live->lock_flag);
		if (!err)
			err = print(d, live, 1, out);
		if (err != -ENOENT) /* another was faster: look for the next */
			return err ? fail_engine(err) : 1;
	}
	return 0;
}

static int take_batch(const struct live *live, struct drain *d, struct text_buf *out)
{
	uint32_t n = d->room;
	int end = bpfmap_lookup_and_delete_batch(live->map, d->cursor, d->keys, d->values, &n, live->lock_flag);

	if (end == -ENOSPC) {
		int err = make_room(live, d, d->room * 2);
		return err ? err : 1;
	}
	if (end == -EOPNOTSUPP) {
		d->one_by_one = true;
		return 1;
	}
	if (end && end != -ENOENT)
		return fail_engine(end);
	int err = print(d, live, n, out);
	return err ? err : !end;
}

static int more(struct file *file, struct stream *s, struct text_buf *out)
{
	struct drain *d = s->source_state;
	return d->one_by_one ? take_one(file->live, d, out) : take_batch(file->live, d, out);
}

static const struct stream_source source = {.start = start, .more = more, .stop = stop, .consumes = true};

static int open_drain(struct file *file)
{
	int err = form_check_consumes();
	return err ? err : stream_open(file, &source);
}

const struct file_ops drain_ops = {.open = open_drain, .read = stream_read, .free = stream_free};
