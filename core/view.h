/* SPDX-License-Identifier: MIT */
/* view: lookups in an MMAPABLE array without bpf(2), by any number of threads. */
#ifndef BPFMAP_VIEW_H
#define BPFMAP_VIEW_H

#include "map.h"

struct bm_view;

/* Has the map values that may be read through its memory? It may still refuse to be mapped. */
bool bm_view_can(const struct bpfmap *map);
/* Of a map that can; NULL: no memory. Nothing is mapped yet. map->fd must stay open until it is freed. */
struct bm_view *bm_view_new(const struct bpfmap *map);
void bm_view_free(struct bm_view *view); /* NULL is fine */
/* True: ret_value (value_size) is filled in. False: ask the kernel, for this is not mapped, or no index. */
bool bm_view_lookup(struct bm_view *view, uint32_t index, void *ret_value);

#endif
