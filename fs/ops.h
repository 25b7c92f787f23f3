/* SPDX-License-Identifier: MIT */
/* libfuse's operations: from a request to a node's kind and back; the one place where errors become replies. */
#ifndef OPS_H
#define OPS_H

#include <fuse_lowlevel.h>

extern const struct fuse_lowlevel_ops ops;

/* Called once, when the kernel has said hello and the mount is ready. */
extern void (*ops_ready)(void);

/* Frees what this thread keeps for its replies. */
void ops_thread_end(void);

#endif
