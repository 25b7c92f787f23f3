/* SPDX-License-Identifier: MIT */
/*
 * Nodes: what the kernel knows by a node id. A node is a name and nothing more: what stands behind the
 * name is asked anew for every request, since pins and entries come and go behind the driver.
 *
 * A node is found by (parent, kind, form, map id, bytes), so that two spellings of a key meet. It lives
 * while the kernel counts lookups of it or anyone here holds a reference; a child holds its parent.
 */
#ifndef NODE_H
#define NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "text.h"

struct caller;
struct file;
struct form;
struct node;

/*
 * What a kind of node can do. 0 or a negative errno; NULL is the errno that ops.c names for the operation.
 * Returned nodes carry a reference. A request's thread holds no lock when it calls.
 */
struct node_kind {
	const char *name;
	mode_t type; /* in a directory's listing; 0: S_IFREG */
	bool waits;  /* any request for such a node may have to wait for another file system */
	const struct node_kind *entries; /* of a directory of keys: what its entries are, if not what the family says */
	int (*getattr)(struct node *node, struct stat *ret_st);
	int (*setattr)(struct node *node, const struct stat *want, int to_set, const struct caller *who);
	int (*readlink)(struct node *node, struct text_buf *out);
	/* files */
	int (*open)(struct node *node, struct file *file);
	/* directories */
	int (*lookup)(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st);
	int (*opendir)(struct node *dir, struct file *file);
	int (*create)(struct node *dir, const char *name, struct file *file, struct node **ret_node, struct stat *ret_st);
	int (*unlink)(struct node *dir, const char *name, const struct caller *who);
	int (*mkdir)(struct node *dir, const char *name, mode_t mode, const struct caller *who);
	int (*rmdir)(struct node *dir, const char *name, const struct caller *who);
	int (*symlink)(struct node *dir, const char *name, const char *target, const struct caller *who);
	int (*rename)(struct node *dir, const char *name, struct node *to_dir, const char *to_name, unsigned flags,
		      const struct caller *who);
	/* The path of the node, as below the mount point, without a leading slash. */
	int (*path)(struct node *node, struct text_buf *out);
	void (*forget)(struct node *node); /* the node's own state is freed here */
};

/* What is remembered of an entry while the kernel knows it; guarded by node_lock. */
struct sightings {
	uint64_t seen;            /* hash of the value that was seen last, 0: none yet */
	uint64_t newest_open;     /* serial of the newest open for reading */
	size_t snapshot;          /* text length of that open's snapshot */
	unsigned readers, writers;/* open files */
	unsigned unwritten;       /* of the writers: created it, have stored nothing yet, may store a zero */
};

struct node {
	struct node *parent;
	const struct node_kind *kind;
	const struct form *form;  /* of a form's node, else NULL */
	uint32_t map_id;          /* of an entry's node: the map whose key it is */
	uint32_t len;             /* bytes at id */
	void *id;                 /* a name (NUL-terminated) or a key */
	_Atomic(uint64_t) ino;    /* mv of an ancestor changes it */
	void *state;              /* the kind's own; freed by forget */
	char *spelling;           /* the table's; NULL: not remembered */
	struct sightings sightings;
	/* the table's, under its lock */
	struct node *chain, *older, *newer;
	uint64_t hash, nlookup;
	unsigned refs, touched;
	bool hashed, listed;
};

struct node_id {
	struct node *parent;
	const struct node_kind *kind;
	const struct form *form;
	uint32_t map_id;
	const void *bytes;
	size_t len;
};

/* setattr of what has no owner, mode or times of its own, and must not fail for it (R7). */
int node_setattr_nothing(struct node *node, const struct stat *want, int to_set, const struct caller *who);

extern struct node root;

/* Finds or makes the node, with a reference for the caller: node_put gives it back. */
int node_get(const struct node_id *id, struct node **ret_node);
struct node *node_find(const struct node_id *id); /* NULL where there is none */
struct node *node_ref(struct node *node);
void node_put(struct node *node);

void node_known(struct node *node);                     /* the kernel is about to count one lookup more */
void node_forget(struct node *node, uint64_t nlookup);  /* it counts so many less */

/* The name is gone or stands for another thing: the node can no longer be found. */
void node_detach(struct node *node);
/* mv: node is found as (to_dir, to_name) from now on; what was there is detached. */
int node_move(struct node *node, struct node *to_dir, const char *to_name);

/* Path of names from the root down to a node whose kind is a plain name; node_path asks the kind. */
int node_names(struct node *node, struct text_buf *out);
int node_path(struct node *node, struct text_buf *out);
int node_name(struct node *node, struct text_buf *out); /* its last name alone; mv changes it at any time */
uint64_t node_parent_ino(struct node *node);
/*
 * How the kernel spelled the name when it last looked the node up, and the directory: what an invalidation
 * must say. Remembered where the kernel can be told in no other way.
 */
int node_spelled(struct node *node, const char *name);
int node_spelling(struct node *node, struct text_buf *out, struct node **ret_parent); /* -ENOENT: not known */

/* The st_ino of the node with that identity: the same on every run, from names and bytes alone (R8). */
uint64_t node_ino(const struct node_id *id);

void node_lock(struct node *node); /* guards sightings and state; held for moments, never over a request */
void node_unlock(struct node *node);

/*
 * Up to max nodes that the kernel knows and that nobody has looked up for min_idle seconds, oldest first, each
 * with a reference.
 */
size_t node_idle(unsigned min_idle, struct node **ret, size_t max);
size_t node_count(void);
void node_table_free(void);

#endif
