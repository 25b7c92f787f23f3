/* SPDX-License-Identifier: MIT */
/*
 * Live maps: an open engine handle, its codec and its lock, shared by all pins and ids of the map. The
 * driver keeps a kernel map alive only through these: while one of its files is open, and a second more.
 */
#ifndef LIVE_H
#define LIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpfmap.h"
#include "text.h"

/* A last close on its way; `order` is the kernel's, of the RELEASE. */
struct closing {
	struct closing *next;
	uint64_t order;
};

struct live {
	/* constant while there is a reference */
	uint32_t id, traits;
	struct bpfmap *map;
	const struct family *family;
	struct btf *btf;        /* NULL: the map has no types */
	struct btf *types;      /* what the codec was made from where that is not btf; else NULL */
	struct codec *codec;
	size_t key_size, value_bytes; /* of a key and a value as the family has them */
	uint64_t lock_flag;     /* BPF_F_LOCK where the value has a spin lock */

	pthread_mutex_t write_lock; /* a value that is read, changed and written back by us stays ours in between */

	_Atomic(unsigned) close_work;

	/* the table's, under its lock */
	struct live *chain;
	unsigned refs;
	struct closing *closing;
	long long last_used_ms, frozen_asked_ms;
	bool frozen;
};

/* With a reference for the caller. -ENOENT: no such map any more. */
int live_by_id(uint32_t id, struct live **ret_live);
struct live *live_cached(uint32_t id);                       /* NULL: not open */
int live_adopt(struct bpfmap *map, struct live **ret_live);  /* takes the handle, also on failure */
struct live *live_ref(struct live *live);
void live_put(struct live *live);

/* True if user space may not write any more; may be a second old where another froze it. */
bool live_frozen(struct live *live);
void live_is_frozen(struct live *live); /* as we have just seen, or done */

/*
 * Last closes (R2). close_work counts the open files whose last close would store something; while it is
 * not 0, a request for the map first makes sure that every RELEASE sent before it has been received, and
 * then waits for those (live_wait). A RELEASE calls live_closing as it is received, live_closed when done.
 */
void live_closing(struct live *live, struct closing *closing, uint64_t order);
void live_close_turn(struct live *live, struct closing *closing); /* waits for those that were sent before it */
void live_closed(struct live *live, struct closing *closing);
void live_wait(struct live *live, bool own_close_work); /* own: the caller's file is among those counted */

/* Closes what nobody has used for a second; milliseconds until the next could be due, -1: none is open. */
int live_reap(void);
void live_free_all(void);

#endif
