// SPDX-License-Identifier: MIT
/* map: handles: opening, cloning, closing, and what is known of the map. */
#include "map.h"
#include "cleanup.h"
#include "sys.h"
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_FLAGS (BPF_F_RDONLY | BPF_F_WRONLY)

/* What the access mode of this fd rules out. */
static uint32_t traits_without_rights(int fd)
{
	const uint32_t reads = BPFMAP_READABLE | BPFMAP_ITERABLE | BPFMAP_BATCH;
	const uint32_t writes = BPFMAP_WRITABLE | BPFMAP_DELETABLE | BPFMAP_BATCH_WRITE |
				BPFMAP_BATCH_DELETE;
	const uint32_t both = BPFMAP_LAD | BPFMAP_BATCH_LAD;
	int mode = fcntl(fd, F_GETFL);

	switch (mode < 0 ? O_RDWR : mode & O_ACCMODE) {
	case O_RDONLY:
		return writes | both;
	case O_WRONLY:
		return reads | both;
	default:
		return 0;
	}
}

/* Sockets are read as cookies of 8 bytes; maps and programs as ids of 4. */
static bool holds_sockets(uint32_t traits)
{
	return (traits & (BPFMAP_HOLDS_FDS | BPFMAP_HOLDS_MAPS | BPFMAP_HOLDS_PROGS)) ==
	       BPFMAP_HOLDS_FDS;
}

static uint32_t traits_of(const struct bpfmap *map)
{
	uint32_t traits = map->kind->traits & ~traits_without_rights(map->fd);

	if (traits & BPFMAP_ARRAY && !(map->flags & BPF_F_MMAPABLE))
		traits &= ~(uint32_t)BPFMAP_MMAP;
	if (holds_sockets(traits) && map->value_size == 4)
		traits &= ~(uint32_t)BPFMAP_READABLE;
	return traits;
}

int bm_map_new(int fd, const struct bpfmap_info *info, struct bpfmap **ret_map)
{
	struct bpfmap *map = calloc(1, sizeof(*map));

	if (!map)
		return bm_err(-ENOMEM, "no memory for a map handle");
	map->fd = fd;
	map->id = info->id;
	map->type = info->type;
	map->key_size = info->key_size;
	map->value_size = info->value_size;
	map->max_entries = info->max_entries;
	map->flags = info->flags;
	memcpy(map->name, info->name, sizeof(map->name));
	map->kind = bm_kind(info->type);
	map->value_bytes = map->kind->family->value_bytes(map->value_size);
	map->traits = traits_of(map);
	if (bm_view_can(map) && !(map->view = bm_view_new(map))) {
		free(map);
		return bm_err(-ENOMEM, "no memory for a map handle");
	}
	*ret_map = map;
	return 0;
}

int bm_check_fd(int fd, const char *kind)
{
	char link[32], target[64], wanted[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, target, sizeof(target) - 1);
	if (len < 0 && fcntl(fd, F_GETFD) < 0)
		return bm_err(-EBADF, "fd %d is no open file", fd);
	if (len < 0) /* no /proc: the kernel's own answers have to do */
		return 0;
	target[len] = '\0';
	snprintf(wanted, sizeof(wanted), "anon_inode:bpf-%s", kind);
	if (!strcmp(target, wanted))
		return 0;
	return bm_err(-EINVAL, "fd %d is no BPF %s: it is %s", fd, kind, target);
}

int bpfmap_open_fd(int fd, struct bpfmap **ret_map)
{
	struct bpfmap_info info;
	bm_close_fd int owned = fd;

	if (fd < 0)
		return bm_err(-EBADF, "fd %d is no file descriptor", fd);
	int err = bm_check_fd(fd, "map") ?: bm_info_of(fd, &info) ?: bm_map_new(fd, &info, ret_map);
	if (!err)
		bm_keep_fd(&owned);
	return err;
}

static void drop_view(struct bpfmap *map)
{
	bm_view_free(map->view);
	map->view = NULL;
}

int bpfmap_open_fd_as(int fd, const struct bpfmap_spec *as, struct bpfmap **ret_map)
{
	bm_close_fd int owned = fd;

	if (fd < 0)
		return bm_err(-EBADF, "fd %d is no file descriptor", fd);
	struct bpfmap_info info = { .type = as->type, .key_size = as->key_size,
		.value_size = as->value_size, .max_entries = as->max_entries, .flags = as->flags,
		.map_extra = as->map_extra };
	snprintf(info.name, sizeof(info.name), "%s", as->name ?: "");
	int err = bm_check_fd(fd, "map") ?: bm_map_new(fd, &info, ret_map);
	if (err)
		return err;
	bm_keep_fd(&owned);
	drop_view(*ret_map); /* sizes that nobody vouches for: the kernel checks each lookup */
	return 0;
}

static int check_open_flags(uint32_t flags)
{
	if (flags & ~OPEN_FLAGS || flags == OPEN_FLAGS)
		return bm_err(-EINVAL, "open flags %#x: only BPF_F_RDONLY or BPF_F_WRONLY", flags);
	return 0;
}

int bpfmap_open_id(uint32_t id, uint32_t open_flags, struct bpfmap **ret_map)
{
	int err = check_open_flags(open_flags);

	if (err)
		return err;
	int fd = bm_sys_open_map(id, open_flags);
	if (fd < 0)
		return bm_err(fd, "map id %u: %s", id, bm_err_words(fd));
	return bpfmap_open_fd(fd, ret_map);
}

int bpfmap_open_pin(const char *path, uint32_t open_flags, struct bpfmap **ret_map)
{
	struct bpfmap *map;
	int err = check_open_flags(open_flags);

	if (err)
		return err;
	int fd = bm_sys_open_pin(path, open_flags);
	if (fd < 0)
		return bm_err(fd, "pin %s: %s%s", path, bm_err_words(fd),
		    fd == -EACCES && !open_flags ? "; BPF_F_RDONLY may do" : "");
	err = bpfmap_open_fd(fd, &map);
	if (err)
		return err == -EINVAL ? bm_err(err, "pin %s is no map", path) : err;
	map->pin_path = strdup(path);
	if (!map->pin_path) {
		bpfmap_free(map);
		return bm_err(-ENOMEM, "no memory for the path of a pin");
	}
	*ret_map = map;
	return 0;
}

int bpfmap_next_id(uint32_t id, uint32_t *ret_next)
{
	int err = bm_sys_next_map_id(id, ret_next);

	return err ? bm_err(err, "map id after %u: %s", id, bm_err_words(err)) : 0;
}

int bpfmap_clone(const struct bpfmap *map, struct bpfmap **ret_clone)
{
	if (!map) {
		*ret_clone = NULL;
		return 0;
	}
	int fd = fcntl(map->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return bm_err_op(map, BM_OP_CLONE, -errno, NULL);
	struct bpfmap *clone = malloc(sizeof(*clone));
	if (!clone) {
		close(fd);
		return bm_err_op(map, BM_OP_CLONE, -ENOMEM, NULL);
	}
	*clone = *map;
	clone->fd = fd;
	clone->pin_path = NULL;
	clone->view = NULL;
	if (map->view && !(clone->view = bm_view_new(clone))) {
		bpfmap_free(clone);
		return bm_err_op(map, BM_OP_CLONE, -ENOMEM, NULL);
	}
	*ret_clone = clone;
	return 0;
}

int bpfmap_close(struct bpfmap *map)
{
	if (!map || map->fd < 0)
		return 0;
	drop_view(map);
	int ret = close(map->fd);
	map->fd = -1;
	return ret ? -errno : 0;
}

void bpfmap_free(struct bpfmap *map)
{
	if (!map)
		return;
	bpfmap_close(map);
	free(map->pin_path);
	free(map);
}

int bpfmap_fd(const struct bpfmap *map)
{
	return map->fd;
}

uint32_t bpfmap_id(const struct bpfmap *map)
{
	return map->id;
}

uint32_t bpfmap_type(const struct bpfmap *map)
{
	return map->type;
}

uint32_t bpfmap_traits(const struct bpfmap *map)
{
	return map->traits;
}

uint32_t bpfmap_key_size(const struct bpfmap *map)
{
	return map->key_size;
}

uint32_t bpfmap_value_size(const struct bpfmap *map)
{
	return map->value_size;
}

size_t bpfmap_value_bytes(const struct bpfmap *map)
{
	return map->value_bytes;
}

uint32_t bpfmap_max_entries(const struct bpfmap *map)
{
	return map->max_entries;
}

uint32_t bpfmap_flags(const struct bpfmap *map)
{
	return map->flags;
}

const char *bpfmap_name(const struct bpfmap *map)
{
	return map->name;
}

int bm_print(char *buf, size_t size, uint32_t type, const char *name, int fd)
{
	const struct bm_kind *kind = bm_kind(type);
	char number[24];

	snprintf(number, sizeof(number), "Type%u", type);
	return snprintf(buf, size, "%s(%s)#%d", kind->name ? kind->title : number, name, fd);
}

int bpfmap_print(const struct bpfmap *map, char *buf, size_t size)
{
	return bm_print(buf, size, map->type, map->name, map->fd);
}
