/* SPDX-License-Identifier: MIT */
/* libfuse's operations: from a request to a node's kind and back; the one place where errors become replies. */
#ifndef OPS_H
#define OPS_H

#include <fuse_lowlevel.h>

struct file;

extern const struct fuse_lowlevel_ops ops;

/* Called once, when the kernel has said hello and the mount is ready. */
extern void (*ops_ready)(void);

/*
 * Answers a read, or returns -EAGAIN: there is nothing yet, and it may wait at file->park. Called under
 * file->lock, which is what the reply's bytes live under.
 */
int ops_answer_read(struct fuse_req *req, struct file *file, size_t size, off_t offset);

/* Frees what this thread keeps for its replies. */
void ops_thread_end(void);

#endif
