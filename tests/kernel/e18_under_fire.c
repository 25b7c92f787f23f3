// SPDX-License-Identifier: MIT
// E18 while a BPF program inserts and deletes: what stays is walked, and every walk ends.
#include "kernel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define STAY 1000u  /* keys that the program leaves alone, as in engine_churn.bpf.c */
#define SECONDS 2.0  /* of walks under fire for each map */
#define OBJECT "build/tests/bpf/engine_churn.bpf.o"

static struct bpf_object *object;
static int prog_fd;
static atomic_bool stop;
static pthread_t thread;

static void *run_churn(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop)) {
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		bpf_prog_test_run_opts(prog_fd, &opts);
	}
	return NULL;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int load(void **state)
{
	(void)state;
	object = bpf_object__open_file(OBJECT, NULL);
	if (!object || bpf_object__load(object))
		return -1;
	prog_fd = bpf_program__fd(bpf_object__find_program_by_name(object, "churn"));
	return pthread_create(&thread, NULL, run_churn, NULL);
}

static int unload(void **state)
{
	(void)state;
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	bpf_object__close(object);
	return 0;
}

static struct bpfmap *churned(const char *name)
{
	struct bpfmap *map = NULL;

	OK(bpfmap_open_fd(dup(bpf_object__find_map_fd_by_name(object, name)), &map));
	return map;
}

static void put_stable(const struct bpfmap *map)
{
	uint64_t value[512] = { 0 };

	for (uint32_t key = 0; key < STAY; key++)
		OK(bpfmap_put(map, &key, value));
}

/* Every key that stays comes exactly once in every pass. */
static void exactly_once(const char *name)
{
	struct bpfmap *map = churned(name);

	double began = now();
	put_stable(map);
	for (int pass = 0; !pass || now() - began < SECONDS; pass++) {
		uint8_t times[STAY] = { 0 };
		struct bpfmap_iter *iter;
		const void *key, *value;
		int more;

		OK(bpfmap_iter_new(map, 0, &iter));
		while ((more = bpfmap_iter_next(iter, &key, &value)) == 1)
			if (*(const uint32_t *)key < STAY)
				times[*(const uint32_t *)key]++;
		assert_int_equal(more, 0);
		for (uint32_t i = 0; i < STAY; i++)
			if (times[i] != 1)
				fail_msg("%s: pass %d, key %u: %u times", name, pass, i, times[i]);
		bpfmap_iter_free(iter);
	}
	bpfmap_free(map);
}

static void E18_hashes_under_fire(void **state)
{
	(void)state;
	exactly_once("churn_hash");
	exactly_once("churn_lazy");
	exactly_once("churn_percpu");
}

static void E18_lru_under_fire(void **state)
{
	(void)state;
	exactly_once("churn_lru");
}

static int no_batches(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_MAP_LOOKUP_BATCH ? -EINVAL : BM_SYS_GO;
}

/* Never twice; all of them where the walk got to the end; an end in any case. */
static void at_most_once(const struct bpfmap *map, uint32_t (*number)(const void *key))
{
	int ended = 0, aborted = 0;
	double began = now();

	for (int pass = 0; !pass || now() - began < SECONDS; pass++) {
		uint8_t times[STAY] = { 0 };
		struct bpfmap_iter *iter;
		const void *key, *value;
		int more;

		OK(bpfmap_iter_new(map, 0, &iter));
		while ((more = bpfmap_iter_next(iter, &key, &value)) == 1)
			if (number(key) < STAY && ++times[number(key)] > 1)
				fail_msg("pass %d: key %u came twice", pass, number(key));
		assert_true(more == 0 || more == -BPFMAP_ABORTED);
		for (uint32_t i = 0; more == 0 && i < STAY; i++)
			if (!times[i])
				fail_msg("pass %d: key %u did not come", pass, i);
		ended += more == 0;
		aborted += more != 0;
		bpfmap_iter_free(iter);
	}
	print_message("%d walks ended, %d were given up\n", ended, aborted);
	assert_true(ended > 0);
}

static uint32_t plain_number(const void *key)
{
	return *(const uint32_t *)key;
}

static void E18_next_key_under_fire(void **state)
{
	struct bpfmap *map = churned("churn_hash");

	(void)state;
	put_stable(map);
	bm_sys_hook = no_batches;
	at_most_once(map, plain_number);
	bm_sys_hook = NULL;
	bpfmap_free(map);
}

/* The i-th stable prefix; spread over the trie, as engine_churn.bpf.c spreads its own. */
static void trie_key(uint32_t i, uint32_t key[2])
{
	key[0] = 32;
	key[1] = htobe32(i * 7919);
}

static uint32_t trie_number(const void *key)
{
	uint32_t bits = be32toh(((const uint32_t *)key)[1]);

	return bits % 7919 ? STAY : bits / 7919;
}

static void E18_a_trie_under_fire(void **state)
{
	struct bpfmap *map = churned("churn_trie");
	const uint64_t value = 0;

	(void)state;
	for (uint32_t i = 0; i < STAY; i++) {
		uint32_t key[2];

		trie_key(i, key);
		OK(bpfmap_put(map, key, &value));
	}
	at_most_once(map, trie_number);
	bm_sys_hook = no_batches;
	at_most_once(map, trie_number);
	bm_sys_hook = NULL;
	bpfmap_free(map);
}

MAIN(load, unload, T(E18_hashes_under_fire), T(E18_lru_under_fire), T(E18_next_key_under_fire),
    T(E18_a_trie_under_fire))
