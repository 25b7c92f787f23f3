// SPDX-License-Identifier: MIT
// E17: batches.
#include "core/probe.h"
#include "kernel.h"

#define N 100u

static struct bpfmap *filled(uint32_t type, uint32_t n)
{
	struct bpfmap *map = make(type, 4, 8, N);
	size_t bytes = bpfmap_value_bytes(map);
	uint64_t *value = calloc(1, bytes);

	for (uint32_t key = 0; key < n; key++) {
		for (size_t i = 0; i < bytes / 8; i++)
			value[i] = key * 10 + i;
		assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &key, value, 0), 0);
	}
	free(value);
	return map;
}

static uint32_t entries_in(const struct bpfmap *map)
{
	uint32_t key, n = 0;
	const void *last = NULL;

	while (!bpf_map_get_next_key(bpfmap_fd(map), last, &key)) {
		last = &key;
		n++;
	}
	return n;
}

/* All batches of a map; how often each key came. take: lookup and delete. */
static uint32_t read_all(
    const struct bpfmap *map, uint32_t batch, bool take, unsigned int times[static N])
{
	size_t bytes = bpfmap_value_bytes(map);
	uint32_t *keys = calloc(batch, 4), total = 0;
	uint64_t *values = calloc(batch, bytes);
	struct bpfmap_cursor *cursor;
	int err = 0;

	OK(bpfmap_cursor_new(map, &cursor));
	while (!err) {
		uint32_t count = batch;

		err = take ? bpfmap_lookup_and_delete_batch(map, cursor, keys, values, &count, 0)
			   : bpfmap_lookup_batch(map, cursor, keys, values, &count, 0);
		if (err && err != -ENOENT)
			fail_msg("%s", bpfmap_errmsg());
		assert_true(count <= batch);
		for (uint32_t i = 0; i < count; i++) {
			assert_true(keys[i] < N);
			times[keys[i]]++;
			for (size_t cpu = 0; cpu < bytes / 8; cpu++)
				assert_int_equal(values[i * (bytes / 8) + cpu], keys[i] * 10 + cpu);
		}
		total += count;
	}
	/* The end stays the end. */
	uint32_t count = batch;
	assert_int_equal(bpfmap_lookup_batch(map, cursor, keys, values, &count, 0), -ENOENT);
	assert_int_equal(count, 0);
	bpfmap_cursor_free(cursor);
	free(keys);
	free(values);
	return total;
}

static void each_once(const struct bpfmap *map, uint32_t batch, bool take)
{
	unsigned int times[N] = { 0 };

	assert_int_equal(read_all(map, batch, take, times), N);
	for (uint32_t key = 0; key < N; key++)
		assert_int_equal(times[key], 1);
}

static void E17_lookup(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY,
		BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = filled(types[i], N);

		each_once(map, 33, false); /* the last batch is partial */
		each_once(map, N, false);  /* an exact fit */
		each_once(map, 1000, false);
		bpfmap_free(map);
	}
}

static void E17_lookup_and_delete(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = filled(types[i], N);

		each_once(map, 33, true);
		assert_int_equal(entries_in(map), 0);
		bpfmap_free(map);
	}
}

static void E17_update_and_delete(void **state)
{
	static const uint32_t types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = make(types[i], 4, 8, N);
		size_t words = bpfmap_value_bytes(map) / 8;
		uint32_t keys[N], count = N;
		uint64_t *values = calloc(N, words * 8), *one = calloc(words, 8);

		for (uint32_t k = 0; k < N; k++) {
			keys[k] = k;
			for (size_t w = 0; w < words; w++)
				values[k * words + w] = k + w;
		}
		OK(bpfmap_update_batch(map, keys, values, &count, 0));
		assert_int_equal(count, N);
		assert_int_equal(entries_in(map), N);
		assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &keys[42], one), 0);
		for (size_t w = 0; w < words; w++)
			assert_int_equal(one[w], 42 + w);
		count = 60;
		OK(bpfmap_delete_batch(map, keys, &count, 0));
		assert_int_equal(count, 60);
		assert_int_equal(entries_in(map), 40);
		free(values);
		free(one);
		bpfmap_free(map);
	}
}

static void E17_the_count_done_comes_with_an_error(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 3);
	const uint32_t keys[] = { 1, 2, 3, 4, 5 }, some[] = { 1, 2, 9, 3 };
	uint32_t count = 5;

	(void)state;
	FAILS(bpfmap_update_batch(map, keys, keys, &count, 0), E2BIG, "full");
	assert_int_equal(count, 3);
	assert_int_equal(entries_in(map), 3);
	count = 4;
	FAILS(bpfmap_delete_batch(map, some, &count, 0), ENOENT, "does not exist");
	assert_int_equal(count, 2);
	assert_int_equal(entries_in(map), 1);
	count = 1;
	FAILS(bpfmap_delete_batch(map, &some[2], &count, 0), ENOENT, "does not exist");
	assert_int_equal(count, 0);
	bpfmap_free(map);
}

static void E17_a_bucket_larger_than_the_batch(void **state)
{
	struct bpfmap *map = filled(BPF_MAP_TYPE_HASH, N);
	struct bpfmap_cursor *cursor;
	uint32_t keys[N], count, total = 0, room = 1;
	uint64_t values[N];
	bool too_small = false;
	int err = 0;

	(void)state;
	OK(bpfmap_cursor_new(map, &cursor));
	/* 100 keys in 128 buckets: some bucket has two. The cursor stays for a larger batch. */
	while (err != -ENOENT) {
		count = room;
		err = bpfmap_lookup_batch(map, cursor, keys, values, &count, 0);
		if (err == -ENOSPC) {
			assert_non_null(strstr(bpfmap_errmsg(), "bucket"));
			assert_int_equal(count, 0);
			too_small = true;
			room++;
			continue;
		}
		assert_true(err == 0 || err == -ENOENT);
		total += count;
	}
	assert_true(too_small);
	assert_int_equal(total, N);
	bpfmap_cursor_free(cursor);
	bpfmap_free(map);
}

static void E17_a_cursor_belongs_to_one_map(void **state)
{
	struct bpfmap *map = filled(BPF_MAP_TYPE_HASH, N), *other = filled(BPF_MAP_TYPE_HASH, N);
	struct bpfmap *clone;
	struct bpfmap_cursor *cursor;
	uint32_t keys[N], count = N;
	uint64_t values[N];

	(void)state;
	OK(bpfmap_clone(map, &clone));
	OK(bpfmap_cursor_new(map, &cursor));
	FAILS(bpfmap_lookup_batch(other, cursor, keys, values, &count, 0), EINVAL, "another map");
	assert_int_equal(count, 0);
	count = 50;
	OK(bpfmap_lookup_batch(clone, cursor, keys, values, &count, 0)); /* the same map */
	count = N;
	FAILS(bpfmap_lookup_and_delete_batch(other, cursor, keys, values, &count, 0), EINVAL,
	    "another map");
	assert_int_equal(entries_in(other), N);
	bpfmap_cursor_free(cursor);
	bpfmap_cursor_free(NULL);
	bpfmap_free(clone);
	bpfmap_free(map);
	bpfmap_free(other);
}

/* A cursor is a bucket number of 4 bytes, even where keys are shorter. */
static void E17_keys_of_one_byte(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 1, 1, 200);
	struct bpfmap_cursor *cursor;
	uint8_t keys[64], values[64];
	uint32_t count, total = 0;
	int err = 0;

	(void)state;
	for (uint8_t k = 0; k < 200; k++)
		OK(bpfmap_put(map, &k, &k));
	OK(bpfmap_cursor_new(map, &cursor));
	while (!err) {
		count = sizeof(keys);
		err = bpfmap_lookup_batch(map, cursor, keys, values, &count, 0);
		assert_true(!err || err == -ENOENT);
		assert_memory_equal(keys, values, count);
		total += count;
	}
	assert_int_equal(total, 200);
	bpfmap_cursor_free(cursor);
	bpfmap_free(map);
}

static void E17_flags(void **state)
{
	struct bpfmap *map = filled(BPF_MAP_TYPE_HASH, 3);
	struct bpfmap_cursor *cursor;
	uint32_t keys[N] = { 0 }, count = N;
	uint64_t values[N] = { 0 };

	(void)state;
	OK(bpfmap_cursor_new(map, &cursor));
	/* LOCK without a lock in the value, and a flag that is none. */
	FAILS(bpfmap_lookup_batch(map, cursor, keys, values, &count, BPF_F_LOCK), EINVAL, "");
	assert_int_equal(count, 0);
	count = 1;
	FAILS(bpfmap_update_batch(map, keys, values, &count, BPF_NOEXIST), EINVAL, "");
	assert_int_equal(count, 0);
	bpfmap_cursor_free(cursor);
	bpfmap_free(map);
}

static void E17_types_without_batches(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_QUEUE, 0, 8, 4);
	struct bpfmap_cursor *cursor;
	uint32_t keys[4], count = 4;
	uint64_t values[4];

	(void)state;
	OK(bpfmap_cursor_new(map, &cursor));
	FAILS(bpfmap_lookup_batch(map, cursor, keys, values, &count, 0), EOPNOTSUPP, "not supported");
	assert_int_equal(count, 0);
	bpfmap_cursor_free(cursor);
	bpfmap_free(map);
}

/* Plays kernels before 5.6. */
static int no_batches(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd >= BPF_MAP_LOOKUP_BATCH && cmd <= BPF_MAP_DELETE_BATCH ? -EINVAL : BM_SYS_GO;
}

static void E17_kernels_without_batches(void **state)
{
	struct bpfmap *map = filled(BPF_MAP_TYPE_HASH, N);
	struct bpfmap_cursor *cursor;
	struct bpfmap_iter *iter;
	const void *key, *value;
	uint32_t keys[4] = { 0 }, count = 4, n = 0;
	uint64_t values[4] = { 0 };
	int more;

	(void)state;
	bm_probe_forget();
	OK(bpfmap_cursor_new(map, &cursor));
	bm_sys_hook = no_batches;
	FAILS(bpfmap_lookup_batch(map, cursor, keys, values, &count, 0), EOPNOTSUPP, "no batch");
	count = 4;
	FAILS(bpfmap_update_batch(map, keys, values, &count, 0), EOPNOTSUPP, "no batch");
	count = 4;
	FAILS(bpfmap_delete_batch(map, keys, &count, 0), EOPNOTSUPP, "no batch");
	assert_int_equal(count, 0);
	OK(bpfmap_iter_new(map, 0, &iter)); /* who wants entries, not batches, gets them */
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1) {
		assert_int_equal(*(const uint64_t *)value, *(const uint32_t *)key * 10);
		n++;
	}
	bm_sys_hook = NULL;
	bm_probe_forget();
	assert_int_equal(more, 0);
	assert_int_equal(n, N);
	bpfmap_iter_free(iter);
	bpfmap_cursor_free(cursor);
	bpfmap_free(map);
}

MAIN(NULL, NULL, T(E17_lookup), T(E17_lookup_and_delete), T(E17_update_and_delete),
    T(E17_the_count_done_comes_with_an_error), T(E17_a_bucket_larger_than_the_batch),
    T(E17_a_cursor_belongs_to_one_map), T(E17_keys_of_one_byte), T(E17_flags),
    T(E17_types_without_batches), T(E17_kernels_without_batches))
