/* SPDX-License-Identifier: MIT */
/* Directories, pins and symlinks of the bpffs below SOURCE: listed, made, moved, taken away. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/bpffs.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/mount.h"
#include "fs/names.h"
#include "fs/path.h"
#include "fs/place.h"
#include "fs/why.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* errno of a failed call on the bpffs, with its sentence. */
static int refused(const char *what)
{
	int err = errno;
	return fail(err, "the bpffs refuses to %s: %s", what, strerror(err));
}

/* An fd of the bpffs directory that dir stands for. */
static int open_dir(struct node *dir, int flags)
{
	struct text_buf path = {0};
	int err = node_names(dir, &path);
	int fd = err ? err : path_open(path.data ? path.data : "", flags | O_DIRECTORY);

	text_free(&path);
	return fd;
}

static int give_to_caller(int dir, const char *name, const struct caller *who)
{
	return fchownat(dir, name, who->uid, who->gid, AT_SYMLINK_NOFOLLOW) ? refused("chown") : 0;
}

int bpffs_mkdir(struct node *dir, const char *name, mode_t mode, const struct caller *who)
{
	int fd = open_dir(dir, O_PATH);

	if (fd < 0)
		return fd;
	/* the mode is as asked: the driver's umask is 0 */
	int err = mkdirat(fd, name, mode & 07777) ? refused("make the directory") : give_to_caller(fd, name, who);
	close(fd);
	return err;
}

int bpffs_symlink(struct node *dir, const char *name, const char *target, const struct caller *who)
{
	int fd = open_dir(dir, O_PATH);

	if (fd < 0)
		return fd;
	int err = symlinkat(target, fd, name) ? refused("make the symlink") : give_to_caller(fd, name, who);
	close(fd);
	return err;
}

int bpffs_pin(struct node *place, struct bpfmap *map, const struct caller *who)
{
	struct text_buf path = {0};
	char full[PATH_OF_FD];
	const char *name;
	int err = node_names(place, &path);
	int dir = err ? err : path_parent(path.data, &name);

	if (dir >= 0) {
		path_of_fd(dir, name, full);
		err = bpfmap_pin(map, full);
		err = err ? fail_engine(err) : give_to_caller(dir, name, who);
		close(dir);
		place_changed(place);
	}
	text_free(&path);
	return dir < 0 ? dir : err;
}

static int unlink_at(const char *rel, int flags, const char *what)
{
	const char *name;
	int dir = path_parent(rel, &name);

	if (dir < 0)
		return dir;
	int err = unlinkat(dir, name, flags) ? refused(what) : 0;
	close(dir);
	return err;
}

/* Takes away what a place is: a directory (flags AT_REMOVEDIR), a pin or a symlink. */
static int remove_place(struct node *place, int flags, const char *what)
{
	struct text_buf path = {0};
	int err = node_names(place, &path);

	err = err ? err : unlink_at(path.data, flags, what);
	place_changed(place);
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
	err = err ? err : remove_place(place, 0, "remove the symlink");
	if (!err)
		node_detach(place);
	node_put(place);
	return err;
}

int bpffs_unpin(struct node *place)
{
	return remove_place(place, 0, "unpin the map");
}

static int refuse_if_entries(struct live *live)
{
	int empty = keys_empty(live);

	if (empty < 0)
		return empty;
	if (empty)
		return 0;
	return fail(ENOTEMPTY, "the map has entries, or is of a type that cannot be empty; rm NAME.pin unpins it all "
			       "the same");
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
		live_wait(live, false);
		err = refuse_if_entries(live);
		live_put(live);
		err = err ? err : bpffs_unpin(place);
	} else if (err == -EISDIR) {
		err = remove_place(place, AT_REMOVEDIR, "remove the directory");
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
	struct live *live;
	struct stat st, moved;
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
	err = place_stat(from, &moved);
	if (!err && S_ISDIR(moved.st_mode))
		err = fail(ENOTDIR, "a directory cannot take the place of a map");
	live_wait(live, false);
	err = err ? err : refuse_if_entries(live);
	live_put(live);
	return err;
}

static int rename_at(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags)
{
	int from = open_dir(dir, O_PATH);
	int to = from < 0 ? from : open_dir(to_dir, O_PATH);
	int err = to < 0 ? to : 0;

	if (!err && syscall(SYS_renameat2, from, name, to, to_name, flags))
		err = refused("rename");
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
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

/* All on one O_PATH fd: what it is cannot be swapped for a symlink meanwhile. */
static int set_mode(const char *fd_path, mode_t mode, mode_t type)
{
	if (S_ISLNK(type))
		return fail(EOPNOTSUPP, "a symlink has no mode of its own");
	if (!S_ISDIR(type))
		mode &= 0666;
	return fchmodat(AT_FDCWD, fd_path, mode & 07777, 0) ? refused("change the mode") : 0;
}

static int set_owner(int fd, const struct stat *want, int to_set)
{
	uid_t uid = to_set & FUSE_SET_ATTR_UID ? want->st_uid : (uid_t)-1;
	gid_t gid = to_set & FUSE_SET_ATTR_GID ? want->st_gid : (gid_t)-1;

	if (!(to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)))
		return 0;
	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) ? refused("change the owner") : 0;
}

static int set_times(const char *fd_path, const struct stat *want, int to_set, mode_t type)
{
	struct timespec times[2] = {want->st_atim, want->st_mtim};

	if (!(to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) || S_ISLNK(type))
		return 0;
	if (!(to_set & FUSE_SET_ATTR_ATIME))
		times[0].tv_nsec = UTIME_OMIT;
	else if (to_set & FUSE_SET_ATTR_ATIME_NOW)
		times[0].tv_nsec = UTIME_NOW;
	if (!(to_set & FUSE_SET_ATTR_MTIME))
		times[1].tv_nsec = UTIME_OMIT;
	else if (to_set & FUSE_SET_ATTR_MTIME_NOW)
		times[1].tv_nsec = UTIME_NOW;
	return utimensat(AT_FDCWD, fd_path, times, 0) ? refused("set the times") : 0;
}

static int set_all(int fd, const struct stat *want, int to_set)
{
	char path[PATH_OF_FD];
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	path_of_fd(fd, NULL, path);
	int err = set_owner(fd, want, to_set);
	if (!err && (to_set & FUSE_SET_ATTR_MODE))
		err = set_mode(path, want->st_mode, st.st_mode);
	return err ? err : set_times(path, want, to_set, st.st_mode);
}

int bpffs_setattr(struct node *place, const struct stat *want, int to_set, const struct caller *who)
{
	struct text_buf path = {0};
	int err = node_names(place, &path);
	int fd = err ? err : path_open(path.data ? path.data : "", O_PATH | O_NOFOLLOW);
	(void)who;

	text_free(&path);
	if (fd < 0)
		return fd;
	err = set_all(fd, want, to_set);
	close(fd);
	place_changed(place);
	return err;
}

/* ---- listing ---- */

static int add_view(struct node *place, const char *name, const struct form *form, struct file *file)
{
	char full[NAME_MAX + 32];
	struct node *node;
	int err = form_node(place, form, &node);

	if (err)
		return err;
	snprintf(full, sizeof(full), "%s.%s", name, form->name);
	err = names_add(file, full, node->ino, S_IFREG);
	node_put(node);
	return err;
}

/* The forms that -o views= lists beside a map, if this map has them. A directory of the bpffs has none. */
static int add_views(struct node *place, const char *name, struct file *file)
{
	struct live *live;
	struct stat st;
	int err = the_mount.opt.views ? place_live(place, &live, &st) : -ENOENT;

	if (err)
		return err == -ENOMEM || err == -EMFILE ? err : 0;
	for (const struct form *form = map_forms; form->name && !err; form++) {
		if (form_is_view(form) && form_can_be_read(form, live))
			err = add_view(place, name, form, file);
	}
	live_put(live);
	return err;
}

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
	if (!err && S_ISDIR(st.st_mode)) /* before the map: rm -r takes names in this order */
		err = add_views(place, name, file);
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
	struct dirent *entry;
	int fd = open_dir(dir, O_RDONLY);

	if (fd < 0)
		return fd;
	DIR *stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	int err = names_new(file);
	err = err ? err : add_directory_forms(dir, file);
	while (!err && (entry = readdir(stream)))
		err = add_name(dir, entry->d_name, file);
	closedir(stream);
	return err;
}
