/* SPDX-License-Identifier: MIT */
/* M.push of a user ring buffer: a line is a record, as its bytes or as a text in quotes. */
#include <errno.h>
#include <stdlib.h>

#include "fs/form/push.h"
#include "fs/why.h"

struct feeding {
	struct bpfmap_feed *feed; /* used under live->write_lock: a ring buffer has one writer at a time */
	struct text_buf record;
};

static void feeding_free(struct file *file)
{
	struct feeding *f = file->state;

	if (!f)
		return;
	bpfmap_feed_free(f->feed);
	text_free(&f->record);
	free(f);
}

static int feeding_open(struct file *file)
{
	struct feeding *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	file->state = f;
	int err = bpfmap_feed_open(file->live->map, &f->feed);
	return err ? fail_engine(err) : 0;
}

/* A byte is written as at most four characters, \xHH. */
static size_t limit(const struct file *file)
{
	const struct feeding *f = file->state;
	return 4 * bpfmap_feed_most(f->feed) + 2;
}

static int parse(struct file *file, const char *line, size_t len, const void **ret_bytes, size_t *ret_size)
{
	struct feeding *f = file->state;
	size_t most = bpfmap_feed_most(f->feed);
	struct text_note note = {""};

	f->record.len = 0;
	int err = record_parse(line, len, &f->record, &note);
	if (err)
		return err == -ENOMEM ? err : fail(-err, "%s", note.msg);
	if (f->record.len > most)
		return fail(EMSGSIZE, "a record of %zu bytes: this ring buffer takes at most %zu", f->record.len, most);
	*ret_bytes = f->record.data;
	*ret_size = f->record.len;
	return 0;
}

static int put(struct file *file, const void *bytes, size_t size)
{
	struct feeding *f = file->state;

	pthread_mutex_lock(&file->live->write_lock);
	int err = bpfmap_feed_put(f->feed, bytes, size);
	pthread_mutex_unlock(&file->live->write_lock);
	return err ? fail_engine(err) : 0;
}

const struct push_target feed_target = {
	.trait = BPFMAP_TAKES_RECORDS,
	.open = feeding_open,
	.free = feeding_free,
	.limit = limit,
	.parse = parse,
	.put = put,
};
