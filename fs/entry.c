/* SPDX-License-Identifier: MIT */
/*
 * M/KEY: one entry as a line of text. Also what M.raw/KEY shares with it: stat, sightings, the flag that
 * a store uses, and the zero value of an entry that was created and never written (R4).
 */
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/bpf.h>
#include <string.h>

#include "fs/atomic.h"
#include "fs/attr.h"
#include "fs/changes.h"
#include "fs/entry.h"
#include "fs/family.h"
#include "fs/file.h"
#include "fs/hash.h"
#include "fs/map.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

int entry_node(struct node *dir, const struct node_kind *kind, const struct live *live, const void *key,
	       struct node **ret_node)
{
	struct node_id id = {.parent = dir, .kind = kind, .map_id = live->id, .bytes = key, .len = live->key_size};
	return node_get(&id, ret_node);
}

int entry_size(const struct node_kind *kind, const struct live *live, const void *value, size_t *ret_size)
{
	if (kind == &raw_kind) {
		*ret_size = live->value_bytes;
		return 0;
	}
	struct text_buf *line = scratch_text(SCRATCH_LINE);
	int err = value_print(live->codec, value, line);
	*ret_size = line->len + (live->value_bytes > 0);
	return err;
}

static uint64_t change_of(const struct node *node)
{
	return hash_bytes(node->map_id, node->id, node->len) | 1;
}

void entry_saw(struct node *node, const void *value, size_t size, bool changed)
{
	struct sightings *s = &node->sightings;
	uint64_t hash = hash_bytes(1, value, size) | 1;

	struct timespec now;

	node_lock(node);
	changed = changed || (s->seen && s->seen != hash);
	s->seen = hash;
	node_unlock(node);
	if (changed) {
		clock_gettime(CLOCK_REALTIME, &now);
		changes_note(change_of(node), &now);
	}
}

void entry_mtime(const struct node *node, struct stat *st)
{
	changes_find(change_of(node), &st->st_mtim);
}

static int fill_stat(struct node *node, struct live *live, size_t size, struct stat *st)
{
	struct stat pin;
	int err = map_owner(node, &pin);

	if (err)
		return err;
	st->st_ino = node->ino;
	unsigned may = (live->family->no_lookup ? 0 : ATTR_READ) | (live->family->no_update ? 0 : ATTR_WRITE);
	attr_file(&pin, live_frozen(live), may, size, st);
	entry_mtime(node, st);
	return 0;
}

int entry_stat(struct node *node, struct live *live, const void *value, struct stat *ret_st)
{
	size_t size;
	int err = entry_size(node->kind, live, value, &size);

	if (err)
		return err;
	entry_saw(node, value, live->value_bytes, false);
	return fill_stat(node, live, size, ret_st);
}

int entry_stat_unwritten(struct node *node, struct live *live, struct stat *ret_st)
{
	return fill_stat(node, live, 0, ret_st);
}

/* The map of an entry's node: the one whose key it is, even if the pin is another map's by now (R17). */
static int entry_live(struct node *node, struct live **ret_live)
{
	int err = live_by_id(node->map_id, ret_live);
	if (!err)
		live_wait(*ret_live, false);
	return err;
}

static int stat_now(struct node *node, struct live *live, struct stat *st)
{
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);
	int err = value ? store_lookup(live, node->id, value) : -ENOMEM;

	return err ? err : entry_stat(node, live, value, st);
}

int entry_getattr(struct node *node, struct stat *ret_st)
{
	const struct sightings *s = &node->sightings;
	struct live *live;
	int err = entry_live(node, &live);

	if (err)
		return err;
	node_lock(node);
	bool read = s->readers > 0, written = s->writers > 0;
	size_t size = s->snapshot;
	node_unlock(node);
	if (read) {
		err = fill_stat(node, live, size, ret_st);
	} else {
		err = stat_now(node, live, ret_st);
		if (err == -ENOENT && written) /* fstat of what is not yet stored, or no longer there */
			err = entry_stat_unwritten(node, live, ret_st);
	}
	live_put(live);
	return err;
}

static int store_zero(struct node *node, struct live *live)
{
	void *zero = scratch_bytes(SCRATCH_PARSED, live->value_bytes);
	if (!zero)
		return -ENOMEM;
	memset(zero, 0, live->value_bytes);
	int err = store_update(live, node->id, zero, BPF_NOEXIST);
	if (err == -EEXIST) /* somebody else stored a value meanwhile: that one stays */
		return 0;
	if (!err)
		entry_saw(node, zero, live->value_bytes, true);
	return err;
}

/* One created and unwritten open less, or all of them; true if there was any. */
static bool take_unwritten(struct node *node, bool all)
{
	node_lock(node);
	unsigned n = node->sightings.unwritten;
	node->sightings.unwritten = all || !n ? 0 : n - 1;
	node_unlock(node);
	return n > 0;
}

int entry_setattr(struct node *node, const struct stat *want, int to_set, const struct caller *who)
{
	struct live *live;
	(void)want;
	(void)who;

	if (!(to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) || !take_unwritten(node, true))
		return 0;
	int err = entry_live(node, &live);
	if (err)
		return err;
	err = store_zero(node, live);
	live_put(live);
	return err;
}

int entry_path(struct node *node, struct text_buf *out)
{
	struct live *live;
	int err = node_path(node->parent, out);

	err = err ? err : text_append(out, "/", 1);
	if (err)
		return err;
	live = live_cached(node->map_id);
	if (!live)
		return text_append(out, "?", 1);
	err = name_print(live->codec, node->id, out);
	live_put(live);
	return err;
}

uint64_t entry_store_flag(const struct file *file)
{
	if (file->created)
		return (file->flags & O_EXCL) && !file->stored ? BPF_NOEXIST : BPF_ANY;
	return file->flags & O_TRUNC ? BPF_ANY : BPF_EXIST;
}

void entry_written(struct file *file)
{
	if (file->unwritten)
		take_unwritten(file->node, false);
	file->unwritten = false;
}

void entry_stored(struct file *file, const void *value)
{
	file->stored = true;
	entry_written(file);
	entry_saw(file->node, value, file->live->value_bytes, true);
}

int entry_store(struct file *file, const void *value)
{
	int err = store_update(file->live, file->node->id, value, entry_store_flag(file));

	if (!err)
		entry_stored(file, value);
	return err;
}

int entry_open_file(struct file *file, const struct file_ops *ops, struct live *live)
{
	file->ops = ops;
	file->live = live;
	if ((file->flags & O_ACCMODE) != O_RDONLY && live->family->no_update)
		return family_writes(live);
	/* R4: a zero is stored for what is created and never written, but not where it must be new. */
	file->unwritten = file->created && !(file->flags & O_EXCL);
	file_close_work(file, file->unwritten);
	return 0;
}

/* ---- M/KEY ---- */

static int render(struct file *file, struct text_buf *out)
{
	struct live *live = file->live;
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);
	int err = value ? store_lookup(live, file->node->id, value) : -ENOMEM;

	if (err)
		return err == -ENOENT ? fail(ENOENT, "the entry has gone") : err;
	entry_saw(file->node, value, live->value_bytes, false);
	err = value_print(live->codec, value, out);
	return err || !live->value_bytes ? err : text_append(out, "\n", 1);
}

/* Parses over zeros: what the line means, and whether it names every leaf. */
static int parse_alone(struct live *live, const char *line, size_t len, enum scratch_slot slot, void **ret_value)
{
	struct text_note note = {""};
	void *value = scratch_bytes(slot, live->value_bytes);

	if (!value)
		return -ENOMEM;
	memset(value, 0, live->value_bytes);
	int whole = value_parse(live->codec, line, len, value, &note);
	*ret_value = value;
	if (whole == -ERANGE && memmem(line, len, "+=", 2)) /* of the old value it may be in range */
		return TEXT_PARTIAL;
	return whole < 0 ? fail(-whole, "%s", note.msg) : whole;
}

/* Reads, changes, writes back; nobody else's write through this mount comes in between. */
static int merge_line(struct file *file, const char *line, size_t len)
{
	struct live *live = file->live;
	struct text_note note = {""};
	void *value = scratch_bytes(SCRATCH_PARSED, live->value_bytes);
	bool fresh = entry_store_flag(file) == BPF_NOEXIST;

	if (!value)
		return -ENOMEM;
	int err = fresh ? -ENOENT : store_lookup(live, file->node->id, value);
	if (err == -ENOENT && file->created)
		memset(value, 0, live->value_bytes);
	else if (err)
		return err == -ENOENT ? fail(ENOENT, "the entry has gone, and the line gives only a part of it") : err;
	err = value_parse(live->codec, line, len, value, &note);
	return err < 0 ? fail(-err, "%s", note.msg) : entry_store(file, value);
}

static int store_line(struct file *file, const char *line, size_t len)
{
	void *value;
	int err = parse_alone(file->live, line, len, SCRATCH_PARSED, &value);

	if (err == TEXT_WHOLE)
		return entry_store(file, value);
	if (err != TEXT_PARTIAL)
		return err;
	return atomic_adds(file->live, line, len) ? atomic_line(file, line, len) : merge_line(file, line, len);
}

/* What the line makes of the value in SCRATCH_VALUE, which the lines before it have made. */
static int try_line(struct file *file, const char *line, size_t len)
{
	struct text_note note = {""};
	void *alone, *so_far = scratch_bytes(SCRATCH_VALUE, file->live->value_bytes);
	int whole = parse_alone(file->live, line, len, SCRATCH_CHECK, &alone);

	if (whole == TEXT_WHOLE)
		memcpy(so_far, alone, file->live->value_bytes);
	else if (whole == TEXT_PARTIAL)
		whole = value_parse(file->live->codec, line, len, so_far, &note);
	return whole >= 0 ? 0 : *note.msg ? fail(-whole, "%s", note.msg) : whole;
}

/* R21: all lines are parsed, each over what the one before it makes, before the first is applied. */
static int try_lines(struct file *file, const char *text, size_t len)
{
	const struct live *live = file->live;
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);
	bool blind = live->family->no_lookup; /* then lines that name a part alone are refused as they are applied */
	int err = !value ? -ENOMEM : blind ? -ENOENT : store_lookup(live, file->node->id, value);

	if (err == -ENOENT) {
		memset(value, 0, live->value_bytes);
		err = 0;
	}
	return err ? err : file_each_line(file, text, len, try_line);
}

static int resolve_line(struct file *file, const char *line, size_t len)
{
	struct text_buf *out = scratch_text_kept(SCRATCH_RESOLVED);
	int err = file->live->family->resolve(file, line, len, out);
	return err ? err : text_append(out, "\n", 1);
}

static int store_resolved(struct file *file, const char *text, size_t len)
{
	const char *nl = memchr(text, '\n', len);
	bool single = !nl || nl == text + len - 1;

	pthread_mutex_lock(&file->live->write_lock);
	int err = single ? 0 : try_lines(file, text, len);
	err = err ? err : file_each_line(file, text, len, store_line);
	pthread_mutex_unlock(&file->live->write_lock);
	return err;
}

static int store_lines(struct file *file, const char *text, size_t len)
{
	if (!file->live->family->resolve)
		return store_resolved(file, text, len);
	struct text_buf *out = scratch_text(SCRATCH_RESOLVED);
	int err = file_each_line(file, text, len, resolve_line);
	return err ? err : store_resolved(file, out->data, out->len);
}

static int write_text(struct file *file, const char *data, size_t size, off_t offset)
{
	(void)offset; /* R2: a write is a whole value, wherever it is made */
	int err = file_gather_lines(file, data, size, codec_line_limit(file->live->codec), store_lines);

	if (err)
		entry_written(file);
	file_close_work(file, file->unwritten || file->pending.len > 0);
	return err;
}

static int finish(struct file *file)
{
	if (file->pending.len)
		return store_lines(file, file->pending.data, file->pending.len);
	if (!file->unwritten)
		return 0;
	file->unwritten = false;
	return take_unwritten(file->node, false) ? store_zero(file->node, file->live) : 0;
}

static const struct file_ops text_ops = {
	.render = render,
	.write = write_text,
	.finish = finish,
};

int entry_open(struct node *node, struct file *file)
{
	struct live *live;
	int err = 0;

	if (file->created) { /* the directory has opened the map already */
		live = file->live;
	} else {
		err = entry_live(node, &live);
	}
	return err ? err : entry_open_file(file, &text_ops, live);
}

const struct node_kind entry_kind = {
	.name = "entry",
	.getattr = entry_getattr,
	.setattr = entry_setattr,
	.open = entry_open,
	.path = entry_path,
};
