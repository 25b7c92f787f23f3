/* SPDX-License-Identifier: MIT */
/* What changes the bpffs itself: pins and directories made, moved and taken away. Paths are relative to SOURCE. */
#ifndef BPFFS_H
#define BPFFS_H

#include "fs/file.h"
#include "fs/node.h"

/* Each: 0 or a negative errno with its sentence. */
int bpffs_mkdir(struct node *dir, const char *name, mode_t mode, const struct caller *who);
int bpffs_rmdir(struct node *dir, const char *name, const struct caller *who);
int bpffs_unlink(struct node *dir, const char *name, const struct caller *who);
int bpffs_symlink(struct node *dir, const char *name, const char *target, const struct caller *who);
int bpffs_rename(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
		 const struct caller *who);
int bpffs_setattr(struct node *place, const struct stat *want, int to_set, const struct caller *who);
/* Pins the map there and gives the pin to the caller. */
int bpffs_pin(struct node *place, struct bpfmap *map, const struct caller *who);
int bpffs_opendir(struct node *dir, struct file *file);
int bpffs_unpin(struct node *place); /* the pin goes, whatever the map holds */

#endif
