/* SPDX-License-Identifier: MIT */
/* Directories, pins and symlinks of the bpffs below SOURCE: listed, made, moved, taken away. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/bpffs.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/mount.h"
#include "fs/names.h"
#include "fs/place.h"
#include "fs/why.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* The path below SOURCE of dir/name, or of dir where name is NULL. */
static int rel_of(struct node *dir, const char *name, struct text_buf *path)
{
	int err = node_names(dir, path);

	if (!err && path->len && name)
		err = text_append(path, "/", 1);
	if (!err && name)
		err = text_append(path, name, strlen(name));
	if (!err && !path->len)
		err = text_append(path, ".", 1);
	return err;
}

/* errno of a failed call on the bpffs, with its sentence. */
static int refused(const char *what)
{
	int err = errno;
	return fail(err, "the bpffs refuses to %s: %s", what, strerror(err));
}

static int give_to_caller(const char *path, const struct caller *who)
{
	return fchownat(the_mount.source_fd, path, who->uid, who->gid, AT_SYMLINK_NOFOLLOW) ? refused("chown") : 0;
}

int bpffs_mkdir(struct node *dir, const char *name, mode_t mode, const struct caller *who)
{
	struct text_buf path = {0};
	int err = rel_of(dir, name, &path);

	if (!err && mkdirat(the_mount.source_fd, path.data, mode & 07777))
		err = refused("make the directory");
	if (!err) /* the mode is as asked: the driver's umask is 0 */
		err = give_to_caller(path.data, who);
	text_free(&path);
	return err;
}

int bpffs_symlink(struct node *dir, const char *name, const char *target, const struct caller *who)
{
	struct text_buf path = {0};
	int err = rel_of(dir, name, &path);

	if (!err && symlinkat(target, the_mount.source_fd, path.data))
		err = refused("make the symlink");
	if (!err)
		err = give_to_caller(path.data, who);
	text_free(&path);
	return err;
}

static int unlink_at(struct node *dir, const char *name, int flags, const char *what)
{
	struct text_buf path = {0};
	int err = rel_of(dir, name, &path);

	if (!err && unlinkat(the_mount.source_fd, path.data, flags))
		err = refused(what);
	text_free(&path);
	return err;
}

int bpffs_unlink(struct node *dir, const char *name, const struct caller *who)
{
	struct node *place;
	struct stat st;
	int err = place_node(dir, name, &place);
	(void)who;

	if (err)
		return err;
	err = place_stat(place, &st);
	if (!err && !S_ISLNK(st.st_mode))
		err = -EISDIR;
	err = err ? err : unlink_at(dir, name, 0, "remove the symlink");
	if (!err)
		node_detach(place);
	node_put(place);
	return err;
}

int bpffs_unpin(struct node *place)
{
	int err = unlink_at(place->parent, place->id, 0, "unpin the map");
	place_changed(place);
	return err;
}

static int refuse_if_entries(struct live *live)
{
	int empty = keys_empty(live);

	if (empty < 0)
		return empty;
	if (empty)
		return 0;
	return fail(ENOTEMPTY, "the map has entries, or is of a type that cannot be empty; rm NAME.pin unpins it all the same");
}

/* R15: a map without entries is unpinned, a directory removed. */
int bpffs_rmdir(struct node *dir, const char *name, const struct caller *who)
{
	struct node *place;
	struct live *live;
	struct stat st;
	int err = place_node(dir, name, &place);
	(void)who;

	if (err)
		return err;
	err = place_live(place, &live, &st);
	if (!err) {
		live_wait(live);
		err = refuse_if_entries(live);
		live_put(live);
		err = err ? err : bpffs_unpin(place);
	} else if (err == -EISDIR) {
		err = unlink_at(dir, name, AT_REMOVEDIR, "remove the directory");
	} else if (err == -EINVAL) {
		err = S_ISLNK(st.st_mode) ? -ENOTDIR : -ENOENT;
	}
	if (!err)
		node_detach(place);
	node_put(place);
	return err;
}

/* R16: a pin may take the place of a map without entries. */
static int check_target(struct node *from, struct node *to, unsigned flags)
{
	struct live *live, *moved;
	struct stat st;
	int err = place_live(to, &live, &st);

	if (err == -ENOENT)
		return 0;
	if (flags & RENAME_NOREPLACE) {
		if (!err)
			live_put(live);
		return fail(EEXIST, "there is something of that name already");
	}
	if (err)
		return err == -EISDIR || err == -EINVAL ? 0 : err; /* the bpffs knows what to say */
	err = place_live(from, &moved, &st);
	if (!err) {
		live_wait(live);
		err = moved == live ? 0 : refuse_if_entries(live);
		live_put(moved);
	} else if (err == -EISDIR) {
		err = fail(ENOTDIR, "a directory cannot take the place of a map");
	}
	live_put(live);
	return err;
}

static int rename_at(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags)
{
	struct text_buf from = {0}, to = {0};
	int err = rel_of(dir, name, &from);

	err = err ? err : rel_of(to_dir, to_name, &to);
	if (!err && syscall(SYS_renameat2, the_mount.source_fd, from.data, the_mount.source_fd, to.data, flags))
		err = refused("rename");
	text_free(&from);
	text_free(&to);
	return err;
}

int bpffs_rename(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
		 const struct caller *who)
{
	struct node *from, *to;
	(void)who;

	if (flags & ~(unsigned)RENAME_NOREPLACE)
		return fail(EINVAL, "pins can be moved, not exchanged");
	int err = place_node(dir, name, &from);
	if (err)
		return err;
	err = place_node(to_dir, to_name, &to);
	if (err) {
		node_put(from);
		return err;
	}
	err = check_target(from, to, flags);
	err = err ? err : rename_at(dir, name, to_dir, to_name, flags);
	if (!err) {
		place_changed(from);
		err = node_move(from, to_dir, to_name);
	}
	node_put(to);
	node_put(from);
	return err;
}

/* ---- chmod, chown, utimens (R7, R18) ---- */

static int set_mode(const char *path, mode_t mode, bool is_dir)
{
	if (!is_dir)
		mode &= 0666;
	return fchmodat(the_mount.source_fd, path, mode & 07777, 0) ? refused("change the mode") : 0;
}

static int set_owner(const char *path, const struct stat *want, int to_set)
{
	uid_t uid = to_set & FUSE_SET_ATTR_UID ? want->st_uid : (uid_t)-1;
	gid_t gid = to_set & FUSE_SET_ATTR_GID ? want->st_gid : (gid_t)-1;

	if (!(to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)))
		return 0;
	return fchownat(the_mount.source_fd, path, uid, gid, AT_SYMLINK_NOFOLLOW) ? refused("change the owner") : 0;
}

static int set_times(const char *path, const struct stat *want, int to_set)
{
	struct timespec times[2] = {want->st_atim, want->st_mtim};

	if (!(to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)))
		return 0;
	if (!(to_set & FUSE_SET_ATTR_ATIME))
		times[0].tv_nsec = UTIME_OMIT;
	else if (to_set & FUSE_SET_ATTR_ATIME_NOW)
		times[0].tv_nsec = UTIME_NOW;
	if (!(to_set & FUSE_SET_ATTR_MTIME))
		times[1].tv_nsec = UTIME_OMIT;
	else if (to_set & FUSE_SET_ATTR_MTIME_NOW)
		times[1].tv_nsec = UTIME_NOW;
	return utimensat(the_mount.source_fd, path, times, AT_SYMLINK_NOFOLLOW) ? refused("set the times") : 0;
}

int bpffs_setattr(struct node *place, const struct stat *want, int to_set, const struct caller *who)
{
	struct text_buf path = {0};
	struct stat st;
	int err = place_stat(place, &st);
	(void)who;

	err = err ? err : rel_of(place, NULL, &path);
	if (!err)
		err = set_owner(path.data, want, to_set);
	if (!err && (to_set & FUSE_SET_ATTR_MODE))
		err = set_mode(path.data, want->st_mode, S_ISDIR(st.st_mode));
	if (!err)
		err = set_times(path.data, want, to_set);
	place_changed(place);
	text_free(&path);
	return err;
}

/* ---- listing ---- */

/* A name of the bpffs as it is shown: directories, symlinks, and the pins that are maps. */
static int add_name(struct node *dir, const char *name, struct file *file)
{
	struct node *place;
	struct stat st;
	int err;

	if (strchr(name, '.'))
		return 0; /* the kernel's own maps.debug and progs.debug, "." and ".." */
	err = place_node(dir, name, &place);
	if (err)
		return err;
	err = place_kind.getattr(place, &st);
	if (!err)
		err = names_add(file, name, place->ino, st.st_mode & S_IFMT);
	node_put(place);
	return err == -ENOENT ? 0 : err; /* gone meanwhile, or no map */
}

static int add_directory_forms(struct node *dir, struct file *file)
{
	const struct form *form = form_of_directory(dir, "README.txt");
	struct node *node;

	if (!form)
		return 0;
	int err = form_node(dir, form, &node);
	if (err)
		return err;
	err = names_add(file, form->name, node->ino, S_IFREG);
	node_put(node);
	return err;
}

int bpffs_opendir(struct node *dir, struct file *file)
{
	struct text_buf path = {0};
	struct dirent *entry;
	int err = rel_of(dir, NULL, &path), fd;
	DIR *stream;

	if (err)
		return err;
	fd = openat(the_mount.source_fd, path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	text_free(&path);
	if (fd < 0)
		return refused("list the directory");
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	err = names_new(file);
	err = err ? err : add_directory_forms(dir, file);
	while (!err && (entry = readdir(stream)))
		err = add_name(dir, entry->d_name, file);
	closedir(stream);
	return err;
}
