/* SPDX-License-Identifier: MIT */
/* A 64-bit hash for tables and inode numbers: the same on every run, so that st_ino is stable. Not for adversaries. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__uint128_t m = (__uint128_t)(a ^ 0x9e3779b97f4a7c15ull) * (b ^ 0xd6e8feb86659fd93ull);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t h = hash_mix(seed, len + 0x2545f4914f6cdd1dull), word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = hash_mix(h, word + 0x632be59bd9b4e019ull);
	}
	word = 0;
	memcpy(&word, p, len);
	return hash_mix(h, word + 0x94d049bb133111ebull);
}

#endif
