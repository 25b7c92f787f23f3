/* SPDX-License-Identifier: MIT */
/* M.tsv, M.csv, M.json, M.prom for reading: a walk over the map, printed entry by entry. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "format.h"
#include "fs/bulk.h"
#include "fs/entries.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/journal.h"
#include "fs/map.h"
#include "fs/scratch.h"
#include "fs/stream.h"
#include "fs/why.h"

#define PIECE (32 * 1024) /* text that one step makes, about */

struct dump {
	struct text_buf name; /* of the map; the run borrows it */
	struct format_run *run;
	struct entries *walk;
	unsigned pass;
};

static void stop(struct stream *s)
{
	struct dump *d = s->source_state;

	if (!d)
		return;
	entries_free(d->walk);
	format_run_free(d->run);
	text_free(&d->name);
	free(d);
	s->source_state = NULL;
}

static int next_pass(struct live *live, struct dump *d, struct text_buf *out)
{
	entries_free(d->walk);
	d->walk = NULL;
	int err = entries_new(live, false, &d->walk);
	return err ? err : format_pass(d->run, d->pass, out);
}

static int start(struct file *file, struct stream *s)
{
	struct live *live = file->live;
	struct format_map map = {0};
	struct dump *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	s->source_state = d;
	live_wait(live, false);
	int err = map_called(file->node, live, &d->name);
	map.name = d->name.data;
	err = err ? err : format_run_new(format_find(file->node->form->name), live->codec, &map, &d->run);
	if (!err && format_passes(d->run))
		err = next_pass(live, d, &s->out);
	return err;
}

static void note_abort(struct file *file)
{
	struct text_buf *path = scratch_text(SCRATCH_NAME);
	if (!node_path(file->node, path))
		journal_add(file->opener.pid, path->data, BPFMAP_ABORTED,
			    "the text ends early: the map changed faster than it could be walked");
}

/* Prints a piece of the walk: 1, 0 at its end, or a negative errno. */
static int walk(struct dump *d, struct text_buf *out)
{
	size_t enough = out->len + PIECE;
	const void *key, *value;
	int more = 1, err = 0;

	while (!err && out->len < enough && (more = entries_next(d->walk, &key, &value)) == 1)
		err = format_entry(d->run, key, value, out);
	return err ? err : more;
}

static int more(struct file *file, struct stream *s, struct text_buf *out)
{
	struct dump *d = s->source_state;
	int left = d->walk ? walk(d, out) : 0;

	if (left == -BPFMAP_ABORTED) {
		note_abort(file);
		left = 0;
	}
	if (left)
		return left;
	if (++d->pass < format_passes(d->run)) {
		int err = next_pass(file->live, d, out);
		return err ? err : 1;
	}
	return format_end(d->run, out);
}

static const struct stream_source source = {.start = start, .more = more, .stop = stop};

static int open_dump(struct file *file)
{
	return stream_open(file, &source);
}

const struct file_ops dump_ops = {.open = open_dump, .read = stream_read, .free = stream_free};

/* ---- M.tsv: read as the others, written line by line ---- */

static bool for_writing(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_RDONLY;
}

/* Some maps take lines and give none: a bloom filter. */
int tsv_applies(const struct live *live)
{
	return family_writes(live) ? family_reads(live) : 0;
}

static int open_tsv(struct file *file)
{
	if (!for_writing(file))
		return open_dump(file);
	int err = family_writes(file->live);
	if (err)
		return err;
	if ((file->flags & O_ACCMODE) == O_RDWR)
		return fail(EINVAL, "a .tsv is opened for reading or for writing, not for both");
	return bulk_open(file, false);
}

static int read_tsv(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	return for_writing(file) ? fail(EBADF, "opened for writing") : stream_read(file, size, offset, ret_data, ret_len);
}

static void free_tsv(struct file *file)
{
	if (for_writing(file))
		bulk_free(file);
	else
		stream_free(file);
}

const struct file_ops tsv_ops = {
	.open = open_tsv, .read = read_tsv, .write = bulk_write, .finish = bulk_finish, .free = free_tsv};

/* ---- M.replace ---- */

int replace_applies(const struct live *live)
{
	int err = clear_applies(live);
	return err ? err : family_writes(live);
}

static int open_replace(struct file *file)
{
	return bulk_open(file, true);
}

const struct file_ops replace_ops = {
	.open = open_replace, .write = bulk_write, .finish = bulk_finish, .free = bulk_free};
