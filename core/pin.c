// SPDX-License-Identifier: MIT
/* pin: a map's name in a bpffs, which outlives the handle. */
#include "cleanup.h"
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Pins are refused on other file systems with the same EPERM as for want of rights. */
static int check_place(const struct bpfmap *map, const char *path)
{
	struct statfs fs;
	bm_free char *copy = path && *path ? strdup(path) : NULL;

	if (!path || !*path)
		return bm_err_op(map, BM_OP_PIN, -EINVAL, "the path is empty");
	if (!copy)
		return bm_err_op(map, BM_OP_PIN, -ENOMEM, NULL);
	const char *dir = dirname(copy);
	if (statfs(dir, &fs))
		return bm_err(-errno, "pin %s: directory %s: %s", path, dir, bm_err_words(-errno));
	if (fs.f_type != BPF_FS_MAGIC)
		return bm_err(-EINVAL, "pin %s: %s is not in a bpffs", path, dir);
	return 0;
}

/* Is the pin there this map's? Pins can be replaced behind our back. Unknown counts as yes. */
static bool is_ours(const struct bpfmap *map, const char *path)
{
	struct bpfmap_info info;
	bm_close_fd int fd = bm_sys_open_pin(path, BPF_F_RDONLY);

	if (fd < 0)
		return fd != -ENOENT;
	if (bm_check_fd(fd, "map"))
		return false;
	return bm_info_of(fd, &info) || !map->id || info.id == map->id;
}

/* Moves our pin, or where it is gone or on another mount, makes a new one. */
static int move_pin(const struct bpfmap *map, const char *from, const char *to)
{
	if (is_ours(map, from)) {
		if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
			return 0;
		if (errno != ENOENT && errno != EXDEV)
			return -errno;
	}
	int err = bm_sys_pin(map->fd, to);
	if (!err && is_ours(map, from))
		unlink(from);
	return err;
}

int bpfmap_pin(struct bpfmap *map, const char *path)
{
	int err = check_place(map, path);

	if (err)
		return err;
	if (map->fd < 0)
		return bm_err_op(map, BM_OP_PIN, -EBADF, NULL);
	if (map->pin_path && !strcmp(map->pin_path, path) && is_ours(map, path))
		return 0;
	char *copy = strdup(path);
	if (!copy)
		return bm_err_op(map, BM_OP_PIN, -ENOMEM, NULL);
	err = map->pin_path ? move_pin(map, map->pin_path, path) : bm_sys_pin(map->fd, path);
	if (err) {
		free(copy);
		return bm_err(err, "pin %s: %s", path, bm_err_words(err));
	}
	free(map->pin_path);
	map->pin_path = copy;
	return 0;
}

int bpfmap_unpin(struct bpfmap *map)
{
	if (!map->pin_path)
		return 0;
	if (is_ours(map, map->pin_path) && unlink(map->pin_path) && errno != ENOENT)
		return bm_err(-errno, "unpin %s: %s", map->pin_path, bm_err_words(-errno));
	free(map->pin_path);
	map->pin_path = NULL;
	return 0;
}

bool bpfmap_is_pinned(const struct bpfmap *map)
{
	return map->pin_path != NULL;
}
