/* SPDX-License-Identifier: MIT */
/* A walk over a map's entries, as its family makes it. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include "fs/live.h"

struct entries;

/* keys_only: values may be NULL. 0 or a negative errno with its sentence; the map must outlive the walk. */
int entries_new(const struct live *live, bool keys_only, struct entries **ret_walk);
/* 1, 0: that was all, -BPFMAP_ABORTED, or another negative errno with its sentence. Both live until the next step. */
int entries_next(struct entries *walk, const void **ret_key, const void **ret_value);
void entries_free(struct entries *walk); /* NULL is fine */

/* Calls one for every key, borrowed, up to the first error. */
int entries_each_key(const struct live *live, int (*one)(const struct live *live, const void *key, void *data),
		     void *data);

#endif
