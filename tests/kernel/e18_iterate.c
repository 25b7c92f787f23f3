// SPDX-License-Identifier: MIT
// E18: walks over the entries of a map.
#include "types.h"

#include <malloc.h>
#include <net/if.h>

/* Walks to the end; the number of entries, which must be pairs of equal words if pairs is set. */
static int walk(const struct bpfmap *map, uint32_t flags, bool pairs)
{
	struct bpfmap_iter *iter;
	const void *key, *value;
	int more, n = 0;

	OK(bpfmap_iter_new(map, flags, &iter));
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1) {
		if (pairs)
			assert_memory_equal(key, value, 4);
		n++;
	}
	if (more)
		fail_msg("%s", bpfmap_errmsg());
	assert_int_equal(bpfmap_iter_next(iter, &key, &value), 0); /* the end stays */
	bpfmap_iter_free(iter);
	return n;
}

static void fill_pairs(const struct bpfmap *map, uint32_t n)
{
	uint64_t *value = calloc(1, bpfmap_value_bytes(map));

	for (uint32_t i = 0; i < n; i++) {
		*(uint32_t *)value = i;
		assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &i, value, 0), 0);
	}
	free(value);
}

static void E18_hashes_and_arrays(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY,
		BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_LRU_HASH };
	static const uint32_t sizes[] = { 1, 2, 15, 16, 17, 1000, 20000 };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++)
		for (size_t j = 0; j < COUNT(sizes); j++) {
			bool lru = types[i] == BPF_MAP_TYPE_LRU_HASH; /* evicts before it is full */
			struct bpfmap *map = make(types[i], 4, 8, sizes[j] * (lru ? 4 : 1) + lru * 100);

			fill_pairs(map, sizes[j]);
			assert_int_equal(walk(map, 0, true), sizes[j]);
			assert_int_equal(walk(map, BPFMAP_ITER_KEYS, false), sizes[j]);
			bpfmap_free(map);
		}
}

static void E18_empty_maps(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH,
		BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_PROG_ARRAY, BPF_MAP_TYPE_DEVMAP_HASH };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = make(types[i], 4, 4, 100);

		assert_int_equal(walk(map, 0, false), 0);
		bpfmap_free(map);
	}
}

/* Entries of types that hold other things: so many are put, so many come. */
static void E18_empty_slots_are_skipped(void **state)
{
	static const uint32_t slots[] = { 2, 5 };
	const uint32_t lo = if_nametoindex("lo"), qsize = 192;
	struct bpfmap_spec inner = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4,
	    .max_entries = 8, .inner = &inner);
	struct bpfmap *held = create(&inner), *maps = create(&spec);
	struct bpfmap *progs = make(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8);
	struct bpfmap *devs = make(BPF_MAP_TYPE_DEVMAP, 4, 4, 8);
	struct bpfmap *cpus = make(BPF_MAP_TYPE_CPUMAP, 4, 4, 0);
	int prog = load_prog();

	(void)state;
	for (size_t i = 0; i < COUNT(slots); i++) {
		OK(bpfmap_put_map(maps, &slots[i], held, 0));
		OK(bpfmap_put_prog(progs, &slots[i], prog, 0));
		OK(bpfmap_put(devs, &slots[i], &lo));
	}
	uint32_t cpu = bpfmap_max_entries(cpus) - 1;
	OK(bpfmap_put(cpus, &cpu, &qsize));
	assert_int_equal(walk(maps, 0, false), 2);
	assert_int_equal(walk(progs, 0, false), 2);
	assert_int_equal(walk(progs, BPFMAP_ITER_KEYS, false), 2);
	assert_int_equal(walk(devs, 0, false), 2);
	assert_int_equal(walk(cpus, 0, false), 1);
	spec.type = BPF_MAP_TYPE_HASH_OF_MAPS;
	bpfmap_free(maps);
	maps = create(&spec);
	OK(bpfmap_put_map(maps, &slots[0], held, 0));
	assert_int_equal(walk(maps, 0, false), 1);
	close(prog);
	bpfmap_free(cpus);
	bpfmap_free(devs);
	bpfmap_free(progs);
	bpfmap_free(maps);
	bpfmap_free(held);
}

static void E18_unreadable_values_give_keys_alone(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_CGROUP_ARRAY,
		BPF_MAP_TYPE_XSKMAP };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map;
		struct bpfmap_iter *iter;
		const void *key, *value = &map;
		uint32_t n = 0;

		struct bpfmap_spec spec = BPFMAP_SPEC(
		    .type = types[i], .key_size = 4, .value_size = 4, .max_entries = 2);
		if (bpfmap_create(&spec, NULL, &map))
			continue; /* AF_XDP may be missing */
		OK(bpfmap_iter_new(map, 0, &iter));
		while (bpfmap_iter_next(iter, &key, &value) == 1) {
			assert_null(value);
			assert_int_equal(*(const uint32_t *)key, n++);
		}
		assert_int_equal(n, bpfmap_max_entries(map));
		bpfmap_iter_free(iter);
		bpfmap_free(map);
	}
}

static void E18_types_without_a_walk_refuse(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK,
		BPF_MAP_TYPE_BLOOM_FILTER };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = make(types[i], 0, 4, 4);
		struct bpfmap_iter *iter = (void *)&map;

		FAILS(bpfmap_iter_new(map, 0, &iter), EOPNOTSUPP, "cannot be walked");
		assert_ptr_equal(iter, &map);
		bpfmap_free(map);
	}
}

static void E18_two_walks_at_once(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 5000);
	struct bpfmap_iter *a, *b;
	const void *ka, *kb, *v;
	int n = 0;

	(void)state;
	fill_pairs(map, 5000);
	OK(bpfmap_iter_new(map, 0, &a));
	for (int i = 0; i < 777; i++)
		assert_int_equal(bpfmap_iter_next(a, &ka, &v), 1);
	OK(bpfmap_iter_new(map, 0, &b));
	while (bpfmap_iter_next(b, &kb, &v) == 1) {
		if (n++ < 5000 - 777)
			assert_int_equal(bpfmap_iter_next(a, &ka, &v), 1);
	}
	assert_int_equal(n, 5000);
	assert_int_equal(bpfmap_iter_next(a, &ka, &v), 0);
	bpfmap_iter_free(a);
	bpfmap_iter_free(b);
	bpfmap_iter_free(NULL);
	bpfmap_free(map);
}

static int calls, fail_at;

static int fail_one_batch(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_MAP_LOOKUP_BATCH && ++calls == fail_at ? -EIO : BM_SYS_GO;
}

static void E18_an_error_stays(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 5000);
	struct bpfmap_iter *iter;
	const void *key, *value;
	int more;

	(void)state;
	fill_pairs(map, 5000);
	calls = 0;
	fail_at = 2;
	bm_sys_hook = fail_one_batch;
	OK(bpfmap_iter_new(map, 0, &iter));
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1)
		;
	bm_sys_hook = NULL;
	assert_int_equal(more, -EIO);
	FAILS(bpfmap_iter_next(iter, &key, &value), EIO, "iteration");
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

/* Plays a kernel with a bucket of 300 entries. */
static int big_bucket(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	return cmd == BPF_MAP_LOOKUP_BATCH && args->count < 300 ? -ENOSPC : BM_SYS_GO;
}

static void E18_the_batch_grows_for_a_bucket(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 16384, 400);

	(void)state;
	fill_pairs(map, 400); /* 16 KiB each: the first batch has room for few */
	bm_sys_hook = big_bucket;
	assert_int_equal(walk(map, 0, true), 400);
	bm_sys_hook = NULL;
	bpfmap_free(map);
}

/* Plays kernels before 6.14: an empty slot interrupts a batch. */
static int interrupted(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_MAP_LOOKUP_BATCH ? -EINTR : BM_SYS_GO;
}

static void E18_an_interrupted_batch_goes_on_singly(void **state)
{
	struct bpfmap *array = make(BPF_MAP_TYPE_ARRAY, 4, 4, 3000);
	struct bpfmap_spec trie_spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8,
	    .value_size = 4, .max_entries = 100, .flags = BPF_F_NO_PREALLOC);
	struct bpfmap *trie = create(&trie_spec);

	(void)state;
	fill_pairs(array, 3000);
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t key[2] = { 32, i * 2654435761u };
		OK(bpfmap_put(trie, key, key));
	}
	bm_sys_hook = interrupted;
	assert_int_equal(walk(array, 0, true), 3000);
	assert_int_equal(walk(trie, 0, true), 100);
	bm_sys_hook = NULL;
	bpfmap_free(array);
	bpfmap_free(trie);
}

static uint32_t vanished;

/* Plays a key that goes between next key and lookup, on a kernel without batches. */
static int vanishing(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	if (cmd == BPF_MAP_LOOKUP_BATCH)
		return -EINVAL;
	return cmd == BPF_MAP_LOOKUP_ELEM && *(const uint32_t *)args->key == vanished ? -ENOENT
										      : BM_SYS_GO;
}

static void E18_keys_that_vanish_are_skipped(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 100);

	(void)state;
	fill_pairs(map, 100);
	vanished = 50;
	bm_sys_hook = vanishing;
	assert_int_equal(walk(map, 0, true), 99);
	bm_sys_hook = NULL;
	bpfmap_free(map);
}

static unsigned int steps;

/* Plays a map whose walk starts anew for ever. */
static int runs_in_circles(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	if (cmd != BPF_MAP_GET_NEXT_KEY)
		return BM_SYS_GO;
	*(uint32_t *)args->value = ++steps % 3;
	return 0;
}

static void E18_a_walk_without_end_is_aborted(void **state)
{
	const uint32_t lo = if_nametoindex("lo");
	struct bpfmap *map = make(BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, 10);
	struct bpfmap_iter *iter;
	const void *key, *value;
	int more, n = 0;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		OK(bpfmap_put(map, &i, &lo));
	steps = 0;
	bm_sys_hook = runs_in_circles;
	OK(bpfmap_iter_new(map, 0, &iter));
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1)
		n++;
	bm_sys_hook = NULL;
	assert_int_equal(more, -BPFMAP_ABORTED);
	assert_int_equal(n, 3); /* the repeats are dropped */
	assert_true(steps > 3 && steps <= 16 * (10 + 1));
	FAILS(bpfmap_iter_next(iter, &key, &value), BPFMAP_ABORTED, "given up");
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

/* A list of three, whose first key goes as soon as it was read: then the kernel says "end". */
static bool first_gone;

static int losing_its_first(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	uint64_t at = args->key ? *(const uint64_t *)args->key : 0;

	if (cmd == BPF_MAP_LOOKUP_ELEM) {
		if (at == 1 && first_gone)
			return -ENOENT;
		first_gone = true;
		*(uint64_t *)args->value = at;
		return 0;
	}
	if (cmd != BPF_MAP_GET_NEXT_KEY)
		return BM_SYS_GO;
	if (at == 3 || (at == 1 && first_gone))
		return -ENOENT;
	memset((void *)args->value, 0, 16);
	*(uint64_t *)args->value = at ? at + 1 : first_gone ? 2u : 1u;
	return 0;
}

static void E18_a_list_that_ends_early(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0);
	struct bpfmap_iter *iter;
	const void *key, *value;
	uint64_t n = 0;
	int more;

	(void)state;
	first_gone = false;
	bm_sys_hook = losing_its_first;
	OK(bpfmap_iter_new(map, 0, &iter));
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1) {
		n++;
		assert_int_equal(*(const uint64_t *)key, n);
		assert_int_equal(*(const uint64_t *)value, n);
	}
	bm_sys_hook = NULL;
	assert_int_equal(more, 0);
	assert_int_equal(n, 3);
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

static void E18_memory_is_constant(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 60, 200000);
	struct mallinfo2 before, now;
	struct bpfmap_iter *iter;
	const void *key, *value;
	size_t most = 0;

	(void)state;
	uint32_t keys[1000], count;
	char *values = calloc(1000, 60);
	for (uint32_t i = 0; i < 200000; i += 1000) {
		for (uint32_t j = 0; j < 1000; j++)
			keys[j] = i + j;
		count = 1000;
		OK(bpfmap_update_batch(map, keys, values, &count, 0));
	}
	free(values);
	before = mallinfo2();
	OK(bpfmap_iter_new(map, 0, &iter));
	for (int i = 0; bpfmap_iter_next(iter, &key, &value) == 1; i++)
		if (i % 1000 == 0) {
			now = mallinfo2();
			size_t used = now.uordblks + now.hblkhd - before.uordblks - before.hblkhd;
			most = used > most ? used : most;
		}
	assert_true(most < (512u << 10)); /* the map has 12 MiB */
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

/* Values of which few fit into any buffer are read a few at a time. */
static void E18_large_values(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 1 << 20, .max_entries = 20, .flags = BPF_F_NO_PREALLOC);
	struct bpfmap *map = create(&spec);
	struct mallinfo2 before, now;
	struct bpfmap_iter *iter;
	const void *key, *value;
	int n = 0;

	(void)state;
	fill_pairs(map, 20);
	before = mallinfo2();
	OK(bpfmap_iter_new(map, 0, &iter));
	while (bpfmap_iter_next(iter, &key, &value) == 1) {
		assert_memory_equal(key, value, 4);
		now = mallinfo2();
		assert_true(now.uordblks + now.hblkhd - before.uordblks - before.hblkhd < 10u << 20);
		n++;
	}
	assert_int_equal(n, 20);
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

/* Prefixes of all lengths, some in others, whatever the order they are put in. */
static void E18_a_trie(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8,
	    .value_size = 8, .max_entries = 5000, .flags = BPF_F_NO_PREALLOC);
	struct bpfmap *map = create(&spec);
	uint32_t stored = 0;

	(void)state;
	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t key[2] = { i % 33, 0 };
		uint64_t value = 0;

		if (key[0]) /* the bits beyond the prefix do not count: leave them out */
			key[1] = htobe32((i * 2654435761u) & (uint32_t)~((1ull << (32 - key[0])) - 1));
		memcpy(&value, key, 4);
		if (!bpf_map_update_elem(bpfmap_fd(map), key, &value, BPF_NOEXIST))
			stored++;
	}
	assert_true(stored > 2000);
	assert_int_equal(walk(map, 0, true), stored);
	bpfmap_free(map);
}

MAIN(NULL, NULL, T(E18_hashes_and_arrays), T(E18_empty_maps), T(E18_empty_slots_are_skipped),
    T(E18_unreadable_values_give_keys_alone), T(E18_types_without_a_walk_refuse),
    T(E18_two_walks_at_once), T(E18_an_error_stays), T(E18_the_batch_grows_for_a_bucket),
    T(E18_an_interrupted_batch_goes_on_singly), T(E18_keys_that_vanish_are_skipped),
    T(E18_a_walk_without_end_is_aborted), T(E18_a_list_that_ends_early), T(E18_memory_is_constant), T(E18_large_values),
    T(E18_a_trie))
