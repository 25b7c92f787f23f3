// SPDX-License-Identifier: MIT
// E22: memory of arrays and arenas.
#include "kernel.h"

static struct bpfmap *mmapable(uint32_t type, uint32_t value, uint32_t entries, uint32_t flags)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = type, .key_size = value ? 4 : 0,
	    .value_size = value, .max_entries = entries, .flags = BPF_F_MMAPABLE | flags);
	struct bpfmap *map = NULL;
	int err = bpfmap_create(&spec, NULL, &map);

	if (err && type == 33) {
		print_message("no arenas here: %s\n", bpfmap_errmsg());
		skip();
	}
	assert_int_equal(err, 0);
	return map;
}

static void E22_values_at_steps_of_8(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bpfmap *map = mmapable(BPF_MAP_TYPE_ARRAY, 12, 1000, 0);
	struct bpfmap_memory *mem;
	uint8_t value[12], read[12];

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	assert_int_equal(bpfmap_memory_size(mem), (16000 + page - 1) / page * page);
	for (uint32_t i = 0; i < 1000; i += 111) {
		memset(value, (int)i, sizeof(value));
		assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &i, value, 0), 0);
		OK(bpfmap_memory_read(mem, i * 16, read, sizeof(read)));
		assert_memory_equal(read, value, sizeof(value));
	}
	bpfmap_free(map); /* the memory stays */
	OK(bpfmap_memory_read(mem, 111 * 16, read, sizeof(read)));
	assert_int_equal(read[0], 111);
	bpfmap_memory_free(mem);
	bpfmap_memory_free(NULL);
}

static void E22_writing_on_asking(void **state)
{
	struct bpfmap *map = mmapable(BPF_MAP_TYPE_ARRAY, 8, 4, 0);
	struct bpfmap_memory *mem;
	const uint32_t two = 2;
	uint64_t value = 0x1122334455667788, read = 0;

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	FAILS(bpfmap_memory_write(mem, 16, &value, 8), EPERM, "not mapped for writing");
	OK(bpfmap_memory_writable(mem, true));
	OK(bpfmap_memory_writable(mem, true));
	OK(bpfmap_memory_write(mem, 16, &value, 8));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &two, &read), 0);
	assert_int_equal(read, value);
	FAILS(bpfmap_freeze(map), EBUSY, "mapped for writing");
	OK(bpfmap_memory_writable(mem, false));
	FAILS(bpfmap_memory_write(mem, 16, &value, 8), EPERM, "not mapped for writing");
	OK(bpfmap_freeze(map));
	FAILS(bpfmap_memory_writable(mem, true), EPERM, "frozen");
	OK(bpfmap_memory_read(mem, 16, &read, 8));
	assert_int_equal(read, value);
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

static void E22_bounds(void **state)
{
	struct bpfmap *map = mmapable(BPF_MAP_TYPE_ARRAY, 8, 4, 0);
	struct bpfmap_memory *mem;
	uint64_t word = 5;

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	OK(bpfmap_memory_writable(mem, true));
	size_t size = bpfmap_memory_size(mem);
	OK(bpfmap_memory_write(mem, size - 8, &word, 8));
	OK(bpfmap_memory_read(mem, size - 8, &word, 8));
	OK(bpfmap_memory_read(mem, size, &word, 0));
	FAILS(bpfmap_memory_read(mem, size - 7, &word, 8), ERANGE, "beyond");
	FAILS(bpfmap_memory_write(mem, size, &word, 1), ERANGE, "beyond");
	FAILS(bpfmap_memory_read(mem, UINT64_MAX, &word, 8), ERANGE, "beyond");
	FAILS(bpfmap_memory_read(mem, 8, &word, SIZE_MAX), ERANGE, "beyond");
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

static void E22_other_maps(void **state)
{
	struct bpfmap *plain = make(BPF_MAP_TYPE_ARRAY, 4, 8, 4);
	struct bpfmap *hash = make(BPF_MAP_TYPE_HASH, 4, 8, 4);
	struct bpfmap *ring = make(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	struct bpfmap_memory *mem = (void *)&plain;
	int fds = count_fds();

	(void)state;
	FAILS(bpfmap_memory_open(plain, &mem), EOPNOTSUPP, "BPF_F_MMAPABLE");
	FAILS(bpfmap_memory_open(hash, &mem), EOPNOTSUPP, "BPF_F_MMAPABLE");
	FAILS(bpfmap_memory_open(ring, &mem), EOPNOTSUPP, "BPF_F_MMAPABLE");
	assert_ptr_equal(mem, &plain);
	assert_int_equal(count_fds(), fds);
	bpfmap_free(plain);
	bpfmap_free(hash);
	bpfmap_free(ring);
}

static void E22_arena(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bpfmap *map = mmapable(33, 0, 4, 0);
	struct bpfmap_memory *mem;
	char text[] = "across two pages", read[sizeof(text)];

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	assert_int_equal(bpfmap_memory_size(mem), 4 * page);
	memset(read, 'x', sizeof(read));
	OK(bpfmap_memory_read(mem, 3 * page, read, sizeof(read)));
	for (size_t i = 0; i < sizeof(read); i++)
		assert_int_equal(read[i], 0);
	FAILS(bpfmap_memory_write(mem, 0, text, sizeof(text)), EPERM, "not mapped");
	OK(bpfmap_memory_writable(mem, true));
	OK(bpfmap_memory_write(mem, 2 * page - 5, text, sizeof(text)));
	OK(bpfmap_memory_writable(mem, false));
	OK(bpfmap_memory_read(mem, 2 * page - 5, read, sizeof(read)));
	assert_string_equal(read, text);
	FAILS(bpfmap_memory_write(mem, 0, text, sizeof(text)), EPERM, "not mapped");
	FAILS(bpfmap_memory_read(mem, 4 * page - 1, read, 2), ERANGE, "beyond");
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

/* Free in a process, also with the sanitizers' shadows. */
#define ADDRESS 0x7e9000000000ull

static void E22_arena_for_one_address(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = 33, .max_entries = 2, .flags = BPF_F_MMAPABLE,
	    .map_extra = ADDRESS);
	struct bpfmap *map;
	struct bpfmap_memory *mem;
	uint32_t word = 7, read = 0;

	(void)state;
	if (bpfmap_has_type(33))
		skip();
	map = create(&spec);
	OK(bpfmap_memory_open(map, &mem));
	OK(bpfmap_memory_writable(mem, true));
	OK(bpfmap_memory_write(mem, 4, &word, sizeof(word)));
	assert_int_equal(*(volatile uint32_t *)(ADDRESS + 4), 7);
	OK(bpfmap_memory_read(mem, 4, &read, sizeof(read)));
	assert_int_equal(read, 7);
	struct bpfmap_memory *second = NULL; /* the address is taken, by the first */
	assert_true(bpfmap_memory_open(map, &second) < 0);
	assert_non_null(strstr(bpfmap_errmsg(), "one address only"));
	assert_null(second);
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

/* Touching a page that such an arena has not would kill this process. */
static void E22_arena_with_holes(void **state)
{
	struct bpfmap *map = mmapable(33, 0, 4, 1u << 17 /* BPF_F_SEGV_ON_FAULT */);
	struct bpfmap_memory *mem;
	char read[64];

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	memset(read, 'x', sizeof(read));
	OK(bpfmap_memory_read(mem, 100, read, sizeof(read)));
	for (size_t i = 0; i < sizeof(read); i++)
		assert_int_equal(read[i], 0);
	OK(bpfmap_memory_writable(mem, true));
	FAILS(bpfmap_memory_write(mem, 100, read, sizeof(read)), EFAULT, "memory");
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

MAIN(NULL, NULL, T(E22_values_at_steps_of_8), T(E22_writing_on_asking), T(E22_bounds),
    T(E22_other_maps), T(E22_arena), T(E22_arena_for_one_address),
    T(E22_arena_with_holes))
