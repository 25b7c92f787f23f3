/* SPDX-License-Identifier: MIT */
/*
 * `+=` on one integer of a memory-mappable array: added in the array's own memory, so that no program's addition
 * is lost (R5).
 */
#ifndef ATOMIC_H
#define ATOMIC_H

#include "fs/file.h"

bool atomic_adds(const struct live *live, const char *line, size_t len); /* is it such a line, of such a map? */
int atomic_line(struct file *file, const char *line, size_t len);

#endif
