/* SPDX-License-Identifier: MIT */
/*
 * The memory of live maps: one for each map that is in use, shared by whoever reads or writes it, since an
 * arena can be mapped only once. It is mapped, and so the map kept alive, only while it is held.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <sys/types.h>

#include "fs/live.h"

struct memory;

/* Bytes of the memory that can be shown, without mapping it; 0: none. */
size_t memory_size(const struct live *live);
/* 0, or -EOPNOTSUPP with the reason. */
int memory_applies(const struct live *live);

/*
 * With a reference for the caller. -EOPNOTSUPP; arenas: -ENXIO -EADDRNOTAVAIL, no address to map it at; -EBUSY,
 * that is taken, or another arena's is being looked for.
 */
int memory_get(const struct live *live, struct memory **ret_memory);
void memory_put(struct memory *memory); /* NULL is fine */

/* len bytes at offset, of now; offset + len is at most the size. */
int memory_read(struct memory *memory, size_t offset, void *ret_buf, size_t len);
/*
 * Maps the memory for writing (-EPERM: frozen), calls change and unmaps it again: meanwhile the map cannot
 * be frozen (R32). The caller holds live->write_lock, as whoever freezes the map does.
 */
int memory_change(struct memory *memory, int (*change)(struct bpfmap_memory *engine, void *arg), void *arg);

#endif
