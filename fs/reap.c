/* SPDX-License-Identifier: MIT */
/*
 * The kernel remembers every name that it ever looked up until it is told otherwise. Where it knows
 * FUSE_NOTIFY_PRUNE (7.45), a list of node ids does; before that, each name is invalidated, which takes
 * the directory's lock and so must not happen inside a request.
 */
#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "fs/family/held.h"
#include "fs/live.h"
#include "fs/mount.h"
#include "fs/node.h"
#include "fs/reap.h"
#include "fs/scratch.h"

#define NOTIFY_PRUNE 9     /* since protocol 7.45; not in this libfuse's headers */
#define PRUNE_MINOR 45
#define NODE_LIMIT 4096    /* more are let go at once, idle or not */
#define BATCH 256
#define IDLE_S 2
#define TICK_MS 500

struct prune_out {
	uint32_t count, padding;
	uint64_t spare;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_t thread;
static atomic_bool asleep;
static bool stopping, started; /* under lock */
static struct fuse_session *session;
static atomic_bool no_prune;

bool reap_can_prune(void)
{
	return the_mount.kernel_minor >= PRUNE_MINOR && !atomic_load(&no_prune);
}

static void prune(struct node **nodes, size_t n)
{
	uint64_t ids[BATCH];
	struct prune_out arg = {.count = (uint32_t)n};
	struct fuse_out_header out = {.error = NOTIFY_PRUNE};
	struct iovec iov[] = {{&out, sizeof(out)}, {&arg, sizeof(arg)}, {ids, n * sizeof(ids[0])}};

	for (size_t i = 0; i < n; i++)
		ids[i] = (uintptr_t)nodes[i];
	out.len = (uint32_t)(sizeof(out) + sizeof(arg) + n * sizeof(ids[0]));
	if (writev(fuse_session_fd(session), iov, 3) < 0 && errno == EINVAL)
		atomic_store(&no_prune, true);
}

static void invalidate(struct node **nodes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct text_buf *name = scratch_text(SCRATCH_LINE);
		struct node *parent;
		if (node_spelling(nodes[i], name, &parent))
			continue;
		fuse_lowlevel_notify_inval_entry(session, parent == &root ? FUSE_ROOT_ID : (uintptr_t)parent, name->data,
						 name->len);
		node_put(parent);
	}
}

/* One batch; true if there may be more. */
static bool let_go(unsigned idle_s, void (*tell)(struct node **nodes, size_t n))
{
	struct node *nodes[BATCH];
	size_t n = node_idle(idle_s, nodes, BATCH);

	if (n)
		tell(nodes, n);
	for (size_t i = 0; i < n; i++)
		node_put(nodes[i]);
	return n == BATCH;
}

void reap_nodes(void)
{
	if (node_count() > NODE_LIMIT && reap_can_prune())
		let_go(0, prune);
}

static void reap_idle_nodes(void)
{
	unsigned idle_s = node_count() > NODE_LIMIT ? 0 : IDLE_S;

	for (int rounds = 0; rounds < 64 && let_go(idle_s, reap_can_prune() ? prune : invalidate); rounds++)
		;
}

/* The lock is held; it is given up while waiting. */
static void wait_ms(int ms)
{
	struct timespec until;

	if (ms < 0) {
		pthread_cond_wait(&wake, &lock);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ms * 1000000l;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&wake, &lock, &until);
}

static void *reap(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	while (!stopping) {
		pthread_mutex_unlock(&lock);
		reap_idle_nodes();
		/* said before it is looked at: a request in between wakes us in vain, but none is missed */
		atomic_store(&asleep, true);
		bool links = held_reap(), symbols = text_drop_idle() >= 0;
		bool idle = live_reap() < 0 && !node_count() && !links && !symbols;
		pthread_mutex_lock(&lock);
		if (!idle)
			atomic_store(&asleep, false); /* it comes back by itself: no request need wake it */
		if (!stopping && (!idle || atomic_load(&asleep)))
			wait_ms(idle ? -1 : TICK_MS);
		atomic_store(&asleep, false);
	}
	pthread_mutex_unlock(&lock);
	scratch_free();
	return NULL;
}

int reap_start(struct fuse_session *s)
{
	session = s;
	int err = -pthread_create(&thread, NULL, reap, NULL);
	started = !err;
	return err;
}

void reap_stop(void)
{
	if (!started)
		return;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_signal(&wake);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
}

void reap_soon(void)
{
	if (!atomic_load(&asleep))
		return;
	pthread_mutex_lock(&lock);
	atomic_store(&asleep, false);
	pthread_cond_signal(&wake);
	pthread_mutex_unlock(&lock);
}
