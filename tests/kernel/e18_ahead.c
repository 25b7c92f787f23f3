// SPDX-License-Identifier: MIT
// E18: walks that read the next batch ahead, in a thread of their own.
#include "types.h"

#include <pthread.h>
#include <time.h>

enum { LONG = 100000 }; /* entries: enough for the thread to be started and to read many batches */

static struct bpfmap *long_map(uint32_t type)
{
	struct bpfmap *map = make(type, 4, 8, LONG);
	uint32_t *keys = malloc(LONG * sizeof(*keys)), n = LONG;
	uint64_t *values = malloc(LONG * sizeof(*values));

	for (uint32_t i = 0; i < LONG; i++) {
		keys[i] = i;
		values[i] = i * 7ull + 1;
	}
	assert_int_equal(bpf_map_update_batch(bpfmap_fd(map), keys, values, &n, NULL), 0);
	assert_int_equal(n, LONG);
	free(keys);
	free(values);
	return map;
}

/* Walks on to the end or an error: which it was; every key at most once and with its own value. */
static int walk(struct bpfmap_iter *iter, uint32_t *ret_n)
{
	uint8_t *seen = calloc(1, LONG);
	const void *key, *value;
	int more;

	*ret_n = 0;
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1) {
		uint32_t k;
		uint64_t v;

		memcpy(&k, key, sizeof(k));
		memcpy(&v, value, sizeof(v));
		assert_true(k < LONG && !seen[k]);
		assert_int_equal(v, k * 7ull + 1);
		seen[k] = 1;
		++*ret_n;
	}
	free(seen);
	return more;
}

static void E18_ahead_gives_every_key_once(void **state)
{
	const uint32_t types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_LRU_HASH };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = long_map(types[i]);
		struct bpfmap_iter *iter;
		uint32_t n;

		OK(bpfmap_iter_new(map, BPFMAP_ITER_AHEAD, &iter));
		assert_int_equal(walk(iter, &n), 0);
		assert_true(types[i] == BPF_MAP_TYPE_LRU_HASH ? n > LONG / 2 : n == LONG);
		bpfmap_iter_free(iter);
		bpfmap_free(map);
	}
}

static int threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = -2; /* "." and ".." */

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int before; /* threads without a walk */

static void a_moment(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* Who is joined is in /proc for a moment more. */
static bool all_have_ended(void)
{
	for (int i = 0; i < 30000 && threads() != before; i++)
		a_moment();
	return threads() == before;
}

static void *own_tid(void *arg)
{
	*(pid_t *)arg = gettid();
	return NULL;
}

/* With the first thread ThreadSanitizer adds one of its own, which stays. */
static int count_before(void **state)
{
	char task[64];
	pthread_t thread;
	pid_t tid;

	(void)state;
	if (pthread_create(&thread, NULL, own_tid, &tid) || pthread_join(thread, NULL))
		return -1;
	snprintf(task, sizeof(task), "/proc/self/task/%d", (int)tid);
	while (exists(task))
		a_moment();
	before = threads();
	return 0;
}

static void E18_ahead_ends_with_the_walk(void **state)
{
	struct bpfmap *map = long_map(BPF_MAP_TYPE_HASH);
	int most = 0;

	(void)state;
	for (uint32_t steps = 0; steps < LONG; steps += LONG / 7) {
		struct bpfmap_iter *iter;
		const void *key;

		assert_true(all_have_ended());
		OK(bpfmap_iter_new(map, BPFMAP_ITER_AHEAD, &iter));
		for (uint32_t i = 0; i < steps; i++)
			assert_int_equal(bpfmap_iter_next(iter, &key, NULL), 1);
		int now = threads();
		most = now > most ? now : most;
		bpfmap_iter_free(iter);
	}
	assert_true(all_have_ended());
	assert_true(most > before); /* else nothing was read ahead at all */
	bpfmap_free(map);
}

static _Atomic(int) calls, fault_at, fault;

static int fault_once(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_MAP_LOOKUP_BATCH && ++calls == fault_at ? fault : BM_SYS_GO;
}

/* Where the fault hits the thread, the walk still has all entries of the batches before it. */
static int walk_with_fault(struct bpfmap *map, int err, int at, uint32_t *ret_n)
{
	struct bpfmap_iter *iter;

	calls = 0;
	fault = err;
	fault_at = at;
	bm_sys_hook = fault_once;
	OK(bpfmap_iter_new(map, BPFMAP_ITER_AHEAD, &iter));
	int more = walk(iter, ret_n);
	bpfmap_iter_free(iter);
	bm_sys_hook = NULL;
	return more;
}

static void E18_ahead_tells_an_error_after_what_came_before(void **state)
{
	struct bpfmap *map = long_map(BPF_MAP_TYPE_HASH);
	uint32_t n;

	(void)state;
	assert_int_equal(walk_with_fault(map, -EIO, 6, &n), -EIO);
	assert_true(n > 20000 && n < LONG);
	bpfmap_free(map);
}

static void E18_ahead_grows_for_a_bucket_and_goes_on_singly(void **state)
{
	struct bpfmap *hash = long_map(BPF_MAP_TYPE_HASH), *array = long_map(BPF_MAP_TYPE_ARRAY);
	uint32_t n;

	(void)state;
	for (int at = 1; at < 8; at++) {
		assert_int_equal(walk_with_fault(hash, -ENOSPC, at, &n), 0); /* the cursor has not moved */
		assert_int_equal(n, LONG);
		assert_int_equal(walk_with_fault(array, -EINTR, at, &n), 0);
		assert_int_equal(n, LONG);
	}
	bpfmap_free(hash);
	bpfmap_free(array);
}

static void *walk_alone(void *map)
{
	struct bpfmap_iter *iter;
	uint32_t n;

	OK(bpfmap_iter_new(map, BPFMAP_ITER_AHEAD, &iter));
	assert_int_equal(walk(iter, &n), 0);
	assert_int_equal(n, LONG);
	bpfmap_iter_free(iter);
	return NULL;
}

static void E18_ahead_in_several_threads(void **state)
{
	struct bpfmap *map = long_map(BPF_MAP_TYPE_HASH);
	pthread_t walkers[4];

	(void)state;
	for (size_t i = 0; i < COUNT(walkers); i++)
		assert_int_equal(pthread_create(&walkers[i], NULL, walk_alone, map), 0);
	for (size_t i = 0; i < COUNT(walkers); i++)
		pthread_join(walkers[i], NULL);
	bpfmap_free(map);
}

/* Walks that are left in the middle: each goes on, few have a thread. */
static void E18_ahead_has_few_threads(void **state)
{
	struct bpfmap *map = long_map(BPF_MAP_TYPE_HASH);
	struct bpfmap_iter *iters[40];
	const void *key;
	uint32_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(iters); i++) {
		OK(bpfmap_iter_new(map, BPFMAP_ITER_AHEAD, &iters[i]));
		for (uint32_t step = 0; step < LONG / 2; step++)
			assert_int_equal(bpfmap_iter_next(iters[i], &key, NULL), 1);
	}
	assert_in_range(threads() - before, 1, 16);
	for (size_t i = 0; i < COUNT(iters); i++) {
		assert_int_equal(walk(iters[i], &n), 0);
		assert_int_equal(n, LONG - LONG / 2);
		bpfmap_iter_free(iters[i]);
	}
	assert_true(all_have_ended());
	bpfmap_free(map);
}

MAIN(count_before, NULL, T(E18_ahead_has_few_threads), T(E18_ahead_gives_every_key_once), T(E18_ahead_ends_with_the_walk),
    T(E18_ahead_tells_an_error_after_what_came_before),
    T(E18_ahead_grows_for_a_bucket_and_goes_on_singly), T(E18_ahead_in_several_threads))
