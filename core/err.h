/* SPDX-License-Identifier: MIT */
/*
 * err: the sentence for people behind bpfmap_errmsg(), one per thread.
 *
 * A failed operation notes a few words (what, on which map, which errno); the
 * sentence is put together when somebody asks for it, so a miss costs nothing.
 */
#ifndef BPFMAP_ERR_H
#define BPFMAP_ERR_H

#include "bpfmap.h"

enum bm_op {
	BM_OP_LOOKUP,
	BM_OP_UPDATE,
	BM_OP_DELETE,
	BM_OP_LOOKUP_AND_DELETE,
	BM_OP_NEXT_KEY,
	BM_OP_LOOKUP_BATCH,
	BM_OP_LOOKUP_AND_DELETE_BATCH,
	BM_OP_UPDATE_BATCH,
	BM_OP_DELETE_BATCH,
	BM_OP_ITERATE,
	BM_OP_FREEZE,
	BM_OP_INFO,
	BM_OP_BTF,
	BM_OP_PIN,
	BM_OP_UNPIN,
	BM_OP_CLONE,
	BM_OP_MEMORY,
	BM_OP_RECORDS,
	BM_OP_COUNT
};

/*
 * Notes that op failed on map (NULL: a closed or absent one) and returns err, a
 * negative errno. why is a string literal, or NULL where the errno says it all.
 */
int bm_err_op(const struct bpfmap *map, enum bm_op op, int err, const char *why);

/* The same with a sentence made at once, for what fails seldom. Returns err. */
int bm_err(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The words for an errno that this library gives a meaning of its own, or strerror's. */
const char *bm_err_words(int err);

#endif
