/* SPDX-License-Identifier: MIT */
/* Many entries deleted: in batches where the kernel has them, which wait once where each delete alone would wait. */
#ifndef ERASE_H
#define ERASE_H

#include "fs/live.h"

/*
 * Deletes the entries that `doomed` says, NULL: all. Such as others delete meanwhile are no error. A negative
 * errno with its sentence.
 */
int erase(const struct live *live, bool (*doomed)(const void *key, void *data), void *data);

#endif
