/* SPDX-License-Identifier: MIT */
/* An open directory as the kernel sees it: replies of a given size, taken apart. */
#ifndef FS_DIRENTS_H
#define FS_DIRENTS_H

#include <linux/fuse.h>

#include "fs_help.h"
#include "fs/file.h"

struct one {
	char name[300];
	uint64_t ino, next;
	unsigned type;
};

/* One READDIR: up to max entries of what a buffer of that size has room for; how many there were. */
static inline size_t read_dir(struct file *file, uint64_t offset, size_t size, struct one *ret, size_t max)
{
	struct dir_reply reply = { .buf = calloc(1, size), .size = size };
	size_t n = 0;

	assert_int_equal(file->ops->readdir(file, (off_t)offset, &reply), 0);
	assert_true(reply.used <= size);
	for (size_t at = 0; at < reply.used; n++) {
		const struct fuse_dirent *d = (const void *)(reply.buf + at);
		assert_true(n < max && d->namelen < sizeof(ret[n].name));
		ret[n] = (struct one){ .ino = d->ino, .next = d->off, .type = d->type };
		memcpy(ret[n].name, d->name, d->namelen);
		at += FUSE_DIRENT_SIZE(d);
	}
	free(reply.buf);
	return n;
}

#endif
