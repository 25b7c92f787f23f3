/* SPDX-License-Identifier: MIT */
/* A name of the bpffs → what it is now; requests for it go to bpffs.c (directories) or keys.c (maps). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/attr.h"
#include "fs/bpffs.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/path.h"
#include "fs/place.h"
#include "fs/scratch.h"
#include "fs/why.h"

#define STAT_MS 1000

/* What is remembered of a place; guarded by node_lock. */
struct place {
	struct stat st;
	bool known;         /* st was taken once */
	long long asked_ms; /* when, 0: ask again */
	ino_t pin_ino;      /* of which bpffs object map_id was learnt */
	struct timespec pin_ctime;
	uint32_t map_id;    /* 0: it is no map */
	bool frozen;        /* as it was seen at frozen_ms; there is no way back */
	long long frozen_ms;
};

static long long now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000 + 1;
}

int place_node(struct node *dir, const char *name, struct node **ret_node)
{
	return node_get(&(struct node_id){.parent = dir, .kind = &place_kind, .bytes = name, .len = strlen(name)},
			ret_node);
}

/* The node's memory, made on first use; the lock is held. */
static struct place *memory(struct node *node)
{
	if (!node->state)
		node->state = calloc(1, sizeof(struct place));
	return node->state;
}

static void place_forget(struct node *node)
{
	free(node->state);
}

static int stat_path(struct node *node, struct stat *st)
{
	struct text_buf *path = scratch_text(SCRATCH_PATH);
	int err = node_names(node, path);

	return err ? err : path_stat(path->data ? path->data : "", st);
}

int place_stat(struct node *node, struct stat *ret_st)
{
	int err = stat_path(node, ret_st);

	node_lock(node);
	struct place *place = memory(node);
	if (place) {
		place->asked_ms = err ? 0 : now_ms();
		place->known |= !err;
		if (!err)
			place->st = *ret_st;
	}
	node_unlock(node);
	return err;
}

int place_stat_cached(struct node *node, struct stat *ret_st)
{
	node_lock(node);
	struct place *place = node->state;
	bool fresh = place && place->asked_ms && now_ms() - place->asked_ms < STAT_MS;
	if (fresh)
		*ret_st = place->st;
	node_unlock(node);
	return fresh ? 0 : place_stat(node, ret_st);
}

int place_stat_last(struct node *node, struct stat *ret_st)
{
	int err = place_stat_cached(node, ret_st);

	node_lock(node);
	struct place *place = node->state;
	if (err == -ENOENT && place && place->known) {
		*ret_st = place->st;
		err = 0;
	}
	node_unlock(node);
	return err;
}

void place_changed(struct node *node)
{
	node_lock(node);
	if (node->state)
		((struct place *)node->state)->asked_ms = 0;
	node_unlock(node);
}

/* What was learnt of the bpffs object last time: 1 and its id (0: no map), or 0. */
static int known_map(struct node *node, const struct stat *st, uint32_t *id)
{
	node_lock(node);
	const struct place *p = node->state;
	int known = p && p->pin_ino == st->st_ino && p->pin_ctime.tv_sec == st->st_ctim.tv_sec &&
		    p->pin_ctime.tv_nsec == st->st_ctim.tv_nsec;
	if (known)
		*id = p->map_id;
	node_unlock(node);
	return known;
}

static void learn_map(struct node *node, const struct stat *st, uint32_t id)
{
	node_lock(node);
	struct place *p = memory(node);
	if (p) {
		p->pin_ino = st->st_ino;
		p->pin_ctime = st->st_ctim;
		if (p->map_id != id)
			p->frozen_ms = 0;
		p->map_id = id;
	}
	node_unlock(node);
}

static int open_handle(struct node *node, const struct stat *st, struct bpfmap **ret_map)
{
	struct text_buf *path = scratch_text(SCRATCH_PATH);
	char name[PATH_OF_FD];
	struct stat there;
	int err = node_names(node, path);
	int fd = err ? err : path_open(path->data, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return fd;
	if (fstat(fd, &there) || !S_ISREG(there.st_mode)) {
		close(fd);
		return -ENOENT; /* it was a pin a moment ago */
	}
	path_of_fd(fd, NULL, name);
	err = bpfmap_open_pin(name, 0, ret_map);
	close(fd);
	if (err == -EINVAL)
		learn_map(node, st, 0);
	return err ? fail_engine(err) : 0;
}

static int open_pin(struct node *node, const struct stat *st, struct live **ret_live)
{
	struct bpfmap *map;
	int err = open_handle(node, st, &map);

	err = err ? err : live_adopt(map, ret_live);
	if (!err)
		learn_map(node, st, (*ret_live)->id);
	return err;
}

/* What the bpffs has there: 0 a pin, -EISDIR, or -EINVAL where it is neither. */
static int stat_pin(struct node *node, struct stat *ret_st)
{
	int err = node == &root ? -EISDIR : place_stat(node, ret_st);

	if (err)
		return err;
	if (S_ISDIR(ret_st->st_mode))
		return -EISDIR;
	return S_ISREG(ret_st->st_mode) ? 0 : -EINVAL;
}

int place_live(struct node *node, struct live **ret_live, struct stat *ret_st)
{
	uint32_t id;
	int err = stat_pin(node, ret_st);

	if (err)
		return err;
	if (known_map(node, ret_st, &id)) {
		if (!id)
			return -EINVAL;
		*ret_live = live_cached(id);
		if (*ret_live)
			return 0;
	}
	return open_pin(node, ret_st, ret_live);
}

static bool remembered_frozen(struct node *node, bool *ret_frozen)
{
	node_lock(node);
	const struct place *p = node->state;
	bool fresh = p && p->frozen_ms && (p->frozen || now_ms() - p->frozen_ms < STAT_MS);
	if (fresh)
		*ret_frozen = p->frozen;
	node_unlock(node);
	return fresh;
}

static void remember_frozen(struct node *node, bool frozen)
{
	node_lock(node);
	struct place *p = memory(node);
	if (p) {
		p->frozen = frozen;
		p->frozen_ms = now_ms();
	}
	node_unlock(node);
}

/* Opens the pin for a moment, only to see what it is: a listing of many pins compiles no types and keeps no fds. */
static int look_at_pin(struct node *node, const struct stat *st, bool *ret_frozen)
{
	struct bpfmap_info info = {.size = sizeof(info)};
	struct bpfmap *map;
	int err = open_handle(node, st, &map);

	if (err)
		return err;
	err = bpfmap_info(map, &info);
	bpfmap_free(map);
	if (err)
		return fail_engine(err);
	learn_map(node, st, info.id);
	remember_frozen(node, info.frozen);
	*ret_frozen = info.frozen;
	return 0;
}

/* A pin that is a map: is it frozen? -EINVAL: it is no map. */
static int pin_frozen(struct node *node, const struct stat *st, bool *ret_frozen)
{
	uint32_t id;

	if (!known_map(node, st, &id))
		return look_at_pin(node, st, ret_frozen);
	if (!id)
		return -EINVAL;
	struct live *live = live_cached(id);
	if (live) {
		*ret_frozen = live_frozen(live);
		live_put(live);
		return 0;
	}
	return remembered_frozen(node, ret_frozen) ? 0 : look_at_pin(node, st, ret_frozen);
}

/* ---- as a node ---- */

/* Pins that are no maps (programs, links) are not there. */
static int place_getattr(struct node *node, struct stat *ret_st)
{
	struct stat st = {0};
	bool frozen;
	int err = stat_pin(node, &st);

	if (!err) {
		err = pin_frozen(node, &st, &frozen);
		if (!err)
			attr_dir(&st, frozen, ret_st);
	} else if (err == -EISDIR) {
		err = place_stat_cached(node, &st);
		if (!err)
			attr_plain_dir(&st, ret_st);
	} else if (err == -EINVAL && S_ISLNK(st.st_mode)) {
		attr_link(&st, (size_t)st.st_size, ret_st);
		err = 0;
	}
	ret_st->st_ino = node->ino;
	return err == -EINVAL ? -ENOENT : err;
}

static int place_readlink(struct node *node, struct text_buf *out)
{
	struct text_buf *path = scratch_text(SCRATCH_PATH);
	const char *name;
	int err = node_names(node, path);

	err = err ? err : text_reserve(out, PATH_MAX);
	int dir = err ? err : path_parent(path->data, &name);
	if (dir < 0)
		return dir;
	ssize_t n = readlinkat(dir, name, out->data, PATH_MAX - 1);
	err = n < 0 ? -errno : 0;
	close(dir);
	if (err)
		return err;
	out->data[n] = 0;
	out->len = (size_t)n;
	return 0;
}

/* NAME.FORM → the place NAME, with a reference, and the form; -ENOENT: no such form. */
static int split_form(struct node *dir, const char *name, struct node **ret_place, const struct form **ret_form)
{
	const char *dot = strchr(name, '.');
	const struct form *form = form_of_map(dot + 1);
	char pin[NAME_MAX + 1];

	if (!form || dot == name || dot - name > NAME_MAX)
		return -ENOENT;
	memcpy(pin, name, (size_t)(dot - name));
	pin[dot - name] = 0;
	*ret_form = form;
	return place_node(dir, pin, ret_place);
}

static int lookup_map_form(struct node *dir, const char *name, struct node **ret_node, struct stat *st)
{
	const struct form *form;
	struct node *place;
	int err = split_form(dir, name, &place, &form);

	if (err)
		return err;
	err = form_lookup(place, form, strchr(name, '.') + 1, ret_node, st);
	node_put(place);
	return err;
}

static int lookup_in_bpffs(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	const struct form *form = form_of_directory(dir, name);

	if (form)
		return form_lookup(dir, form, name, ret_node, ret_st);
	if (strchr(name, '.'))
		return lookup_map_form(dir, name, ret_node, ret_st);
	int err = place_node(dir, name, ret_node);
	if (err)
		return err;
	err = place_getattr(*ret_node, ret_st);
	if (err)
		node_put(*ret_node);
	return err;
}

/* Is the place a map now? 1 with the live map, 0: a directory, or a negative errno. */
static int as_map(struct node *dir, struct live **ret_live)
{
	struct stat st;
	int err = place_live(dir, ret_live, &st);

	if (err == -EISDIR)
		return 0;
	if (err)
		return err == -EINVAL ? -ENOTDIR : err;
	live_wait(*ret_live, false);
	return 1;
}

static int place_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	struct live *live;
	int is_map = as_map(dir, &live);

	if (is_map <= 0)
		return is_map ? is_map : lookup_in_bpffs(dir, name, ret_node, ret_st);
	int err = keys_lookup(dir, live, live->family->entry, name, ret_node, ret_st);
	live_put(live);
	return err;
}

static int place_opendir(struct node *dir, struct file *file)
{
	struct live *live;
	int is_map = as_map(dir, &live);

	if (is_map <= 0)
		return is_map ? is_map : bpffs_opendir(dir, file);
	return keys_opendir(dir, live, live->family->entry, file);
}

static int create_form(struct node *dir, const char *name, struct file *file, struct node **ret_node,
		       struct stat *ret_st)
{
	const struct form *form = NULL;
	struct node *place = NULL;
	int err = strchr(name, '.') ? split_form(dir, name, &place, &form) : -ENOENT;

	if (err && err != -ENOENT)
		return err;
	if (form && form->creates)
		err = form_create(place, form, file, ret_node, ret_st);
	else
		err = fail(EPERM, "a directory of the bpffs holds pins, no files; to pin a map as NAME write id:N or "
				  "a path to NAME.pin");
	node_put(place);
	return err;
}

static int place_create(struct node *dir, const char *name, struct file *file, struct node **ret_node,
			struct stat *ret_st)
{
	struct live *live;
	int is_map = as_map(dir, &live);

	if (is_map <= 0)
		return is_map ? is_map : create_form(dir, name, file, ret_node, ret_st);
	int err = keys_create(dir, live, live->family->entry, name, file, ret_node, ret_st);
	live_put(live);
	return err;
}

static int unlink_form(struct node *dir, const char *name, const struct caller *who)
{
	const struct form *form;
	struct node *place;
	int err = split_form(dir, name, &place, &form);

	if (err)
		return err;
	if (form->unlink)
		err = form->unlink(place, who);
	else if (form_is_view(form)) /* R15: rm -r meets it in the listing */
		err = 0;
	else
		err = fail(EPERM, "'%s' is a form of a map and cannot be removed; rm of its .pin unpins the map", name);
	node_put(place);
	return err;
}

static int place_unlink(struct node *dir, const char *name, const struct caller *who)
{
	struct live *live;
	int is_map = as_map(dir, &live);

	if (is_map < 0)
		return is_map;
	if (is_map) {
		int err = keys_unlink(dir, live, name);
		live_put(live);
		return err;
	}
	if (form_of_directory(dir, name))
		return fail(EPERM, "'%s' is part of every mount and cannot be removed", name);
	return strchr(name, '.') ? unlink_form(dir, name, who) : bpffs_unlink(dir, name, who);
}

/* mkdir, rmdir, symlink and rename in a map: its entries are keys, nothing else. */
static int only_in_bpffs(struct node *dir, int in_map, const char *what)
{
	struct live *live;
	int is_map = as_map(dir, &live);

	if (is_map <= 0)
		return is_map;
	live_put(live);
	return fail(in_map, "%s", what);
}

static int place_mkdir(struct node *dir, const char *name, mode_t mode, const struct caller *who)
{
	int err = only_in_bpffs(dir, EPERM, "a map holds keys, no directories");
	if (err)
		return err;
	if (strchr(name, '.'))
		return fail(EPERM, "a bpffs has no names with dots: '%s' would be a form", name);
	return bpffs_mkdir(dir, name, mode, who);
}

static int place_rmdir(struct node *dir, const char *name, const struct caller *who)
{
	int err = only_in_bpffs(dir, ENOTDIR, "an entry of a map is no directory");
	if (err)
		return err;
	return strchr(name, '.') ? fail(EPERM, "'%s' is a form of a map and cannot be removed", name)
				 : bpffs_rmdir(dir, name, who);
}

static int place_symlink(struct node *dir, const char *name, const char *target, const struct caller *who)
{
	struct live *live;
	int is_map = as_map(dir, &live);

	if (is_map < 0)
		return is_map;
	if (is_map) {
		int err = keys_symlink(dir, live, name, target, who);
		live_put(live);
		return err;
	}
	return strchr(name, '.') ? fail(EPERM, "a bpffs has no names with dots: '%s' would be a form", name)
				 : bpffs_symlink(dir, name, target, who);
}

static int place_rename(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
			const struct caller *who)
{
	struct live *live;
	int is_map = as_map(dir, &live), err;

	if (is_map < 0)
		return is_map;
	if (is_map) {
		err = keys_rename(dir, live, name, to_dir, to_name, flags, who);
		live_put(live);
		return err;
	}
	if (to_dir->kind != &place_kind)
		return fail(EPERM, "nothing can be moved into a form or .id");
	err = only_in_bpffs(to_dir, EPERM, "nothing can be moved into a map");
	if (err)
		return err;
	if (strchr(name, '.') || strchr(to_name, '.'))
		return fail(EPERM, "forms follow their pin and cannot be moved by themselves");
	return bpffs_rename(dir, name, to_dir, to_name, flags, who);
}

const struct node_kind place_kind = {
	.name = "place",
	.getattr = place_getattr,
	.setattr = bpffs_setattr,
	.readlink = place_readlink,
	.lookup = place_lookup,
	.opendir = place_opendir,
	.create = place_create,
	.unlink = place_unlink,
	.mkdir = place_mkdir,
	.rmdir = place_rmdir,
	.symlink = place_symlink,
	.rename = place_rename,
	.forget = place_forget,
};
