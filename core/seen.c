// SPDX-License-Identifier: MIT
/* seen: the keys that a restarting walk has given before. */
#include "seen.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 8192u            /* of 8 bytes: 64 KiB */
#define FULL (SLOTS / 4 * 3)   /* then no more are remembered: probing must stay short */

struct bm_seen {
	enum bm_walk walk;
	uint32_t key_size;
	uint32_t used;    /* slots filled; in an ordered walk, whether furthest is set */
	uint64_t *hashes; /* SLOTS of them, 0 is free; NULL in an ordered walk */
	uint8_t furthest[];
};

/* Bits that two prefixes have in common, at most max of them. */
static uint32_t common_bits(const uint8_t *a, const uint8_t *b, uint32_t max)
{
	uint32_t bit = 0;

	while (bit + 8 <= max && a[bit / 8] == b[bit / 8])
		bit += 8;
	while (bit < max && !((a[bit / 8] ^ b[bit / 8]) & 0x80 >> bit % 8))
		bit++;
	return bit;
}

/*
 * The order in which the kernel walks a trie: the subtree of bit 0, that of bit
 * 1, then the node itself, so longer prefixes come before the ones that hold
 * them. Keys are struct bpf_lpm_trie_key: a u32 of bits in use, then the bits.
 */
static int trie_order(const uint8_t *a, const uint8_t *b)
{
	uint32_t la, lb;

	memcpy(&la, a, sizeof(la));
	memcpy(&lb, b, sizeof(lb));
	uint32_t both = la < lb ? la : lb;
	uint32_t same = common_bits(a + 4, b + 4, both);
	if (same < both)
		return a[4 + same / 8] & 0x80 >> same % 8 ? 1 : -1;
	return la == lb ? 0 : la > lb ? -1 : 1;
}

static int number_order(const uint8_t *a, const uint8_t *b)
{
	uint32_t na, nb;

	memcpy(&na, a, sizeof(na));
	memcpy(&nb, b, sizeof(nb));
	return na < nb ? -1 : na > nb;
}

/* FNV-1a with a final mix; 0 is kept for free slots. */
static uint64_t hash_of(const uint8_t *key, uint32_t size)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (uint32_t i = 0; i < size; i++)
		h = (h ^ key[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	return h ? h : 1;
}

/* The slot that holds hash, or the free one where it belongs. */
static uint64_t *slot_of(const struct bm_seen *seen, uint64_t hash)
{
	uint32_t i = (uint32_t)hash % SLOTS;

	while (seen->hashes[i] && seen->hashes[i] != hash)
		i = (i + 1) % SLOTS;
	return &seen->hashes[i];
}

static bool is_ordered(enum bm_walk walk)
{
	return walk == BM_WALK_RISING || walk == BM_WALK_TRIE;
}

struct bm_seen *bm_seen_new(enum bm_walk walk, uint32_t key_size)
{
	bool ordered = is_ordered(walk);
	struct bm_seen *seen = calloc(1, sizeof(*seen) + (ordered ? key_size : 0));

	if (!seen)
		return NULL;
	seen->walk = walk;
	seen->key_size = key_size;
	if (!ordered) {
		seen->hashes = calloc(SLOTS, sizeof(*seen->hashes));
		if (!seen->hashes) {
			free(seen);
			return NULL;
		}
	}
	return seen;
}

void bm_seen_free(struct bm_seen *seen)
{
	if (!seen)
		return;
	free(seen->hashes);
	free(seen);
}

bool bm_seen_has(const struct bm_seen *seen, const void *key)
{
	if (!is_ordered(seen->walk))
		return *slot_of(seen, hash_of(key, seen->key_size)) != 0;
	if (!seen->used)
		return false;
	return (seen->walk == BM_WALK_TRIE ? trie_order(key, seen->furthest)
					   : number_order(key, seen->furthest)) <= 0;
}

void bm_seen_add(struct bm_seen *seen, const void *key)
{
	if (is_ordered(seen->walk)) {
		memcpy(seen->furthest, key, seen->key_size);
		seen->used = 1;
	} else if (seen->used < FULL) {
		uint64_t hash = hash_of(key, seen->key_size);

		*slot_of(seen, hash) = hash;
		seen->used++;
	}
}
