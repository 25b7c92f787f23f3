/* SPDX-License-Identifier: MIT */
/*
 * window: a part of an MMAPABLE array's pages, mapped into this process.
 *
 * The kernel enters all pages of such a mapping at once and counts them as this
 * process's memory, so an array is never mapped as a whole but looked at through
 * a window that moves.
 */
#ifndef BPFMAP_WINDOW_H
#define BPFMAP_WINDOW_H

#include "map.h"

#define BM_WINDOW_BYTES ((size_t)256 << 10) /* seen at once where much is read; whole pages */

struct bm_window {
	int fd;           /* of the map, borrowed */
	int prot;         /* PROT_READ, or PROT_READ | PROT_WRITE */
	size_t size;      /* of the array's memory */
	size_t span;      /* bytes to map at once, a power of two of whole pages */
	char *at;         /* NULL: nothing is mapped */
	size_t from, len; /* the part that is */
};

/* Bytes of an array's memory (values at steps of 8) or an arena's: whole pages. */
size_t bm_memory_bytes(const struct bpfmap *map);
static inline size_t bm_value_step(const struct bpfmap *map)
{
	return ((size_t)map->value_size + 7) & ~(size_t)7;
}

/* The len bytes at offset if they are in the window, else NULL. */
static inline char *bm_window_has(const struct bm_window *w, size_t offset, size_t len)
{
	return w->at && offset >= w->from && offset - w->from <= w->len &&
		       len <= w->len - (offset - w->from)
		   ? w->at + (offset - w->from)
		   : NULL;
}

/*
 * Moves the window there if need be; offset + len is at most size. The old part goes
 * after the new one has come: a writable window keeps the map from being frozen all along.
 */
int bm_window_at(struct bm_window *w, size_t offset, size_t len, char **ret_at);
void bm_window_close(struct bm_window *w); /* it may be used again */

/* Copies from and to memory that programs use meanwhile: no aligned word of 8, 4 or 2 bytes tears. */
void bm_load(void *to, const char *shared, size_t len);
void bm_store(char *shared, const void *from, size_t len);

#endif
