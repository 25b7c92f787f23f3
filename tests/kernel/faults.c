// SPDX-License-Identifier: MIT
// Each bpf(2) call of an operation is made to fail in turn, and then each allocation: the
// operation fails with a sentence, leaks no fd and no pin, and leaves its output alone.
// (Leaks of memory: the sanitizer's.)
#include "core/probe.h"
#include "kernel.h"

static const int errors[] = { EPERM, EINVAL, ENOMEM, EIO, ENOENT, EOPNOTSUPP };

static int number, fail_at, fail_with;

static int fail_one(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)cmd;
	(void)args;
	return number++ == fail_at ? -fail_with : BM_SYS_GO;
}

static void *const untouched = (void *)0x5a5a;

/* What the operations work on, made without faults. */
static struct {
	struct bpfmap *hash, *outer, *progs, *data, *pinned;
	struct btf *btf;
	struct bpfmap_spec inner_spec, full_spec, pinned_spec, outer_spec, data_spec;
	struct bpfmap_kv kv;
} on;

static const uint32_t zero = 0, word = 7;

/* Returns what the call does; gives back what it gave, and checks what it did not. */
static int give_back(int err, struct bpfmap *map)
{
	if (err)
		assert_ptr_equal(map, untouched);
	else
		bpfmap_free(map);
	return err;
}

static int do_create_full(void)
{
	struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	struct bpfmap *map = untouched;
	int err = bpfmap_create(&on.full_spec, &opts, &map);

	if (err)
		assert_false(exists(pin_path("full")));
	else
		OK(bpfmap_unpin(map));
	return give_back(err, map);
}

static int do_create_nested(void)
{
	struct bpfmap *map = untouched;
	int err = bpfmap_create(&on.outer_spec, NULL, &map);

	return give_back(err, map);
}

static int do_reuse(void)
{
	struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	struct bpfmap *map = untouched;
	int err = bpfmap_create(&on.pinned_spec, &opts, &map);

	assert_true(exists(pin_path("pinned")));
	return give_back(err, map);
}

static int do_open_pin(void)
{
	struct bpfmap *map = untouched;
	int err = bpfmap_open_pin(pin_path("pinned"), 0, &map);

	return give_back(err, map);
}

static int do_open_id(void)
{
	struct bpfmap *map = untouched;
	int err = bpfmap_open_id(bpfmap_id(on.hash), 0, &map);

	return give_back(err, map);
}

static int do_get_map(void)
{
	struct bpfmap *map = untouched;
	int err = bpfmap_get_map(on.outer, &zero, &map);

	return give_back(err, map);
}

static int do_get_prog(void)
{
	int fd = -7, err = bpfmap_get_prog(on.progs, &zero, &fd);

	if (err)
		assert_int_equal(fd, -7);
	else
		close(fd);
	return err;
}

static int do_info(void)
{
	struct bpfmap_info info = { .size = sizeof(info), .id = 4711 };
	int err = bpfmap_info(on.hash, &info);

	assert_int_equal(info.id, err ? 4711 : bpfmap_id(on.hash));
	return err;
}

static int do_btf(void)
{
	struct btf *btf = untouched;
	int err = bpfmap_btf(on.data, &btf);

	if (err)
		assert_ptr_equal(btf, untouched);
	else
		btf__free(btf);
	return err;
}

static int do_entries(void)
{
	uint32_t key = 1, next = 99;
	uint64_t value = 99;
	int err = bpfmap_put(on.hash, &key, &value) ?: bpfmap_next_key(on.hash, NULL, &next);

	if (err)
		assert_int_equal(next, 99);
	value = 98;
	err = err ?: bpfmap_lookup(on.hash, &key, &value, 8, 0);
	assert_int_equal(value, err ? 98 : 99);
	return err ?: bpfmap_delete(on.hash, &key);
}

static int do_batch(void)
{
	uint32_t keys[2] = { 1, 2 }, count = 2;
	uint64_t values[2] = { 0 };
	int err = bpfmap_update_batch(on.hash, keys, values, &count, 0);

	assert_int_equal(count, err ? 0 : 2);
	err = err ?: bpfmap_delete_batch(on.hash, keys, &count, 0);
	assert_int_equal(count, err ? 0 : 2);
	return err;
}

static int do_walk(void)
{
	struct bpfmap_iter *iter;
	const void *key = untouched, *value = untouched;
	int n = 0, more = bpfmap_iter_new(on.outer, 0, &iter);

	if (more)
		return more;
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1)
		n++;
	if (!more && fail_with != ENOENT) /* which says that this is the end */
		assert_int_equal(n, 1); /* by another way, but all of them */
	bpfmap_iter_free(iter);
	return more;
}

static int do_pin(void)
{
	int err = bpfmap_pin(on.hash, pin_path("moved"));

	assert_true(bpfmap_is_pinned(on.hash) == !err);
	assert_true(exists(pin_path("moved")) == !err);
	err = err ?: bpfmap_unpin(on.hash);
	if (fail_with == ENOENT) /* which says that the pin has gone */
		unlink(pin_path("moved"));
	assert_false(exists(pin_path("moved")));
	return err;
}

static int do_rewrite(void)
{
	const struct bpfmap_rewrite rewrite = { "number", &word, 4 };

	return bpfmap_rewrite(on.data, &rewrite, 1);
}

static int do_probe(void)
{
	bm_probe_forget();
	return bpfmap_has_feature(BPFMAP_HAS_BATCH) ?: bpfmap_has_feature(BPFMAP_HAS_BTF)
	    ?: bpfmap_has_type(BPF_MAP_TYPE_HASH);
}

static int do_freeze(void)
{
	struct bpfmap *map = untouched;
	int err = bpfmap_create(&on.inner_spec, NULL, &map);

	if (err)
		return give_back(err, map);
	err = bpfmap_freeze(map);
	bpfmap_free(map);
	return err;
}

static int do_next_id(void)
{
	uint32_t id = 4711;
	int err = bpfmap_next_id(0, &id);

	assert_true(!err || id == 4711);
	return err;
}

static const struct {
	const char *name;
	int (*run)(void);
} operations[] = {
	{ "create, fill, freeze, pin", do_create_full },
	{ "create nested", do_create_nested },
	{ "reuse", do_reuse },
	{ "open pin", do_open_pin },
	{ "open id", do_open_id },
	{ "get map", do_get_map },
	{ "get program", do_get_prog },
	{ "info", do_info },
	{ "BTF", do_btf },
	{ "entries", do_entries },
	{ "batch", do_batch },
	{ "walk", do_walk },
	{ "pin", do_pin },
	{ "rewrite", do_rewrite },
	{ "probe", do_probe },
	{ "freeze", do_freeze },
	{ "next id", do_next_id },
};

static void check_after(size_t op, int n, int err, int fds, const char *what)
{
	if (count_fds() != fds)
		fail_msg("%s: %s %d: leaves an fd", operations[op].name, what, n);
	if (err && !*bpfmap_errmsg())
		fail_msg("%s: %s %d: no sentence", operations[op].name, what, n);
}

/* Fails the n-th call of an operation. False: it has not so many. */
static bool try(size_t op, int n, int error)
{
	int fds = count_fds();

	number = 0;
	fail_at = n;
	fail_with = error;
	bm_sys_hook = fail_one;
	int err = operations[op].run();
	bm_sys_hook = NULL;
	check_after(op, n, err, fds, strerrorname_np(error));
	return number > n;
}

static void each_call_fails_in_turn(void **state)
{
	(void)state;
	for (size_t op = 0; op < COUNT(operations); op++) {
		int n, failed = 0;

		OK(operations[op].run()); /* or the faults would prove nothing */
		for (n = 0; n < 100; n++) {
			bool any = false;

			for (size_t e = 0; e < COUNT(errors); e++)
				any |= try(op, n, errors[e]);
			if (!any)
				break;
			failed++;
		}
		assert_in_range(failed, 1, 60);
		OK(operations[op].run());
	}
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static void each_allocation_fails_in_turn(void **state)
{
	(void)state;
	print_message("allocation is the sanitizer's\n");
	skip();
}
#else
/* The program's own allocator stands before libc's while an operation runs. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);

static int allocation = -1, no_memory_at; /* -1: not counting */

static bool may_allocate(void)
{
	return allocation < 0 || allocation++ != no_memory_at;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	return may_allocate() ? __libc_malloc(size) : (errno = ENOMEM, NULL);
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
	return may_allocate() ? __libc_calloc(n, size) : (errno = ENOMEM, NULL);
}

static void each_allocation_fails_in_turn(void **state)
{
	int failed = 0;

	(void)state;
	fail_with = 0;
	for (size_t op = 0; op < COUNT(operations); op++) {
		bool reached = true;

		for (no_memory_at = 0; reached; no_memory_at++) {
			int fds = count_fds();

			allocation = 0;
			int err = operations[op].run();
			reached = allocation > no_memory_at;
			allocation = -1;
			check_after(op, no_memory_at, err, fds, "allocation");
			assert_true(err == 0 || err == -ENOMEM);
			failed += err != 0;
		}
		OK(operations[op].run());
	}
	assert_true(failed > 20);
}
#endif

static void add_variable(struct btf *btf)
{
	assert_int_equal(btf__add_var(btf, "number", BTF_VAR_GLOBAL_ALLOCATED, 1), 3);
	assert_int_equal(btf__add_datasec(btf, ".data", 4), 4);
	assert_int_equal(btf__add_datasec_var_info(btf, 3, 0, 4), 0);
}

static int set_up(void **state)
{
	struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	int prog = load_prog();

	if (mount_bpffs(state))
		return -1;
	on.btf = int_btf();
	add_variable(on.btf);
	on.kv = (struct bpfmap_kv){ &zero, &word, 4, 4 };
	on.inner_spec = (struct bpfmap_spec)BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	on.full_spec = on.inner_spec;
	on.full_spec.name = "full";
	on.full_spec.btf = on.btf;
	on.full_spec.key_type_id = on.full_spec.value_type_id = 1;
	on.full_spec.contents = &on.kv;
	on.full_spec.n_contents = 1;
	on.full_spec.freeze = true;
	on.full_spec.pinning = BPFMAP_PIN_BY_NAME;
	on.pinned_spec = on.inner_spec;
	on.pinned_spec.name = "pinned";
	on.pinned_spec.pinning = BPFMAP_PIN_BY_NAME;
	on.outer_spec = (struct bpfmap_spec)BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH_OF_MAPS,
	    .key_size = 4, .max_entries = 2, .inner = &on.inner_spec);
	on.data_spec = on.inner_spec;
	on.data_spec.btf = on.btf;
	on.data_spec.value_type_id = 4;
	on.hash = make(BPF_MAP_TYPE_HASH, 4, 8, 4);
	on.progs = make(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	on.outer = create(&on.outer_spec);
	on.data = create(&on.data_spec);
	OK(bpfmap_create(&on.pinned_spec, &opts, &on.pinned));
	OK(bpfmap_put_map(on.outer, &zero, on.pinned, 0));
	OK(bpfmap_put_prog(on.progs, &zero, prog, 0));
	close(prog);
	return 0;
}

static int tear_down(void **state)
{
	bpfmap_unpin(on.pinned);
	bpfmap_free(on.pinned);
	bpfmap_free(on.hash);
	bpfmap_free(on.progs);
	bpfmap_free(on.outer);
	bpfmap_free(on.data);
	btf__free(on.btf);
	return umount_bpffs(state);
}

MAIN(set_up, tear_down, T(each_call_fails_in_turn), T(each_allocation_fails_in_turn))
