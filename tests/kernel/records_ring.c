// SPDX-License-Identifier: MIT
// alone
// Records of ring buffers: order, wrapping, unfinished and discarded ones, what is consumed when.
#include "events.h"

#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>

static bool polls(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, ms) == 1 && p.revents & events;
}

static void in_order(void **state)
{
	struct bpfmap *map = map_called("ring");
	struct bpfmap_records *records = records_of(map);

	(void)state;
	expect_none(records);
	assert_false(polls(bpfmap_records_fd(records), POLLIN, 0));
	assert_int_equal(RUN("put", 24, 3, 100), 0);
	assert_true(polls(bpfmap_records_fd(records), POLLIN, 0));
	bpfmap_free(map); /* the reader outlives it */
	for (uint64_t i = 0; i < 3; i++)
		bpfmap_records_release(records, expect(records, 100 + i, 24));
	expect_none(records);
	assert_false(polls(bpfmap_records_fd(records), POLLIN, 0));
	bpfmap_records_free(records);
}

/* What is not released comes again, and keeps its room. */
static void released_or_not(void **state)
{
	struct bpfmap *map = map_called("tiny");
	struct bpfmap_records *records = records_of(map);

	(void)state;
	assert_int_equal(RUN("put_tiny", 1016, 3, 1), 0);
	uint64_t first = expect(records, 1, 1016);
	expect(records, 2, 1016);
	expect(records, 3, 1016);
	expect_none(records);
	assert_int_equal(RUN("put_tiny", 1016, 1, 4), 1); /* no room: 3 × 1024 + 1024 would be all */
	bpfmap_records_release(records, first);
	assert_int_equal(RUN("put_tiny", 1016, 1, 4), 0);
	bpfmap_records_free(records);
	records = records_of(map);
	expect(records, 2, 1016);
	expect(records, 3, 1016);
	bpfmap_records_release(records, expect(records, 4, 1016));
	expect_none(records);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static void any_size_around_the_ring(void **state)
{
	struct bpfmap *map = map_called("tiny");
	struct bpfmap_records *records = records_of(map);
	uint64_t seq = 0;

	(void)state;
	for (uint64_t size = 0; size < 1300; size++) {
		assert_int_equal(RUN("put_tiny", size, 3, seq), 0);
		for (int i = 0; i < 3; i++)
			bpfmap_records_release(records, expect(records, seq++, size));
		expect_none(records);
	}
	/* The largest: a ring of 4096 bytes holds no more than 4095, a header included, at steps of 8. */
	assert_int_equal(RUN("put_tiny", 4081, 1, seq), 1);
	assert_int_equal(RUN("put_tiny", 4080, 1, seq), 0);
	bpfmap_records_release(records, expect(records, seq, 4080));
	expect_none(records);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static void discarded(void **state)
{
	struct bpfmap *map = map_called("ring");
	struct bpfmap_records *records = records_of(map);
	int fd = bpfmap_records_fd(records);

	(void)state;
	RUN("discard", 3);
	expect_none(records);
	assert_false(polls(fd, POLLIN, 0)); /* they are consumed at once */
	RUN("put", 8, 1, 1);
	RUN("discard", 3);
	RUN("put", 8, 1, 2);
	RUN("discard", 3);
	uint64_t one = expect(records, 1, 8), two = expect(records, 2, 8);
	expect_none(records);
	bpfmap_records_release(records, one);
	assert_true(polls(fd, POLLIN, 0));
	bpfmap_records_release(records, two);
	assert_false(polls(fd, POLLIN, 0)); /* and those behind the last one with it */
	expect_none(records);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static void *hold(void *seq)
{
	run_on(-1, "hold", *(uint64_t *)seq, 0, 0, 0);
	return NULL;
}

/* The programs' variables: holding, let_go. */
static volatile uint32_t *variables(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
	    bpf_object__find_map_fd_by_name(programs, ".bss"), 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	return page;
}

/* CPUs that this process may run on. */
static int usable_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 2 : CPU_COUNT(&set);
}

static void unfinished(void **state)
{
	(void)state;
	if (usable_cpus() < 2)
		skip(); /* the program keeps a CPU for itself */
	struct bpfmap *map = map_called("ring");
	struct bpfmap_records *records = records_of(map);
	volatile uint32_t *v = variables();
	uint64_t seq = 7;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, hold, &seq), 0);
	while (!v[0])
		usleep(1000);
	assert_int_equal(RUN("put", 8, 1, 8), 0);
	expect_none(records); /* nor what is behind it */
	v[1] = 1;
	pthread_join(thread, NULL);
	assert_true(polls(bpfmap_records_fd(records), POLLIN, 10000));
	expect(records, 7, 8);
	bpfmap_records_release(records, expect(records, 8, 8));
	expect_none(records);
	v[0] = v[1] = 0;
	munmap((void *)v, 4096);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

static void *put_slowly(void *arg)
{
	(void)arg;
	for (uint64_t i = 0; i < 300; i++) {
		assert_int_equal(RUN("put", 8, 1, i), 0);
		usleep((unsigned int)(i % 7) * 100);
	}
	return NULL;
}

/* Whoever has released all that it got, and then found nothing, is woken by the next one. */
static void each_one_wakes(void **state)
{
	struct bpfmap *map = map_called("ring");
	struct bpfmap_records *records = records_of(map);
	struct bpfmap_record record;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, put_slowly, NULL), 0);
	for (uint64_t i = 0; i < 300;) {
		if (!bpfmap_records_next(records, &record)) {
			assert_true(polls(bpfmap_records_fd(records), POLLIN, 10000));
			continue;
		}
		assert_int_equal(*(const uint64_t *)record.data, i++);
		bpfmap_records_release(records, record.mark);
	}
	pthread_join(thread, NULL);
	expect_none(records);
	bpfmap_records_free(records);
	bpfmap_free(map);
}

/* Anyone may write nonsense where the consumer's position is. */
static void another_reader(void **state)
{
	struct bpfmap *map = map_called("tiny");
	unsigned long *position = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpfmap_fd(map), 0);
	const unsigned long at = *position, nonsense[] = { at + 4, at + 40, at + 100000, at - 100000, 3, ~0ul };
	struct bpfmap_record record;

	(void)state;
	assert_ptr_not_equal(position, MAP_FAILED);
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		*position = at;
		struct bpfmap_records *records = records_of(map);
		while (bpfmap_records_next(records, &record) == 1)
			bpfmap_records_release(records, record.mark);
		bpfmap_records_free(records);
		assert_int_equal(RUN("put_tiny", 200, 3, 1), 0);
		unsigned long right = *position;
		*position = nonsense[i] + (nonsense[i] - at < 200 ? right - at : 0);
		records = records_of(map);
		int got = bpfmap_records_next(records, &record);
		if (got == -ESTALE)
			assert_non_null(strstr(bpfmap_errmsg(), "another reader"));
		while (got > 0) { /* what is in the middle of a record may look like one */
			assert_true(record.size < 4096);
			bpfmap_records_release(records, record.mark);
			got = bpfmap_records_next(records, &record);
		}
		expect_none(records);
		bpfmap_records_free(records);
		*position = *position & ~7ul;
	}
	munmap(position, 4096);
	bpfmap_free(map);
}

/* The types of the records: those of a program that uses the map. */
static void types_of_a_user(void **state)
{
	struct bpfmap *map = map_called("ring");
	struct bpfmap_user user = { .size = sizeof(user) };
	struct btf *btf;

	(void)state;
	OK(bpfmap_next_user(map, 0, &user));
	OK(bpfmap_user_btf(&user, &btf));
	assert_true(btf__find_by_name_kind(btf, "event", BTF_KIND_STRUCT) > 0);
	btf__free(btf);
	bpfmap_free(map);
}

static void refusals(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 4, 4);
	struct bpfmap_records *records = (void *)0x5a;

	(void)state;
	FAILS(bpfmap_records_open(map, &records), EOPNOTSUPP, "only ring buffers");
	bpfmap_free(map);
	map = make(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	int fds = count_fds();
	OK(bpfmap_records_open(map, &records));
	FAILS(bpfmap_freeze(map), EBUSY, "mapped for writing");
	bpfmap_records_free(records);
	records = (void *)0x5a;
	OK(bpfmap_freeze(map));
	FAILS(bpfmap_records_open(map, &records), EPERM, "frozen");
	assert_ptr_equal(records, (void *)0x5a);
	assert_int_equal(count_fds(), fds);
	bpfmap_close(map);
	FAILS(bpfmap_records_open(map, &records), EBADF, "");
	bpfmap_free(map);
	bpfmap_records_free(NULL);
}

MAIN(load_programs, close_programs, T(in_order), T(released_or_not), T(any_size_around_the_ring), T(discarded),
    T(unfinished), T(each_one_wakes), T(another_reader), T(types_of_a_user), T(refusals))
