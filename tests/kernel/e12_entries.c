// SPDX-License-Identifier: MIT
// E12, E13, E14, E15, E16, E19, E25: single entries.
#include "kernel.h"

#include <malloc.h>
#include <sys/random.h>

static void E12_lookup(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	const uint32_t key = 5, absent = 6;
	const uint64_t stored = 0x1122334455667788;
	uint64_t value = 42;

	(void)state;
	assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &key, &stored, 0), 0);
	OK(bpfmap_lookup(map, &key, &value, sizeof(value), 0));
	assert_int_equal(value, stored);
	value = 42;
	FAILS(bpfmap_lookup(map, &absent, &value, sizeof(value), 0), ENOENT, "no such key");
	assert_int_equal(value, 42);
	FAILS(bpfmap_lookup(map, &key, &value, 7, 0), EINVAL, "shorter than a value");
	FAILS(bpfmap_lookup(map, NULL, &value, sizeof(value), 0), EINVAL, "needs a key");
	FAILS(bpfmap_lookup(map, &key, &value, sizeof(value), 1u << 20), EINVAL, "Invalid");
	FAILS(bpfmap_lookup(map, &key, &value, sizeof(value), BPF_F_LOCK), EINVAL, "Invalid");
	assert_int_equal(value, 42);
	bpfmap_free(map);
}

static void E12_a_miss_allocates_nothing(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 2);
	const uint32_t absent = 6;
	size_t bytes = bpfmap_value_bytes(map);
	void *value = malloc(bytes);
	struct mallinfo2 before = mallinfo2();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bpfmap_lookup(map, &absent, value, bytes, 0), -ENOENT);
	assert_int_equal(mallinfo2().uordblks, before.uordblks);
	free(value);
	bpfmap_free(map);
}

static void E12_keyless_maps_take_no_key(void **state)
{
	struct bpfmap *queue = make(BPF_MAP_TYPE_QUEUE, 0, 8, 2);
	struct bpfmap *bloom = make(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 2);
	const uint32_t key = 0;
	uint64_t value = 7;

	(void)state;
	FAILS(bpfmap_lookup(queue, NULL, &value, sizeof(value), 0), ENOENT, "empty");
	OK(bpfmap_update(queue, NULL, &value, 0));
	value = 0;
	OK(bpfmap_lookup(queue, NULL, &value, sizeof(value), 0));
	assert_int_equal(value, 7);
	FAILS(bpfmap_lookup(queue, &key, &value, sizeof(value), 0), EINVAL, "no keys");
	FAILS(bpfmap_update(queue, &key, &value, 0), EINVAL, "no keys");
	FAILS(bpfmap_lookup_and_delete(queue, &key, &value, 8, 0), EINVAL, "no keys");
	OK(bpfmap_update(bloom, NULL, &value, 0));
	OK(bpfmap_lookup(bloom, NULL, &value, sizeof(value), 0));
	value = 12345;
	FAILS(bpfmap_lookup(bloom, NULL, &value, sizeof(value), 0), ENOENT, "no such key");
	bpfmap_free(queue);
	bpfmap_free(bloom);
}

/* A map whose values begin with a bpf_spin_lock, as BPF_F_LOCK needs it. */
static struct bpfmap *make_locked(uint32_t type)
{
	struct btf *btf = int_btf();
	int u32 = btf__add_int(btf, "u32", 4, 0);
	int lock = btf__add_struct(btf, "bpf_spin_lock", 4);

	assert_int_equal(btf__add_field(btf, "val", u32, 0, 0), 0);
	int type_id = btf__add_struct(btf, "locked", 8);
	assert_int_equal(btf__add_field(btf, "lock", lock, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "n", u32, 32, 0), 0);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = type, .key_size = 4, .value_size = 8,
	    .max_entries = 2, .btf = btf, .key_type_id = 1, .value_type_id = (uint32_t)type_id);
	struct bpfmap *map = create(&spec);
	btf__free(btf);
	return map;
}

static void E13_under_the_lock(void **state)
{
	struct bpfmap *map = make_locked(BPF_MAP_TYPE_HASH);
	const uint32_t key = 1;
	uint32_t value[2] = { 0, 77 };

	(void)state;
	OK(bpfmap_put(map, &key, value));
	value[1] = 78;
	OK(bpfmap_update(map, &key, value, BPF_F_LOCK));
	value[1] = 0;
	OK(bpfmap_lookup(map, &key, value, sizeof(value), BPF_F_LOCK));
	assert_int_equal(value[1], 78);
	value[1] = 0;
	OK(bpfmap_lookup_and_delete(map, &key, value, sizeof(value), BPF_F_LOCK));
	assert_int_equal(value[1], 78);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, value), -ENOENT);
	bpfmap_free(map);
}

static void E18_a_walk_under_the_lock(void **state)
{
	struct bpfmap *map = make_locked(BPF_MAP_TYPE_HASH), *none = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	const uint32_t key = 1, stored[2] = { 0, 77 };
	struct bpfmap_iter *iter;
	const void *k, *v;

	(void)state;
	OK(bpfmap_put(map, &key, stored));
	OK(bpfmap_put(none, &key, stored));
	OK(bpfmap_iter_new(map, BPFMAP_ITER_LOCK, &iter));
	assert_int_equal(bpfmap_iter_next(iter, &k, &v), 1);
	assert_int_equal(((const uint32_t *)v)[1], 77);
	assert_int_equal(bpfmap_iter_next(iter, &k, &v), 0);
	bpfmap_iter_free(iter);
	OK(bpfmap_iter_new(none, BPFMAP_ITER_LOCK, &iter)); /* values without a lock */
	assert_int_equal(bpfmap_iter_next(iter, &k, &v), -EINVAL);
	bpfmap_iter_free(iter);
	FAILS(bpfmap_iter_new(map, 1u << 5, &iter), EINVAL, "flag of a walk");
	bpfmap_free(map);
	bpfmap_free(none);
}

static void E13_update_flags(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 1);
	const uint32_t key = 5, other = 6;
	uint64_t value = 1, read;

	(void)state;
	FAILS(bpfmap_update(map, &key, &value, BPF_EXIST), ENOENT, "must exist");
	OK(bpfmap_update(map, &key, &value, BPF_NOEXIST));
	FAILS(bpfmap_update(map, &key, &value, BPF_NOEXIST), EEXIST, "must not");
	value = 2;
	OK(bpfmap_update(map, &key, &value, BPF_EXIST));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, &read), 0);
	assert_int_equal(read, 2);
	value = 3;
	OK(bpfmap_put(map, &key, &value));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, &read), 0);
	assert_int_equal(read, 3);
	FAILS(bpfmap_put(map, &other, &value), E2BIG, "full");
	FAILS(bpfmap_put(map, NULL, &value), EINVAL, "needs a key");
	bpfmap_free(map);
}

static void E13_delete(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 1);
	struct bpfmap *array = make(BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	const uint32_t key = 0, beyond = 1;
	uint64_t value = 1;

	(void)state;
	FAILS(bpfmap_delete(map, &key), ENOENT, "no such key");
	OK(bpfmap_put(map, &key, &value));
	OK(bpfmap_delete(map, &key));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, &value), -ENOENT);
	FAILS(bpfmap_delete(map, NULL), EINVAL, "needs a key");
	FAILS(bpfmap_delete(array, &key), EINVAL, "cannot be deleted");
	FAILS(bpfmap_update(array, &key, &value, BPF_NOEXIST), EEXIST, "array");
	FAILS(bpfmap_put(array, &beyond, &value), E2BIG, "max_entries");
	bpfmap_free(map);
	bpfmap_free(array);
}

static void E14_lookup_and_delete(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 1);
	const uint32_t key = 5;
	uint64_t value = 9, read = 42;

	(void)state;
	FAILS(bpfmap_lookup_and_delete(map, &key, &read, 8, 0), ENOENT, "no such key");
	assert_int_equal(read, 42);
	OK(bpfmap_put(map, &key, &value));
	FAILS(bpfmap_lookup_and_delete(map, &key, &read, 7, 0), EINVAL, "shorter");
	OK(bpfmap_lookup_and_delete(map, &key, &read, 8, 0));
	assert_int_equal(read, 9);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, &read), -ENOENT);
	bpfmap_free(map);
}

static void E14_queue_and_stack(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t order[2];
	} cases[] = { { BPF_MAP_TYPE_QUEUE, { 1, 2 } }, { BPF_MAP_TYPE_STACK, { 2, 1 } } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bpfmap *map = make(cases[i].type, 0, 8, 2);
		uint64_t value;

		for (value = 1; value <= 2; value++)
			OK(bpfmap_put(map, NULL, &value));
		FAILS(bpfmap_put(map, NULL, &value), E2BIG, "full");
		for (size_t j = 0; j < 2; j++) {
			OK(bpfmap_lookup(map, NULL, &value, 8, 0));
			assert_int_equal(value, cases[i].order[j]);
			OK(bpfmap_lookup_and_delete(map, NULL, &value, 8, 0));
			assert_int_equal(value, cases[i].order[j]);
		}
		FAILS(bpfmap_lookup_and_delete(map, NULL, &value, 8, 0), ENOENT, "empty");
		bpfmap_free(map);
	}
}

static void E14_percpu(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_PERCPU_HASH, 4, 4, 2);
	const uint32_t key = 1, seven = 7;
	size_t bytes = bpfmap_value_bytes(map);
	uint64_t *values = calloc(1, bytes);

	(void)state;
	OK(bpfmap_update_all_cpus(map, &key, &seven, 0));
	OK(bpfmap_lookup_and_delete(map, &key, values, bytes, 0));
	for (size_t i = 0; i < bytes / 8; i++)
		assert_int_equal(values[i], 7);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, values), -ENOENT);
	free(values);
	bpfmap_free(map);
}

static void E15_next_key(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 8);
	uint32_t key, seen = 0, none = 99;
	int err, n = 0;

	(void)state;
	FAILS(bpfmap_next_key(map, NULL, &none), ENOENT, "last key");
	assert_int_equal(none, 99);
	for (key = 0; key < 5; key++)
		OK(bpfmap_put(map, &key, &key));
	/* One buffer, both in and out. */
	for (err = bpfmap_next_key(map, NULL, &key); !err; err = bpfmap_next_key(map, &key, &key)) {
		seen |= 1u << key;
		n++;
	}
	assert_int_equal(err, -ENOENT);
	assert_int_equal(n, 5);
	assert_int_equal(seen, 0x1f);
	bpfmap_free(map);
}

/* Plays kernels before 4.4.132: the first key cannot be asked for with NULL. */
static int no_null_key(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	return cmd == BPF_MAP_GET_NEXT_KEY && !args->key ? -EFAULT : BM_SYS_GO;
}

static void E15_old_kernels_without_null(void **state)
{
	static const uint32_t guesses[] = { 0, UINT32_MAX, 0x55555555 };
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 8);
	struct bpfmap *array = make(BPF_MAP_TYPE_ARRAY, 4, 4, 3);
	uint32_t first, key = 0;

	(void)state;
	/* With each guess that exists the next one has to do, at last a random key. */
	for (size_t i = 0; i <= COUNT(guesses); i++) {
		OK(bpf_map_get_next_key(bpfmap_fd(array), NULL, &key));
		bm_sys_hook = no_null_key;
		OK(bpfmap_next_key(array, NULL, &key));
		assert_int_equal(key, 0);
		if (i) {
			bm_sys_hook = NULL;
			assert_int_equal(bpf_map_get_next_key(bpfmap_fd(map), NULL, &first), 0);
			bm_sys_hook = no_null_key;
			OK(bpfmap_next_key(map, NULL, &key));
			assert_int_equal(key, first);
		} else {
			FAILS(bpfmap_next_key(map, NULL, &key), ENOENT, "last key");
		}
		bm_sys_hook = NULL;
		if (i < COUNT(guesses))
			OK(bpfmap_put(map, &guesses[i], &key));
	}
	bpfmap_free(map);
	bpfmap_free(array);
}

static void E16_layout(void **state)
{
	size_t cpus = (size_t)libbpf_num_possible_cpus();
	struct bpfmap *map = make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 3, 1);
	const uint32_t zero = 0;
	uint8_t list[256 * 3], *raw = malloc(cpus * 8), one[3];

	(void)state;
	assert_true(cpus <= 256);
	assert_int_equal(bpfmap_possible_cpus(), cpus);
	assert_int_equal(bpfmap_value_size(map), 3);
	assert_int_equal(bpfmap_percpu_step(map), 8);
	assert_int_equal(bpfmap_value_bytes(map), cpus * 8);
	for (size_t i = 0; i < sizeof(list); i++)
		list[i] = (uint8_t)(i + 1);
	OK(bpfmap_percpu_pack(map, list, cpus, raw));
	OK(bpfmap_put(map, &zero, raw));
	memset(raw, 0xee, cpus * 8);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, raw), 0);
	for (size_t i = 0; i < cpus; i++) {
		assert_memory_equal(raw + i * 8, list + i * 3, 3);
		OK(bpfmap_lookup_cpu(map, &zero, (unsigned int)i, one, sizeof(one), 0));
		assert_memory_equal(one, list + i * 3, 3);
	}
	/* A shorter list is padded, a longer one refused. */
	OK(bpfmap_percpu_pack(map, list, 1, raw));
	assert_memory_equal(raw, list, 3);
	for (size_t i = 8; i < cpus * 8; i++)
		assert_int_equal(raw[i], 0);
	FAILS(bpfmap_percpu_pack(map, list, cpus + 1, raw), EINVAL, "more values");
	FAILS(bpfmap_lookup_cpu(map, &zero, (unsigned int)cpus, one, 3, 0), EINVAL, "no such CPU");
	FAILS(bpfmap_lookup_cpu(map, &zero, 0, one, 2, 0), EINVAL, "shorter");
	free(raw);
	bpfmap_free(map);
}

static void E16_one_cpu_and_all(void **state)
{
	size_t cpus = (size_t)libbpf_num_possible_cpus();
	struct bpfmap *map = make(BPF_MAP_TYPE_PERCPU_HASH, 4, 4, 4);
	struct bpfmap *plain = make(BPF_MAP_TYPE_HASH, 4, 4, 4);
	const uint32_t key = 3, other = 4, seven = 7, nine = 9;
	uint64_t *raw = calloc(cpus, 8);
	uint32_t last = (uint32_t)cpus - 1;

	(void)state;
	OK(bpfmap_update_all_cpus(map, &key, &seven, BPF_NOEXIST));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, raw), 0);
	for (size_t i = 0; i < cpus; i++)
		assert_int_equal(raw[i], 7);
	OK(bpfmap_update_cpu(map, &key, last, &nine, BPF_EXIST));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, raw), 0);
	for (size_t i = 0; i < cpus; i++)
		assert_int_equal(raw[i], i == last ? 9 : 7);
	OK(bpfmap_update_cpu(map, &other, last, &nine, 0)); /* absent: zeros elsewhere */
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &other, raw), 0);
	for (size_t i = 0; i < cpus; i++)
		assert_int_equal(raw[i], i == last ? 9 : 0);
	FAILS(bpfmap_update_cpu(plain, &key, 0, &nine, 0), EINVAL, "not per CPU");
	FAILS(bpfmap_update_all_cpus(plain, &key, &nine, 0), EINVAL, "not per CPU");
	FAILS(bpfmap_percpu_pack(plain, &nine, 1, raw), EINVAL, "not per CPU");
	free(raw);
	bpfmap_free(map);
	bpfmap_free(plain);
}

static size_t wrote; /* CPUs in the value that the played kernel got */

/* Plays a kernel that lays values out for so many CPUs. */
static int many_cpus(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	if (cmd == BPF_MAP_LOOKUP_ELEM)
		for (int i = 0; i < bm_cpu_played; i++)
			((uint64_t *)args->value)[i] = (uint64_t)i;
	else if (cmd == BPF_MAP_UPDATE_ELEM)
		for (wrote = 0; wrote < (size_t)bm_cpu_played; wrote++)
			assert_int_equal(((const uint64_t *)args->value)[wrote], 5);
	else
		return BM_SYS_GO;
	return 0;
}

static void E16_other_numbers_of_cpus(void **state)
{
	static const int counts[] = { 1, 3, 64, 255, 1024 };
	const uint32_t zero = 0, five = 5;

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		unsigned int last = (unsigned int)counts[i] - 1;
		uint32_t value;

		bm_cpu_played = counts[i];
		struct bpfmap *map = make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1);
		assert_int_equal(bpfmap_value_bytes(map), counts[i] * 8);
		bm_sys_hook = many_cpus;
		OK(bpfmap_lookup_cpu(map, &zero, last, &value, sizeof(value), 0));
		assert_int_equal(value, last);
		OK(bpfmap_update_all_cpus(map, &zero, &five, 0));
		assert_int_equal(wrote, counts[i]);
		bm_sys_hook = NULL;
		bm_cpu_played = 0;
		bpfmap_free(map);
	}
}

static int no_update(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	assert_int_not_equal(cmd, BPF_MAP_UPDATE_ELEM);
	return BM_SYS_GO;
}

static void E19_programs_as_values(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	struct bpfmap *plain = make(BPF_MAP_TYPE_HASH, 4, 4, 2);
	const uint32_t zero = 0;
	uint32_t id = 0, len = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { 0 };
	int prog = load_prog(), got = -1;

	(void)state;
	FAILS(bpfmap_get_prog(map, &zero, &got), ENOENT, "no entry");
	OK(bpfmap_put_prog(map, &zero, prog, 0));
	assert_int_equal(bpf_obj_get_info_by_fd(prog, &info, &len), 0);
	OK(bpfmap_lookup(map, &zero, &id, sizeof(id), 0));
	assert_int_equal(id, info.id);
	OK(bpfmap_get_prog(map, &zero, &got));
	len = sizeof(info);
	memset(&info, 0, sizeof(info));
	assert_int_equal(bpf_obj_get_info_by_fd(got, &info, &len), 0);
	assert_int_equal(info.id, id);
	close(got);
	got = -1;
	bm_sys_hook = no_update; /* the type is checked before the call */
	FAILS(bpfmap_put_prog(map, &zero, bpfmap_fd(plain), 0), EINVAL, "needs a program");
	FAILS(bpfmap_put_prog(map, &zero, -1, 0), EINVAL, "needs a program");
	bm_sys_hook = NULL;
	FAILS(bpfmap_put_prog(plain, &zero, prog, 0), EINVAL, "holds no programs");
	FAILS(bpfmap_get_prog(plain, &zero, &got), EINVAL, "holds no programs");
	assert_int_equal(got, -1);
	close(prog);
	bpfmap_free(map);
	bpfmap_free(plain);
}

static void E25_errors_differ(void **state)
{
	const int errors[] = { ENOENT, EEXIST, BPFMAP_ABORTED, BPFMAP_INCOMPATIBLE, EOPNOTSUPP };
	struct bpfmap *ring = make(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1);
	const uint32_t zero = 0;
	uint32_t value;

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(errors[i], errors[j]);
	/* The kernel's 524, which has no name in libc, is the EOPNOTSUPP that has. */
	FAILS(bpfmap_lookup(ring, &zero, &value, sizeof(value), 0), EOPNOTSUPP, "not supported");
	bpfmap_free(ring);
}

MAIN(NULL, NULL, T(E12_lookup), T(E12_a_miss_allocates_nothing), T(E12_keyless_maps_take_no_key),
    T(E13_under_the_lock), T(E18_a_walk_under_the_lock), T(E13_update_flags), T(E13_delete), T(E14_lookup_and_delete),
    T(E14_queue_and_stack), T(E14_percpu), T(E15_next_key), T(E15_old_kernels_without_null),
    T(E16_layout), T(E16_one_cpu_and_all), T(E16_other_numbers_of_cpus),
    T(E19_programs_as_values), T(E25_errors_differ))
