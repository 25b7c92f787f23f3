/* SPDX-License-Identifier: MIT */
/* The node table: one node for each identity, alive while anything holds it, and no longer. */
#include "fs_help.h"

#include <pthread.h>
#include <stdatomic.h>

static _Atomic(unsigned) freed;
static char last_freed[32];

static void note_freed(struct node *node)
{
	snprintf(last_freed, sizeof(last_freed), "%s", (const char *)node->id);
	freed++;
}

static void count_freed(struct node *node)
{
	(void)node;
	freed++;
}

static const struct node_kind a_kind = { .name = "a", .forget = note_freed };
static const struct node_kind other_kind = { .name = "b", .forget = note_freed };
static const struct node_kind quiet_kind = { .name = "c", .forget = count_freed };

static int fresh(void **state)
{
	(void)state;
	node_table_free();
	root.parent = &root;
	root.kind = &a_kind;
	freed = 0;
	last_freed[0] = 0;
	return 0;
}

static struct node *at(struct node *parent, const char *name)
{
	return node_named(parent, &a_kind, name);
}

static struct node *there(struct node *parent, const char *name)
{
	struct node_id id = { .parent = parent, .kind = &a_kind, .bytes = name, .len = strlen(name) };

	return node_find(&id);
}

static void same_identity_same_node(void **state)
{
	(void)state;
	struct node *x = at(&root, "x"), *again = at(&root, "x");

	assert_ptr_equal(x, again);
	assert_int_equal(node_count(), 1);
	node_put(again);
	assert_int_equal(freed, 0);
	assert_int_equal(node_count(), 1);
	node_put(x);
	assert_int_equal(freed, 1);
	assert_int_equal(node_count(), 0);
	assert_null(there(&root, "x"));
}

static void each_part_of_an_identity_counts(void **state)
{
	(void)state;
	struct node *dir = at(&root, "dir"), *nodes[8];
	const void *form1 = "1", *form2 = "2";
	struct node_id ids[] = {
		{ .parent = &root, .kind = &a_kind, .bytes = "k\0\1", .len = 3 },
		{ .parent = dir, .kind = &a_kind, .bytes = "k\0\1", .len = 3 },
		{ .parent = &root, .kind = &other_kind, .bytes = "k\0\1", .len = 3 },
		{ .parent = &root, .kind = &a_kind, .form = form1, .bytes = "k\0\1", .len = 3 },
		{ .parent = &root, .kind = &a_kind, .form = form2, .map_id = 7, .bytes = "k\0\1", .len = 3 },
		{ .parent = &root, .kind = &a_kind, .map_id = 7, .bytes = "k\0\1", .len = 3 },
		{ .parent = &root, .kind = &a_kind, .bytes = "k\0\2", .len = 3 },
		{ .parent = &root, .kind = &a_kind, .bytes = "k\0", .len = 2 },
	};

	for (size_t i = 0; i < COUNT(ids); i++) {
		assert_int_equal(node_get(&ids[i], &nodes[i]), 0);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(nodes[i], nodes[j]);
	}
	assert_int_equal(node_count(), 1 + COUNT(ids));
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct node *found = node_find(&ids[i]);
		assert_ptr_equal(found, nodes[i]);
		assert_int_equal(found->len, ids[i].len);
		assert_memory_equal(found->id, ids[i].bytes, ids[i].len);
		node_put(found);
		node_put(nodes[i]);
	}
	node_put(dir);
	assert_int_equal(freed, 1 + COUNT(ids));
}

static void lives_while_the_kernel_knows_it(void **state)
{
	(void)state;
	struct node *x = at(&root, "x");

	node_known(x);
	node_known(x);
	node_put(x);
	assert_int_equal(freed, 0);
	node_forget(x, 1);
	assert_int_equal(freed, 0);
	struct node *again = at(&root, "x");
	assert_ptr_equal(again, x);
	node_forget(x, 1);
	assert_int_equal(freed, 0); /* the reference holds it */
	node_put(again);
	assert_int_equal(freed, 1);
}

static void a_child_holds_its_parents(void **state)
{
	(void)state;
	struct node *a = at(&root, "a"), *b = at(a, "b"), *c = at(b, "c");
	struct text_buf path = { 0 };

	node_put(a);
	node_put(b);
	assert_int_equal(freed, 0);
	assert_int_equal(node_names(c, &path), 0);
	assert_string_equal(path.data, "a/b/c");
	text_free(&path);
	node_put(c);
	assert_int_equal(freed, 3);
	assert_string_equal(last_freed, "a"); /* children first */
	assert_int_equal(node_count(), 0);
}

static void a_detached_node_is_found_no_more(void **state)
{
	(void)state;
	struct node *old = at(&root, "x"), *child = at(old, "y");

	node_detach(old);
	assert_null(there(&root, "x"));
	assert_int_equal(node_count(), 1);
	struct node *new = at(&root, "x");
	assert_ptr_not_equal(new, old);
	struct node *same_child = there(old, "y");
	assert_ptr_equal(same_child, child); /* what is below it is still its own */
	assert_null(there(new, "y"));
	node_detach(old); /* twice is once */
	assert_int_equal(node_count(), 2);
	node_put(same_child);
	node_put(child);
	node_put(old);
	assert_int_equal(freed, 2);
	node_put(new);
	assert_int_equal(freed, 3);
}

static void a_moved_node_is_found_at_its_new_name(void **state)
{
	(void)state;
	struct node *from = at(&root, "from"), *to = at(&root, "to");
	struct node *x = at(from, "x"), *child = at(x, "child"), *replaced = at(to, "z");
	struct text_buf path = { 0 };
	struct node_id id = { .parent = to, .kind = &a_kind, .bytes = "z", .len = 1 };

	node_put(from);
	assert_int_equal(node_move(x, to, "z"), 0);
	assert_int_equal(freed, 1); /* nothing else held its old parent */
	assert_string_equal(last_freed, "from");
	struct node *found = node_find(&id);
	assert_ptr_equal(found, x);
	assert_true(x->ino == node_ino(&id));
	assert_int_equal(node_names(child, &path), 0);
	assert_string_equal(path.data, "to/z/child");
	text_free(&path);
	assert_int_equal(node_count(), 3); /* to, x, child: z is detached */
	node_put(found);
	node_put(replaced);
	node_put(child);
	node_put(x);
	node_put(to);
	assert_int_equal(freed, 5);
}

static void a_node_moved_onto_itself_stays(void **state)
{
	(void)state;
	struct node *x = at(&root, "x");

	assert_int_equal(node_move(x, &root, "x"), 0);
	struct node *found = there(&root, "x");
	assert_ptr_equal(found, x);
	assert_int_equal(node_count(), 1);
	node_put(found);
	node_put(x);
	assert_int_equal(freed, 1);
}

static void a_moved_parents_children_get_new_inode_numbers(void **state)
{
	(void)state;
	struct node *x = at(&root, "x"), *child = at(x, "c");
	uint64_t before = child->ino;

	assert_int_equal(node_move(x, &root, "y"), 0);
	struct node *again = at(x, "c");
	assert_ptr_equal(again, child);
	assert_true(again->ino != before);
	assert_int_equal(node_move(x, &root, "x"), 0);
	node_put(at(x, "c"));
	assert_true(again->ino == before);
	node_put(again);
	node_put(child);
	node_put(x);
}

static void idle_nodes_come_oldest_first(void **state)
{
	(void)state;
	struct node *a = at(&root, "a"), *b = at(&root, "b"), *c = at(&root, "c"), *d = at(&root, "d");
	struct node *got[8];

	node_known(a);
	node_known(b);
	node_known(d);
	node_put(at(&root, "a")); /* looked up again: now the youngest */
	assert_int_equal(node_idle(1, got, COUNT(got)), 0); /* none has been idle for a second */
	assert_int_equal(node_idle(0, got, 1), 1);
	assert_ptr_equal(got[0], b);
	node_put(got[0]);
	assert_int_equal(node_idle(0, got, COUNT(got)), 3); /* not c: the kernel knows nothing of it */
	assert_ptr_equal(got[0], d);
	assert_ptr_equal(got[1], a);
	assert_ptr_equal(got[2], b);
	node_forget(a, 1);
	node_put(a);
	assert_int_equal(freed, 0); /* what node_idle gave is a reference */
	for (int i = 0; i < 3; i++)
		node_put(got[i]);
	assert_int_equal(freed, 1);
	node_forget(b, 1);
	node_forget(d, 1);
	node_put(b);
	node_put(c);
	node_put(d);
	assert_int_equal(freed, 4);
}

static void many_nodes_are_all_found(void **state)
{
	(void)state;
	enum { N = 20000 };
	struct node **nodes = calloc(N, sizeof(*nodes));

	for (uint32_t i = 0; i < N; i++) {
		struct node_id id = { .parent = &root, .kind = &quiet_kind, .bytes = &i, .len = 4 };
		assert_int_equal(node_get(&id, &nodes[i]), 0);
	}
	assert_int_equal(node_count(), N);
	for (uint32_t i = 0; i < N; i++) {
		struct node_id id = { .parent = &root, .kind = &quiet_kind, .bytes = &i, .len = 4 };
		struct node *found = node_find(&id);
		assert_ptr_equal(found, nodes[i]);
		node_put(found);
		node_put(nodes[i]);
	}
	assert_int_equal(freed, N);
	assert_int_equal(node_count(), 0);
	free(nodes);
}

static void what_is_left_at_the_end_is_freed(void **state)
{
	(void)state;
	struct node *a = at(&root, "a"), *b = at(a, "b");

	node_known(a);
	node_known(b);
	node_put(a);
	node_put(b);
	node_table_free();
	assert_int_equal(freed, 2);
	assert_int_equal(node_count(), 0);
}

/* ---- many threads ---- */

enum { THREADS = 8, ROUNDS = 4000, NAMES = 16 };
static struct node *shared_dirs[2];

/* Lookups, forgets, pruning, renames and detachments of the same few names. */
static void *hammer(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;
	struct text_buf path = { 0 };

	for (int i = 0; i < ROUNDS; i++) {
		struct node *dir = shared_dirs[rand_r(&seed) % 2], *got[4];
		char name[8], to[8];
		snprintf(name, sizeof(name), "%d", rand_r(&seed) % NAMES);
		snprintf(to, sizeof(to), "%d", rand_r(&seed) % NAMES);
		struct node *node = node_named(dir, &quiet_kind, name);
		struct node *child = node_named(node, &quiet_kind, "child");
		node_known(child);
		switch (rand_r(&seed) % 8) {
		case 0:
			node_move(node, shared_dirs[rand_r(&seed) % 2], to);
			break;
		case 1:
			node_detach(node);
			break;
		case 2:
			for (size_t n = node_idle(0, got, COUNT(got)); n; n--)
				node_put(got[n - 1]);
			break;
		default:
			path.len = 0;
			node_names(child, &path);
		}
		node_put(node);
		node_put(child);
		node_forget(child, 1);
	}
	text_free(&path);
	return NULL;
}

static void threads_leave_nothing_behind(void **state)
{
	(void)state;
	pthread_t threads[THREADS];

	shared_dirs[0] = node_named(&root, &quiet_kind, "one");
	shared_dirs[1] = node_named(&root, &quiet_kind, "two");
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, (void *)(i + 1)), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(node_count(), 2);
	node_put(shared_dirs[0]);
	node_put(shared_dirs[1]);
	assert_int_equal(node_count(), 0);
	assert_int_equal(root.refs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(same_identity_same_node, fresh),
		cmocka_unit_test_setup(each_part_of_an_identity_counts, fresh),
		cmocka_unit_test_setup(lives_while_the_kernel_knows_it, fresh),
		cmocka_unit_test_setup(a_child_holds_its_parents, fresh),
		cmocka_unit_test_setup(a_detached_node_is_found_no_more, fresh),
		cmocka_unit_test_setup(a_moved_node_is_found_at_its_new_name, fresh),
		cmocka_unit_test_setup(a_node_moved_onto_itself_stays, fresh),
		cmocka_unit_test_setup(a_moved_parents_children_get_new_inode_numbers, fresh),
		cmocka_unit_test_setup(idle_nodes_come_oldest_first, fresh),
		cmocka_unit_test_setup(many_nodes_are_all_found, fresh),
		cmocka_unit_test_setup(threads_leave_nothing_behind, fresh),
		cmocka_unit_test_setup(what_is_left_at_the_end_is_freed, fresh),
	};

	return cmocka_run_group_tests_name("fs_node", tests, NULL, NULL);
}
