/* SPDX-License-Identifier: MIT */
/* M.forms/: the forms that this map has, as symlinks. */
#include <errno.h>
#include <string.h>

#include "fs/attr.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/names.h"
#include "fs/why.h"

/* ---- M.forms/FORM ---- */

static int link_text(struct node *node, struct text_buf *out)
{
	struct node *map = map_node(node);
	int err = text_append(out, "../", 3);

	err = err ? err : node_name(map, out);
	err = err ? err : text_append(out, ".", 1);
	return err ? err : text_append(out, node->id, node->len);
}

static int link_getattr(struct node *node, struct stat *ret_st)
{
	struct text_buf text = {0};
	struct stat pin;
	int err = link_text(node, &text);

	err = err ? err : map_owner(node, &pin);
	ret_st->st_ino = node->ino;
	if (!err)
		attr_link(&pin, text.len, ret_st);
	text_free(&text);
	return err;
}

static const struct node_kind link_kind = {
	.name = "formlink",
	.getattr = link_getattr,
	.setattr = node_setattr_nothing,
	.readlink = link_text,
};

/* ---- M.forms/ ---- */

static bool has(const struct form *form, struct node *map, const struct live *live)
{
	bool pinned = map->parent->kind != &id_dir_kind;
	return form->kind != &forms_dir_kind && (pinned || !form->of_pins) && (!form->applies || !form->applies(live));
}

static int getattr(struct node *node, struct stat *ret_st)
{
	struct live *live;
	struct stat pin;
	int err = map_live(node, &live);

	if (err)
		return err;
	live_put(live);
	err = map_owner(node, &pin);
	if (err)
		return err;
	attr_dir(&pin, false, ret_st);
	ret_st->st_mode &= ~ATTR_WRITE;
	ret_st->st_ino = node->ino;
	return 0;
}

static int lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	const struct form *form = form_of_map(name);
	struct live *live;
	int err = form ? map_live(dir, &live) : -ENOENT;

	if (err)
		return err;
	bool there = has(form, map_node(dir), live);
	live_put(live);
	if (!there)
		return -ENOENT;
	struct node_id id = {.parent = dir, .kind = &link_kind, .bytes = name, .len = strlen(name)};
	err = node_get(&id, ret_node);
	if (err)
		return err;
	err = link_getattr(*ret_node, ret_st);
	if (err)
		node_put(*ret_node);
	return err;
}

static int opendir(struct node *dir, struct file *file)
{
	int err = file->live ? 0 : map_live(dir, &file->live);

	err = err ? err : names_new(file);
	for (const struct form *form = map_forms; form->name && !err; form++) {
		struct node_id id = {.parent = dir, .kind = &link_kind, .bytes = form->name,
				     .len = strlen(form->name)};
		if (has(form, map_node(dir), file->live))
			err = names_add(file, form->name, node_ino(&id), S_IFLNK);
	}
	return err;
}

const struct node_kind forms_dir_kind = {
	.name = "form",
	.getattr = getattr,
	.setattr = node_setattr_nothing,
	.lookup = lookup,
	.opendir = opendir,
	.path = form_path,
};
