/* SPDX-License-Identifier: MIT */
/* st_ino: the same in every process, and another for every path, form and key (R8). */
#include "fs_help.h"

#include "fs/forms.h"
#include "fs/hash.h"
#include "fs/place.h"
#include "fs/entry.h"

enum { INODES = 7 };

/* The inode numbers of a small tree, made anew and freed again. */
static void inodes_of_a_tree(uint64_t ret[INODES])
{
	struct node *app = node_named(&root, &place_kind, "app"), *map = node_named(app, &place_kind, "flows");
	struct node *info, *raw;
	uint32_t key = 7;
	struct node_id text = { .parent = map, .kind = &entry_kind, .map_id = 1, .bytes = &key, .len = 4 }, bytes;

	assert_int_equal(form_node(map, form_of_map("info"), &info), 0);
	assert_int_equal(form_node(map, form_of_map("raw"), &raw), 0);
	bytes = text;
	bytes.kind = &raw_kind;
	bytes.parent = raw;
	const uint64_t all[INODES] = { root.ino, app->ino, map->ino, info->ino, raw->ino, node_ino(&text), node_ino(&bytes) };
	memcpy(ret, all, sizeof(all));
	node_put(info);
	node_put(raw);
	node_put(map);
	node_put(app);
}

static void the_same_in_another_process(void **state)
{
	(void)state;
	uint64_t here[INODES], there[INODES];
	FILE *other = popen("/proc/$PPID/exe print", "r");

	assert_non_null(other);
	assert_int_equal(fread(there, sizeof(there), 1, other), 1);
	assert_int_equal(pclose(other), 0);
	inodes_of_a_tree(here);
	assert_memory_equal(here, there, sizeof(here));
}

static void all_differ(void **state)
{
	(void)state;
	uint64_t ino[INODES];

	inodes_of_a_tree(ino);
	assert_true(ino[0] == 1);
	for (int i = 1; i < INODES; i++) {
		assert_true(ino[i] > 1);
		for (int j = 0; j < i; j++)
			assert_true(ino[i] != ino[j]);
	}
}

static uint64_t ino_of_key(struct node *dir, const void *key, size_t len, uint32_t map_id)
{
	struct node_id id = { .parent = dir, .kind = &entry_kind, .map_id = map_id, .bytes = key, .len = len };

	return node_ino(&id);
}

static void names_count_and_maps_do_not(void **state)
{
	(void)state;
	struct node *a = node_named(&root, &place_kind, "a"), *b = node_named(&root, &place_kind, "b");
	struct node *ab = node_named(a, &place_kind, "b"), *ba = node_named(b, &place_kind, "a");
	uint64_t ino = ino_of_key(a, "\1\0\0\0", 4, 1);

	assert_true(ino == ino_of_key(a, "\1\0\0\0", 4, 2)); /* the pin's path, the form and the key, no more */
	assert_true(ino != ino_of_key(b, "\1\0\0\0", 4, 1)); /* two pins of a map are two trees */
	assert_true(ino != ino_of_key(a, "\0\1\0\0", 4, 1));
	assert_true(ino != ino_of_key(a, "\1\0\0\0\0\0\0\0", 8, 1));
	assert_true(ab->ino != ba->ino);
	assert_true(ab->ino != b->ino);
	node_put(ab);
	node_put(ba);
	node_put(a);
	node_put(b);
}

static int by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void a_million_keys_do_not_collide(void **state)
{
	(void)state;
	enum { N = 1000000 };
	struct node *map = node_named(&root, &place_kind, "m");
	uint64_t *all = malloc(N * sizeof(*all));

	for (uint32_t key = 0; key < N; key++)
		all[key] = ino_of_key(map, &key, sizeof(key), 1);
	qsort(all, N, sizeof(*all), by_value);
	for (int i = 1; i < N; i++)
		assert_true(all[i] != all[i - 1]);
	assert_true(all[0] > 1);
	free(all);
	node_put(map);
}

static void every_bit_and_the_length_count(void **state)
{
	(void)state;
	unsigned char bytes[40] = { 0 };

	for (size_t len = 0; len < sizeof(bytes); len++) {
		uint64_t zeros = hash_bytes(1, bytes, len);
		assert_true(zeros == hash_bytes(1, bytes, len));
		assert_true(zeros != hash_bytes(2, bytes, len));
		assert_true(zeros != hash_bytes(1, bytes, len + 1));
		for (size_t bit = 0; bit < len * 8; bit++) {
			bytes[bit / 8] = (unsigned char)(1u << bit % 8);
			assert_true(zeros != hash_bytes(1, bytes, len));
			bytes[bit / 8] = 0;
		}
	}
}

int main(int argc, char **argv)
{
	(void)argv;
	root.parent = &root;
	root.kind = &place_kind;
	if (argc > 1) {
		uint64_t ino[INODES];
		inodes_of_a_tree(ino);
		return fwrite(ino, sizeof(ino), 1, stdout) != 1;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_in_another_process),
		cmocka_unit_test(all_differ),
		cmocka_unit_test(names_count_and_maps_do_not),
		cmocka_unit_test(a_million_keys_do_not_collide),
		cmocka_unit_test(every_bit_and_the_length_count),
	};

	return cmocka_run_group_tests_name("fs_hash", tests, NULL, NULL);
}
