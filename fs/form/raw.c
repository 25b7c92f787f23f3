/* SPDX-License-Identifier: MIT */
/* M.raw/: the same keys as M/, each value as its bytes (R6). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/file.h"
#include "fs/forms.h"
#include "fs/keydir.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

/* Bytes of the next value, gathered by offset. */
struct gather {
	size_t have;          /* how many of the value's bytes are there */
	unsigned char *bytes; /* value_bytes, and behind them as many flags: is it there? */
};

static struct gather *gather_of(struct file *file)
{
	struct gather *g = file->state;

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (g)
		g->bytes = calloc(2, file->live->value_bytes);
	if (!g || !g->bytes) {
		free(g);
		return NULL;
	}
	file->state = g;
	return g;
}

static void gather_free(struct file *file)
{
	struct gather *g = file->state;
	if (g)
		free(g->bytes);
	free(g);
}

static void start_again(struct file *file, struct gather *g)
{
	g->have = 0;
	memset(g->bytes + file->live->value_bytes, 0, file->live->value_bytes);
}

static int render(struct file *file, struct text_buf *out)
{
	struct live *live = file->live;
	int err = text_reserve(out, live->value_bytes);

	err = err ? err : store_lookup(live, file->node->id, out->data);
	if (err)
		return err == -ENOENT ? fail(ENOENT, "the entry has gone") : err;
	out->len = live->value_bytes;
	entry_saw(file->node, out->data, out->len, false);
	return 0;
}

static int store_gathered(struct file *file, struct gather *g)
{
	pthread_mutex_lock(&file->live->write_lock);
	int err = entry_store(file, g->bytes);
	pthread_mutex_unlock(&file->live->write_lock);
	start_again(file, g);
	return err;
}

static int check_ids(const struct file *file)
{
	if (!file->live->family->resolve || file_by_root(file))
		return 0;
	return fail(EPERM, "only root may store by id, and the bytes of a value here are an id");
}

static int write_bytes(struct file *file, const char *data, size_t size, off_t offset)
{
	size_t whole = file->live->value_bytes, at = (size_t)offset;
	struct gather *g = gather_of(file);
	int err = g ? check_ids(file) : -ENOMEM;

	if (err)
		return err;
	if (at > whole || size > whole - at) {
		start_again(file, g);
		entry_written(file);
		file_close_work(file, false);
		return fail(EINVAL, "%zu bytes at offset %zu: the value has exactly %zu bytes", size, at, whole);
	}
	memcpy(g->bytes + at, data, size);
	for (size_t i = at; i < at + size; i++) {
		g->have += !g->bytes[whole + i];
		g->bytes[whole + i] = 1;
	}
	err = g->have == whole ? store_gathered(file, g) : 0;
	file_close_work(file, g->have > 0);
	return err;
}

static int finish(struct file *file)
{
	struct gather *g = file->state;
	bool asked = file->unwritten && file->node->sightings.unwritten;

	if ((g && g->have) || (asked && !file->stored))
		return fail(EINVAL, "closed with %zu of the value's %zu bytes written: nothing was stored",
			    g ? g->have : 0, file->live->value_bytes);
	return 0;
}

static const struct file_ops raw_ops = {
	.render = render,
	.write = write_bytes,
	.finish = finish,
	.free = gather_free,
};

static int open_raw(struct node *node, struct file *file)
{
	struct live *live = file->live;

	if (!file->created) {
		int err = live_by_id(node->map_id, &live);
		if (err)
			return err;
		live_wait(live, false);
	}
	int err = entry_open_file(file, &raw_ops, live);
	return err || (file->flags & O_ACCMODE) == O_RDONLY ? err : check_ids(file);
}

const struct node_kind raw_kind = {
	.name = "raw",
	.getattr = entry_getattr,
	.setattr = entry_setattr,
	.open = open_raw,
	.path = entry_path,
};

/* ---- the directory M.raw/ ---- */

int raw_applies(const struct live *live)
{
	return family_reads(live);
}

const struct node_kind raw_dir_kind = {
	.name = "form",
	.entries = &raw_kind,
	.getattr = keydir_getattr,
	.setattr = node_setattr_nothing,
	.lookup = keydir_lookup,
	.opendir = keydir_opendir,
	.create = keydir_create,
	.unlink = keydir_unlink,
	.rename = keydir_rename,
	.path = form_path,
};
