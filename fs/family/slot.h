/* SPDX-License-Identifier: MIT */
/*
 * Slots: entries whose values user space cannot read. The kernel does not tell which indices are set, so
 * none is listed, and each is there by name: a file of size 0 that can be deleted, and written where the
 * family stores something.
 */
#ifndef FAMILY_SLOT_H
#define FAMILY_SLOT_H

#include "fs/family.h"

extern const struct node_kind slot_kind;

/* Deletes what is in a slot; -ENOENT with its sentence: nothing was. */
int slot_clear(const struct live *live, const void *key);

#define SLOT_NOT_LISTED "the kernel does not tell which of its slots are set"

#endif
