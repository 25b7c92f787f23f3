/* SPDX-License-Identifier: MIT */
/* The table of forms, and what all forms that are files have in common. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fs/attr.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/memory.h"
#include "fs/mount.h"
#include "fs/mounts.h"
#include "fs/place.h"
#include "fs/why.h"

const struct form map_forms[] = {
	{.name = "at", .kind = &at_dir_kind, .applies = at_applies},
	{.name = "clear", .kind = &form_file_kind, .ops = &clear_ops, .may = ATTR_WRITE, .both_rights = true,
	 .applies = clear_applies},
	{.name = "count", .kind = &form_file_kind, .ops = &count_ops, .may = ATTR_READ, .applies = family_lists},
	{.name = "csv", .kind = &form_file_kind, .ops = &dump_ops, .may = ATTR_READ, .applies = family_reads},
	{.name = "drain", .kind = &form_file_kind, .ops = &drain_ops, .may = ATTR_READ, .both_rights = true,
	 .applies = drain_applies},
	{.name = "errors", .kind = &form_file_kind, .ops = &map_errors_ops, .may = ATTR_READ, .for_writers = true},
	{.name = "events", .kind = &form_file_kind, .ops = &events_ops, .may = ATTR_READ, .both_rights = true,
	 .takes_type = true, .applies = events_applies},
	{.name = "forms", .kind = &forms_dir_kind},
	{.name = "frozen", .kind = &form_file_kind, .ops = &frozen_ops, .may = ATTR_READ | ATTR_WRITE},
	{.name = "h", .kind = &form_file_kind, .ops = &h_ops, .may = ATTR_READ},
	{.name = "info", .kind = &form_file_kind, .ops = &info_ops, .may = ATTR_READ},
	{.name = "json", .kind = &form_file_kind, .ops = &dump_ops, .may = ATTR_READ, .applies = family_reads},
	{.name = "lpm", .kind = &lpm_dir_kind, .applies = lpm_applies},
	{.name = "mem", .kind = &form_file_kind, .ops = &mem_ops, .may = ATTR_READ | ATTR_WRITE, .size = memory_size,
	 .applies = memory_applies},
	{.name = "peek", .kind = &form_file_kind, .ops = &peek_ops, .may = ATTR_READ, .applies = queue_applies},
	{.name = "pin", .kind = &form_file_kind, .ops = &pin_ops, .may = ATTR_READ | ATTR_WRITE, .creates = true,
	 .of_pins = true, .unlink = pin_unlink},
	{.name = "pop", .kind = &form_file_kind, .ops = &pop_ops, .may = ATTR_READ, .both_rights = true,
	 .applies = queue_applies},
	{.name = "prom", .kind = &form_file_kind, .ops = &dump_ops, .may = ATTR_READ, .applies = family_reads},
	{.name = "push", .kind = &form_file_kind, .ops = &push_ops, .may = ATTR_WRITE, .applies = push_applies},
	{.name = "raw", .kind = &raw_dir_kind, .applies = raw_applies},
	{.name = "replace", .kind = &form_file_kind, .ops = &replace_ops, .may = ATTR_WRITE, .both_rights = true,
	 .applies = replace_applies},
	{.name = "spec", .kind = &form_file_kind, .ops = &spec_ops, .may = ATTR_READ | ATTR_WRITE, .creates = true},
	{.name = "tsv", .kind = &form_file_kind, .ops = &tsv_ops, .may = ATTR_READ | ATTR_WRITE,
	 .applies = tsv_applies, .reads = family_reads},
	{.name = "users", .kind = &form_file_kind, .ops = &users_ops, .may = ATTR_READ},
	{.name = NULL},
};

const struct form directory_forms[] = {
	{.name = ".errors", .kind = &form_file_kind, .ops = &all_errors_ops, .may = ATTR_READ, .at_root = true,
	 .root_only = true},
	{.name = ".id", .kind = &id_dir_kind, .at_root = true, .root_only = true},
	{.name = ".prom", .kind = &form_file_kind, .ops = &directory_prom_ops, .may = ATTR_READ},
	{.name = ".tsv", .kind = &form_file_kind, .ops = &directory_tsv_ops, .may = ATTR_READ},
	{.name = "README.txt", .kind = &form_file_kind, .ops = &readme_ops, .may = ATTR_READ, .at_root = true},
	{.name = NULL},
};

static bool is_called(const struct form *form, const char *name)
{
	size_t len = strlen(form->name);

	if (strncmp(form->name, name, len))
		return false;
	return !name[len] || (form->takes_type && name[len] == '@' && name[len + 1]);
}

static const struct form *find(const struct form *table, const char *name)
{
	while (table->name && !is_called(table, name))
		table++;
	return table->name ? table : NULL;
}

const struct form *form_of_map(const char *name)
{
	return find(map_forms, name);
}

const struct form *form_of_directory(struct node *dir, const char *name)
{
	const struct form *form = find(directory_forms, name);
	return form && form->at_root && dir != &root ? NULL : form;
}

bool form_is_view(const struct form *form)
{
	const char *views = the_mount.opt.views;
	size_t len = strlen(form->name);

	while (views) {
		if (!strncmp(views, form->name, len) && (!views[len] || views[len] == '+'))
			return true;
		views = strchr(views, '+');
		views += views != NULL;
	}
	return false;
}

bool form_can_be_read(const struct form *form, const struct live *live)
{
	return !(form->applies && form->applies(live)) && !(form->reads && form->reads(live));
}

int form_check_consumes(void)
{
	bool ro = false;

	if (mounts_ours(the_mount.opt.mountpoint, &ro) && ro)
		return fail(EROFS, "reading this form takes entries away, and the mount is read-only");
	return 0;
}

static int node_called(struct node *parent, const struct form *form, const char *name, struct node **ret_node)
{
	struct node_id id = {.parent = parent, .kind = form->kind, .form = form, .bytes = name, .len = strlen(name)};
	return node_get(&id, ret_node);
}

int form_node(struct node *parent, const struct form *form, struct node **ret_node)
{
	return node_called(parent, form, form->name, ret_node);
}

static bool is_of_map(const struct form *form)
{
	return form >= map_forms && form < map_forms + sizeof(map_forms) / sizeof(map_forms[0]);
}

int form_path(struct node *node, struct text_buf *out)
{
	int err = node_path(node->parent, out);

	if (!err && is_of_map(node->form))
		err = text_append(out, ".", 1);
	else if (!err && node->parent != &root)
		err = text_append(out, "/", 1);
	return err ? err : text_append(out, node->id, node->len);
}

int form_lookup(struct node *parent, const struct form *form, const char *name, struct node **ret_node,
		struct stat *ret_st)
{
	struct live *live;
	struct node *node;
	int err = 0;

	if (is_of_map(form)) { /* there is no form of what is not there */
		err = map_live(parent, &live);
		if (!err)
			live_put(live);
	}
	err = err ? err : node_called(parent, form, name, &node);
	if (err)
		return err;
	err = form->kind->getattr(node, ret_st);
	if (err)
		node_put(node);
	else
		*ret_node = node;
	return err;
}

int form_create(struct node *place, const struct form *form, struct file *file, struct node **ret_node,
		struct stat *ret_st)
{
	static const struct stat owner = {.st_mode = 0600};
	struct stat st;
	int err = place_stat(place, &st);

	if (!err)
		return fail(EEXIST, "there is something of that name already");
	if (err != -ENOENT)
		return err;
	err = form_node(place, form, ret_node);
	if (err)
		return err;
	file->ops = form->ops;
	ret_st->st_ino = (*ret_node)->ino;
	attr_file(&owner, false, form->may, 0, ret_st);
	return 0;
}

/* ---- forms that are files ---- */

/* The text's exact length, or the memory's; streams show 0. */
static int text_size(struct node *node, struct live *live, size_t *ret_size)
{
	struct text_buf text = {0};
	const struct form *form = node->form;
	struct file file = {.node = node, .live = live, .ops = form->ops};

	*ret_size = 0;
	if (live && form->applies && form->applies(live)) /* R24: it can be stat'ed all the same */
		return 0;
	if (form->size) {
		*ret_size = form->size(live);
		return 0;
	}
	int err = form->ops->render ? form->ops->render(&file, &text) : 0;

	if (err == -EOPNOTSUPP || err == -ENOENT)
		err = 0;
	*ret_size = text.len;
	text_free(&text);
	return err;
}

static void owner_of_directory_form(const struct form *form, struct stat *owner)
{
	memset(owner, 0, sizeof(*owner));
	owner->st_mode = form->root_only ? 0400 : 0444;
}

static int directory_form_getattr(struct node *node, struct stat *ret_st)
{
	struct stat owner;
	size_t size;
	int err = text_size(node, NULL, &size);

	if (err)
		return err;
	owner_of_directory_form(node->form, &owner);
	ret_st->st_ino = node->ino;
	attr_file(&owner, false, node->form->may, size, ret_st);
	if (node->form->root_only) { /* whatever uid= and fmode= say */
		ret_st->st_uid = ret_st->st_gid = 0;
		ret_st->st_mode = S_IFREG | 0400;
	}
	return 0;
}

static bool being_written(struct node *node)
{
	node_lock(node);
	bool yes = node->sightings.writers > 0;
	node_unlock(node);
	return yes;
}

static int file_getattr(struct node *node, struct stat *ret_st)
{
	struct live *live;
	struct stat pin = {.st_mode = 0600};
	size_t size = 0;

	if (!is_of_map(node->form))
		return directory_form_getattr(node, ret_st);
	int err = map_live(node, &live);
	ret_st->st_ino = node->ino;
	if (err == -ENOENT && node->form->creates && being_written(node)) {
		attr_file(&pin, false, node->form->may, 0, ret_st);
		return 0;
	}
	if (err)
		return err;
	node_lock(node);
	bool read = node->sightings.readers > 0 && !node->form->size;
	if (read)
		size = node->sightings.snapshot;
	node_unlock(node);
	err = read ? 0 : text_size(node, live, &size);
	err = err ? err : map_owner(node, &pin);
	if (node->form->for_writers)
		pin.st_mode = (pin.st_mode & ATTR_WRITE) << 1;
	if (!err)
		attr_file(&pin, live_frozen(live), node->form->may, size, ret_st);
	live_put(live);
	return err;
}

static bool wants(const struct file *file, int mode)
{
	int acc = file->flags & O_ACCMODE;
	return acc == mode || acc == O_RDWR;
}

static int check_direction(const struct form *form, const struct file *file)
{
	if (wants(file, O_RDONLY) && !form->ops->render && !form->ops->read)
		return fail(EACCES, "the form '%s' can only be written", form->name);
	if (wants(file, O_WRONLY) && !form->ops->write)
		return fail(EACCES, "the form '%s' can only be read", form->name);
	return 0;
}

static int check_rights(struct node *node, const struct file *file)
{
	struct stat pin;

	if (!node->form->both_rights)
		return 0;
	int err = map_owner(node, &pin);
	if (err || caller_may(file->who, &pin, 6))
		return err;
	return fail(EACCES, "the form '%s' needs the right to read and to write the pin", node->form->name);
}

static int file_open(struct node *node, struct file *file)
{
	const struct form *form = node->form;

	file->ops = form->ops;
	if (file->created)
		return check_direction(form, file);
	if (!is_of_map(form)) {
		int err = check_direction(form, file);
		return !err && form->ops->open ? form->ops->open(file) : err;
	}
	if (form->creates && wants(file, O_WRONLY))
		return fail(EEXIST, "the map exists: '%s' is written where there is none", form->name);
	int err = map_live(node, &file->live);
	if (!err && form->applies)
		err = form->applies(file->live);
	err = err ? err : check_direction(form, file);
	err = err ? err : check_rights(node, file);
	if (!err && form->reads && wants(file, O_RDONLY))
		err = form->reads(file->live);
	return !err && form->ops->open ? form->ops->open(file) : err;
}

const struct node_kind form_file_kind = {
	.name = "form",
	.getattr = file_getattr,
	.setattr = node_setattr_nothing,
	.open = file_open,
	.path = form_path,
};
