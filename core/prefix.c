// SPDX-License-Identifier: MIT
/*
 * prefix: exact prefixes of a trie. The kernel's lookup answers with the longest match, but
 * get_next_key stands at a key only if that very prefix is there; else it gives the first.
 */
#include "cpu.h"
#include "err.h"
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <string.h>

/* A u32 and at most 256 bytes of data (LPM_DATA_SIZE_MAX). */
#define KEY_MOST 260

int bpfmap_has_prefix(const struct bpfmap *map, const void *key)
{
	uint8_t first[KEY_MOST], next[KEY_MOST];

	if (!map)
		return bm_err_op(map, BM_OP_NEXT_KEY, -EBADF, NULL);
	if (!(bpfmap_traits(map) & BPFMAP_PREFIXES) || bpfmap_key_size(map) > KEY_MOST)
		return bm_err_op(map, BM_OP_NEXT_KEY, -EOPNOTSUPP, "its keys are no prefixes");
	int err = bpfmap_next_key(map, NULL, first);
	if (err)
		return err == -ENOENT ? 0 : err;
	err = bpfmap_next_key(map, key, next);
	if (err)
		return err == -ENOENT ? 1 : err;
	return memcmp(first, next, bpfmap_key_size(map)) != 0;
}
