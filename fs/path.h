/* SPDX-License-Identifier: MIT */
/*
 * Paths below SOURCE, walked as root on behalf of others: never through a symlink, never into another
 * mount (our own would wait for itself), never above SOURCE. What such a path leads to is not there.
 */
#ifndef PATH_H
#define PATH_H

#include <limits.h>
#include <sys/stat.h>

#include "fs/file.h"

/* An fd of what is at rel ("" is SOURCE); O_PATH | O_NOFOLLOW gives a symlink itself. The caller closes it. */
int path_open(const char *rel, int flags);
/* An O_PATH fd of the directory that holds rel, and rel's last name within rel. */
int path_parent(const char *rel, const char **ret_name);
/* stat of what is at rel, a symlink itself. */
int path_stat(const char *rel, struct stat *ret_st);
/* "/proc/self/fd/N", or "…/N/name": an open fd as a path that other calls take. */
#define PATH_OF_FD 300
void path_of_fd(int fd, const char *name, char ret_path[PATH_OF_FD]);

/* "." and ".." by name: /a/../b/ is b. -EINVAL: above where it starts; -ENAMETOOLONG. */
int path_fold(const char *path, char ret_path[PATH_MAX]);

/*
 * An O_PATH fd of what is at a folded path below dir, an fd that it takes (negative: returned), with search
 * permission for the caller in every directory on the way. -ELOOP: a symlink; no sentences.
 */
int path_walk_as(const struct caller *who, int dir, const char *folded);

/*
 * An O_PATH fd of what is at rel, if the caller could have come there: search permission in every
 * directory on the way, and `rights` (4 read, 2 write) on what is there. ".." steps back by name.
 * -EACCES, -ENOENT, -EINVAL with their sentences.
 */
int path_open_as(const struct caller *who, const char *rel, unsigned rights);

#endif
