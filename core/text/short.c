/* SPDX-License-Identifier: MIT */
/*
 * R11: a name past 255 bytes in a directory is its first 222 bytes, '~', and 32 hex digits: the
 * first half of the whole name's SHA-256, so that nobody can make two keys meet. '~' itself is
 * always %7E in a name.
 */
#include <string.h>

#include "plan.h"

#define HASH_DIGITS 32
#define KEPT (NAME_LIMIT - 1 - HASH_DIGITS)

static uint32_t rotate(uint32_t v, unsigned by)
{
	return v >> by | v << (32 - by);
}

static void schedule(const uint8_t block[64], uint32_t w[64])
{
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++) {
		uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + a + w[i - 7] + b;
	}
}

static void sha256_block(uint32_t h[8], const uint8_t block[64])
{
	static const uint32_t k[64] = {
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
		0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
		0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
		0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
		0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
		0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
		0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
		0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
	};
	uint32_t w[64], s[8];

	schedule(block, w);
	memcpy(s, h, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t e = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
		uint32_t a = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
		uint32_t t1 = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
		uint32_t t2 = a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

/* The first 16 bytes of the hash. */
static void sha256_half(const uint8_t *data, size_t len, uint8_t ret[16])
{
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	uint64_t bits = (uint64_t)len * 8;
	uint8_t tail[128] = { 0 };
	size_t left = len % 64, end = left < 56 ? 64 : 128;

	for (size_t i = 0; i + 64 <= len; i += 64)
		sha256_block(h, data + i);
	memcpy(tail, data + len - left, left);
	tail[left] = 0x80;
	for (int i = 0; i < 8; i++)
		tail[end - 1 - i] = (uint8_t)(bits >> 8 * i);
	for (size_t i = 0; i < end; i += 64)
		sha256_block(h, tail + i);
	for (int i = 0; i < 16; i++)
		ret[i] = (uint8_t)(h[i / 4] >> (24 - i % 4 * 8));
}

void name_shorten(const char *name, size_t len, char ret_short[NAME_LIMIT + 1])
{
	uint8_t hash[HASH_DIGITS / 2];

	sha256_half((const uint8_t *)name, len, hash);
	memcpy(ret_short, name, len < KEPT ? len : KEPT);
	ret_short[KEPT] = '~';
	*put_hex(ret_short + KEPT + 1, hash, sizeof(hash)) = '\0';
}

bool name_is_short_form(const char *name, size_t len)
{
	if (len != NAME_LIMIT || name[KEPT] != '~')
		return false;
	for (size_t i = KEPT + 1; i < len; i++)
		if (hex_digit(name[i]) < 0 || (name[i] >= 'A' && name[i] <= 'F'))
			return false;
	return true;
}
