/* SPDX-License-Identifier: MIT */
/*
 * Each worker blocks in read(2) on /dev/fuse, as the kernel hands out requests in order and wakes one
 * thread for each. That order is lost once two threads run, and it matters once: a RELEASE that stores
 * something must come before the requests that were sent after it (R2). So a worker looks at a RELEASE
 * as soon as it has it, and counts its epoch; who needs the order waits for all epochs (loop_barrier).
 *
 * The kernel wakes its readers first come, first served, so many idle readers would take turns and each
 * find its stack and buffers cold. Only as many workers as there are processors are in turn: they read,
 * and serve what is quick; what may take long is served out of turn, and another worker reads meanwhile.
 */
#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fs/file.h"
#include "fs/live.h"
#include "fs/loop.h"
#include "fs/ops.h"
#include "fs/park.h"
#include "fs/reap.h"
#include "fs/scratch.h"

#define WORKERS 16
#define TURNS_LEAST 2
#define TURNS_MOST 8
#define STACK (256 * 1024)
#define POKE SIGUSR1

static struct worker {
	pthread_t joined; /* the main thread's */
	pthread_t thread; /* set by the worker before it first reads */
	struct fuse_session *session;
	_Atomic(unsigned) epoch;
	atomic_bool reading;
	bool in_turn; /* the worker's own */
} workers[WORKERS];
static unsigned n_workers; /* the main thread's */
static pthread_t main_thread;
static __thread struct worker *self;
static sem_t turns;

static void poked(int sig)
{
	(void)sig; /* to interrupt read(2) is all */
}

/* What is known of a request before it is processed. */
static void look_at(const struct fuse_buf *buf)
{
	const struct fuse_in_header *in = buf->mem;
	const struct fuse_release_in *arg = (const void *)(in + 1);

	if (buf->size < sizeof(*in) + sizeof(*arg) || in->opcode != FUSE_RELEASE)
		return;
	struct file *file = (struct file *)(uintptr_t)arg->fh;
	atomic_store(&file->releasing, true);
	if (!file->live || !atomic_load(&file->close_work))
		return;
	file->marked = true;
	live_closing(file->live, &file->closing, in->unique);
}

/* Of an opcode that is about a node that the kernel knows. */
static const struct node *node_of(const struct fuse_in_header *in)
{
	return in->nodeid == FUSE_ROOT_ID ? &root : (const struct node *)(uintptr_t)in->nodeid;
}

/* True if it surely takes no longer than a few system calls. */
static bool is_quick(const struct fuse_buf *buf)
{
	const struct fuse_in_header *in = buf->mem;
	const char *name = (const char *)(in + 1);

	switch (in->opcode) {
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
		return true;
	case FUSE_LOOKUP: /* a form's size may take a walk to find out, and so may a shortened name */
		return !strpbrk(name, ".~") && !node_of(in)->kind->waits;
	case FUSE_GETATTR:
	case FUSE_OPEN:
	case FUSE_READ:
	case FUSE_RELEASE:
		return !node_of(in)->form && !node_of(in)->kind->waits;
	default:
		return false;
	}
}

void loop_leave_turn(void)
{
	if (!self || !self->in_turn)
		return;
	self->in_turn = false;
	sem_post(&turns);
}

static void take_turn(struct worker *w)
{
	while (sem_wait(&turns) && errno == EINTR)
		;
	w->in_turn = true;
}

static void serve(struct worker *w, const struct fuse_buf *buf)
{
	if (!is_quick(buf))
		loop_leave_turn();
	fuse_session_process_buf(w->session, buf);
	scratch_trim();
	if (!w->in_turn)
		take_turn(w);
}

void loop_barrier(void)
{
	const struct timespec moment = {.tv_nsec = 50000};

	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *w = &workers[i];
		unsigned epoch = atomic_load(&w->epoch);
		while (w != self && atomic_load(&w->reading) && atomic_load(&w->epoch) == epoch) {
			pthread_kill(w->thread, POKE); /* again, if it came right before the read(2) */
			nanosleep(&moment, NULL);
		}
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct fuse_buf buf = {0};

	self = w;
	w->thread = pthread_self();
	take_turn(w);
	while (!fuse_session_exited(w->session)) {
		atomic_store(&w->reading, true);
		int n = fuse_session_receive_buf(w->session, &buf);
		if (n > 0)
			look_at(&buf);
		atomic_fetch_add(&w->epoch, 1);
		atomic_store(&w->reading, false);
		if (n > 0)
			serve(w, &buf);
		else if (n != -EINTR && n != -EAGAIN)
			break;
		reap_soon();
	}
	loop_leave_turn();
	free(buf.mem);
	scratch_free();
	ops_thread_end();
	pthread_kill(main_thread, SIGTERM);
	return NULL;
}

static int start_workers(struct fuse_session *session)
{
	struct sigaction act = {.sa_handler = poked};
	pthread_attr_t attr;
	int err = 0;

	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	sem_init(&turns, 0, cpus < TURNS_LEAST ? TURNS_LEAST : cpus > TURNS_MOST ? TURNS_MOST : (unsigned)cpus);
	sigemptyset(&act.sa_mask);
	sigaction(POKE, &act, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (n_workers = 0; n_workers < WORKERS && !err;) {
		workers[n_workers].session = session;
		err = -pthread_create(&workers[n_workers].joined, &attr, work, &workers[n_workers]);
		n_workers += !err;
	}
	pthread_attr_destroy(&attr);
	return n_workers ? 0 : err;
}

static void stop_workers(struct fuse_session *session)
{
	fuse_session_exit(session);
	for (unsigned i = 0; i < n_workers; i++)
		sem_post(&turns); /* those that wait for one end as well */
	for (unsigned i = 0; i < n_workers; i++) {
		struct timespec until;
		do {
			pthread_kill(workers[i].joined, POKE);
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_nsec += 5000000;
			until.tv_sec += until.tv_nsec / 1000000000;
			until.tv_nsec %= 1000000000;
		} while (pthread_timedjoin_np(workers[i].joined, NULL, &until) == ETIMEDOUT);
	}
}

int loop_run(struct fuse_session *session)
{
	sigset_t stop;
	int sig;

	sigemptyset(&stop);
	sigaddset(&stop, SIGHUP);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	main_thread = pthread_self();
	int err = start_workers(session);
	err = err ? err : reap_start(session);
	if (!err)
		sigwait(&stop, &sig);
	stop_workers(session);
	park_stop();
	reap_stop();
	return err;
}
