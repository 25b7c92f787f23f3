/* SPDX-License-Identifier: MIT */
/* The driver's command line: bpfmapfs [-f] [-d] [-o OPTIONS] [SOURCE] MOUNTPOINT. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "fs/mount.h"

struct fuse_args;

/*
 * Takes our own options out of args and leaves libfuse's in it. 0, or -EINVAL after a sentence on
 * stderr. opt's strings are the caller's: options_free.
 */
int options_parse(struct fuse_args *args, struct mount_options *opt);
void options_free(struct mount_options *opt);
void options_help(void);

#endif
