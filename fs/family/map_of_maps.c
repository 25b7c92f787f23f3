/* SPDX-License-Identifier: MIT */
/*
 * Maps of maps: M/KEY is a symlink to .id/N (R29). In the kernel a value is an fd on its way in and an id on
 * its way out; here it is the id. No inner map stays open longer than the call that stores it.
 */
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "fs/attr.h"
#include "fs/entry.h"
#include "fs/family.h"
#include "fs/family/held.h"
#include "fs/id.h"
#include "fs/family/inner.h"
#include "fs/map.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/target.h"
#include "fs/why.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* ---- storing; callers hold write_lock ---- */

static int put(const struct live *live, const void *key, const struct bpfmap *inner, uint64_t flags)
{
	bool array = live->traits & BPFMAP_ARRAY; /* the kernel knows NOEXIST and EXIST of hashes alone */
	int err = array ? store_admits(live, key, flags) : 0;

	if (err)
		return err;
	err = bpfmap_put_map(live->map, key, inner, array ? BPF_ANY : flags);
	if (err == -EINVAL)
		return inner_misfit(live, inner);
	return err ? store_refused(live, err) : 0;
}

static int update(const struct live *live, const void *key, const void *value, uint64_t flags)
{
	struct bpfmap *inner;
	uint32_t id;

	memcpy(&id, value, sizeof(id));
	int err = bpfmap_open_id(id, 0, &inner);
	if (err)
		return err == -ENOENT ? fail(ENOENT, "there is no map with the id %u", id) : fail_engine(err);
	err = put(live, key, inner, flags);
	bpfmap_free(inner);
	return err;
}

#define AT_ONCE 64 /* inner maps that are open at a time */

static int update_some(const struct live *live, const unsigned char *keys, const uint32_t *ids, uint32_t *count)
{
	struct bpfmap *inner[AT_ONCE];
	uint32_t n = 0, stored;
	int fds[AT_ONCE], err = 0;

	for (; n < *count; n++) {
		err = bpfmap_open_id(ids[n], 0, &inner[n]);
		if (err)
			break;
		fds[n] = bpfmap_fd(inner[n]);
	}
	stored = n;
	int failed = n ? bpfmap_update_batch(live->map, keys, fds, &stored, 0) : 0;
	while (n)
		bpfmap_free(inner[--n]);
	*count = stored;
	return failed ? failed : err;
}

/* The kernel waits once for each batch, not for each entry. */
static int update_batch(const struct live *live, const void *keys, const void *values, uint32_t *count)
{
	uint32_t done = 0, n;
	int err = 0;

	for (; !err && done < *count; done += n) {
		n = *count - done < AT_ONCE ? *count - done : AT_ONCE;
		err = update_some(live, (const unsigned char *)keys + done * live->key_size,
				  (const uint32_t *)values + done, &n);
	}
	*count = done;
	return err;
}

/* ---- M/KEY ---- */

/* The way from M/ to .id/N. */
static int print_link(struct node *dir, uint32_t id, struct text_buf *out)
{
	struct text_buf *names = scratch_text(SCRATCH_PATH);

	if (dir->kind == &id_kind)
		return text_printf(out, "../%u", id);
	int err = node_names(dir, names);
	for (const char *step = names->data; !err && step; step = strchr(step + 1, '/'))
		err = text_append(out, "../", 3);
	return err ? err : text_printf(out, ".id/%u", id);
}

/* The id in an entry now, and the map that the entry belongs to, even if the pin is another's by now (R17). */
static int id_now(struct node *node, uint32_t *ret_id)
{
	struct live *live;
	int err = live_by_id(node->map_id, &live);

	if (err)
		return err;
	live_wait(live, false);
	err = store_lookup(live, node->id, ret_id);
	live_put(live);
	return err;
}

static int link_readlink(struct node *node, struct text_buf *out)
{
	uint32_t id;
	int err = id_now(node, &id);
	return err ? err : print_link(node->parent, id, out);
}

static int link_getattr(struct node *node, struct stat *ret_st)
{
	struct text_buf *text = scratch_text(SCRATCH_LINE);
	struct stat pin;
	uint32_t id;
	int err = id_now(node, &id);

	err = err ? err : print_link(node->parent, id, text);
	err = err ? err : map_owner(node, &pin);
	if (err)
		return err;
	entry_saw(node, &id, sizeof(id), false);
	ret_st->st_ino = node->ino;
	attr_link(&pin, text->len, ret_st);
	entry_mtime(node, ret_st);
	return 0;
}

static const struct node_kind link_kind = {
	.name = "link",
	.type = S_IFLNK,
	.getattr = link_getattr,
	.setattr = node_setattr_nothing,
	.readlink = link_readlink,
	.path = entry_path,
};

/* ---- ln -s TARGET M/KEY, ln -sf, and lines ---- */

static int store_target(struct node *dir, struct live *live, const void *key, const char *text,
			const struct caller *who, uint64_t flags)
{
	struct target target = {.node = dir, .who = *who};
	struct bpfmap *inner;
	struct node *node;
	int err = target_open_map(&target, text, &inner);

	if (err)
		return err;
	pthread_mutex_lock(&live->write_lock);
	err = put(live, key, inner, flags);
	pthread_mutex_unlock(&live->write_lock);
	uint32_t id = bpfmap_id(inner);
	bpfmap_free(inner);
	if (!err && !entry_node(dir, &link_kind, live, key, &node)) {
		entry_saw(node, &id, sizeof(id), true);
		node_put(node);
	}
	return err;
}

/* Names that programs make up begin with a letter or a dot; a digit begins a key, here a wrong one. */
static bool made_up(const char *name)
{
	return (*name < '0' || *name > '9') && !name_is_short_form(name, strlen(name));
}

static int make_link(struct node *dir, struct live *live, const char *name, const char *target,
		     const struct caller *who)
{
	void *key;
	int err = keys_parse(live, name, &key);

	if (err == -ENOENT)
		return made_up(name) ? held_add(dir, name, live->id, target, who->uid) : -EINVAL;
	return err ? err : store_target(dir, live, key, target, who, BPF_NOEXIST);
}

static int store_held(struct node *dir, struct live *live, const struct held_link *link, const char *to_name,
		      unsigned flags, const struct caller *who)
{
	void *key;
	int err;

	if (flags & ~(unsigned)RENAME_NOREPLACE)
		return fail(EINVAL, "links can be moved onto a key, not exchanged");
	if (link->map_id != live->id)
		return fail(ENOENT, "the link was made in another map that was here before");
	if (link->uid != who->uid)
		return fail(EPERM, "the link was made by another user, whose rights are not known any more");
	err = keys_parse(live, to_name, &key);
	if (err)
		return err == -ENOENT ? fail(EPERM, "'%s' is no key: a link that is none can only become one", to_name) : err;
	return store_target(dir, live, key, link->target, who, flags & RENAME_NOREPLACE ? BPF_NOEXIST : BPF_ANY);
}

static int rename_link(struct node *dir, struct live *live, const char *name, const char *to_name, unsigned flags,
		       const struct caller *who)
{
	struct held_link link;
	int err = held_find(dir, name, &link);

	if (err)
		return err == -ENOENT ? fail(EXDEV, "an entry cannot be renamed, only copied and deleted") : err;
	err = store_held(dir, live, &link, to_name, flags, who);
	free(link.target);
	if (!err)
		held_remove(dir, name);
	return err;
}

static int resolve(struct file *file, const char *line, size_t len, struct text_buf *out)
{
	struct target target = target_of_file(file);
	struct bpfmap *inner;
	char text[PATH_MAX];

	if (!len || len >= sizeof(text) || memchr(line, 0, len))
		return fail(EINVAL, "want a map: its id, id:N, .id/N or the path of its pin");
	memcpy(text, line, len);
	text[len] = 0;
	if (target_is_number(text, len))
		return caller_is_root(&target.who) ? text_append(out, text, len)
						   : fail(EPERM, "only root may store maps by id");
	int err = target_open_map(&target, text, &inner);
	if (err)
		return err;
	err = text_printf(out, "%u", bpfmap_id(inner));
	bpfmap_free(inner);
	return err;
}

const struct family maps_family = {
	.entry = &link_kind,
	.update = update,
	.update_batch = update_batch,
	.resolve = resolve,
	.symlink = make_link,
	.rename = rename_link,
	.held = held_lookup,
	.unhold = held_remove,
};
