/* SPDX-License-Identifier: MIT */
/* What the maps in a map of maps are like: the kernel does not tell, but those that are in it show it. */
#ifndef INNER_H
#define INNER_H

#include "fs/live.h"

/* One that is in it; NULL: it holds none, or is no map of maps. The caller frees it. */
struct bpfmap *inner_any(const struct live *live);

/* -EINVAL with a sentence that says, as far as can be seen, why this map may not be put into that one. */
int inner_misfit(const struct live *live, const struct bpfmap *inner);

#endif
