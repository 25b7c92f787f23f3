/* SPDX-License-Identifier: MIT */
/* spec: what creation asks of a specification. */
#ifndef BPFMAP_SPEC_H
#define BPFMAP_SPEC_H

#include "bpfmap.h"

/* A flat copy in this library's size, whatever size the caller was built with. */
int bm_spec_read(const struct bpfmap_spec *spec, struct bpfmap_spec *ret_spec);

/* The same, completed by the rules of its type (E02); *spec is not changed. */
int bm_spec_fix(const struct bpfmap_spec *spec, struct bpfmap_spec *ret_spec);

#endif
