// SPDX-License-Identifier: MIT
/*
 * ahead: one batch is asked for, read and taken; then the next. There are few threads at a
 * time: a walk that is left in the middle keeps its own, and who may walk may begin many.
 */
#include "ahead.h"
#include "batch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#define STACK (128u << 10)
#define THREADS_MOST 8

static atomic_int threads; /* of the process */

enum turn {
	NOBODYS, /* nothing is asked for */
	THREADS, /* a batch is to be read */
	CALLERS, /* it has been read */
	OVER,
};

struct bm_ahead {
	const struct bpfmap *map;
	struct bpfmap_cursor *cursor;
	uint64_t elem_flags;
	pthread_t thread;
	pthread_mutex_t lock; /* guards turn; whose turn it is has all below */
	pthread_cond_t turned;
	enum turn turn;
	void *keys, *values;
	uint32_t count; /* entries wanted, then entries read */
	int err;
};

static void give(struct bm_ahead *ahead, enum turn turn)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->turn = turn;
	pthread_cond_signal(&ahead->turned);
	pthread_mutex_unlock(&ahead->lock);
}

/* Waits until it is one of two turns, and says which. */
static enum turn wait_for(struct bm_ahead *ahead, enum turn one, enum turn other)
{
	pthread_mutex_lock(&ahead->lock);
	while (ahead->turn != one && ahead->turn != other)
		pthread_cond_wait(&ahead->turned, &ahead->lock);
	enum turn turn = ahead->turn;
	pthread_mutex_unlock(&ahead->lock);
	return turn;
}

static void *work(void *arg)
{
	struct bm_ahead *ahead = arg;

	while (wait_for(ahead, THREADS, OVER) != OVER) {
		ahead->err = bm_batch_read(ahead->map, ahead->cursor, ahead->keys, ahead->values,
		    &ahead->count, ahead->elem_flags, false);
		give(ahead, CALLERS);
	}
	return NULL;
}

/* Signals are the caller's, not this thread's. False: no thread. */
static bool start_thread(struct bm_ahead *ahead)
{
	sigset_t all, old;
	pthread_attr_t attr;

	if (atomic_fetch_add(&threads, 1) >= THREADS_MOST) {
		atomic_fetch_sub(&threads, 1);
		return false;
	}
	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int err = pthread_create(&ahead->thread, &attr, work, ahead);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (err)
		atomic_fetch_sub(&threads, 1);
	return !err;
}

struct bm_ahead *bm_ahead_new(const struct bpfmap *map, struct bpfmap_cursor *cursor,
    uint64_t elem_flags)
{
	struct bm_ahead *ahead = calloc(1, sizeof(*ahead));

	if (!ahead)
		return NULL;
	ahead->map = map;
	ahead->cursor = cursor;
	ahead->elem_flags = elem_flags;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->turned, NULL);
	if (start_thread(ahead))
		return ahead;
	pthread_cond_destroy(&ahead->turned);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
	return NULL;
}

void bm_ahead_read(struct bm_ahead *ahead, void *keys, void *values, uint32_t room)
{
	ahead->keys = keys;
	ahead->values = values;
	ahead->count = room;
	give(ahead, THREADS);
}

int bm_ahead_take(struct bm_ahead *ahead, uint32_t *ret_count)
{
	wait_for(ahead, CALLERS, CALLERS);
	give(ahead, NOBODYS);
	*ret_count = ahead->count;
	return ahead->err;
}

void bm_ahead_free(struct bm_ahead *ahead)
{
	if (!ahead)
		return;
	wait_for(ahead, CALLERS, NOBODYS);
	give(ahead, OVER);
	pthread_join(ahead->thread, NULL);
	atomic_fetch_sub(&threads, 1);
	pthread_cond_destroy(&ahead->turned);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}
