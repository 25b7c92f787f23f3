// SPDX-License-Identifier: MIT
// Records of perf event arrays: from each CPU, lost ones, who has the array.
#include "events.h"

#include <poll.h>
#include <sys/mman.h>

#define RING_SIZE (64 * 4096)

static bool polls(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/* A sample's bytes are padded to 4 past a multiple of 8. */
static size_t padded(size_t size)
{
	return ((size + 4 + 7) & ~(size_t)7) - 4;
}

static void from_each_cpu(void **state)
{
	struct bpfmap *map = map_called("perf");
	struct bpfmap_records *records = records_of(map);
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);

	(void)state;
	expect_none(records);
	assert_false(polls(bpfmap_records_fd(records), 0));
	for (int cpu = 0; cpu < cpus; cpu++) {
		assert_int_equal(run_on(cpu, "put_perf", 8, 2, (uint64_t)cpu * 10, 0), 0);
		assert_true(polls(bpfmap_records_fd(records), 10000));
		expect(records, (uint64_t)cpu * 10, 12);
		bpfmap_records_release(records, expect(records, (uint64_t)cpu * 10 + 1, 12));
		expect_none(records);
		assert_false(polls(bpfmap_records_fd(records), 0));
	}
	/* All at once: each CPU's in order, and not the next CPU's before they are released. */
	for (int cpu = 0; cpu < cpus; cpu++)
		assert_int_equal(run_on(cpu, "put_perf", 8, 2, (uint64_t)cpu * 10, 0), 0);
	for (int i = 0; i < cpus; i++) {
		struct bpfmap_record record;

		assert_int_equal(bpfmap_records_next(records, &record), 1);
		uint64_t first = *(const uint64_t *)record.data;
		assert_int_equal(first % 10, 0);
		uint64_t mark = expect(records, first + 1, 12);
		expect_none(records);
		bpfmap_records_release(records, mark);
	}
	expect_none(records);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static void any_size_around_the_ring(void **state)
{
	struct bpfmap *map = map_called("perf");
	struct bpfmap_records *records = records_of(map);
	uint64_t seq = 0;

	(void)state;
	for (size_t size = 8; size < 60000; size += 1 + size / 40, seq++) {
		assert_int_equal(run_on(0, "put_perf", size, 1, seq, 0), 0);
		bpfmap_records_release(records, expect(records, seq, padded(size)));
	}
	expect_none(records);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static void lost(void **state)
{
	struct bpfmap *map = map_called("perf");
	struct bpfmap_records *records = records_of(map);
	struct bpfmap_record record;
	uint64_t failed = (uint64_t)run_on(0, "put_perf", 1000, 1000, 0, 0), read = 0, told = 0;

	(void)state;
	assert_true(failed > 1000 - RING_SIZE / 1000);
	for (; bpfmap_records_next(records, &record) == 1; read++)
		bpfmap_records_release(records, record.mark);
	assert_int_equal(read, 1000 - failed);
	assert_int_equal(run_on(0, "put_perf", 8, 1, 1, 0), 0); /* they are told of with the next one */
	while (bpfmap_records_next(records, &record) == 1) {
		told += record.lost;
		bpfmap_records_release(records, record.mark);
	}
	assert_int_equal(told, failed);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static bool installed(const struct bpfmap *map)
{
	return run_on(0, "put_perf", 8, 1, 0, 0) == 0 && bpfmap_id(map);
}

/* The last one that opens the array has it; one that was there before takes nothing away when it goes. */
static void taken_over(void **state)
{
	struct bpfmap *map = map_called("perf");
	int fds = count_fds();
	uint32_t cpu = 0;
	struct bpfmap_records *first = records_of(map), *second;

	(void)state;
	assert_true(installed(map));
	OK(bpfmap_records_open(map, &second));
	bpfmap_records_free(first);
	assert_true(installed(map));
	bpfmap_records_release(second, expect(second, 0, 12));
	bpfmap_records_free(second);
	assert_false(installed(map));
	assert_int_equal(bpf_map_delete_elem(bpfmap_fd(map), &cpu), -ENOENT); /* nothing keeps its events */
	assert_int_equal(count_fds(), fds);
	bpfmap_free(map);
}

static void entries_that_stay(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .flags = BPF_F_PRESERVE_ELEMS);
	struct bpfmap *map = create(&spec);
	uint32_t cpu = 0;

	(void)state;
	bpfmap_records_free(records_of(map));
	assert_int_equal(bpf_map_delete_elem(bpfmap_fd(map), &cpu), -ENOENT);
	bpfmap_free(map);
}

static void refusals(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .freeze = true);
	struct bpfmap *map = create(&spec), *readable;
	struct bpfmap_records *records = (void *)0x5a;
	int fds = count_fds();

	(void)state;
	FAILS(bpfmap_records_open(map, &records), EPERM, "frozen");
	assert_int_equal(count_fds(), fds);
	bpfmap_free(map);
	map = map_called("perf");
	OK(bpfmap_open_id(bpfmap_id(map), BPF_F_RDONLY, &readable));
	FAILS(bpfmap_records_open(readable, &records), EPERM, "not open for reading and writing");
	assert_ptr_equal(records, (void *)0x5a);
	assert_false(installed(map));
	bpfmap_free(readable);
	bpfmap_free(map);
}

static int number, fail_at;

static int fail_one(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)cmd;
	(void)args;
	return number++ == fail_at ? -ENOSPC : BM_SYS_GO;
}

/* Each call of opening fails in turn: nothing is left open, or in the array. */
static void faults(void **state)
{
	struct bpfmap *map = map_called("perf");
	struct bpfmap_records *records = (void *)0x5a;
	int fds = count_fds(), err;

	(void)state;
	for (fail_at = 0;; fail_at++) {
		number = 0;
		bm_sys_hook = fail_one;
		err = bpfmap_records_open(map, &records);
		bm_sys_hook = NULL;
		if (!err)
			break;
		assert_int_equal(err, -ENOSPC);
		assert_ptr_equal(records, (void *)0x5a);
		assert_int_equal(count_fds(), fds);
		assert_false(installed(map));
	}
	assert_true(fail_at > 1); /* the map's file, and at least one CPU's event */
	bpfmap_records_free(records);
	bpfmap_free(map);
}

MAIN(load_programs, close_programs, T(from_each_cpu), T(any_size_around_the_ring), T(lost), T(taken_over),
    T(entries_that_stay), T(refusals), T(faults))
