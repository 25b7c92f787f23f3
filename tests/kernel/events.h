/* SPDX-License-Identifier: MIT */
/* The programs of tests/bpf/ev_events.bpf.c, loaded and run, for the tests of records. */
#ifndef TESTS_EVENTS_H
#define TESTS_EVENTS_H

#include "kernel.h"

static struct bpf_object *programs;

static inline int load_programs(void **state)
{
	(void)state;
	programs = bpf_object__open("build/tests/bpf/ev_events.bpf.o");
	return programs ? bpf_object__load(programs) : -1;
}

static inline int close_programs(void **state)
{
	(void)state;
	bpf_object__close(programs);
	return 0;
}

static inline struct bpfmap *map_called(const char *name)
{
	struct bpfmap *map = NULL;

	OK(bpfmap_open_fd(dup(bpf_object__find_map_fd_by_name(programs, name)), &map));
	return map;
}

/* Runs a program on a CPU (-1: any) with up to four arguments; what it returns. */
static inline int run_on(int cpu, const char *name, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t args[6] = { a, b, c, d };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));

	if (cpu >= 0) {
		opts.cpu = (uint32_t)cpu;
		opts.flags = BPF_F_TEST_RUN_ON_CPU;
	}
	int fd = bpf_program__fd(bpf_object__find_program_by_name(programs, name));
	assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
	return (int)opts.retval;
}
#define RUN(name, ...) RUN_(name, __VA_ARGS__, 0, 0, 0, 0)
#define RUN_(name, a, b, c, d, ...) run_on(-1, name, a, b, c, d)

static inline struct bpfmap_records *records_of(const struct bpfmap *map)
{
	struct bpfmap_records *records = NULL;

	OK(bpfmap_records_open(map, &records));
	return records;
}

/* The next record begins with this number and has that size; its mark. */
static inline uint64_t expect(struct bpfmap_records *records, uint64_t seq, size_t size)
{
	struct bpfmap_record record = { 0 };
	uint64_t first = 0;

	assert_int_equal(bpfmap_records_next(records, &record), 1);
	assert_int_equal(record.lost, 0);
	assert_int_equal(record.size, size);
	assert_int_equal((uintptr_t)record.data % 8, 0);
	memcpy(&first, record.data, size < 8 ? size : 8);
	if (size >= 8)
		assert_int_equal(first, seq);
	return record.mark;
}

static inline void expect_none(struct bpfmap_records *records)
{
	struct bpfmap_record record = { .size = 77 };

	assert_int_equal(bpfmap_records_next(records, &record), 0);
	assert_int_equal(record.size, 77); /* untouched */
}

#endif
