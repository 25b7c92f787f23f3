/* SPDX-License-Identifier: MIT */
/*
 * Parking: where reads of a stream wait that has nothing yet, without a worker thread each. One thread
 * waits for all of them, and answers them as something comes, or as their reader is interrupted.
 */
#ifndef PARK_H
#define PARK_H

#include <stddef.h>
#include <sys/types.h>

struct file;
struct fuse_pollhandle;
struct fuse_req;
struct park; /* of one open file: file->park */

/*
 * fd tells with an edge that file->ops->read may have something now; it is watched until park_free, and
 * must live as long. Everything that came must have been read, and taken, before a read is parked.
 */
int park_new(int fd, struct park **ret_park);
void park_free(struct park *park); /* nothing waits there any more; NULL is fine */

/* Keeps the read until ops_answer_read has an answer, or answers it with an error. Called under file->lock. */
void park_read(struct file *file, struct fuse_req *req, size_t size, off_t offset);
/* Takes the handle: poll(2) is told when something has come since this call. */
void park_poll(struct park *park, struct fuse_pollhandle *handle);

/* At the end of the process: answers all that wait. */
void park_stop(void);

#endif
