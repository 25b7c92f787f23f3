// SPDX-License-Identifier: MIT
// Records into a user ring buffer; a program takes them out and tells what it got.
#include "events.h"

#include <poll.h>

struct taken {
	uint32_t size;
	uint8_t bytes[64];
};

static struct taken taken(uint32_t n)
{
	struct taken t = { 0 };

	assert_int_equal(bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(programs, "outbox"), &n, &t), 0);
	return t;
}

static struct bpfmap_feed *feed_of(const struct bpfmap *map)
{
	struct bpfmap_feed *feed = NULL;

	OK(bpfmap_feed_open(map, &feed));
	return feed;
}

static bool has_room(const struct bpfmap_feed *feed)
{
	struct pollfd p = { .fd = bpfmap_feed_fd(feed), .events = POLLOUT };

	return poll(&p, 1, 0) == 1;
}

static void in_order(void **state)
{
	struct bpfmap *map = map_called("inbox");
	struct bpfmap_feed *feed = feed_of(map);

	(void)state;
	assert_int_equal(RUN("drain", 0), 0);
	bpfmap_free(map); /* the writer outlives it */
	OK(bpfmap_feed_put(feed, "abc", 3));
	OK(bpfmap_feed_put(feed, NULL, 0));
	OK(bpfmap_feed_put(feed, "12345678", 8));
	assert_int_equal(RUN("drain", 0), 3);
	assert_int_equal(taken(0).size, 3);
	assert_memory_equal(taken(0).bytes, "abc", 4);
	assert_int_equal(taken(1).size, 0);
	assert_int_equal(taken(2).size, 8);
	assert_memory_equal(taken(2).bytes, "12345678", 8);
	assert_int_equal(RUN("drain", 0), 0);
	bpfmap_feed_free(feed);
}

static void full(void **state)
{
	struct bpfmap *map = map_called("inbox");
	struct bpfmap_feed *feed = feed_of(map);
	static uint8_t large[4097];

	(void)state;
	assert_int_equal(bpfmap_feed_most(feed), 4088);
	FAILS(bpfmap_feed_put(feed, large, 4089), EMSGSIZE, "larger than");
	assert_int_equal(RUN("drain", 0), 0);
	assert_true(has_room(feed));
	OK(bpfmap_feed_put(feed, large, 4088));
	assert_false(has_room(feed));
	FAILS(bpfmap_feed_put(feed, large, 0), ENOSPC, "full");
	assert_int_equal(RUN("drain", 0), 1);
	assert_int_equal(taken(0).size, 4088);
	assert_true(has_room(feed));
	/* Exactly full with small ones: 16 bytes each. */
	for (int i = 0; i < 256; i++)
		OK(bpfmap_feed_put(feed, large, 1 + (size_t)i % 8));
	FAILS(bpfmap_feed_put(feed, large, 0), ENOSPC, "full");
	while (RUN("drain", 0) > 0)
		;
	bpfmap_feed_free(feed);
	bpfmap_free(map);
}

static void any_size_around_the_ring(void **state)
{
	struct bpfmap *map = map_called("inbox");
	struct bpfmap_feed *feed = feed_of(map);
	uint8_t bytes[1200];

	(void)state;
	for (size_t size = 0; size < sizeof(bytes); size++) {
		memset(bytes, (int)size, sizeof(bytes));
		OK(bpfmap_feed_put(feed, bytes, size));
		OK(bpfmap_feed_put(feed, bytes, size / 2));
		assert_int_equal(RUN("drain", 0), 2);
		assert_int_equal(taken(0).size, size);
		assert_int_equal(taken(1).size, size / 2);
		assert_memory_equal(taken(0).bytes, bytes, size < 64 ? size : 64);
	}
	bpfmap_feed_free(feed);
	bpfmap_free(map);
}

static void refusals(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	struct bpfmap_feed *feed = (void *)0x5a;

	(void)state;
	FAILS(bpfmap_feed_open(map, &feed), EOPNOTSUPP, "only user ring buffers");
	bpfmap_free(map);
	map = make(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096);
	int fds = count_fds();
	OK(bpfmap_freeze(map));
	FAILS(bpfmap_feed_open(map, &feed), EPERM, "frozen");
	assert_ptr_equal(feed, (void *)0x5a);
	assert_int_equal(count_fds(), fds);
	bpfmap_free(map);
	bpfmap_feed_free(NULL);
}

MAIN(load_programs, close_programs, T(in_order), T(full), T(any_size_around_the_ring), T(refusals))
