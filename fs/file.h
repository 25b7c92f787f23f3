/* SPDX-License-Identifier: MIT */
/*
 * Open files and directories: what the kernel knows by a file handle. Counted, since a RELEASE may be
 * served by another thread while the reply to the last READ is still being written.
 */
#ifndef FILE_H
#define FILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fs/caller.h"
#include "fs/live.h"
#include "fs/node.h"
#include "text.h"

struct fuse_req;
struct file;

/* A directory's reply that is being filled. */
struct dir_reply {
	struct fuse_req *req;
	char *buf;
	size_t size, used;
	bool plus;
};
/*
 * Appends an entry of which st_ino and the type bits of st_mode count; next is the offset after it.
 * With a node, its attributes are handed over too and the kernel counts a lookup. False: no room.
 */
bool dir_reply_add(struct dir_reply *reply, const char *name, const struct stat *st, off_t next, struct node *node);

struct file_ops {
	/* The ops' own part of opening; file->live is set where there is a map. NULL: nothing to do. */
	int (*open)(struct file *file);
	/* Instead of render: a stream. Points into the file or the thread's scratch; called under file->lock. */
	int (*read)(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len);
	/*
	 * Of a stream that may have nothing yet, and then answers -EAGAIN: the file has a park. The reader has what
	 * the last read gave; would a read give something now? Both under file->lock.
	 */
	void (*taken)(struct file *file);
	bool (*ready)(struct file *file);
	/* The whole text (or bytes) of this moment, appended to out. NULL: cannot be read. */
	int (*render)(struct file *file, struct text_buf *out);
	/* 0: all of it was taken, a positive number: so much of it. NULL: cannot be written. Called under file->lock. */
	int (*write)(struct file *file, const char *data, size_t size, off_t offset);
	/* The last close, where file->close_work was set; errors go to the journal. */
	int (*finish)(struct file *file);
	int (*readdir)(struct file *file, off_t offset, struct dir_reply *reply);
	void (*free)(struct file *file); /* of file->state */
};

struct file {
	const struct file_ops *ops;
	struct node *node;        /* a reference */
	struct live *live;        /* a reference, or NULL */
	const struct caller *who; /* of the request being served; NULL at the last close */
	struct caller opener;     /* without its request */
	int flags;                /* of open(2) */
	bool created;             /* by CREATE, not OPEN */
	_Atomic(unsigned) refs;
	atomic_bool close_work;   /* the last close has something to store: file_close_work sets it */
	atomic_bool releasing;    /* its RELEASE was received */
	bool marked;              /* live_closing was called for it, as its RELEASE was received */
	struct closing closing;
	struct file *older, *newer; /* of all open files, under a lock of file.c */
	bool counted;             /* among its node's readers and writers */
	struct park *park;        /* the ops' own: where reads wait; NULL: they never do */

	pthread_mutex_t lock;     /* of all below, and of calls of ops->write and ops->readdir */
	struct text_buf snapshot; /* what reads are served from (R1) */
	bool has_snapshot;
	uint64_t serial;          /* of this open, among all that read */
	size_t waiting;           /* bytes of pending, as they count among all files' */
	struct text_buf pending;  /* written, and not yet complete */
	struct caller tail;       /* who wrote that, if not root; else the opener. uid and gid alone: he may be gone */
	bool stored;              /* a line was */
	bool unwritten;           /* it counts in its node's sightings.unwritten */
	void *state;              /* the ops' own */
};

/* With one reference; the kind's open, create or opendir fills in ops, live and state. */
struct file *file_new(struct node *node, int flags, const struct caller *who);
struct file *file_ref(struct file *file);
void file_put(struct file *file);

/* Both who opened it and who writes it are root (R19: what is stored by an id). */
bool file_by_root(const struct file *file);
/* ops->write for a caller; holds file->lock. */
int file_write(struct file *file, const struct caller *who, const char *data, size_t size, off_t offset);

/* The last close: stores what is still to be stored. */
int file_finish(struct file *file);
/* At the end of the process: the kernel may have dropped the RELEASE of what is open then. */
void file_free_all(void);

/* Counts an opened file on its node and takes the first snapshot where it can be read. 0 or a negative errno. */
int file_opened(struct file *file);

/* Says whether the last close will have something to store; the map counts such files. */
void file_close_work(struct file *file, bool work);

/*
 * A read of the snapshot; at offset 0, or where there is none, it is taken anew. What it points to stays while the
 * lock is held.
 */
int file_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len);

/*
 * Splits what is written into lines: calls lines() once with all that are complete, each ending in a
 * newline but perhaps the last; keeps an unfinished tail in pending, at most limit bytes. A short write
 * is complete without a newline too (R2); file_gather_bulk waits for the newline (R21).
 */
typedef int file_lines(struct file *file, const char *text, size_t len);
int file_gather_lines(struct file *file, const char *data, size_t size, size_t limit, file_lines *lines);
int file_gather_bulk(struct file *file, const char *data, size_t size, size_t limit, file_lines *lines);
/* Calls one with each line of a text, without its newline, up to the first error. */
int file_each_line(struct file *file, const char *text, size_t len, file_lines *one);

#endif
