/* SPDX-License-Identifier: MIT */
/*
 * cgroup storage of the newer kind (R29): M/ID, the cgroup's id, or M/PATH, its path from the cgroup2 root
 * with %2F for a slash. The kernel does not tell which cgroups have a value: the tree is gone through,
 * level by level, with no more than two fds open.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/family/cgroup.h"
#include "fs/entry.h"
#include "fs/family.h"
#include "fs/family/storage.h"
#include "fs/store.h"
#include "fs/why.h"

#define DEEPEST 1000 /* levels: where cgroups are made below cgroups as fast as they are listed, that ends, too */

static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live;
	(void)info;
	shape->key_size = sizeof(uint64_t);
	shape->key_type = 0; /* an fd's */
	return 0;
}

static int open_key(const void *key)
{
	uint64_t id;
	int top = cgroup_open_root();

	if (top < 0)
		return top;
	memcpy(&id, key, sizeof(id));
	int fd = cgroup_open_in(top, id);
	close(top);
	return fd == -ENOENT ? fail(ENOENT, "there is no cgroup with the id %llu", (unsigned long long)id) : fd;
}

/* ---- paths ---- */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX → bytes, as in names of keys; false: not such a text. path has room for strlen(name) + 1. */
static bool unescape(const char *name, char *path)
{
	for (; *name; name++) {
		int high = *name == '%' ? hex_digit(name[1]) : -1;
		int low = high < 0 ? -1 : hex_digit(name[2]);

		if (*name == '%' && (low < 0 || !(high | low)))
			return false;
		*path++ = (char)(low < 0 ? *name : high << 4 | low);
		name += low < 0 ? 0 : 2;
	}
	*path = 0;
	return true;
}

static int spelled(const struct live *live, const char *name, void *ret_key)
{
	char *path = malloc(strlen(name) + 1);
	uint64_t id;
	(void)live;

	if (!path)
		return -ENOMEM;
	int err = unescape(name, path) && *path == '/' ? cgroup_below(path, &id) : -ENOENT;
	free(path);
	if (!err)
		memcpy(ret_key, &id, sizeof(id));
	return err;
}

/* ---- the walk ---- */

struct ids {
	uint64_t *ids;
	size_t n, room;
};

struct walk {
	int top;                 /* an fd of the root */
	unsigned depth;
	struct ids level, below; /* those of one level, and the children of those that have been visited */
	size_t at;               /* in level: the next one */
	uint64_t id;
	_Alignas(8) unsigned char value[];
};

static int add(struct ids *ids, uint64_t id)
{
	if (ids->n == ids->room) {
		size_t room = ids->room ? ids->room * 2 : 64;
		uint64_t *more = reallocarray(ids->ids, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		ids->ids = more;
		ids->room = room;
	}
	ids->ids[ids->n++] = id;
	return 0;
}

static void walk_end(void *walk)
{
	struct walk *w = walk;

	close(w->top);
	free(w->level.ids);
	free(w->below.ids);
	free(w);
}

static int walk_start(const struct live *live, void **ret_walk)
{
	struct stat st;
	int top = cgroup_open_root();

	if (top < 0)
		return top;
	struct walk *w = calloc(1, sizeof(*w) + live->value_bytes);
	if (!w) {
		close(top);
		return -ENOMEM;
	}
	w->top = top;
	int err = fstat(top, &st) ? -errno : add(&w->level, st.st_ino);
	if (err)
		walk_end(w);
	else
		*ret_walk = w;
	return err;
}

/* The children join the next level; takes the cgroup's fd. */
static int add_children(struct walk *w, int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (!err && (entry = readdir(dir))) {
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			err = add(&w->below, entry->d_ino);
	}
	closedir(dir);
	return err;
}

static int go_down(struct walk *w)
{
	struct ids done = w->level;

	if (++w->depth > DEEPEST)
		return -BPFMAP_ABORTED;
	w->level = w->below;
	w->below = (struct ids){done.ids, 0, done.room};
	w->at = 0;
	return w->level.n > 0;
}

/* 1: the next cgroup is at w->id, and its fd; 0: that was the last. */
static int visit(struct walk *w, int *ret_fd)
{
	while (w->at < w->level.n || w->below.n) {
		int err = w->at < w->level.n ? 1 : go_down(w);
		if (err < 0)
			return err;
		w->id = w->level.ids[w->at++];
		*ret_fd = cgroup_open_in(w->top, w->id);
		if (*ret_fd != -ENOENT) /* else it has gone */
			return *ret_fd < 0 ? *ret_fd : 1;
	}
	return 0;
}

static int walk_next(const struct live *live, void *walk, const void **ret_key, const void **ret_value)
{
	struct walk *w = walk;
	int fd, more, err;

	while ((more = visit(w, &fd)) == 1) {
		err = store_match(live, &fd, w->value);
		int failed = add_children(w, fd);
		if (failed)
			return failed;
		if (err == -ENOENT)
			continue;
		*ret_key = &w->id;
		*ret_value = w->value;
		return err ? err : 1;
	}
	return more;
}

const struct family cgrp_family = {
	.entry = &entry_kind,
	.shape = shape,
	.lookup = storage_lookup,
	.update = storage_update,
	.remove = storage_remove,
	.open_key = open_key,
	.spelled = spelled,
	.walk = walk_start,
	.next = walk_next,
	.walked = walk_end,
};
