/* SPDX-License-Identifier: MIT */
/* A map's directory of keys, on a map of the kernel: each key once, steps back, starts again (R14). */
#include "fs_dirents.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <sys/resource.h>

#include "bpfmap.h"
#include "fs/entry.h"
#include "fs/listing.h"
#include "fs/live.h"
#include "fs/scratch.h"

enum { KEYS = 3000, SMALL = 400, PAGE = 4096 };

static const struct node_kind dir_kind = { .name = "dir" };
static struct node *dir;
static struct file *file;
static int map_fd;

static void put(uint32_t key)
{
	uint64_t value = key;

	assert_int_equal(bpf_map_update_elem(map_fd, &key, &value, BPF_ANY), 0);
}

static void open_map(enum bpf_map_type type, uint32_t key_size, uint32_t entries)
{
	const struct caller who = { .pid = 1 };
	struct bpfmap *map = NULL;
	struct live *live = NULL;

	map_fd = bpf_map_create(type, "listed", key_size, 8, entries, NULL);
	if (map_fd == -EPERM)
		exit(77);
	assert_true(map_fd >= 0);
	assert_int_equal(bpfmap_open_fd(dup(map_fd), &map), 0);
	assert_int_equal(live_adopt(map, &live), 0);
	root.parent = &root;
	root.kind = &dir_kind;
	dir = node_named(&root, &dir_kind, "m");
	file = file_new(dir, O_RDONLY, &who);
	assert_non_null(file);
	file->live = live;
	assert_int_equal(listing_new(file, &entry_kind), 0);
}

static int small_hash(void **state)
{
	(void)state;
	open_map(BPF_MAP_TYPE_HASH, 4, 2 * KEYS);
	return 0;
}

static int full_hash(void **state)
{
	small_hash(state);
	for (uint32_t key = 0; key < KEYS; key++)
		put(key);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	file_put(file);
	node_put(dir);
	assert_int_equal(node_count(), 0);
	close(map_fd);
	live_free_all();
	scratch_free();
	return 0;
}

/* Reads on from *offset to the end, and counts each key that comes in seen. */
static size_t read_on(uint64_t *offset, size_t size, unsigned char *seen)
{
	static struct one got[KEYS + 2];
	size_t total = 0, n;

	while ((n = read_dir(file, *offset, size, got, COUNT(got)))) {
		for (size_t i = 0; i < n; i++) {
			if (*got[i].name != '.')
				seen[strtoul(got[i].name, NULL, 10)]++;
		}
		*offset = got[n - 1].next;
		total += n;
	}
	return total;
}

static void assert_each_once(const unsigned char *seen, size_t from, size_t to)
{
	for (size_t key = from; key < to; key++) {
		if (seen[key] != 1)
			fail_msg("key %zu came %d times", key, seen[key]);
	}
}

static void each_key_once(void **state)
{
	(void)state;
	static const size_t sizes[] = { SMALL, PAGE, 1 << 20 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		unsigned char seen[2 * KEYS] = { 0 };
		uint64_t offset = 0;
		assert_int_equal(read_on(&offset, sizes[i], seen), KEYS + 2);
		assert_each_once(seen, 0, KEYS);
	}
}

static void entries_are_files_with_the_inode_that_a_lookup_gives(void **state)
{
	(void)state;
	struct one got[8];
	struct node *node;

	put(42);
	assert_int_equal(read_dir(file, 0, PAGE, got, COUNT(got)), 3);
	assert_string_equal(got[0].name, ".");
	assert_true(got[0].ino == dir->ino && got[0].type == DT_DIR);
	assert_string_equal(got[1].name, "..");
	assert_true(got[1].ino == root.ino);
	assert_string_equal(got[2].name, "42");
	assert_int_equal(got[2].type, DT_REG);
	uint32_t key = 42;
	assert_int_equal(entry_node(dir, &entry_kind, file->live, &key, &node), 0);
	assert_true(got[2].ino == node->ino);
	node_put(node);
}

/* The kernel's getdents buffer filled up: it asks again from inside the last reply. */
static void a_step_back_gives_the_same_names(void **state)
{
	(void)state;
	static struct one got[KEYS], again[KEYS];
	uint64_t offset = 0;
	size_t n, m;

	while ((n = read_dir(file, offset, PAGE, got, KEYS))) {
		for (size_t back = n; back > 0; back = back * 2 / 3) {
			m = read_dir(file, back == n ? offset : got[back - 1].next, PAGE, again, KEYS);
			const struct one *want = back == n ? got : got + back;
			size_t common = back == n ? n : n - back;
			for (size_t i = 0; i < common && i < m; i++) {
				assert_string_equal(again[i].name, want[i].name);
				assert_true(again[i].next == want[i].next && again[i].ino == want[i].ino);
			}
			assert_true(m >= common || back == n);
		}
		offset = got[n - 1].next;
	}
}

/* Not even if all that was listed has gone meanwhile: what is said again was said. */
static void a_step_back_needs_no_second_walk(void **state)
{
	(void)state;
	static struct one got[KEYS], again[KEYS];
	size_t n = read_dir(file, 2, PAGE, got, KEYS), m;

	n = read_dir(file, got[n - 1].next, PAGE, got, KEYS);
	for (size_t i = 0; i < n; i++) {
		uint32_t key = (uint32_t)strtoul(got[i].name, NULL, 10);
		assert_int_equal(bpf_map_delete_elem(map_fd, &key), 0);
	}
	size_t back = n / 2;
	m = read_dir(file, got[back - 1].next, PAGE, again, KEYS);
	assert_true(m >= n - back);
	for (size_t i = back; i < n; i++)
		assert_string_equal(again[i - back].name, got[i].name);
}

static void a_step_back_loses_nothing_and_repeats_nothing(void **state)
{
	(void)state;
	static struct one got[KEYS];
	unsigned char seen[2 * KEYS] = { 0 };
	uint64_t offset = 2;
	size_t n;

	while ((n = read_dir(file, offset, PAGE, got, KEYS))) {
		n = n > 1 ? n / 2 : 1; /* as if there had been no room for the rest */
		for (size_t i = 0; i < n; i++)
			seen[strtoul(got[i].name, NULL, 10)]++;
		offset = got[n - 1].next;
	}
	assert_each_once(seen, 0, KEYS);
}

/* rewinddir: what is there now is listed, not what was. */
static void offset_0_starts_anew(void **state)
{
	(void)state;
	unsigned char seen[2 * KEYS] = { 0 };
	uint64_t offset = 0;

	assert_int_equal(read_on(&offset, PAGE, seen), KEYS + 2);
	for (uint32_t key = 0; key < KEYS; key++)
		assert_int_equal(bpf_map_delete_elem(map_fd, &key), 0);
	put(KEYS + 7);
	memset(seen, 0, sizeof(seen));
	offset = 0;
	assert_int_equal(read_on(&offset, PAGE, seen), 3);
	assert_each_once(seen, KEYS + 7, KEYS + 8);
	put(KEYS + 8); /* and also where all names are still at hand */
	offset = 0;
	assert_int_equal(read_on(&offset, PAGE, seen), 4);
}

static void a_far_step_back_still_ends(void **state)
{
	(void)state;
	static struct one first[KEYS], got[KEYS];
	unsigned char seen[2 * KEYS] = { 0 };
	size_t n = read_dir(file, 0, PAGE, first, KEYS);
	uint64_t offset = first[n - 1].next;

	read_on(&offset, PAGE, seen);
	assert_true(read_dir(file, first[4].next, PAGE, got, KEYS) > 0);
	assert_string_equal(got[0].name, first[5].name); /* nothing has changed: the walk is the same */
}

static void nothing_comes_after_the_end(void **state)
{
	(void)state;
	unsigned char seen[2 * KEYS] = { 0 };
	struct one got[4];
	uint64_t offset = 0;

	read_on(&offset, PAGE, seen);
	put(KEYS + 1);
	assert_int_equal(read_dir(file, offset, PAGE, got, COUNT(got)), 0);
	assert_int_equal(read_dir(file, 1ull << 62, PAGE, got, COUNT(got)), 0);
}

static void keys_that_stay_come_once_while_others_change(void **state)
{
	(void)state;
	static struct one got[KEYS];
	unsigned char seen[2 * KEYS] = { 0 };
	uint64_t offset = 2;
	uint32_t churn = KEYS;
	size_t n;

	while ((n = read_dir(file, offset, SMALL, got, KEYS))) {
		for (size_t i = 0; i < n; i++)
			seen[strtoul(got[i].name, NULL, 10)]++;
		offset = got[n - 1].next;
		for (int i = 0; i < 20; i++) { /* deletes what came before, adds others */
			uint32_t old = churn > KEYS ? churn - 1 : churn;
			bpf_map_delete_elem(map_fd, &old);
			put(churn < 2 * KEYS - 1 ? churn++ : churn);
		}
	}
	assert_each_once(seen, 0, KEYS);
}

static void an_empty_map_has_dots(void **state)
{
	(void)state;
	struct one got[4];

	assert_int_equal(read_dir(file, 0, PAGE, got, COUNT(got)), 2);
	assert_int_equal(read_dir(file, 2, PAGE, got, COUNT(got)), 0);
}

static int queue(void **state)
{
	(void)state;
	open_map(BPF_MAP_TYPE_QUEUE, 0, 16);
	return 0;
}

static int long_keys(void **state)
{
	unsigned char key[300] = { 1 };
	uint64_t value = 1;

	(void)state;
	open_map(BPF_MAP_TYPE_HASH, sizeof(key), 16);
	for (int i = 0; i < 5; i++) {
		key[299] = (unsigned char)i;
		assert_int_equal(bpf_map_update_elem(map_fd, key, &value, BPF_ANY), 0);
	}
	return 0;
}

/* R11 */
static void long_names_are_255_bytes_and_differ(void **state)
{
	(void)state;
	struct one got[8];

	assert_int_equal(read_dir(file, 0, PAGE, got, COUNT(got)), 7);
	for (int i = 2; i < 7; i++) {
		assert_int_equal(strlen(got[i].name), 255);
		assert_int_equal(got[i].name[255 - 33], '~');
		for (int j = 2; j < i; j++)
			assert_string_not_equal(got[i].name, got[j].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_key_once, full_hash, close_all),
		cmocka_unit_test_setup_teardown(entries_are_files_with_the_inode_that_a_lookup_gives, small_hash, close_all),
		cmocka_unit_test_setup_teardown(a_step_back_gives_the_same_names, full_hash, close_all),
		cmocka_unit_test_setup_teardown(a_step_back_needs_no_second_walk, full_hash, close_all),
		cmocka_unit_test_setup_teardown(a_step_back_loses_nothing_and_repeats_nothing, full_hash, close_all),
		cmocka_unit_test_setup_teardown(offset_0_starts_anew, full_hash, close_all),
		cmocka_unit_test_setup_teardown(a_far_step_back_still_ends, full_hash, close_all),
		cmocka_unit_test_setup_teardown(nothing_comes_after_the_end, full_hash, close_all),
		cmocka_unit_test_setup_teardown(keys_that_stay_come_once_while_others_change, full_hash, close_all),
		cmocka_unit_test_setup_teardown(an_empty_map_has_dots, small_hash, close_all),
		cmocka_unit_test_setup_teardown(an_empty_map_has_dots, queue, close_all),
		cmocka_unit_test_setup_teardown(long_names_are_255_bytes_and_differ, long_keys, close_all),
	};

	return cmocka_run_group_tests_name("fs_listing", tests, NULL, NULL);
}
