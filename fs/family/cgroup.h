/* SPDX-License-Identifier: MIT */
/* cgroups of version 2, by path and by the id that the kernel knows them by (a directory's inode number). */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdint.h>

#include "fs/caller.h"

/*
 * The id of the cgroup whose directory is at an absolute path, as this process sees it: never through a
 * symlink, and never through our own mount, which would wait for itself. The caller needs search permission
 * on the way from where the cgroup file system is mounted, and r, w and x on the directory itself: root, or
 * whom the cgroup was delegated to. A negative errno with its sentence.
 */
int cgroup_at(const struct caller *who, const char *path, uint64_t *ret_id);

/* An fd of its directory, which the caller closes. -EINVAL: there is none; with its sentence. */
int cgroup_open(uint64_t id);

/* An fd of the root of the cgroup2 file system. -EINVAL: none is mounted; with its sentence. */
int cgroup_open_root(void);
/* cgroup_open by an fd of that file system. -ENOENT, silently: there is no such cgroup. */
int cgroup_open_in(int top, uint64_t id);
/* The id of the cgroup at a path below that root. -ENOENT, silently: there is none. */
int cgroup_below(const char *path, uint64_t *ret_id);

#endif
