// SPDX-License-Identifier: MIT
// One handle in many threads: operations, walks, and a sentence for each thread.
#include "kernel.h"

#include <pthread.h>

#define THREADS 4
#define KEYS 500u

static struct bpfmap *map;

static void *work(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg, base = me * KEYS;
	char expected[64];
	uint64_t value;

	for (uint32_t i = 0; i < KEYS; i++) {
		uint32_t key = base + i;

		value = key;
		if (bpfmap_put(map, &key, &value) ||
		    bpfmap_lookup(map, &key, &value, sizeof(value), 0) || value != key)
			return "an entry of its own";
	}
	for (int pass = 0; pass < 20; pass++) {
		struct bpfmap_iter *iter;
		const void *k, *v;
		uint32_t mine = 0;

		if (bpfmap_iter_new(map, 0, &iter))
			return "a walk";
		while (bpfmap_iter_next(iter, &k, &v) == 1)
			mine += *(const uint32_t *)k / KEYS == me;
		bpfmap_iter_free(iter);
		if (mine != KEYS)
			return "its entries in a walk";
		/* Each thread fails in its own way. */
		if (me % 2) {
			bpfmap_open_id(0x7fffff00 + me, 0, &(struct bpfmap *){ NULL });
			snprintf(expected, sizeof(expected), "map id %u", 0x7fffff00 + me);
		} else {
			bpfmap_update(map, &base, &value, BPF_NOEXIST);
			snprintf(expected, sizeof(expected), "must not");
		}
		sched_yield();
		if (!strstr(bpfmap_errmsg(), expected))
			return "its own sentence";
		if (bpfmap_has_feature(BPFMAP_HAS_BATCH))
			return "a feature";
	}
	return NULL;
}

static void one_handle_in_many_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	map = make(BPF_MAP_TYPE_HASH, 4, 8, THREADS * KEYS);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)i), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *missed;

		pthread_join(threads[i], &missed);
		if (missed)
			fail_msg("thread %zu missed %s", i, (const char *)missed);
	}
	bpfmap_free(map);
}

MAIN(NULL, NULL, T(one_handle_in_many_threads))
