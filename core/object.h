/* SPDX-License-Identifier: MIT */
/* object: the definitions of old objects, as olddef.c finds them. */
#ifndef BPFMAP_OBJECT_H
#define BPFMAP_OBJECT_H

#include "bpfmap.h"

struct bm_olddefs {
	bool found; /* the object has a section "maps" */
	struct bpfmap_spec *specs; /* names are allocated */
	size_t count;
};

/* -EINVAL: no ELF object, or a definition with trailing bytes that are not zero. */
int bm_olddefs_read(const char *path, struct bm_olddefs *ret_defs);
void bm_olddefs_clear(struct bm_olddefs *defs);

#endif
