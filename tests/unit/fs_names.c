/* SPDX-License-Identifier: MIT */
/* Directories of few names: each once, in order, from any offset. */
#include "fs_dirents.h"

#include <dirent.h>

#include "fs/names.h"

/* Lists a … j. */
static int list_ten(struct node *node, struct file *of)
{
	(void)node;
	int err = names_new(of);

	for (int i = 0; i < 10 && !err; i++)
		err = names_add(of, (char[]){ (char)('a' + i), 0 }, 10, S_IFREG);
	return err;
}

static const struct node_kind kind = { .name = "dir", .opendir = list_ten };
static struct node *dir;
static struct file *file;

static int open_it(void **state)
{
	(void)state;
	const struct caller who = { .pid = 1 };

	root.parent = &root;
	root.kind = &kind;
	dir = node_named(&root, &kind, "dir");
	file = file_new(dir, O_RDONLY, &who);
	assert_non_null(file);
	assert_int_equal(names_new(file), 0);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	file_put(file);
	node_put(dir);
	assert_int_equal(node_count(), 0);
	return 0;
}

static void dots_come_first(void **state)
{
	(void)state;
	struct one got[4];

	assert_int_equal(read_dir(file, 0, 4096, got, COUNT(got)), 2);
	assert_string_equal(got[0].name, ".");
	assert_true(got[0].ino == dir->ino);
	assert_string_equal(got[1].name, "..");
	assert_true(got[1].ino == root.ino);
	assert_int_equal(got[0].type, DT_DIR);
	assert_int_equal(read_dir(file, got[1].next, 4096, got, COUNT(got)), 0);
}

static void names_keep_their_order_and_type(void **state)
{
	(void)state;
	struct one got[8];
	char name[] = "zebra";

	assert_int_equal(names_add(file, name, 7, S_IFREG), 0);
	name[0] = '?'; /* the list has its own copy */
	assert_int_equal(names_add(file, "apple", 8, S_IFLNK), 0);
	assert_int_equal(names_add(file, "mango", 9, S_IFDIR), 0);
	assert_int_equal(read_dir(file, 0, 4096, got, COUNT(got)), 5);
	assert_string_equal(got[2].name, "zebra");
	assert_string_equal(got[3].name, "apple");
	assert_string_equal(got[4].name, "mango");
	assert_true(got[2].ino == 7 && got[3].ino == 8 && got[4].ino == 9);
	assert_true(got[2].type == DT_REG && got[3].type == DT_LNK && got[4].type == DT_DIR);
}

static void small_buffers_get_each_name_once(void **state)
{
	(void)state;
	enum { N = 500 };
	struct one got[N];
	char name[64];
	uint64_t offset = 0;
	size_t seen = 0, n;

	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "%d%.*s", i, i % 40, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop");
		assert_int_equal(names_add(file, name, (uint64_t)i + 10, S_IFREG), 0);
	}
	while ((n = read_dir(file, offset, 200, got, COUNT(got)))) {
		for (size_t i = 0; i < n; i++, seen++) {
			if (seen >= 2) {
				assert_int_equal(atoi(got[i].name), seen - 2);
				assert_true(got[i].ino == seen - 2 + 10);
			}
		}
		offset = got[n - 1].next;
	}
	assert_int_equal(seen, N + 2);
}

static void any_offset_is_taken_up_again(void **state)
{
	(void)state;
	struct one all[16], got[16];

	for (int i = 0; i < 10; i++)
		assert_int_equal(names_add(file, (char[]){ (char)('a' + i), 0 }, 10, S_IFREG), 0);
	assert_int_equal(read_dir(file, 0, 4096, all, COUNT(all)), 12);
	for (size_t i = 11; i > 0; i--) {
		assert_int_equal(read_dir(file, all[i - 1].next, 4096, got, COUNT(got)), 12 - i);
		assert_string_equal(got[0].name, all[i].name);
	}
	names_add(file, "went", 10, S_IFREG);
	assert_int_equal(read_dir(file, 0, 4096, got, COUNT(got)), 12); /* rewinddir: as it is now */
	assert_int_equal(read_dir(file, 1ull << 62, 4096, got, COUNT(got)), 0);
	assert_int_equal(read_dir(file, 12, 4096, got, COUNT(got)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(dots_come_first, open_it, close_it),
		cmocka_unit_test_setup_teardown(names_keep_their_order_and_type, open_it, close_it),
		cmocka_unit_test_setup_teardown(small_buffers_get_each_name_once, open_it, close_it),
		cmocka_unit_test_setup_teardown(any_offset_is_taken_up_again, open_it, close_it),
	};

	return cmocka_run_group_tests_name("fs_names", tests, NULL, NULL);
}
