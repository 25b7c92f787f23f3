/* SPDX-License-Identifier: MIT */
/*
 * Buffers of this thread for the length of one step, so that no request allocates. A slot's bytes are
 * overwritten by the next call for it: callers that nest use different slots.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stddef.h>
#include "text.h"

enum scratch_slot { SCRATCH_KEY, SCRATCH_VALUE, SCRATCH_PARSED, SCRATCH_CHECK, SCRATCH_SLOTS };
enum scratch_text { SCRATCH_PATH, SCRATCH_LINE, SCRATCH_NAME, SCRATCH_RESOLVED, SCRATCH_TEXTS };

void *scratch_bytes(enum scratch_slot slot, size_t size); /* NULL: no memory */
struct text_buf *scratch_text(enum scratch_text slot);    /* emptied */
struct text_buf *scratch_text_kept(enum scratch_text slot); /* as the last call for it left it */
void scratch_trim(void);                                  /* between requests: keeps no large ones */
void scratch_free(void);                                  /* at the thread's end */

#endif
