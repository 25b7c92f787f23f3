/* SPDX-License-Identifier: MIT */
/* btfcheck: what the types of a BTF refer to. */
#ifndef BPFMAP_BTFCHECK_H
#define BPFMAP_BTFCHECK_H

#include <bpf/btf.h>
#include <stdint.h>

typedef int bm_visit_id(uint32_t *id, void *arg);

/* Calls visit for each type id in t, until one is not 0, and returns that. */
int bm_btf_visit_ids(struct btf_type *t, bm_visit_id *visit, void *arg);

/* Every name and every id leads to something within the BTF: 0, or -EINVAL. */
int bm_btf_check(const struct btf *btf);

#endif
