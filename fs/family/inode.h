/* SPDX-License-Identifier: MIT */
/*
 * Files by path, as keys of inode storage: found, never opened for reading or writing (O_PATH), so that a FIFO
 * or a device does not notice. A symlink on the way or at the end is not there, and nor is what is in a
 * mounted bpfmapfs, which would wait for itself. Paths are the driver's, below / and without a leading slash.
 */
#ifndef INODE_H
#define INODE_H

#include <sys/types.h>

/* An fd of the file, which the caller closes, and its type (S_IFMT). -ENOENT; -EACCES and others of the way. */
int inode_open(const char *path, mode_t *ret_type);

#endif
