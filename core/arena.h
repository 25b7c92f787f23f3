/* SPDX-License-Identifier: MIT */
/* arena: its pages in this process: at one address, the same in every process that maps it. */
#ifndef BPFMAP_ARENA_H
#define BPFMAP_ARENA_H

#include "map.h"

struct bm_arena {
	int fd; /* of the map, borrowed */
	size_t size;
	char *at; /* NULL: not mapped */
	bool writable;
};

/* Maps it for reading, all of it: a page comes when it is touched. *ret_why: a literal or NULL. */
int bm_arena_open(struct bm_arena *arena, const struct bpfmap *map, const char **ret_why);
void bm_arena_close(struct bm_arena *arena);
/* On failure it is mapped for reading still or, if that failed too, not at all. */
int bm_arena_writable(struct bm_arena *arena, bool on);
/* -EFAULT: not mapped, or a page that it has not and will not make; when reading that is zeros. */
int bm_arena_read(const struct bm_arena *arena, uint64_t offset, void *ret_buf, size_t len);
int bm_arena_write(const struct bm_arena *arena, uint64_t offset, const void *buf, size_t len);

#endif
