// SPDX-License-Identifier: MIT
// E22: integers of a mapped array changed atomically.
#include "kernel.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20000 };

static struct bpfmap *array(void)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 16,
	    .max_entries = 4, .flags = BPF_F_MMAPABLE);

	return create(&spec);
}

static void *add(void *map)
{
	struct bpfmap_memory *mem;
	uint64_t old = 0;

	if (bpfmap_memory_open(map, &mem) || bpfmap_memory_writable(mem, true))
		return "no memory";
	for (int i = 0; i < ROUNDS; i++)
		while (bpfmap_memory_exchange(mem, 24, 8, &old, old + 1))
			;
	bpfmap_memory_free(mem);
	return NULL;
}

static void E22_exchange_loses_nothing(void **state)
{
	struct bpfmap *map = array();
	pthread_t threads[THREADS];
	uint64_t value[2];
	uint32_t key = 1;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add, map), 0);
	for (int i = 0; i < THREADS; i++) {
		void *error;
		pthread_join(threads[i], &error);
		assert_null(error);
	}
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &key, value), 0);
	assert_int_equal(value[0], 0);
	assert_int_equal(value[1], THREADS * ROUNDS);
	bpfmap_free(map);
}

static void E22_exchange_refused(void **state)
{
	struct bpfmap *map = array();
	struct bpfmap_memory *mem;
	uint64_t old = 7;

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	FAILS(bpfmap_memory_exchange(mem, 0, 8, &old, 1), EPERM, "writing");
	OK(bpfmap_memory_writable(mem, true));
	FAILS(bpfmap_memory_exchange(mem, 4, 8, &old, 1), ERANGE, "aligned");
	FAILS(bpfmap_memory_exchange(mem, 0, 3, &old, 1), ERANGE, "aligned");
	FAILS(bpfmap_memory_exchange(mem, bpfmap_memory_size(mem), 1, &old, 1), ERANGE, "aligned");
	assert_int_equal(bpfmap_memory_exchange(mem, 0, 2, &old, 1), -EAGAIN);
	assert_int_equal(old, 0);
	for (size_t size = 1; size <= 8; size *= 2) {
		old = 0;
		assert_int_equal(bpfmap_memory_exchange(mem, 32, size, &old, 0x0807060504030201), 0);
		assert_int_equal(bpfmap_memory_read(mem, 32, &old, 8), 0);
		assert_int_equal(old, 0x0807060504030201 & (size == 8 ? ~0ull : (1ull << size * 8) - 1));
		old = 0;
		assert_int_equal(bpfmap_memory_write(mem, 32, &old, 8), 0);
	}
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

MAIN(NULL, NULL, cmocka_unit_test(E22_exchange_loses_nothing), cmocka_unit_test(E22_exchange_refused))
