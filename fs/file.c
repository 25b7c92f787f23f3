/* SPDX-License-Identifier: MIT */
/* Snapshots that are read, lines that are gathered, and the counts on the node that go with an open file. */
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/file.h"
#include "fs/why.h"

/* R2: a shorter write is complete as it is. */
#define WHOLE_WRITE 4096

/* A user may have a thousand files open: the unfinished lines of all together are bounded, too. */
#define WAITS_MOST (64u << 20)
#define WAITS_LITTLE (64u << 10) /* is taken in any case */

static _Atomic(uint64_t) serials;
static _Atomic(size_t) waiting; /* bytes of all files' pending */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct file all = {.older = &all, .newer = &all};

static void list_in(struct file *file)
{
	pthread_mutex_lock(&all_lock);
	file->older = all.older;
	file->newer = &all;
	all.older->newer = file;
	all.older = file;
	pthread_mutex_unlock(&all_lock);
}

static void list_out(struct file *file)
{
	pthread_mutex_lock(&all_lock);
	file->older->newer = file->newer;
	file->newer->older = file->older;
	pthread_mutex_unlock(&all_lock);
}

int file_finish(struct file *file)
{
	pthread_mutex_lock(&file->lock);
	bool work = atomic_load(&file->close_work);
	int err = work && file->ops->finish ? file->ops->finish(file) : 0;
	file_close_work(file, false);
	pthread_mutex_unlock(&file->lock);
	return err;
}

void file_free_all(void)
{
	while (all.newer != &all) {
		file_finish(all.newer);
		atomic_store(&all.newer->refs, 1);
		file_put(all.newer);
	}
}

static struct caller uid_and_gid(const struct caller *who)
{
	return (struct caller){.uid = who->uid, .gid = who->gid};
}

struct file *file_new(struct node *node, int flags, const struct caller *who)
{
	struct file *file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->node = node_ref(node);
	file->flags = flags;
	file->who = who;
	file->opener = *who;
	file->opener.req = NULL;
	file->tail = uid_and_gid(who);
	atomic_init(&file->refs, 1);
	pthread_mutex_init(&file->lock, NULL);
	list_in(file);
	return file;
}

bool file_by_root(const struct file *file)
{
	return caller_is_root(&file->tail) && (!file->who || caller_is_root(file->who));
}

int file_write(struct file *file, const struct caller *who, const char *data, size_t size, off_t offset)
{
	if (!file->ops->write)
		return fail(EBADF, "this file can only be read");
	pthread_mutex_lock(&file->lock);
	file->who = who;
	if (!caller_is_root(who))
		file->tail = uid_and_gid(who);
	int err = file->ops->write(file, data, size, offset);
	if (!file->pending.len)
		file->tail = uid_and_gid(&file->opener);
	file->who = NULL;
	pthread_mutex_unlock(&file->lock);
	return err;
}

struct file *file_ref(struct file *file)
{
	atomic_fetch_add(&file->refs, 1);
	return file;
}

void file_close_work(struct file *file, bool work)
{
	if (atomic_exchange(&file->close_work, work) == work || !file->live)
		return;
	if (work)
		atomic_fetch_add(&file->live->close_work, 1);
	else
		atomic_fetch_sub(&file->live->close_work, 1);
}

static bool reads(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_WRONLY;
}

static bool writes(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_RDONLY;
}

static void uncount(struct file *file)
{
	struct sightings *s = &file->node->sightings;

	node_lock(file->node);
	s->readers -= reads(file);
	s->writers -= writes(file);
	if (file->unwritten && s->unwritten)
		s->unwritten--;
	node_unlock(file->node);
}

void file_put(struct file *file)
{
	if (atomic_fetch_sub(&file->refs, 1) != 1)
		return;
	list_out(file);
	if (file->ops && file->ops->free)
		file->ops->free(file);
	file_close_work(file, false);
	if (file->counted)
		uncount(file);
	text_free(&file->snapshot);
	text_free(&file->pending);
	atomic_fetch_sub(&waiting, file->waiting);
	live_put(file->live);
	node_put(file->node);
	pthread_mutex_destroy(&file->lock);
	free(file);
}

static int take_snapshot(struct file *file)
{
	struct sightings *s = &file->node->sightings;

	file->snapshot.len = 0;
	if (file->live)
		live_wait(file->live, atomic_load(&file->close_work));
	int err = file->ops->render(file, &file->snapshot);
	file->has_snapshot = !err;
	if (err)
		return err;
	node_lock(file->node);
	if (s->newest_open == file->serial)
		s->snapshot = file->snapshot.len;
	node_unlock(file->node);
	return 0;
}

int file_opened(struct file *file)
{
	struct sightings *s = &file->node->sightings;

	node_lock(file->node);
	s->readers += reads(file);
	s->writers += writes(file);
	if (file->unwritten)
		s->unwritten++;
	if (reads(file)) {
		file->serial = atomic_fetch_add(&serials, 1) + 1;
		s->newest_open = file->serial;
		s->snapshot = 0;
	}
	node_unlock(file->node);
	file->counted = true;
	if (!reads(file) || !file->ops->render || file->created)
		return 0;
	return take_snapshot(file);
}

int file_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	if (file->ops->read)
		return file->ops->read(file, size, offset, ret_data, ret_len);
	if (!file->ops->render)
		return fail(EBADF, "this file can only be written");
	if (offset == 0 || !file->has_snapshot) {
		int err = take_snapshot(file);
		if (err)
			return err;
	}
	size_t have = file->snapshot.len, start = (size_t)offset < have ? (size_t)offset : have;
	*ret_data = file->snapshot.data + start;
	*ret_len = size < have - start ? size : have - start;
	return 0;
}

static int too_long(size_t limit)
{
	return fail(EINVAL, "a line of more than %zu bytes: no value of this map is that long", limit);
}

/* Keeps what comes after the last newline; calls lines() with what comes before. */
static int keep_tail(struct file *file, size_t limit, file_lines *lines)
{
	struct text_buf *p = &file->pending;
	const char *nl = memrchr(p->data, '\n', p->len);
	size_t whole = nl ? (size_t)(nl + 1 - p->data) : 0;
	int err = p->len - whole > limit ? too_long(limit) : 0; /* R21: before any line is applied */

	if (!err && whole)
		err = lines(file, p->data, whole);
	if (err) {
		text_free(p);
		return err;
	}
	memmove(p->data, p->data + whole, p->len - whole);
	p->len -= whole;
	return 0;
}

static void count_waiting(struct file *file)
{
	atomic_fetch_add(&waiting, file->pending.len - file->waiting);
	file->waiting = file->pending.len;
}

/* One file alone may have more, as much as its line's limit says. */
static int check_waiting(const struct file *file, size_t more)
{
	size_t others = atomic_load(&waiting) - file->waiting;

	if (file->pending.len + more <= WAITS_LITTLE || others <= WAITS_MOST)
		return 0;
	return fail(ENOMEM, "%zu bytes of unfinished lines wait in other open files already", others);
}

static int gather(struct file *file, const char *data, size_t size, bool complete, size_t limit, file_lines *lines)
{
	struct text_buf *p = &file->pending;
	int err;

	if (!size)
		return 0;
	complete = complete || data[size - 1] == '\n';
	if (complete && !p->len)
		return lines(file, data, size);
	err = check_waiting(file, size);
	err = err ? err : text_append(p, data, size);
	if (err)
		return err;
	if (complete) {
		err = lines(file, p->data, p->len);
		text_free(p);
	} else {
		err = keep_tail(file, limit, lines);
	}
	count_waiting(file);
	return err;
}

int file_gather_lines(struct file *file, const char *data, size_t size, size_t limit, file_lines *lines)
{
	return gather(file, data, size, size < WHOLE_WRITE, limit, lines);
}

int file_gather_bulk(struct file *file, const char *data, size_t size, size_t limit, file_lines *lines)
{
	return gather(file, data, size, false, limit, lines);
}

int file_each_line(struct file *file, const char *text, size_t len, file_lines *one)
{
	int err = 0;
	for (const char *end = text + len; text < end && !err;) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		err = one(file, text, (size_t)((nl ? nl : end) - text));
		text = nl ? nl + 1 : end;
	}
	return err;
}
