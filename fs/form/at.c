/* SPDX-License-Identifier: MIT */
/*
 * M.at/PATH of an inode storage: the value that hangs on the file /PATH. Directories are directories, and
 * their own value is PATH/@ (a file that is itself called @, or by more of them, has one @ more here). Listed
 * are the files of a directory that have a value. rm takes the value away and leaves the file alone. All of
 * it is for root: the driver goes where the caller might not.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/attr.h"
#include "fs/entry.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/family/inode.h"
#include "fs/keydir.h"
#include "fs/map.h"
#include "fs/names.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

static const struct node_kind value_kind;

int at_applies(const struct live *live)
{
	if (live->family->by_path)
		return 0;
	return fail(EOPNOTSUPP, "the keys of a map of type %s are no files", bpfmap_type_name(bpfmap_type(live->map)));
}

static int at_live(struct node *dir, struct live **ret_live)
{
	struct live *live;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = at_applies(live);
	if (err)
		live_put(live);
	else
		*ret_live = live;
	return err;
}

/* ---- names ---- */

/* The id of a node below M.at/ is a path below /; that of M.at/ is the form's. */
static const char *path_of(const struct node *dir)
{
	return dir->form ? "" : dir->id;
}

static bool only_ats(const char *name)
{
	return name[strspn(name, "@")] == 0;
}

/* A name in dir → the path of the file. */
static int path_at(const struct node *dir, const char *name, struct text_buf **ret_path)
{
	struct text_buf *path = *ret_path = scratch_text(SCRATCH_NAME);
	const char *above = path_of(dir);
	int err = text_append(path, above, strlen(above));

	name += only_ats(name);
	if (*name && *above)
		err = err ? err : text_append(path, "/", 1);
	return err ? err : text_append(path, name, strlen(name));
}

static int at_path(struct node *node, struct text_buf *out)
{
	struct node *top = node;

	while (!top->form)
		top = top->parent;
	int err = form_path(top, out);
	return err || node == top ? err : text_printf(out, "/%s", path_of(node));
}

/* ---- nodes ---- */

static int value_node(struct node *dir, const struct live *live, const char *path, struct node **ret_node)
{
	struct node_id id = {.parent = dir, .kind = &value_kind, .map_id = live->id, .bytes = path, .len = strlen(path)};
	return node_get(&id, ret_node);
}

static int getattr(struct node *dir, struct stat *ret_st)
{
	struct live *live;
	mode_t type = S_IFDIR;
	int fd = dir->form ? -1 : inode_open(path_of(dir), &type);
	int err = dir->form ? 0 : fd < 0 ? fd : S_ISDIR(type) ? 0 : -ENOENT;

	if (fd >= 0)
		close(fd);
	err = err ? err : map_live(dir, &live);
	if (err)
		return err;
	live_put(live);
	ret_st->st_ino = dir->ino;
	attr_dir(&(struct stat){.st_mode = 0600}, false, ret_st);
	ret_st->st_uid = ret_st->st_gid = 0; /* whatever uid= and dmode= say */
	ret_st->st_mode = S_IFDIR | 0700;
	return 0;
}

static int directory_node(struct node *dir, const char *path, struct node **ret_node, struct stat *ret_st)
{
	struct node_id id = {.parent = dir, .kind = &at_dir_kind, .bytes = path, .len = strlen(path)};
	int err = node_get(&id, ret_node);

	if (err)
		return err;
	err = getattr(*ret_node, ret_st);
	if (err)
		node_put(*ret_node);
	return err;
}

static int present_node(struct node *dir, const struct live *live, const char *path, struct node **ret_node,
			struct stat *ret_st)
{
	int err = value_node(dir, live, path, ret_node);

	if (err)
		return err;
	err = entry_getattr(*ret_node, ret_st);
	if (err)
		node_put(*ret_node);
	return err;
}

/* What the file is of which a name is: the name of its value, or a directory to go through. */
static int find(struct node *dir, const char *name, struct text_buf **ret_path, mode_t *ret_type)
{
	int err = path_at(dir, name, ret_path);
	int fd = err ? err : inode_open((*ret_path)->data, ret_type);

	if (fd < 0)
		return fd;
	close(fd);
	if (!strcmp(name, "@"))
		*ret_type = 0;
	return 0;
}

static int lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	struct text_buf *path;
	struct live *live;
	mode_t type;
	int err = at_live(dir, &live);

	if (err)
		return err == -EOPNOTSUPP ? -ENOENT : err;
	err = find(dir, name, &path, &type);
	if (!err && S_ISDIR(type))
		err = directory_node(dir, path->data, ret_node, ret_st);
	else if (!err)
		err = present_node(dir, live, path->data, ret_node, ret_st);
	live_put(live);
	return err;
}

static int create(struct node *dir, const char *name, struct file *file, struct node **ret_node, struct stat *ret_st)
{
	struct text_buf *path;
	struct node *node;
	struct live *live;
	mode_t type;
	int err = find(dir, name, &path, &type);

	if (err)
		return fail(-err, "/%s: %s", path->data, err == -ENOENT ? "there is no such file, or it is a symlink"
									: strerror(-err));
	if (S_ISDIR(type))
		return fail(EISDIR, "the value of the directory itself is '%s/@'", name);
	err = at_live(dir, &live);
	if (err)
		return err;
	err = value_node(dir, live, path->data, &node);
	if (!err) {
		err = entry_stat_unwritten(node, live, ret_st);
		if (err)
			node_put(node);
	}
	if (err) {
		live_put(live);
		return err;
	}
	file->live = live;
	*ret_node = node;
	return 0;
}

static int unlink_value(struct node *dir, const char *name, const struct caller *who)
{
	struct text_buf *path;
	struct live *live;
	mode_t type;
	int err = find(dir, name, &path, &type);
	(void)who;

	err = err ? err : at_live(dir, &live);
	if (err)
		return err;
	err = store_delete(live, path->data);
	live_put(live);
	return err;
}

static int rmdir_nothing(struct node *dir, const char *name, const struct caller *who)
{
	(void)dir;
	(void)who;
	return fail(EPERM, "'%s' is a directory of files, not of this map; its own value is '%s/@'", name, name);
}

/* ---- listing: the files with a value ---- */

static int add_value(struct file *file, const char *name, const char *path)
{
	struct node_id id = {.parent = file->node, .kind = &value_kind, .map_id = file->live->id, .bytes = path,
			     .len = strlen(path)};
	void *value = scratch_bytes(SCRATCH_VALUE, file->live->value_bytes);
	int err = value ? store_lookup(file->live, path, value) : -ENOMEM;

	return err ? err : names_add(file, name, node_ino(&id), S_IFREG);
}

/* A file of the directory by its own name, or NULL for the directory itself. */
static int add_file(struct file *file, const char *own)
{
	char name[NAME_LIMIT + 2];
	struct text_buf *path;
	mode_t type;

	snprintf(name, sizeof(name), "%s%s", !own || only_ats(own) ? "@" : "", own ? own : "");
	int err = find(file->node, name, &path, &type);
	if (!err && !S_ISDIR(type))
		err = add_value(file, name, path->data);
	return err == -ENOMEM || err == -EMFILE || err == -ENFILE ? err : 0; /* gone, a symlink, or without a value */
}

static DIR *open_stream(const struct node *dir, int *ret_err)
{
	mode_t type;
	int at = inode_open(path_of(dir), &type), fd = -1;
	DIR *stream = NULL;

	if (at >= 0)
		fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*ret_err = at < 0 ? at : fd < 0 ? -errno : 0;
	if (at >= 0)
		close(at);
	if (fd >= 0)
		stream = fdopendir(fd);
	if (fd >= 0 && !stream) {
		close(fd);
		*ret_err = -ENOMEM;
	}
	return stream;
}

static int add_files(struct file *file)
{
	struct dirent *entry;
	int err;
	DIR *stream = open_stream(file->node, &err);

	if (!stream)
		return err;
	while (!err && (entry = readdir(stream))) {
		bool dots = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
		if (!dots && entry->d_type != DT_DIR && entry->d_type != DT_LNK)
			err = add_file(file, entry->d_name);
	}
	closedir(stream);
	return err;
}

static int opendir_values(struct node *dir, struct file *file)
{
	int err = file->live ? 0 : at_live(dir, &file->live);

	err = err ? err : names_new(file);
	err = err ? err : add_file(file, NULL);
	return err ? err : add_files(file);
}

static const struct node_kind value_kind = {
	.name = "atvalue",
	.waits = true,
	.getattr = entry_getattr,
	.setattr = entry_setattr,
	.open = entry_open,
	.path = at_path,
};

const struct node_kind at_dir_kind = {
	.name = "at",
	.waits = true,
	.getattr = getattr,
	.setattr = node_setattr_nothing,
	.lookup = lookup,
	.opendir = opendir_values,
	.create = create,
	.unlink = unlink_value,
	.rmdir = rmdir_nothing,
	.rename = keydir_rename,
	.path = at_path,
};
