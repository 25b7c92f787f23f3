/* SPDX-License-Identifier: MIT */
/* Sets of a few places each; the oldest of a set goes first. */
#include <pthread.h>

#include "fs/changes.h"

#define SETS 1024
#define WAYS 8

struct change {
	uint64_t entry; /* 0: free */
	struct timespec when;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change table[SETS][WAYS];

static bool older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

void changes_note(uint64_t entry, const struct timespec *when)
{
	struct change *set = table[entry % SETS], *place = set;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < WAYS; i++) {
		if (set[i].entry == entry) {
			place = &set[i];
			break;
		}
		if (older(&set[i].when, &place->when))
			place = &set[i];
	}
	*place = (struct change){entry, *when};
	pthread_mutex_unlock(&lock);
}

bool changes_find(uint64_t entry, struct timespec *ret_when)
{
	const struct change *set = table[entry % SETS];
	bool found = false;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < WAYS && !found; i++) {
		found = set[i].entry == entry;
		if (found)
			*ret_when = set[i].when;
	}
	pthread_mutex_unlock(&lock);
	return found;
}
