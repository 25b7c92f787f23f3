/* SPDX-License-Identifier: MIT */
/*
 * ahead: a thread that reads a walk's next batch while the caller uses the last one. Most of a
 * long walk's time is the kernel's copying, which needs nothing of the caller.
 */
#ifndef BPFMAP_AHEAD_H
#define BPFMAP_AHEAD_H

#include "bpfmap.h"

struct bm_ahead;

/*
 * Map and cursor are borrowed, and the cursor is the thread's while a batch is under way. NULL: no thread to be
 * had: there are 8 at most.
 */
struct bm_ahead *bm_ahead_new(const struct bpfmap *map, struct bpfmap_cursor *cursor, uint64_t elem_flags);
/* Begins to read up to `room` entries; one batch at a time. Both buffers are borrowed until it is taken. */
void bm_ahead_read(struct bm_ahead *ahead, void *keys, void *values, uint32_t room);
/* Waits for that batch: what bm_batch_read answered, and its count. */
int bm_ahead_take(struct bm_ahead *ahead, uint32_t *ret_count);
void bm_ahead_free(struct bm_ahead *ahead); /* waits for a batch under way; NULL is fine */

#endif
