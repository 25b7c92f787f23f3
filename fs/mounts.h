/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's list of mounts says of ours. Asks no file system, so also while nobody answers, and from
 * within a request.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>

/* Is the uppermost mount at dir a bpfmapfs, and then: is it read-only now? */
bool mounts_ours(const char *dir, bool *ret_ro);

#endif
