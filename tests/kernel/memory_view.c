// SPDX-License-Identifier: MIT
// E12, E18, E22: the values of MMAPABLE arrays are read from their memory, as if they had been asked for.
#include "kernel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static int calls;

static int count_calls(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)cmd;
	(void)args;
	calls++;
	return BM_SYS_GO;
}

/* The bpf(2) calls that follow are counted until stop_counting. */
static void start_counting(void)
{
	calls = 0;
	bm_sys_hook = count_calls;
}

static int stop_counting(void)
{
	bm_sys_hook = NULL;
	return calls;
}

static struct bpfmap *array(uint32_t value, uint32_t entries, uint32_t flags)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = value,
	    .max_entries = entries, .flags = flags);

	return create(&spec);
}

static uint64_t mark(uint32_t index)
{
	return index * 0x9e3779b97f4a7c15ull + 1;
}

/* Stores a mark of its own in each, past the engine. */
static void fill(struct bpfmap *map)
{
	uint64_t value[512] = { 0 };

	for (uint32_t i = 0; i < bpfmap_max_entries(map); i++) {
		value[0] = mark(i);
		assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &i, value, 0), 0);
	}
}

static size_t field_kib(const char *file, const char *name)
{
	char line[256];
	size_t kib = 0;
	FILE *f = fopen(file, "r");

	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoul(line + strlen(name), NULL, 10);
	fclose(f);
	return kib;
}

/* Mapped pages that are present; a map's count among them, a sanitizer's memory does not. */
static size_t rss_kib(void)
{
	return field_kib("/proc/self/status", "RssFile:") + field_kib("/proc/self/status", "RssShmem:");
}

static int mappings(void)
{
	char line[512];
	int n = 0;
	FILE *f = fopen("/proc/self/maps", "r");

	while (fgets(line, sizeof(line), f))
		n += strstr(line, "bpf-map") != NULL;
	fclose(f);
	return n;
}

/* Every entry once, in order, with its mark. */
static void walk(struct bpfmap *map)
{
	struct bpfmap_iter *iter;
	const void *key, *value;
	uint32_t n = 0, index;
	uint64_t first;
	int more;

	OK(bpfmap_iter_new(map, 0, &iter));
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1) {
		memcpy(&index, key, sizeof(index));
		memcpy(&first, value, sizeof(first));
		assert_int_equal(index, n);
		assert_int_equal(first, mark(n));
		n++;
	}
	assert_int_equal(more, 0);
	assert_int_equal(n, bpfmap_max_entries(map));
	assert_int_equal(bpfmap_iter_next(iter, &key, &value), 0);
	bpfmap_iter_free(iter);
}

static void E18_walk_without_calls(void **state)
{
	struct bpfmap *map = array(8, 10000, BPF_F_MMAPABLE);

	(void)state;
	fill(map);
	start_counting();
	walk(map);
	assert_int_equal(stop_counting(), 0);
	assert_int_equal(mappings(), 0);
	bpfmap_free(map);
}

/* Values that lie across the windows' ends, and such as fill more than one. */
static void E18_walk_of_odd_sizes(void **state)
{
	static const uint32_t sizes[] = { 9, 12, 24, 1000, 4096 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct bpfmap *map = array(sizes[i], 3000, BPF_F_MMAPABLE);

		fill(map);
		start_counting();
		walk(map);
		assert_int_equal(stop_counting(), 0);
		bpfmap_free(map);
	}
}

static void E18_values_larger_than_a_window(void **state)
{
	const uint32_t size = 300000;
	struct bpfmap *map = array(size, 3, BPF_F_MMAPABLE);
	uint8_t *value = malloc(size), *read = malloc(size);

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		memset(value, (int)i + 1, size);
		memcpy(value, &(uint64_t){ mark(i) }, 8);
		assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &i, value, 0), 0);
	}
	walk(map);
	for (uint32_t i = 0; i < 6; i++) {
		OK(bpfmap_lookup(map, &(uint32_t){ i % 3 }, read, size, 0));
		assert_int_equal(read[size - 1], i % 3 + 1);
	}
	free(value);
	free(read);
	bpfmap_free(map);
}

static void E12_lookups_without_calls(void **state)
{
	struct bpfmap *map = array(12, 1000, BPF_F_MMAPABLE);
	uint8_t value[12];
	uint32_t i = 0;

	(void)state;
	fill(map);
	OK(bpfmap_lookup(map, &i, value, sizeof(value), 0));
	start_counting();
	for (i = 0; i < 1000; i++) {
		OK(bpfmap_lookup(map, &i, value, sizeof(value), 0));
		assert_memory_equal(value, &(uint64_t){ mark(i) }, 8);
		assert_memory_equal(value + 8, &(uint32_t){ 0 }, 4);
	}
	assert_int_equal(stop_counting(), 0);

	/* What is stored is seen at once, whoever stores it. */
	i = 77;
	memset(value, 0xab, sizeof(value));
	assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &i, value, 0), 0);
	memset(value, 0, sizeof(value));
	start_counting();
	OK(bpfmap_lookup(map, &i, value, sizeof(value), 0));
	assert_int_equal(stop_counting(), 0);
	assert_int_equal(value[11], 0xab);
	bpfmap_free(map);
}

static void E12_same_answers(void **state)
{
	struct bpfmap *map = array(8, 10, BPF_F_MMAPABLE), *plain = array(8, 10, 0);
	uint64_t value = 5;
	char plainly[256], through_memory[256];

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		OK(bpfmap_lookup(map, &i, &value, 8, 0));
	value = 5;
	for (uint32_t i = 10; i; i = i == 10 ? UINT32_MAX : 0) {
		FAILS(bpfmap_lookup(plain, &i, &value, 8, 0), ENOENT, "#");
		snprintf(plainly, sizeof(plainly), "%s", strchr(bpfmap_errmsg(), ':'));
		FAILS(bpfmap_lookup(map, &i, &value, 8, 0), ENOENT, "#");
		snprintf(through_memory, sizeof(through_memory), "%s", strchr(bpfmap_errmsg(), ':'));
		assert_string_equal(through_memory, plainly);
		assert_int_equal(value, 5);
	}
	const uint32_t zero = 0;
	FAILS(bpfmap_lookup(map, NULL, &value, 8, 0), EINVAL, "needs a key");
	FAILS(bpfmap_lookup(map, &zero, &value, 7, 0), EINVAL, "shorter");
	FAILS(bpfmap_lookup(map, &zero, &value, 8, BPF_F_LOCK), EINVAL, "");
	OK(bpfmap_close(map));
	assert_int_equal(mappings(), 0);
	FAILS(bpfmap_lookup(map, &zero, &value, 8, 0), EBADF, "");
	bpfmap_free(map);
	bpfmap_free(plain);
}

/* Where the fd cannot be mapped, or may not read. */
static void E12_other_fds(void **state)
{
	struct bpfmap *map = array(8, 10, BPF_F_MMAPABLE), *reader, *writer, *clone;
	const uint32_t three = 3;
	uint64_t value;

	(void)state;
	fill(map);
	OK(bpfmap_open_id(bpfmap_id(map), BPF_F_RDONLY, &reader));
	OK(bpfmap_open_id(bpfmap_id(map), BPF_F_WRONLY, &writer));
	OK(bpfmap_clone(map, &clone));
	bpfmap_free(map);
	for (int i = 0; i < 4; i++) {
		value = 0;
		OK(bpfmap_lookup(reader, &three, &value, 8, 0));
		assert_int_equal(value, mark(3));
		value = 0;
		OK(bpfmap_lookup(clone, &three, &value, 8, 0));
		assert_int_equal(value, mark(3));
		FAILS(bpfmap_lookup(writer, &three, &value, 8, 0), EPERM, "");
	}
	walk(reader);
	walk(clone);
	bpfmap_free(reader);
	bpfmap_free(writer);
	bpfmap_free(clone);
	assert_int_equal(mappings(), 0);
}

static void E12_sizes_that_nobody_vouches_for(void **state)
{
	struct bpfmap *map = array(16, 10, BPF_F_MMAPABLE), *as;
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 16,
	    .max_entries = 4000, .flags = BPF_F_MMAPABLE);
	uint64_t value[2];

	(void)state;
	OK(bpfmap_open_fd_as(dup(bpfmap_fd(map)), &spec, &as));
	for (uint32_t i = 1000; i < 1004; i++)
		FAILS(bpfmap_lookup(as, &i, value, 16, 0), ENOENT, "");
	bpfmap_free(as);
	bpfmap_free(map);
}

/* Reading keeps nothing from being frozen, nor from being written; bpftool says so. */
static void E21_readers_do_not_keep_from_freezing(void **state)
{
	struct bpfmap *map = array(8, 10, BPF_F_MMAPABLE);
	struct bpfmap_iter *iter;
	const void *key, *value;
	char command[96];
	uint64_t word;

	(void)state;
	fill(map);
	OK(bpfmap_iter_new(map, 0, &iter));
	assert_int_equal(bpfmap_iter_next(iter, &key, &value), 1);
	for (uint32_t i = 0; i < 3; i++)
		OK(bpfmap_lookup(map, &i, &word, 8, 0));
	assert_int_equal(mappings(), 2);
	snprintf(command, sizeof(command), "PATH=$PATH:/usr/sbin:/sbin bpftool map freeze id %u >/dev/null", bpfmap_id(map));
	assert_int_equal(system(command), 0);
	assert_int_equal(bpfmap_iter_next(iter, &key, &value), 1);
	OK(bpfmap_lookup(map, &(uint32_t){ 9 }, &word, 8, 0));
	assert_int_equal(word, mark(9));
	FAILS(bpfmap_put(map, &(uint32_t){ 9 }, &word), EPERM, "");
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

/* An array of a GiB: looked at anywhere, listed as a whole, it costs a window. */
static void E12_memory_stays_flat(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4096,
	    .max_entries = 256 << 10, .flags = BPF_F_MMAPABLE);
	struct bpfmap *map = NULL;
	uint8_t value[4096];

	(void)state;
	if (field_kib("/proc/meminfo", "MemAvailable:") < 3u << 20)
		spec.max_entries = 32 << 10; /* 128 MiB tell as much */
	OK(bpfmap_create(&spec, NULL, &map));
	uint32_t last = spec.max_entries - 1;
	memset(value, 7, sizeof(value));
	assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &last, value, 0), 0);
	size_t before = rss_kib();
	OK(bpfmap_lookup(map, &last, value, sizeof(value), 0));
	assert_int_equal(mappings(), 0);
	for (int i = 0; i < 4; i++)
		OK(bpfmap_lookup(map, &last, value, sizeof(value), 0));
	assert_int_equal(value[4095], 7);
	for (uint32_t i = 0; i <= last; i += 64)
		OK(bpfmap_lookup(map, &(uint32_t){ i }, value, sizeof(value), 0));
	assert_true(rss_kib() < before + 1024);
	struct bpfmap_iter *iter;
	const void *key, *read;
	size_t most = 0;
	OK(bpfmap_iter_new(map, 0, &iter));
	for (uint32_t i = 0; bpfmap_iter_next(iter, &key, &read) == 1; i++) {
		size_t now = i % 4096 ? 0 : rss_kib();
		most = now > most ? now : most;
	}
	bpfmap_iter_free(iter);
	assert_true(most < before + 2048);
	assert_true(rss_kib() < before + 1024);
	bpfmap_free(map);
	assert_int_equal(mappings(), 0);
}

/* ---- threads: the two halves of a value are one number, twice, and no word of it is ever seen in part ---- */

enum { THREADS = 4, ENTRIES = 100000 };
static atomic_bool stop;
static _Atomic(int) torn, wrong;

static void *look(void *arg)
{
	const struct bpfmap *map = arg;
	unsigned int seed = (unsigned int)(uintptr_t)&seed;
	uint64_t value[2];

	for (int i = 0; !atomic_load(&stop); i++) {
		/* In one place for a while, then elsewhere: the window moves under the others. */
		uint32_t base = i / 64 % 2 ? 0 : ENTRIES - 1000, index = base + (uint32_t)rand_r(&seed) % 1000;

		if (bpfmap_lookup(map, &index, value, sizeof(value), 0))
			atomic_fetch_add(&wrong, 1);
		for (int half = 0; half < 2; half++)
			if ((uint32_t)(value[half] >> 32) != (uint32_t)value[half])
				atomic_fetch_add(&torn, 1);
	}
	return NULL;
}

static void E12_threads_share_a_window(void **state)
{
	struct bpfmap *map = array(16, ENTRIES, BPF_F_MMAPABLE);
	pthread_t threads[THREADS];
	struct bpfmap_memory *mem;
	struct timespec now, end;
	uint32_t n = 0;

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	OK(bpfmap_memory_writable(mem, true));
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look, map), 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec++;
	do {
		for (uint32_t i = 0; i < 1000; i++, n++) {
			uint64_t word = (uint64_t)n << 32 | n, value[2] = { word, word };
			OK(bpfmap_memory_write(mem, i * 16, value, sizeof(value)));
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(torn, 0);
	assert_int_equal(wrong, 0);
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

/* A value with a lock is not mapped, and read as ever. */
static void E12_values_with_a_lock(void **state)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int lock = btf__add_struct(btf, "bpf_spin_lock", 4);

	(void)state;
	btf__add_field(btf, "val", number, 0, 0);
	int value_type = btf__add_struct(btf, "guarded", 8);
	btf__add_field(btf, "lock", lock, 0, 0);
	btf__add_field(btf, "n", number, 32, 0);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
	    .max_entries = 100, .flags = BPF_F_MMAPABLE, .btf = btf, .key_type_id = (uint32_t)number,
	    .value_type_id = (uint32_t)value_type);
	struct bpfmap *map = create(&spec);
	struct bpfmap_memory *mem;
	uint32_t value[2] = { 0, 9 };
	const uint32_t two = 2;

	FAILS(bpfmap_memory_open(map, &mem), EOPNOTSUPP, "locks");
	OK(bpfmap_put(map, &two, value));
	for (int i = 0; i < 4; i++) {
		value[0] = 5, value[1] = 0;
		OK(bpfmap_lookup(map, &two, value, 8, i % 2 ? BPF_F_LOCK : 0));
		assert_int_equal(value[0], 0);
		assert_int_equal(value[1], 9);
	}
	bpfmap_free(map);
	btf__free(btf);
}

/* Read and written in pieces of every size and at every offset, across the windows' ends. */
static void E22_pieces(void **state)
{
	static const size_t at[] = { 0, 1, 7, 8, 4095, (256 << 10) - 3, (512 << 10) - 1, 700001 };
	static const size_t len[] = { 1, 2, 5, 8, 19, 4097, 300000, (1 << 20) - 700001 };
	struct bpfmap *map = array(4096, 256, BPF_F_MMAPABLE);
	uint8_t *all = malloc(1 << 20), *read = malloc(1 << 20);
	struct bpfmap_memory *mem;

	(void)state;
	memset(all, 0, 1 << 20);
	OK(bpfmap_memory_open(map, &mem));
	assert_int_equal(bpfmap_memory_size(mem), 1 << 20);
	assert_int_equal(bpfmap_memory_bytes(map), 1 << 20);
	for (size_t i = 0; i < COUNT(at); i++) {
		for (size_t j = 0; j < COUNT(len); j++) {
			if (at[i] + len[j] > 1 << 20)
				continue;
			for (size_t k = 0; k < len[j]; k++)
				all[at[i] + k] = (uint8_t)(i * 31 + j * 7 + k);
			OK(bpfmap_memory_writable(mem, true));
			OK(bpfmap_memory_write(mem, at[i], all + at[i], len[j]));
			OK(bpfmap_memory_writable(mem, false));
			OK(bpfmap_memory_read(mem, at[i], read, len[j]));
			assert_memory_equal(read, all + at[i], len[j]);
		}
	}
	for (uint32_t i = 0; i < 256; i++) {
		assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &i, read), 0);
		assert_memory_equal(read, all + i * 4096, 4096);
	}
	bpfmap_memory_free(mem);
	bpfmap_free(map);
	free(all);
	free(read);
}

MAIN(NULL, NULL, T(E18_walk_without_calls), T(E18_walk_of_odd_sizes), T(E18_values_larger_than_a_window),
    T(E12_lookups_without_calls), T(E12_same_answers), T(E12_other_fds), T(E12_sizes_that_nobody_vouches_for),
    T(E21_readers_do_not_keep_from_freezing), T(E12_memory_stays_flat), T(E12_threads_share_a_window),
    T(E12_values_with_a_lock), T(E22_pieces))
