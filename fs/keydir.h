/* SPDX-License-Identifier: MIT */
/* What .id/N and M.raw/ have in common: they are a map's keys as a directory, and nothing but that. */
#ifndef KEYDIR_H
#define KEYDIR_H

#include "fs/node.h"

/* The members of such a kind; its .entries says what the entries are, if not what the map's family has. */
int keydir_getattr(struct node *dir, struct stat *ret_st);
int keydir_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st);
int keydir_create(struct node *dir, const char *name, struct file *file, struct node **ret_node, struct stat *ret_st);
int keydir_opendir(struct node *dir, struct file *file);
int keydir_unlink(struct node *dir, const char *name, const struct caller *who);
int keydir_symlink(struct node *dir, const char *name, const char *target, const struct caller *who);
int keydir_rename(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
		  const struct caller *who);

#endif
