// SPDX-License-Identifier: MIT
// E09, E10, E11, E21: opening, handles, info, freezing.
#include "kernel.h"

static void E09_open_fd_owns_it(void **state)
{
	int fds = count_fds();
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "byfd", 4, 8, 2, NULL);
	struct bpfmap *map = (void *)&fd;

	(void)state;
	OK(bpfmap_open_fd(fd, &map));
	assert_int_equal(bpfmap_fd(map), fd);
	bpfmap_free(map);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	fd = open("/dev/null", O_RDONLY);
	map = (void *)&fd;
	FAILS(bpfmap_open_fd(fd, &map), EINVAL, "no BPF map");
	assert_ptr_equal(map, &fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	fd = load_prog();
	FAILS(bpfmap_open_fd(fd, &map), EINVAL, "no BPF map");
	FAILS(bpfmap_open_fd(-1, &map), EBADF, "no file descriptor");
	assert_int_equal(count_fds(), fds);
}

static void E09_open_id(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2), *same;

	(void)state;
	OK(bpfmap_open_id(bpfmap_id(map), 0, &same));
	assert_int_equal(bpfmap_id(same), bpfmap_id(map));
	assert_int_not_equal(bpfmap_fd(same), bpfmap_fd(map));
	assert_true(fcntl(bpfmap_fd(same), F_GETFD) & FD_CLOEXEC);
	bpfmap_free(same);
	OK(bpfmap_open_id(bpfmap_id(map), BPF_F_RDONLY, &same));
	FAILS(bpfmap_put(same, &(uint32_t){ 1 }, &(uint64_t){ 2 }), EPERM, "reading only");
	bpfmap_free(same);
	FAILS(bpfmap_open_id(0x7fffffff, 0, &same), ENOENT, "map id");
	FAILS(bpfmap_open_id(bpfmap_id(map), 1u << 12, &same), EINVAL, "open flags");
	bpfmap_free(map);
}

static void E09_open_pin_with_rights(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2), *pin;
	const uint32_t key = 1;
	uint64_t value = 2;

	(void)state;
	OK(bpfmap_put(map, &key, &value));
	assert_int_equal(bpf_obj_pin(bpfmap_fd(map), pin_path("rights")), 0);
	OK(bpfmap_open_pin(pin_path("rights"), BPF_F_RDONLY, &pin));
	OK(bpfmap_lookup(pin, &key, &value, sizeof(value), 0));
	FAILS(bpfmap_put(pin, &key, &value), EPERM, "reading only");
	assert_false(bpfmap_traits(pin) & (BPFMAP_WRITABLE | BPFMAP_DELETABLE | BPFMAP_LAD));
	assert_true(bpfmap_traits(pin) & BPFMAP_READABLE);
	bpfmap_free(pin);
	OK(bpfmap_open_pin(pin_path("rights"), BPF_F_WRONLY, &pin));
	OK(bpfmap_put(pin, &key, &value));
	FAILS(bpfmap_lookup(pin, &key, &value, sizeof(value), 0), EPERM, "writing only");
	assert_false(bpfmap_traits(pin) & (BPFMAP_READABLE | BPFMAP_LAD));
	bpfmap_free(pin);
	FAILS(bpfmap_open_pin(pin_path("rights"), BPF_F_RDONLY | BPF_F_WRONLY, &pin), EINVAL,
	    "open flags");
	FAILS(bpfmap_open_pin(pin_path("rights"), BPF_F_NO_PREALLOC, &pin), EINVAL, "open flags");
	FAILS(bpfmap_open_pin(pin_path("none"), 0, &pin), ENOENT, "none");
	unlink(pin_path("rights"));
	bpfmap_free(map);
}

static void E09_a_pinned_program_is_no_map(void **state)
{
	int prog = load_prog(), fds = count_fds();
	struct bpfmap *map;

	(void)state;
	assert_int_equal(bpf_obj_pin(prog, pin_path("prog")), 0);
	FAILS(bpfmap_open_pin(pin_path("prog"), 0, &map), EINVAL, "is no map");
	assert_int_equal(count_fds(), fds);
	unlink(pin_path("prog"));
	close(prog);
}

static void E09_ids_are_enumerated_in_order(void **state)
{
	struct bpfmap *maps[3];
	uint32_t id = 0, found = 0;
	int err;

	(void)state;
	for (size_t i = 0; i < COUNT(maps); i++)
		maps[i] = make(BPF_MAP_TYPE_ARRAY, 4, 4, 1);
	for (uint32_t last = 0; !(err = bpfmap_next_id(id, &id)); last = id) {
		assert_true(id > last);
		for (size_t i = 0; i < COUNT(maps); i++)
			found += bpfmap_id(maps[i]) == id;
	}
	assert_int_equal(err, -ENOENT);
	assert_int_equal(found, COUNT(maps));
	for (size_t i = 0; i < COUNT(maps); i++)
		bpfmap_free(maps[i]);
}

/* Plays kernels before 4.13: no info command. */
static int no_info(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_OBJ_GET_INFO_BY_FD ? -EINVAL : BM_SYS_GO;
}

static void E09_explicit_sizes(void **state)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "old", 4, 8, 2, NULL);
	struct bpfmap_spec as = BPFMAP_SPEC(.name = "old", .type = BPF_MAP_TYPE_HASH,
	    .key_size = 4, .value_size = 8, .max_entries = 2);
	struct bpfmap *map;
	const uint32_t key = 1;
	uint64_t value = 3;

	(void)state;
	bm_sys_hook = no_info;
	OK(bpfmap_open_fd_as(fd, &as, &map));
	bm_sys_hook = NULL;
	OK(bpfmap_put(map, &key, &value));
	assert_int_equal(bpfmap_value_bytes(map), 8);
	assert_string_equal(bpfmap_name(map), "old");
	bpfmap_free(map);
	FAILS(bpfmap_open_fd_as(-1, &as, &map), EBADF, "file descriptor");
	FAILS(bpfmap_open_fd_as(open("/dev/null", O_RDONLY), &as, &map), EINVAL, "no BPF map");
}

static void E10_what_a_handle_knows(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "flows", .type = BPF_MAP_TYPE_HASH,
	    .key_size = 4, .value_size = 12, .max_entries = 2, .flags = BPF_F_NO_PREALLOC);
	struct bpfmap *map = create(&spec);
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	char text[64], expected[64];

	(void)state;
	assert_int_equal(bpf_obj_get_info_by_fd(bpfmap_fd(map), &info, &len), 0);
	assert_int_equal(bpfmap_id(map), info.id);
	assert_int_equal(bpfmap_type(map), BPF_MAP_TYPE_HASH);
	assert_int_equal(bpfmap_key_size(map), 4);
	assert_int_equal(bpfmap_value_size(map), 12);
	assert_int_equal(bpfmap_max_entries(map), 2);
	assert_int_equal(bpfmap_flags(map), BPF_F_NO_PREALLOC);
	assert_string_equal(bpfmap_name(map), "flows");
	snprintf(expected, sizeof(expected), "Hash(flows)#%d", bpfmap_fd(map));
	assert_int_equal(bpfmap_print(map, text, sizeof(text)), strlen(expected));
	assert_string_equal(text, expected);
	bpfmap_free(map);
}

static void E10_clone_and_close(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2), *clone = map;
	const uint32_t key = 1;
	uint64_t value = 3;
	int fds = count_fds();

	(void)state;
	OK(bpfmap_pin(map, pin_path("cloned")));
	OK(bpfmap_clone(map, &clone));
	assert_int_not_equal(bpfmap_fd(clone), bpfmap_fd(map));
	assert_true(fcntl(bpfmap_fd(clone), F_GETFD) & FD_CLOEXEC);
	assert_false(bpfmap_is_pinned(clone));
	OK(bpfmap_unpin(clone));
	assert_true(exists(pin_path("cloned")));
	OK(bpfmap_unpin(map));
	OK(bpfmap_close(map));
	OK(bpfmap_close(map));
	assert_int_equal(bpfmap_fd(map), -1);
	OK(bpfmap_put(clone, &key, &value));
	FAILS(bpfmap_put(map, &key, &value), EBADF, "closed");
	FAILS(bpfmap_lookup(map, &key, &value, 8, 0), EBADF, "closed");
	FAILS(bpfmap_delete(map, &key), EBADF, "closed");
	FAILS(bpfmap_next_key(map, NULL, &value), EBADF, "closed");
	FAILS(bpfmap_freeze(map), EBADF, "closed");
	FAILS(bpfmap_pin(map, pin_path("x")), EBADF, "closed");
	struct bpfmap_info info = { .size = sizeof(info) };
	FAILS(bpfmap_info(map, &info), EBADF, "closed");
	struct bpfmap *other = map;
	FAILS(bpfmap_clone(map, &other), EBADF, "closed");
	assert_ptr_equal(other, map);
	bpfmap_free(map);
	bpfmap_free(clone);
	OK(bpfmap_clone(NULL, &clone));
	assert_null(clone);
	OK(bpfmap_close(NULL));
	bpfmap_free(NULL);
	assert_int_equal(count_fds(), fds - 1);
}

static void E11_all_that_the_kernel_tells(void **state)
{
	struct btf *btf = int_btf(), *loaded;
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "typed", .type = BPF_MAP_TYPE_ARRAY,
	    .key_size = 4, .value_size = 8, .max_entries = 100, .btf = btf, .key_type_id = 1,
	    .value_type_id = 2);
	struct bpfmap *map = create(&spec);
	struct bpfmap_info info = { .size = sizeof(info) };
	struct bpf_map_info kernel = { 0 };
	uint32_t len = sizeof(kernel);

	(void)state;
	assert_int_equal(bpf_obj_get_info_by_fd(bpfmap_fd(map), &kernel, &len), 0);
	OK(bpfmap_info(map, &info));
	assert_int_equal(info.id, kernel.id);
	assert_int_equal(info.type, BPF_MAP_TYPE_ARRAY);
	assert_int_equal(info.key_size, 4);
	assert_int_equal(info.value_size, 8);
	assert_int_equal(info.max_entries, 100);
	assert_int_equal(info.flags, 0);
	assert_string_equal(info.name, "typed");
	assert_int_equal(info.btf_id, kernel.btf_id);
	assert_int_equal(info.btf_key_type_id, 1);
	assert_int_equal(info.btf_value_type_id, 2);
	assert_true(info.memlock >= 800);
	assert_false(info.frozen);
	OK(bpfmap_btf(map, &loaded));
	assert_string_equal(btf__name_by_offset(loaded, btf__type_by_id(loaded, 2)->name_off), "u64");
	btf__free(loaded);
	btf__free(btf);
	bpfmap_free(map);
}

static void E11_from_fdinfo_where_the_command_is_missing(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "old", .type = BPF_MAP_TYPE_HASH,
	    .key_size = 3, .value_size = 7, .max_entries = 9, .flags = BPF_F_NO_PREALLOC);
	struct bpfmap *map;
	struct bpfmap_info info = { .size = sizeof(info) };

	(void)state;
	bm_sys_hook = no_info;
	map = create(&spec);
	OK(bpfmap_info(map, &info));
	bm_sys_hook = NULL;
	assert_int_equal(bpfmap_type(map), BPF_MAP_TYPE_HASH);
	assert_int_equal(bpfmap_key_size(map), 3);
	assert_int_equal(bpfmap_value_size(map), 7);
	assert_int_equal(bpfmap_max_entries(map), 9);
	assert_int_equal(bpfmap_flags(map), BPF_F_NO_PREALLOC);
	assert_int_equal(info.value_size, 7);
	assert_int_not_equal(info.id, 0);
	assert_int_not_equal(info.memlock, 0);
	bpfmap_free(map);
}

static void E11_no_btf_is_not_supported(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	struct btf *btf = (void *)&map;

	(void)state;
	FAILS(bpfmap_btf(map, &btf), EOPNOTSUPP, "without BTF");
	assert_ptr_equal(btf, &map);
	bpfmap_free(map);
}

static void E11_an_older_callers_struct(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	struct bpfmap_info info;

	(void)state;
	memset(&info, 0x5a, sizeof(info));
	info.size = offsetof(struct bpfmap_info, frozen);
	OK(bpfmap_info(map, &info));
	assert_int_equal(info.value_size, 8);
	assert_int_equal(info.btf_id, 0x5a5a5a5a);
	info.size = 0;
	FAILS(bpfmap_info(map, &info), EINVAL, "size");
	bpfmap_free(map);
}

static void E21_frozen(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	struct bpfmap_info info = { .size = sizeof(info) };
	const uint32_t key = 1;
	uint64_t value = 3;
	uint32_t count = 1;

	(void)state;
	OK(bpfmap_put(map, &key, &value));
	OK(bpfmap_freeze(map));
	OK(bpfmap_info(map, &info));
	assert_true(info.frozen);
	FAILS(bpfmap_put(map, &key, &value), EPERM, "frozen");
	FAILS(bpfmap_delete(map, &key), EPERM, "frozen");
	FAILS(bpfmap_lookup_and_delete(map, &key, &value, 8, 0), EPERM, "frozen");
	FAILS(bpfmap_update_batch(map, &key, &value, &count, 0), EPERM, "frozen");
	value = 0;
	OK(bpfmap_lookup(map, &key, &value, 8, 0));
	assert_int_equal(value, 3);
	int err = bpfmap_freeze(map);
	assert_true(err == -EBUSY || err == -EPERM);
	assert_non_null(strstr(bpfmap_errmsg(), "frozen already"));
	bpfmap_free(map);
}

/* Plays kernels before 5.2. */
static int no_freeze(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_MAP_FREEZE ? -EINVAL : BM_SYS_GO;
}

static void E21_an_old_kernel_says_so(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);

	(void)state;
	bm_sys_hook = no_freeze;
	FAILS(bpfmap_freeze(map), EOPNOTSUPP, "not supported");
	bm_sys_hook = NULL;
	bpfmap_free(map);
}

MAIN(mount_bpffs, umount_bpffs, T(E09_open_fd_owns_it), T(E09_open_id),
    T(E09_open_pin_with_rights), T(E09_a_pinned_program_is_no_map),
    T(E09_ids_are_enumerated_in_order), T(E09_explicit_sizes), T(E10_what_a_handle_knows),
    T(E10_clone_and_close), T(E11_all_that_the_kernel_tells),
    T(E11_from_fdinfo_where_the_command_is_missing), T(E11_no_btf_is_not_supported),
    T(E11_an_older_callers_struct), T(E21_frozen), T(E21_an_old_kernel_says_so))
