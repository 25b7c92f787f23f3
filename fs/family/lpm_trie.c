/* SPDX-License-Identifier: MIT */
/* Tries: an entry is one prefix, while the kernel's lookup answers with the longest that matches. */
#include <errno.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/store.h"
#include "fs/why.h"

/* An entry is an entry: a prefix that only matches a shorter one is not there. */
static int lookup_exactly(const struct live *live, const void *key, void *value)
{
	int has = bpfmap_has_prefix(live->map, key);

	if (has < 0)
		return fail_engine(has);
	return has ? store_match(live, key, value) : -ENOENT;
}

const struct family prefix_family = {.entry = &entry_kind, .lookup = lookup_exactly};
