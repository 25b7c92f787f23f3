/* SPDX-License-Identifier: MIT */
/*
 * kind: the one table of map types. What differs between types is asked here:
 * traits as bits, behaviour as a family's operations.
 */
#ifndef BPFMAP_KIND_H
#define BPFMAP_KIND_H

#include "bpfmap.h"

/* Newer than the headers that this is built with. */
#define BM_TYPE_CGRP_STORAGE 32
#define BM_TYPE_ARENA 33

struct bpfmap;

/* How a walk over keys by BPF_MAP_GET_NEXT_KEY behaves, for iter.c. */
enum bm_walk {
	BM_WALK_NONE,    /* no next key */
	BM_WALK_INDEX,   /* all indices below max_entries */
	BM_WALK_HASH,    /* starts anew, in any order, when its cursor has gone */
	BM_WALK_RISING,  /* starts anew, but keys are u32 in rising order */
	BM_WALK_TRIE,    /* starts anew, but keys are in a trie's postorder */
	BM_WALK_LIST,    /* ends early when its cursor has gone */
};

struct bm_family {
	/* Completes a specification before creation, or refuses it (E02). NULL: nothing to do. */
	int (*fix)(struct bpfmap_spec *spec);
	/* Bytes that a lookup fills. */
	size_t (*value_bytes)(uint32_t value_size);
	/* Stores one pair of a specification's contents, if it fits (E05). */
	int (*store)(const struct bpfmap *map, const struct bpfmap_kv *kv);
};

int bm_store_plain(const struct bpfmap *map, const struct bpfmap_kv *kv);
int bm_store_percpu(const struct bpfmap *map, const struct bpfmap_kv *kv); /* value: a list */
int bm_store_map(const struct bpfmap *map, const struct bpfmap_kv *kv);    /* struct bpfmap * */
int bm_store_prog(const struct bpfmap *map, const struct bpfmap_kv *kv);   /* an int fd */

struct bm_kind {
	const char *name;  /* "lru_hash" */
	const char *title; /* "LRUHash" */
	uint32_t traits;
	enum bm_walk walk;
	const struct bm_family *family;
};

/* The row of a type; one without traits for a type that is not known. Never NULL. */
const struct bm_kind *bm_kind(uint32_t type);

#endif
