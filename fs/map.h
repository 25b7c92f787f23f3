/* SPDX-License-Identifier: MIT */
/*
 * Maps as the tree knows them: a node that stands for one map (a place that is a pin, or .id/N), and the
 * directory of keys that it shows.
 */
#ifndef MAP_H
#define MAP_H

#include "fs/live.h"
#include "fs/node.h"

/* The map behind a node or behind its nearest ancestor that is one, after any pending last close (R2). */
int map_live(struct node *node, struct live **ret_live);
/* Owner and mode of the pin behind it (root's, 0600, for .id/N); may be a second old. */
int map_owner(struct node *node, struct stat *ret_pin);
/* The nearest node at or above that is a map; NULL: none. */
struct node *map_node(struct node *node);

/* What the map is called in texts about it: its pin's name, or where it has none (.id) the kernel's. */
int map_called(struct node *node, const struct live *live, struct text_buf *out);

/*
 * The directory of keys: M/ and .id/N/ (the entries are texts) and M.raw/ (they are bytes). dir: that directory's
 * node.
 */
int keys_lookup(struct node *dir, struct live *live, const struct node_kind *kind, const char *name,
		struct node **ret_node, struct stat *ret_st);
int keys_create(struct node *dir, struct live *live, const struct node_kind *kind, const char *name,
		struct file *file, struct node **ret_node, struct stat *ret_st);
int keys_opendir(struct node *dir, struct live *live, const struct node_kind *kind, struct file *file); /* takes live */
int keys_unlink(struct node *dir, struct live *live, const char *name);
int keys_symlink(struct node *dir, struct live *live, const char *name, const char *target, const struct caller *who);
int keys_rename(struct node *dir, struct live *live, const char *name, struct node *to_dir, const char *to_name,
		unsigned flags, const struct caller *who);
/* A name → its key, in SCRATCH_KEY. -ENOENT with its sentence: no key of this map can have that name. */
int keys_parse(struct live *live, const char *name, void **ret_key);
int keys_empty(struct live *live); /* 1: it has no entries, 0: it has some or no keys at all, or a negative errno */

#endif
