/* SPDX-License-Identifier: MIT */
/* The engine's calls on one entry, with the errnos that the file system promises and a sentence for each. */
#ifndef STORE_H
#define STORE_H

#include "fs/live.h"

/* value: live->value_bytes. Reads and writes use BPF_F_LOCK where the value has a spin lock. */
int store_lookup(const struct live *live, const void *key, void *value);           /* -ENOENT silently */
/* The engine's own lookup: of a trie the longest prefix. */
int store_match(const struct live *live, const void *key, void *value);
int store_update(const struct live *live, const void *key, const void *value, uint64_t flag);
int store_delete(const struct live *live, const void *key);
/*
 * What BPF_NOEXIST (-EEXIST) and BPF_EXIST (-ENOENT) ask, for types that take BPF_ANY alone: by a lookup, so
 * that what another stores or deletes before the update is not noticed.
 */
int store_admits(const struct live *live, const void *key, uint64_t flag);
/* What the engine's refusal of an update or delete is to the user; for families. */
int store_refused(const struct live *live, int err);

#endif
