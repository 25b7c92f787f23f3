/* SPDX-License-Identifier: MIT */
/* Directories that are always a map: the map is found, and keys.c does the rest. */
#include <errno.h>

#include "fs/attr.h"
#include "fs/file.h"
#include "fs/forms.h"
#include "fs/keydir.h"
#include "fs/map.h"
#include "fs/why.h"

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

int keydir_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = keys_lookup(dir, live, dir->kind->entries, name, ret_node, ret_st);
	live_put(live);
	return err;
}

int keydir_create(struct node *dir, const char *name, struct file *file, struct node **ret_node, struct stat *ret_st)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = keys_create(dir, live, dir->kind->entries, name, file, ret_node, ret_st);
	live_put(live);
	return err;
}

int keydir_opendir(struct node *dir, struct file *file)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = dir->form && dir->form->applies ? dir->form->applies(live) : 0;
	if (err) {
		live_put(live);
		return err;
	}
	return keys_opendir(dir, live, dir->kind->entries, file);
}

int keydir_unlink(struct node *dir, const char *name, const struct caller *who)
{
	struct live *live;
	int err = map_live(dir, &live);
	(void)who;

	if (err)
		return err;
	err = keys_unlink(live, name);
	live_put(live);
	return err;
}

int keydir_rename(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
		  const struct caller *who)
{
	(void)dir, (void)name, (void)to_dir, (void)to_name, (void)flags, (void)who;
	return fail(EXDEV, "an entry cannot be renamed, only copied and deleted");
}
