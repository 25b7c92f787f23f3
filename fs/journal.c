/* SPDX-License-Identifier: MIT */
/* A ring of rejected operations. A line: time, pid, path, errno, sentence, parted by tabs. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs/journal.h"

#define RING 256

struct rejection {
	struct timespec when;
	pid_t pid;
	int err;
	char *path, *sentence;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of ring and next */
static struct rejection ring[RING];
static size_t next;

static void replace(struct rejection *old, struct rejection *new)
{
	struct rejection tmp = *old;
	*old = *new;
	*new = tmp;
}

static void drop(struct rejection *r)
{
	free(r->path);
	free(r->sentence);
	memset(r, 0, sizeof(*r));
}

void journal_add(pid_t pid, const char *path, int err, const char *sentence)
{
	struct rejection r = {.pid = pid, .err = err, .path = strndup(path, 1024), .sentence = strndup(sentence, 512)};
	if (!r.path || !r.sentence) {
		drop(&r);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &r.when);
	pthread_mutex_lock(&lock);
	replace(&ring[next], &r);
	next = (next + 1) % RING;
	pthread_mutex_unlock(&lock);
	drop(&r);
}

static bool concerns(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);
	return !n || (!strncmp(path, prefix, n) && (!path[n] || path[n] == '/' || path[n] == '.'));
}

/* Control bytes must not reach a terminal (R23). */
static int append_escaped(struct text_buf *out, const char *s)
{
	int err = 0;
	for (; *s && !err; s++) {
		unsigned char c = (unsigned char)*s;
		err = c < 0x20 || c == 0x7f ? text_printf(out, "\\x%02x", c) : text_append(out, s, 1);
	}
	return err;
}

static int print_one(const struct rejection *r, struct text_buf *out)
{
	struct tm tm;
	char when[32];
	const char *name = strerrorname_np(r->err);

	gmtime_r(&r->when.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	int err = text_printf(out, "%s.%03ldZ\t%d\t", when, r->when.tv_nsec / 1000000, (int)r->pid);
	err = err ? err : append_escaped(out, r->path);
	err = err ? err : text_printf(out, "\t%s\t", name ? name : "?");
	err = err ? err : append_escaped(out, r->sentence);
	return err ? err : text_append(out, "\n", 1);
}

int journal_print(const char *path, struct text_buf *out)
{
	int err = 0;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < RING && !err; i++) {
		const struct rejection *r = &ring[(next + i) % RING];
		if (r->path && concerns(r->path, path))
			err = print_one(r, out);
	}
	pthread_mutex_unlock(&lock);
	return err;
}

void journal_clear(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < RING; i++)
		drop(&ring[i]);
	pthread_mutex_unlock(&lock);
}
