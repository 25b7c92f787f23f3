/* SPDX-License-Identifier: MIT */
/* Directories that are always a map: the map is found, and keys.c does the rest. */
#include <errno.h>

#include "fs/attr.h"
#include "fs/family.h"
#include "fs/file.h"
#include "fs/forms.h"
#include "fs/keydir.h"
#include "fs/map.h"
#include "fs/why.h"

static const struct node_kind *entries_of(const struct node *dir, const struct live *live)
{
	return dir->kind->entries ? dir->kind->entries : live->family->entry;
}

int keydir_getattr(struct node *dir, struct stat *ret_st)
{
	struct live *live;
	struct stat pin;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = map_owner(dir, &pin);
	if (!err)
		attr_dir(&pin, live_frozen(live), ret_st);
	ret_st->st_ino = dir->ino;
	live_put(live);
	return err;
}

/* The map, if it has the form that the directory is. */
static int applying_live(struct node *dir, struct live **ret_live)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = dir->form && dir->form->applies ? dir->form->applies(live) : 0;
	if (err)
		live_put(live);
	else
		*ret_live = live;
	return err;
}

int keydir_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	struct live *live;
	int err = applying_live(dir, &live);

	if (err)
		return err == -EOPNOTSUPP ? -ENOENT : err;
	err = keys_lookup(dir, live, entries_of(dir, live), name, ret_node, ret_st);
	live_put(live);
	return err;
}

int keydir_create(struct node *dir, const char *name, struct file *file, struct node **ret_node, struct stat *ret_st)
{
	struct live *live;
	int err = applying_live(dir, &live);

	if (err)
		return err;
	err = keys_create(dir, live, entries_of(dir, live), name, file, ret_node, ret_st);
	live_put(live);
	return err;
}

int keydir_opendir(struct node *dir, struct file *file)
{
	struct live *live;
	int err = applying_live(dir, &live);

	return err ? err : keys_opendir(dir, live, entries_of(dir, live), file);
}

int keydir_unlink(struct node *dir, const char *name, const struct caller *who)
{
	struct live *live;
	int err = map_live(dir, &live);
	(void)who;

	if (err)
		return err;
	err = keys_unlink(dir, live, name);
	live_put(live);
	return err;
}

int keydir_symlink(struct node *dir, const char *name, const char *target, const struct caller *who)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = keys_symlink(dir, live, name, target, who);
	live_put(live);
	return err;
}

int keydir_rename(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
		  const struct caller *who)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = keys_rename(dir, live, name, to_dir, to_name, flags, who);
	live_put(live);
	return err;
}
