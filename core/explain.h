/* SPDX-License-Identifier: MIT */
/* explain: why a creation failed, in words (E04). */
#ifndef BPFMAP_EXPLAIN_H
#define BPFMAP_EXPLAIN_H

#include "bpfmap.h"

/* Leaves the sentence for a creation of the completed specification that failed; returns err. */
int bm_explain(const struct bpfmap_spec *spec, int err);

#endif
