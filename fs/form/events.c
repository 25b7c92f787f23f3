/* SPDX-License-Identifier: MIT */
/*
 * M.events: one record a line, as it comes. A read gets whole lines as far as they fit, and a record is
 * consumed when the reader has its last byte: what it does not get is still there for the next reader.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "fs/forms.h"
#include "fs/loop.h"
#include "fs/mount.h"
#include "fs/park.h"
#include "fs/form/rectype.h"
#include "fs/why.h"

#define BACK (64 * 1024) /* bytes that a reader may step back, as shells do */
#define PAGE 4096

/*
 * The text of the stream from offset `base` on: taken bytes that may be read again, then what was made and
 * not yet taken: after a read at most one line, or what of it did not fit. Guarded by the file's lock.
 */
struct events {
	struct events *next; /* of all readers, under readers_lock */
	struct file *file;
	uint32_t map_id;
	bool claimed;
	struct bpfmap_records *records;
	struct rectype *type; /* NULL: bytes */
	struct text_buf out;
	size_t taken; /* of out */
	off_t base;
	uint64_t mark; /* of the last record in out */
	struct bpfmap_record record; /* not in out yet, for want of memory */
	bool has_record;
	int failed; /* told when all before it is taken */
	/* What the last read gave, until it is taken. */
	struct {
		size_t end; /* in out */
		uint64_t mark;
		bool releases; /* the record of that mark and those before it are complete */
	} given;
};

int events_applies(const struct live *live)
{
	const char *type = bpfmap_type_name(bpfmap_type(live->map));

	if (live->traits & BPFMAP_RECORDS)
		return 0;
	if (live->traits & BPFMAP_TAKES_RECORDS)
		return fail(EOPNOTSUPP, "records go into a map of type %s, not out of it: write them to .push", type);
	return fail(EOPNOTSUPP, "a map of type %s has no records to read", type);
}

/* ---- one reader a map ---- */

static pthread_mutex_t readers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t reader_left = PTHREAD_COND_INITIALIZER;
static struct events *readers;

static struct events *reader_of(uint32_t map_id)
{
	struct events *e = readers;
	while (e && e->map_id != map_id)
		e = e->next;
	return e;
}

/* A reader whose close(2) has returned is waited for: its RELEASE was sent before our OPEN. */
static int claim(struct events *e)
{
	struct events *other;
	bool all_seen = false;
	int err = 0;

	pthread_mutex_lock(&readers_lock);
	while (!err && (other = reader_of(e->map_id))) {
		if (atomic_load(&other->file->releasing)) {
			pthread_cond_wait(&reader_left, &readers_lock);
		} else if (all_seen) {
			err = fail(EBUSY, "process %d reads it already, and a record goes to one reader",
				   (int)other->file->opener.pid);
		} else {
			pthread_mutex_unlock(&readers_lock);
			loop_barrier();
			pthread_mutex_lock(&readers_lock);
			all_seen = true;
		}
	}
	if (!err) {
		e->claimed = true;
		e->next = readers;
		readers = e;
	}
	pthread_mutex_unlock(&readers_lock);
	return err;
}

static void give_up_claim(struct events *e)
{
	struct events **at = &readers;

	pthread_mutex_lock(&readers_lock);
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	pthread_cond_broadcast(&reader_left);
	pthread_mutex_unlock(&readers_lock);
}

/* ---- open and close ---- */

static int check_takeover(const struct live *live)
{
	if (!(live->traits & BPFMAP_PERF) || the_mount.opt.takeover)
		return 0;
	return fail(EPERM, "reading a perf event array takes it over from whoever reads it, for good: mount with "
		    "-o takeover to allow that");
}

static int open_records(struct events *e, const struct live *live, const char *type)
{
	int err = type ? rectype_find(live, type, &e->type) : 0;

	if (err)
		return err;
	err = bpfmap_records_open(live->map, &e->records);
	return err ? fail_engine(err) : park_new(bpfmap_records_fd(e->records), &e->file->park);
}

static int events_open(struct file *file)
{
	const char *type = strchr(file->node->id, '@');
	int err = form_check_consumes();

	err = err ? err : check_takeover(file->live);
	if (err)
		return err;
	struct events *e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->file = file;
	e->map_id = file->live->id;
	file->state = e;
	err = claim(e);
	return err ? err : open_records(e, file->live, type ? type + 1 : NULL);
}

static void events_free(struct file *file)
{
	struct events *e = file->state;

	if (!e)
		return;
	park_free(file->park);
	bpfmap_records_free(e->records);
	rectype_free(e->type);
	text_free(&e->out);
	if (e->claimed)
		give_up_claim(e);
	free(e);
}

/* ---- records into text ---- */

static int print(struct events *e)
{
	const struct bpfmap_record *r = &e->record;
	size_t before = e->out.len;
	int err;

	if (r->lost)
		err = text_printf(&e->out, "# lost %llu", (unsigned long long)r->lost);
	else if (e->type && rectype_fits(e->type, r->size))
		err = rectype_print(e->type, r->data, &e->out);
	else
		err = record_print(r->data, r->size, &e->out);
	err = err ? err : text_append(&e->out, "\n", 1);
	if (err)
		e->out.len = before;
	return err;
}

/* Appends the next record: 1, 0 where there is none now, or a negative errno. */
static int add_record(struct events *e)
{
	int got = e->has_record ? 1 : bpfmap_records_next(e->records, &e->record);

	if (got <= 0)
		return got ? fail_engine(got) : 0;
	e->has_record = true;
	int err = print(e);
	if (err)
		return err;
	e->has_record = false;
	e->mark = e->record.mark;
	return 1;
}

static void drop_taken(struct events *e)
{
	if (e->taken < BACK)
		return;
	memmove(e->out.data, e->out.data + e->taken, e->out.len - e->taken);
	e->base += (off_t)e->taken;
	e->out.len -= e->taken;
	e->taken = 0;
}

/*
 * Makes lines until the next does not fit, and decides what of them is given. A reply that is full where
 * more than a page was asked for would make the kernel ask for the rest of a larger read(2), and wait.
 */
static int give_lines(struct events *e, size_t size)
{
	size_t most = e->taken + (size > PAGE ? size - 1 : size), fits = e->taken;
	uint64_t mark = e->mark;
	int got = 1;

	if (e->out.len > e->taken && e->out.len <= most)
		fits = e->out.len;
	while (e->out.len < most && !e->failed && (got = add_record(e)) > 0) {
		if (e->out.len <= most) {
			fits = e->out.len;
			mark = e->mark;
		}
	}
	if (got < 0)
		e->failed = got;
	bool part = fits == e->taken && e->out.len > most; /* of a line that no such read can hold */
	e->given.end = part ? most : fits;
	e->given.mark = mark;
	e->given.releases = fits > e->taken;
	if (e->given.end > e->taken)
		return 0;
	int failed = e->failed;
	e->failed = 0;
	return failed ? failed : -EAGAIN;
}

/* Bytes that the reader had before, if it has stepped back to them. */
static bool give_again(struct events *e, size_t size, off_t offset)
{
	if (offset < e->base || offset >= e->base + (off_t)e->taken)
		return false;
	size_t at = (size_t)(offset - e->base);
	e->given.end = size < e->taken - at ? at + size : e->taken;
	e->given.releases = false;
	return true;
}

static int events_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	struct events *e = file->state;
	size_t at;

	if (offset == 0)
		e->base = -(off_t)e->taken; /* goes on, with new offsets */
	if (give_again(e, size, offset)) {
		at = (size_t)(offset - e->base);
	} else if (offset != e->base + (off_t)e->taken) {
		return fail(ESPIPE, "this form is a stream: it is read on from offset %lld, or from one shortly before",
			    (long long)(e->base + (off_t)e->taken));
	} else {
		drop_taken(e);
		int err = give_lines(e, size);
		if (err)
			return err;
		at = e->taken;
	}
	*ret_data = e->out.data + at;
	*ret_len = e->given.end - at;
	return 0;
}

static void events_taken(struct file *file)
{
	struct events *e = file->state;

	if (e->given.end > e->taken)
		e->taken = e->given.end;
	if (e->given.releases)
		bpfmap_records_release(e->records, e->given.mark);
	e->given.releases = false;
}

static bool events_ready(struct file *file)
{
	struct events *e = file->state;

	if (e->out.len == e->taken && !e->failed) {
		int got = add_record(e);
		e->failed = got < 0 ? got : 0;
	}
	return e->out.len > e->taken || e->failed;
}

const struct file_ops events_ops = {
	.open = events_open,
	.read = events_read,
	.taken = events_taken,
	.ready = events_ready,
	.free = events_free,
};
