/* SPDX-License-Identifier: MIT */
/*
 * seen: tells the keys of a walk that it has given before.
 *
 * Some walks start anew when the key under their cursor is deleted. Where the
 * kernel's order is known (rising numbers, a trie's postorder), the furthest key
 * is enough to tell, exactly and in constant memory. Elsewhere the hashes of
 * the first few thousand keys are remembered; after that repeats get through.
 */
#ifndef BPFMAP_SEEN_H
#define BPFMAP_SEEN_H

#include "kind.h"

struct bm_seen;

/* NULL where there is no memory. */
struct bm_seen *bm_seen_new(enum bm_walk walk, uint32_t key_size);
void bm_seen_free(struct bm_seen *seen);

/* Was this key given before? */
bool bm_seen_has(const struct bm_seen *seen, const void *key);

/* This key is being given. Only for keys that bm_seen_has() does not tell. */
void bm_seen_add(struct bm_seen *seen, const void *key);

#endif
