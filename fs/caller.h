/* SPDX-License-Identifier: MIT */
/* Who asks, and what he may: for what the kernel does not check for us (R19). */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct fuse_req;

struct caller {
	struct fuse_req *req;
	pid_t pid; /* a thread's; 0: not known here, or not any more */
	uid_t uid;
	gid_t gid;
};

bool caller_is_root(const struct caller *who);
/* May the caller open something of that owner and mode with these rights (4 read, 2 write, 1 search)? */
bool caller_may(const struct caller *who, const struct stat *st, unsigned rights);

#endif
