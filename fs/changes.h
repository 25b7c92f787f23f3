/* SPDX-License-Identifier: MIT */
/*
 * When entries were last seen to change (R1), beyond the life of their nodes: a table of fixed size, in
 * which a newer change may push out an older one. Thread-safe.
 */
#ifndef CHANGES_H
#define CHANGES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* entry: a hash of the map and the key. */
void changes_note(uint64_t entry, const struct timespec *when);
bool changes_find(uint64_t entry, struct timespec *ret_when);

#endif
