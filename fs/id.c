/* SPDX-License-Identifier: MIT */
/* .id/ lists the kernel's maps; .id/N is a map like a pin, but nothing can be unpinned or renamed there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfmap.h"
#include "fs/attr.h"
#include "fs/file.h"
#include "fs/forms.h"
#include "fs/id.h"
#include "fs/keydir.h"
#include "fs/names.h"
#include "fs/why.h"

static const struct stat roots_dir = {.st_mode = S_IFDIR | 0500};

uint32_t id_of(const struct node *node)
{
	return (uint32_t)strtoul(node->id, NULL, 10);
}

/* Canonical decimal only: one name per map. */
static int parse_id(const char *text, size_t len, uint32_t *ret_id)
{
	unsigned long long id = 0;

	if (!len || len > 10 || (text[0] == '0'))
		return -ENOENT;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -ENOENT;
		id = id * 10 + (unsigned)(text[i] - '0');
	}
	*ret_id = (uint32_t)id;
	return id > UINT32_MAX ? -ENOENT : 0;
}

/* ---- .id/N ---- */

static int map_setattr(struct node *node, const struct stat *want, int to_set, const struct caller *who)
{
	(void)node, (void)want, (void)to_set, (void)who;
	return fail(EPERM, "a map has an owner and a mode only where it is pinned");
}

const struct node_kind id_kind = {
	.name = "id",
	.getattr = keydir_getattr,
	.setattr = map_setattr,
	.lookup = keydir_lookup,
	.opendir = keydir_opendir,
	.create = keydir_create,
	.unlink = keydir_unlink,
	.symlink = keydir_symlink,
	.rename = keydir_rename,
};

/* ---- .id/ ---- */

static int dir_getattr(struct node *node, struct stat *ret_st)
{
	attr_dir(&roots_dir, false, ret_st);
	ret_st->st_mode = S_IFDIR | 0500;
	ret_st->st_uid = ret_st->st_gid = 0;
	ret_st->st_ino = node->ino;
	return 0;
}

static int dir_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	const char *dot = strchr(name, '.');
	const struct form *form = dot ? form_of_map(dot + 1) : NULL;
	size_t len = dot ? (size_t)(dot - name) : strlen(name);
	struct node *map;
	uint32_t id;
	int err = parse_id(name, len, &id);

	if (err || (dot && (!form || form->of_pins)))
		return -ENOENT;
	err = node_get(&(struct node_id){.parent = dir, .kind = &id_kind, .bytes = name, .len = len}, &map);
	if (err)
		return err;
	if (!form) {
		err = keydir_getattr(map, ret_st);
		if (!err)
			*ret_node = node_ref(map);
	} else {
		err = form_lookup(map, form, dot + 1, ret_node, ret_st);
	}
	node_put(map);
	return err;
}

static int dir_opendir(struct node *dir, struct file *file)
{
	char name[16];
	uint32_t id = 0;
	int err = names_new(file);

	while (!err) {
		err = bpfmap_next_id(id, &id);
		if (err)
			break;
		snprintf(name, sizeof(name), "%u", id);
		struct node_id one = {.parent = dir, .kind = &id_kind, .bytes = name, .len = strlen(name)};
		err = names_add(file, name, node_ino(&one), S_IFDIR);
	}
	return err == -ENOENT ? 0 : err;
}

static int refuse_rmdir(struct node *dir, const char *name, const struct caller *who)
{
	(void)dir, (void)who;
	return fail(EPERM, ".id/%s is no pin: the map goes when its last user does", name);
}

const struct node_kind id_dir_kind = {
	.name = "dirform",
	.getattr = dir_getattr,
	.setattr = node_setattr_nothing,
	.lookup = dir_lookup,
	.opendir = dir_opendir,
	.rmdir = refuse_rmdir,
};
