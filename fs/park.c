/* SPDX-License-Identifier: MIT */
/*
 * The thread waits in epoll for edges of all fds that somebody waits for. Watching one begins with the first
 * who waits, and ends when an edge finds nobody there, so that a reader who keeps up costs no calls.
 *
 * Locks: a file's lock comes before park_lock. libfuse holds a lock of the request's while it calls
 * interrupted(), which takes park_lock: so no libfuse function is called under park_lock but
 * fuse_req_interrupted, which takes another.
 */
#include <errno.h>
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fs/file.h"
#include "fs/ops.h"
#include "fs/park.h"
#include "fs/scratch.h"

#define STACK (256 * 1024)
#define TICK_MS 1000 /* a program may put a record in without waking anyone: it is found then */
#define EDGES 64

/* A read that waits. */
struct waiting {
	struct waiting *next;
	fuse_req_t req;
	struct file *file; /* a reference */
	size_t size;
	off_t offset;
	bool interrupted;
};

struct park {
	struct park *next;     /* of all */
	struct waiting *first; /* in the order in which they came */
	struct fuse_pollhandle *poll;
	int fd;
	bool watched; /* epoll tells of edges */
	bool due;     /* to be looked at */
};

/* Guards all below, and what they point to. */
static pthread_mutex_t park_lock = PTHREAD_MUTEX_INITIALIZER;
static struct park *all;
static bool running, stopping;
static pthread_t thread;
static int epoll_fd = -1, wake_fd = -1;

static void wake(void)
{
	uint64_t one = 1;
	while (write(wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Watching anew tells at once if something is there already. */
static void watch(struct park *park, bool on)
{
	struct epoll_event event = {.events = on ? EPOLLIN | EPOLLET : 0, .data.ptr = park};

	if (on != park->watched)
		epoll_ctl(epoll_fd, EPOLL_CTL_MOD, park->fd, &event);
	park->watched = on;
}

/* ---- who waits ---- */

/* libfuse's, when the reader gets a signal: any thread. The request lives; whether it waits, the lists tell. */
static void interrupted(fuse_req_t req, void *data)
{
	(void)data;
	pthread_mutex_lock(&park_lock);
	for (struct park *park = all; park; park = park->next) {
		for (struct waiting *w = park->first; w; w = w->next) {
			if (w->req != req)
				continue;
			w->interrupted = true;
			wake();
		}
	}
	pthread_mutex_unlock(&park_lock);
}

/* Puts a list in front of those that wait, or behind them. What was interrupted meanwhile is not lost. */
static void join(struct park *park, struct waiting *list, bool in_front)
{
	struct waiting **to = &park->first, **end = &list;

	for (; *end; end = &(*end)->next) {
		(*end)->interrupted = fuse_req_interrupted((*end)->req);
		if ((*end)->interrupted)
			wake();
	}
	while (!in_front && *to)
		to = &(*to)->next;
	*end = *to;
	*to = list;
	watch(park, true);
}

void park_read(struct file *file, fuse_req_t req, size_t size, off_t offset)
{
	struct waiting *w = malloc(sizeof(*w));

	if (!w) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	*w = (struct waiting){.req = req, .file = file_ref(file), .size = size, .offset = offset};
	fuse_req_interrupt_func(req, interrupted, NULL);
	pthread_mutex_lock(&park_lock);
	join(file->park, w, false);
	pthread_mutex_unlock(&park_lock);
}

void park_poll(struct park *park, struct fuse_pollhandle *handle)
{
	pthread_mutex_lock(&park_lock);
	struct fuse_pollhandle *old = park->poll;
	park->poll = handle;
	watch(park, true);
	pthread_mutex_unlock(&park_lock);
	if (old)
		fuse_pollhandle_destroy(old);
}

static void end_waiting(struct waiting *w, int err)
{
	if (err)
		fuse_reply_err(w->req, err);
	file_put(w->file);
	free(w);
}

/* ---- the thread ---- */

/* Takes those that were interrupted, or everybody, out of the lists. */
static struct waiting *take(bool everybody)
{
	struct waiting *list = NULL;

	pthread_mutex_lock(&park_lock);
	for (struct park *park = all; park; park = park->next) {
		for (struct waiting **at = &park->first; *at;) {
			struct waiting *w = *at;
			if (everybody || w->interrupted) {
				*at = w->next;
				w->next = list;
				list = w;
			} else {
				at = &w->next;
			}
		}
	}
	pthread_mutex_unlock(&park_lock);
	return list;
}

static void send_away(struct waiting *list, int err)
{
	for (struct waiting *w = list, *next; w; w = next) {
		next = w->next;
		end_waiting(w, err);
	}
}

/* Answers one after the other while there is something; those that must go on waiting are what is left. */
static struct waiting *answer(struct waiting *list)
{
	while (list) {
		struct waiting *w = list;
		pthread_mutex_lock(&w->file->lock);
		int err = ops_answer_read(w->req, w->file, w->size, w->offset);
		pthread_mutex_unlock(&w->file->lock);
		if (err)
			break;
		list = w->next;
		end_waiting(w, 0);
	}
	return list;
}

/* Takes what waits at the next place that is due; false: none is. */
static bool take_due(struct park **ret_park, struct waiting **ret_list, struct fuse_pollhandle **ret_poll)
{
	struct park *park;

	pthread_mutex_lock(&park_lock);
	for (park = all; park && !park->due; park = park->next)
		;
	if (park) {
		*ret_park = park;
		*ret_list = park->first;
		*ret_poll = park->poll;
		if (!park->first && !park->poll)
			watch(park, false);
		park->first = NULL;
		park->poll = NULL;
		park->due = false;
	}
	pthread_mutex_unlock(&park_lock);
	return park != NULL;
}

static void serve_due(void)
{
	struct park *park;
	struct waiting *list;
	struct fuse_pollhandle *poll;

	while (take_due(&park, &list, &poll)) {
		if (poll) {
			fuse_lowlevel_notify_poll(poll);
			fuse_pollhandle_destroy(poll);
		}
		if (!list)
			continue;
		struct file *file = file_ref(list->file); /* keeps park */
		list = answer(list);
		pthread_mutex_lock(&park_lock);
		park->due = !list && park->first; /* who came meanwhile may have missed the edge */
		join(park, list, true);
		pthread_mutex_unlock(&park_lock);
		file_put(file);
	}
}

/* Milliseconds that the thread may sleep: for ever only where there is no place to wait at. */
static int patience(void)
{
	pthread_mutex_lock(&park_lock);
	int ms = all ? TICK_MS : -1;
	pthread_mutex_unlock(&park_lock);
	return ms;
}

/* one: whose edge it is, if it is still there; NULL: everybody who is waited for. */
static void mark_due(const struct park *one)
{
	pthread_mutex_lock(&park_lock);
	for (struct park *park = all; park; park = park->next) {
		if (one ? park == one : park->first || park->poll)
			park->due = true;
	}
	pthread_mutex_unlock(&park_lock);
}

static void woken(void)
{
	uint64_t times;
	while (read(wake_fd, &times, sizeof(times)) < 0 && errno == EINTR)
		;
}

static bool is_stopping(void)
{
	pthread_mutex_lock(&park_lock);
	bool yes = stopping;
	pthread_mutex_unlock(&park_lock);
	return yes;
}

static void *run(void *arg)
{
	struct epoll_event edges[EDGES];
	(void)arg;

	while (!is_stopping()) {
		int n = epoll_wait(epoll_fd, edges, EDGES, patience());
		for (int i = 0; i < n; i++) {
			if (edges[i].data.ptr)
				mark_due(edges[i].data.ptr);
			else
				woken();
		}
		if (!n)
			mark_due(NULL);
		send_away(take(false), EINTR);
		serve_due();
	}
	scratch_free();
	return NULL;
}

/* ---- places ---- */

/* With the first place; the lock is held. */
static int start(void)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	pthread_attr_t attr;

	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (wake_fd < 0)
		wake_fd = eventfd(0, EFD_CLOEXEC);
	if (epoll_fd < 0 || wake_fd < 0 ||
	    (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) && errno != EEXIST))
		return -errno;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	int err = -pthread_create(&thread, &attr, run, NULL);
	pthread_attr_destroy(&attr);
	running = !err;
	return err;
}

int park_new(int fd, struct park **ret_park)
{
	struct park *park = calloc(1, sizeof(*park));
	struct epoll_event event = {.events = 0, .data.ptr = park};
	int err = 0;

	if (!park)
		return -ENOMEM;
	park->fd = fd;
	pthread_mutex_lock(&park_lock);
	if (running)
		wake(); /* it may sleep for ever */
	else
		err = start();
	if (!err && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
		err = -errno;
	if (!err) {
		park->next = all;
		all = park;
		*ret_park = park;
	}
	pthread_mutex_unlock(&park_lock);
	if (err)
		free(park);
	return err;
}

void park_free(struct park *park)
{
	if (!park)
		return;
	pthread_mutex_lock(&park_lock);
	struct park **at = &all;
	while (*at != park)
		at = &(*at)->next;
	*at = park->next;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, park->fd, NULL);
	pthread_mutex_unlock(&park_lock);
	if (park->poll)
		fuse_pollhandle_destroy(park->poll);
	free(park);
}

void park_stop(void)
{
	pthread_mutex_lock(&park_lock);
	bool was_running = running;
	stopping = true;
	if (running)
		wake();
	pthread_mutex_unlock(&park_lock);
	if (!was_running)
		return;
	pthread_join(thread, NULL);
	send_away(take(true), ENOTCONN);
	close(epoll_fd);
	close(wake_fd);
	epoll_fd = wake_fd = -1;
}
