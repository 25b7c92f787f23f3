/* SPDX-License-Identifier: MIT */
/* Entries as nodes: a key of one map, shown as a text (M/KEY) or as bytes (M.raw/KEY). */
#ifndef ENTRY_H
#define ENTRY_H

#include "fs/live.h"
#include "fs/node.h"

struct file_ops;

extern const struct node_kind entry_kind; /* M/KEY */
extern const struct node_kind raw_kind;   /* M.raw/KEY */

/* The node of a key below dir (M/ or M.raw/), with a reference. */
int entry_node(struct node *dir, const struct node_kind *kind, const struct live *live, const void *key,
	       struct node **ret_node);
/* Bytes of the value as the kind shows them; a text's scratch is SCRATCH_LINE. */
int entry_size(const struct node_kind *kind, const struct live *live, const void *value, size_t *ret_size);
/* The stat of an entry that holds value; remembers having seen it (R1: mtime). */
int entry_stat(struct node *node, struct live *live, const void *value, struct stat *ret_st);
/* The stat of an entry that was created and not yet written. */
int entry_stat_unwritten(struct node *node, struct live *live, struct stat *ret_st);

/* ---- shared by both kinds ---- */
int entry_getattr(struct node *node, struct stat *ret_st);
int entry_setattr(struct node *node, const struct stat *want, int to_set, const struct caller *who);
int entry_open(struct node *node, struct file *file); /* as a text */
int entry_path(struct node *node, struct text_buf *out);
void entry_saw(struct node *node, const void *value, size_t size, bool changed);
void entry_mtime(const struct node *node, struct stat *st); /* when it was last seen to change, if it was */

/* update flags of the next line that the file stores (R3): BPF_ANY, BPF_NOEXIST or BPF_EXIST. */
uint64_t entry_store_flag(const struct file *file);
/* Stores the value through the file: flag, sighting and the file's state. value_bytes of the map. */
int entry_store(struct file *file, const void *value);
/* The file no longer asks for a zero at its last close: it stored a value, or was refused one (R4). */
void entry_written(struct file *file);
/* A value was stored through the file by other means than entry_store. */
void entry_stored(struct file *file, const void *value);
/* Opens and creates; ops are the kind's. */
int entry_open_file(struct file *file, const struct file_ops *ops, struct live *live);

#endif
