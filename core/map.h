/* SPDX-License-Identifier: MIT */
/* map: the handle behind struct bpfmap, and what the parts of the engine ask of it. */
#ifndef BPFMAP_MAP_H
#define BPFMAP_MAP_H

#include "bpfmap.h"
#include "err.h"
#include "kind.h"

struct bm_view;

#define BM_NAME_SIZE 16   /* the kernel's BPF_OBJ_NAME_LEN, with the NUL */
#define BM_PRINT_SIZE 64  /* enough for Type(name)#fd */

/*
 * Nothing but fd (by close) and pin_path (by pin and unpin) changes after the
 * handle is made, so operations on one handle may run in many threads; those
 * three calls need it to themselves.
 */
struct bpfmap {
	int fd; /* owned; -1 once closed */
	uint32_t id, type, key_size, value_size, max_entries, flags;
	uint32_t traits;
	size_t value_bytes;
	const struct bm_kind *kind;
	char *pin_path; /* owned; NULL: not pinned through this handle */
	char name[BM_NAME_SIZE];
	struct bm_view *view; /* owned; locks for itself; NULL: no value is read through memory */
};

/*
 * A handle for fd, which stays the caller's on failure and is the handle's on
 * success. What is known of the map comes from info.
 */
int bm_map_new(int fd, const struct bpfmap_info *info, struct bpfmap **ret_map);

/* Info of an fd that is a map, without frozen and memlock, from fdinfo on old kernels. */
int bm_info_of(int fd, struct bpfmap_info *ret_info);

/* -EINVAL or -EBADF and a sentence unless fd is of that kind: "map" or "prog". */
int bm_check_fd(int fd, const char *kind);

/* Fills in what the kernel tells of a program; size is left alone. No sentence. */
int bm_describe_prog(int fd, struct bpfmap_user *user);

/* "Hash(name)#fd"; the length, as snprintf. */
int bm_print(char *buf, size_t size, uint32_t type, const char *name, int fd);

/* Next key, with the detour for kernels that refuse NULL. ret_next may be key. No sentence. */
int bm_next_key(const struct bpfmap *map, const void *key, void *ret_next);

#endif
