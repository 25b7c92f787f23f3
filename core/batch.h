/* SPDX-License-Identifier: MIT */
/* batch: the cursor, shared with iter.c. */
#ifndef BPFMAP_BATCH_H
#define BPFMAP_BATCH_H

#include "map.h"

struct bpfmap_cursor {
	const struct bpfmap *map; /* the handle that it was made with; compared, never followed */
	uint32_t map_id;          /* 0 where the kernel tells no ids */
	bool started;             /* at holds what the last batch left */
	bool ended;
	uint8_t at[];             /* max(key_size, 4) bytes: a bucket number or a key */
};

/* One batch lookup, or lookup and delete, without a sentence. -ENOENT: the last, partial one. */
int bm_batch_read(const struct bpfmap *map, struct bpfmap_cursor *cursor, void *keys,
    void *values, uint32_t *count, uint64_t elem_flags, bool take);

#endif
