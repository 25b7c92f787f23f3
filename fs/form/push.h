/* SPDX-License-Identifier: MIT */
/* M.push: what a line becomes, and where it goes. A kind of target is a row of the table in push.c. */
#ifndef PUSH_H
#define PUSH_H

#include "fs/file.h"

struct push_target {
	uint32_t trait; /* of the maps that take lines this way */
	int (*open)(struct file *file); /* sets file->state; NULL: nothing to do */
	void (*free)(struct file *file); /* of file->state, which may be NULL */
	size_t (*limit)(const struct file *file); /* no line is longer, generously counted */
	/* A line without its newline → bytes of the file's or the thread's, until the next call. */
	int (*parse)(struct file *file, const char *line, size_t len, const void **ret_bytes, size_t *ret_size);
	int (*put)(struct file *file, const void *bytes, size_t size);
};

extern const struct push_target queue_target, feed_target;

#endif
