/* SPDX-License-Identifier: MIT */
/* Open maps: one for each id, closed a second after the last use (R17), with the kernel as the witness. */
#include "fs_help.h"

#include <bpf/bpf.h>
#include <pthread.h>
#include <time.h>

#include "bpfmap.h"
#include "fs/family.h"
#include "fs/live.h"

static int new_map(uint32_t *ret_id)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "live", 4, 8, 4, NULL);

	if (fd == -EPERM)
		exit(77);
	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	*ret_id = info.id;
	return fd;
}

static struct live *adopt(int fd)
{
	struct bpfmap *map;
	struct live *live;

	assert_int_equal(bpfmap_open_fd(dup(fd), &map), 0);
	assert_int_equal(live_adopt(map, &live), 0);
	return live;
}

/* Does the kernel still have the map? */
static bool exists(uint32_t id)
{
	int fd = bpf_map_get_fd_by_id(id);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void doze(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* The map goes; whoever looks at all maps of the machine may hold it for a moment. */
static bool goes(uint32_t id)
{
	for (double start = seconds(); exists(id) && seconds() - start < 30;)
		doze();
	return !exists(id);
}

static int end(void **state)
{
	(void)state;
	live_free_all();
	return 0;
}

static void one_for_each_id(void **state)
{
	(void)state;
	uint32_t id, other_id;
	int fd = new_map(&id), other_fd = new_map(&other_id);
	struct live *a = adopt(fd), *b = adopt(fd), *c = NULL, *other = adopt(other_fd), *cached = live_cached(id);

	assert_int_equal(live_by_id(id, &c), 0);
	assert_true(a == b && a == c && a == cached);
	assert_ptr_not_equal(a, other);
	assert_int_equal(a->id, id);
	assert_int_equal(other->id, other_id);
	assert_int_equal(a->key_size, 4);
	assert_int_equal(a->value_bytes, 8);
	assert_null(a->family->no_entries);
	assert_null(live_cached(0xfffffff0));
	assert_int_equal(live_by_id(0xfffffff0, &c), -ENOENT);
	struct live *all[] = { a, b, c, cached, other };
	for (size_t i = 0; i < COUNT(all); i++)
		live_put(all[i]);
	live_put(NULL);
	close(fd);
	close(other_fd);
}

static void kept_for_a_second_and_no_longer(void **state)
{
	(void)state;
	uint32_t id;
	int fd = new_map(&id);
	struct live *live = adopt(fd);

	close(fd);
	assert_true(live_reap() >= 0);
	assert_true(exists(id)); /* it is in use */
	live_put(live);
	double put = seconds();
	assert_in_range(live_reap(), 1, 1000);
	while (exists(id) && seconds() - put < 10) {
		doze();
		live_reap();
	}
	assert_false(exists(id));
	assert_true(seconds() - put > 0.9);
	assert_null(live_cached(id));
	assert_int_equal(live_reap(), -1); /* nothing left to wait for */
}

static void one_reference_holds_it(void **state)
{
	(void)state;
	uint32_t id;
	int fd = new_map(&id);
	struct live *live = adopt(fd), *second = live_ref(live);
	double start = seconds();

	close(fd);
	live_put(live);
	while (seconds() - start < 1.3) {
		doze();
		live_reap();
	}
	assert_true(exists(id));
	struct live *cached = live_cached(id);
	assert_ptr_equal(cached, second);
	live_put(cached);
	live_put(second);
}

/* However many maps are looked at, few stay open. */
static void many_idle_maps_do_not_stay_open(void **state)
{
	(void)state;
	enum { N = 300 };
	uint32_t ids[N], open = 0;

	for (int i = 0; i < N; i++) {
		int fd = new_map(&ids[i]);
		live_put(adopt(fd));
		close(fd);
	}
	assert_true(exists(ids[N - 1])); /* the oldest went first */
	assert_true(goes(ids[0]));
	for (int i = 0; i < N; i++)
		open += exists(ids[i]);
	assert_in_range(open, 1, N / 2);
}

static void frozen_is_for_good(void **state)
{
	(void)state;
	uint32_t id;
	int fd = new_map(&id);
	struct live *live = adopt(fd);

	assert_false(live_frozen(live));
	assert_int_equal(bpf_map_freeze(fd), 0);
	for (double start = seconds(); !live_frozen(live) && seconds() - start < 10;)
		doze(); /* what another did may be a second old */
	assert_true(live_frozen(live));
	live_put(live);
	close(fd);

	fd = new_map(&id);
	live = adopt(fd);
	live_is_frozen(live);
	assert_true(live_frozen(live)); /* what we did is seen at once */
	live_put(live);
	close(fd);
}

static int hammered_fd;
static uint32_t hammered_id;

static void *use(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		struct live *live = NULL;
		if (i % 3 == 0)
			live = adopt(hammered_fd);
		else if (live_by_id(hammered_id, &live))
			return arg;
		live_frozen(live);
		live_wait(live, false);
		live_put(live_ref(live));
		live_put(live);
		if (i % 50 == 0)
			live_reap();
	}
	return NULL;
}

static void threads(void **state)
{
	(void)state;
	pthread_t t[4];
	void *failed;

	hammered_fd = new_map(&hammered_id);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, use, &hammered_fd), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &failed);
		assert_null(failed);
	}
	close(hammered_fd);
	live_free_all();
	assert_true(goes(hammered_id)); /* no handle was lost */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(one_for_each_id, end),
		cmocka_unit_test_teardown(kept_for_a_second_and_no_longer, end),
		cmocka_unit_test_teardown(one_reference_holds_it, end),
		cmocka_unit_test_teardown(many_idle_maps_do_not_stay_open, end),
		cmocka_unit_test_teardown(frozen_is_for_good, end),
		cmocka_unit_test_teardown(threads, end),
	};

	return cmocka_run_group_tests_name("fs_live", tests, NULL, NULL);
}
