/* SPDX-License-Identifier: MIT */
/* records: what the two kinds of readers behind struct bpfmap_records have in common. */
#ifndef BPFMAP_RECORDS_H
#define BPFMAP_RECORDS_H

#include "map.h"

struct bm_records_ops {
	/* As the public calls. free gives back what is the kind's own, not fd. */
	int (*next)(struct bpfmap_records *records, struct bpfmap_record *ret_record);
	void (*release)(struct bpfmap_records *records, uint64_t mark);
	void (*free)(struct bpfmap_records *records);
};

/* The first member of a reader's own struct. */
struct bpfmap_records {
	const struct bm_records_ops *ops;
	int fd; /* owned: what is waited on */
	char who[BM_PRINT_SIZE];
};

int bm_ring_open(const struct bpfmap *map, struct bpfmap_records **ret_records);
int bm_perf_open(const struct bpfmap *map, struct bpfmap_records **ret_records);

/* Notes the sentence "WHO: WHAT: why" and returns err, a negative errno; why NULL: the errno's words. */
int bm_records_err(const char *who, int err, const char *why);

#endif
