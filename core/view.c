// SPDX-License-Identifier: MIT
/*
 * view: one window over the array, where the lookups are.
 *
 * A window comes at the second lookup in its reach, so that a single one maps nothing,
 * and moves when lookups keep missing it in one and the same place: who asks all over
 * a large array is served by the kernel. Nobody ever waits for the lock: who does not
 * get it asks the kernel as well.
 */
#include "view.h"
#include "window.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LOOKUPS_TO_COME 2u
#define MISSES_TO_MOVE 16u

struct bm_view {
	pthread_rwlock_t lock; /* of the window: read to copy out of it, write to move it */
	struct bm_window window;
	size_t value_size, step;
	uint32_t entries;
	atomic_bool refused;     /* it cannot be mapped */
	_Atomic(size_t) missed;  /* where the last miss was: the reach of a window, from 1 */
	_Atomic(unsigned) misses; /* there, in a row; guesses do, so nothing orders these two */
};

bool bm_view_can(const struct bpfmap *map)
{
	const uint32_t want = BPFMAP_MMAP | BPFMAP_FIXED | BPFMAP_READABLE;

	return map->fd >= 0 && (map->traits & want) == want && map->value_size <= BM_WINDOW_BYTES;
}

struct bm_view *bm_view_new(const struct bpfmap *map)
{
	struct bm_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	pthread_rwlock_init(&view->lock, NULL);
	view->window = (struct bm_window){ .fd = map->fd, .prot = PROT_READ,
		.size = bm_memory_bytes(map), .span = BM_WINDOW_BYTES };
	view->value_size = map->value_size;
	view->step = bm_value_step(map);
	view->entries = map->max_entries;
	return view;
}

void bm_view_free(struct bm_view *view)
{
	if (!view)
		return;
	bm_window_close(&view->window);
	pthread_rwlock_destroy(&view->lock);
	free(view);
}

/* Is the window wanted there? is: there is one elsewhere. */
static bool wanted(struct bm_view *view, size_t offset, bool is)
{
	size_t reach = offset / BM_WINDOW_BYTES + 1;
	bool again = atomic_exchange_explicit(&view->missed, reach, memory_order_relaxed) == reach;
	unsigned misses = again ? atomic_load_explicit(&view->misses, memory_order_relaxed) + 1 : 1;

	atomic_store_explicit(&view->misses, misses, memory_order_relaxed);
	return misses >= (is ? MISSES_TO_MOVE : LOOKUPS_TO_COME);
}

static bool move_and_load(struct bm_view *view, size_t offset, void *ret_value)
{
	char *at;

	if (pthread_rwlock_trywrlock(&view->lock))
		return false;
	bool mapped = !bm_window_at(&view->window, offset, view->value_size, &at);
	if (mapped)
		bm_load(ret_value, at, view->value_size);
	else
		atomic_store(&view->refused, true);
	pthread_rwlock_unlock(&view->lock);
	return mapped;
}

bool bm_view_lookup(struct bm_view *view, uint32_t index, void *ret_value)
{
	size_t offset = index * view->step;

	if (index >= view->entries || atomic_load_explicit(&view->refused, memory_order_relaxed) ||
	    pthread_rwlock_tryrdlock(&view->lock))
		return false;
	const char *at = bm_window_has(&view->window, offset, view->value_size);
	if (at)
		bm_load(ret_value, at, view->value_size);
	bool is = view->window.at;
	pthread_rwlock_unlock(&view->lock);
	if (at && atomic_load_explicit(&view->misses, memory_order_relaxed))
		atomic_store_explicit(&view->misses, 0, memory_order_relaxed);
	return at || (wanted(view, offset, is) && move_and_load(view, offset, ret_value));
}
