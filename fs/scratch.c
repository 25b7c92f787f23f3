/* SPDX-License-Identifier: MIT */
/* Per-thread buffers. What a huge value made large is given back after the request. */
#include <stdlib.h>

#include "fs/scratch.h"

#define KEEP (64 * 1024)

static __thread struct {
	void *bytes;
	size_t size;
} slots[SCRATCH_SLOTS];
static __thread struct text_buf texts[SCRATCH_TEXTS];

void *scratch_bytes(enum scratch_slot slot, size_t size)
{
	if (!slots[slot].bytes || size > slots[slot].size || (slots[slot].size > KEEP && size <= KEEP)) {
		size_t room = size < 256 ? 256 : size;
		free(slots[slot].bytes);
		slots[slot].bytes = malloc(room);
		slots[slot].size = slots[slot].bytes ? room : 0;
	}
	return slots[slot].bytes;
}

struct text_buf *scratch_text(enum scratch_text slot)
{
	if (texts[slot].cap > KEEP)
		text_free(&texts[slot]);
	texts[slot].len = 0;
	if (texts[slot].data)
		texts[slot].data[0] = 0;
	return &texts[slot];
}

struct text_buf *scratch_text_kept(enum scratch_text slot)
{
	return &texts[slot];
}

void scratch_trim(void)
{
	for (int i = 0; i < SCRATCH_SLOTS; i++) {
		if (slots[i].size > KEEP) {
			free(slots[i].bytes);
			slots[i].bytes = NULL;
			slots[i].size = 0;
		}
	}
	for (int i = 0; i < SCRATCH_TEXTS; i++) {
		if (texts[i].cap > KEEP)
			text_free(&texts[i]);
	}
}

void scratch_free(void)
{
	for (int i = 0; i < SCRATCH_SLOTS; i++) {
		free(slots[i].bytes);
		slots[i].bytes = NULL;
		slots[i].size = 0;
	}
	for (int i = 0; i < SCRATCH_TEXTS; i++)
		text_free(&texts[i]);
}
