// SPDX-License-Identifier: MIT
// E06, E20: pins, and creation that takes the pin of its name.
#include "kernel.h"

#include <linux/magic.h>

static uint32_t pinned_id(const char *path)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return 0;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	close(fd);
	return info.id;
}

static void E20_a_pin_outlives_the_handle(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	uint32_t id = bpfmap_id(map);

	(void)state;
	assert_false(bpfmap_is_pinned(map));
	OK(bpfmap_pin(map, pin_path("one")));
	assert_true(bpfmap_is_pinned(map));
	bpfmap_free(map);
	assert_int_equal(pinned_id(pin_path("one")), id);
	OK(bpfmap_open_pin(pin_path("one"), 0, &map));
	assert_true(bpfmap_is_pinned(map));
	OK(bpfmap_unpin(map));
	assert_false(bpfmap_is_pinned(map));
	assert_false(exists(pin_path("one")));
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static void E20_pinning_again_moves_the_pin(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);

	(void)state;
	OK(bpfmap_pin(map, pin_path("from")));
	OK(bpfmap_pin(map, pin_path("from")));
	OK(bpfmap_pin(map, pin_path("to")));
	assert_false(exists(pin_path("from")));
	assert_int_equal(pinned_id(pin_path("to")), bpfmap_id(map));
	unlink(pin_path("to")); /* behind its back: a new one is made */
	OK(bpfmap_pin(map, pin_path("again")));
	assert_int_equal(pinned_id(pin_path("again")), bpfmap_id(map));
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static void E20_moves_between_two_mounts(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	char second[] = "/tmp/bpfmap-test-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(second));
	assert_int_equal(mount("bpf", second, "bpf", 0, NULL), 0);
	snprintf(path, sizeof(path), "%s/there", second);
	OK(bpfmap_pin(map, pin_path("here")));
	OK(bpfmap_pin(map, path));
	assert_false(exists(pin_path("here")));
	assert_int_equal(pinned_id(path), bpfmap_id(map));
	OK(bpfmap_unpin(map));
	umount(second);
	rmdir(second);
	bpfmap_free(map);
}

static void E20_anothers_pin_is_left_alone(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);
	struct bpfmap *other = make(BPF_MAP_TYPE_HASH, 4, 8, 2);

	(void)state;
	OK(bpfmap_pin(other, pin_path("taken")));
	FAILS(bpfmap_pin(map, pin_path("taken")), EEXIST, "taken");
	assert_false(bpfmap_is_pinned(map));
	OK(bpfmap_pin(map, pin_path("mine")));
	FAILS(bpfmap_pin(map, pin_path("taken")), EEXIST, "taken");
	assert_true(bpfmap_is_pinned(map)); /* still where it was */
	assert_int_equal(pinned_id(pin_path("mine")), bpfmap_id(map));
	assert_int_equal(pinned_id(pin_path("taken")), bpfmap_id(other));
	/* A pin that was replaced by another map is no longer ours to remove. */
	unlink(pin_path("mine"));
	assert_int_equal(bpf_obj_pin(bpfmap_fd(other), pin_path("mine")), 0);
	OK(bpfmap_unpin(map));
	assert_int_equal(pinned_id(pin_path("mine")), bpfmap_id(other));
	unlink(pin_path("mine"));
	OK(bpfmap_unpin(other));
	bpfmap_free(map);
	bpfmap_free(other);
}

static void E20_a_failed_unpin_leaves_it_pinned(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);

	(void)state;
	OK(bpfmap_pin(map, pin_path("stays")));
	assert_int_equal(mount(bpffs, bpffs, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, bpffs, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	FAILS(bpfmap_unpin(map), EROFS, "unpin");
	assert_true(bpfmap_is_pinned(map));
	umount(bpffs);
	assert_int_equal(pinned_id(pin_path("stays")), bpfmap_id(map));
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static void E20_places_that_are_refused(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 2);

	(void)state;
	FAILS(bpfmap_pin(map, ""), EINVAL, "empty");
	FAILS(bpfmap_pin(map, NULL), EINVAL, "empty");
	FAILS(bpfmap_pin(map, "/tmp/bpfmap-no-such-pin"), EINVAL, "not in a bpffs");
	FAILS(bpfmap_pin(map, pin_path("no/such/directory")), ENOENT, "no/such");
	assert_false(bpfmap_is_pinned(map));
	bpfmap_free(map);
}

static void E20_nested_maps_pin(void **state)
{
	struct bpfmap_spec inner = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4,
	    .max_entries = 2, .inner = &inner);
	struct bpfmap *map = create(&spec);

	(void)state;
	OK(bpfmap_pin(map, pin_path("nested")));
	bpfmap_free(map);
	OK(bpfmap_open_pin(pin_path("nested"), 0, &map));
	assert_int_equal(bpfmap_type(map), BPF_MAP_TYPE_ARRAY_OF_MAPS);
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static const struct bpfmap_spec pinned_spec = BPFMAP_SPEC(.name = "a_name_of_more_than_15_letters",
    .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 2,
    .pinning = BPFMAP_PIN_BY_NAME);

static void E06_the_pin_of_that_name_is_reused(void **state)
{
	const struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	const struct bpfmap_create_opts rdonly = { sizeof(opts), bpffs, BPF_F_RDONLY };
	struct bpfmap *map, *again;
	const uint32_t key = 1;
	const uint64_t value = 2;

	(void)state;
	OK(bpfmap_create(&pinned_spec, &opts, &map));
	assert_true(bpfmap_is_pinned(map));
	assert_int_equal(pinned_id(pin_path("a_name_of_more_than_15_letters")), bpfmap_id(map));
	OK(bpfmap_create(&pinned_spec, &opts, &again));
	assert_int_equal(bpfmap_id(again), bpfmap_id(map));
	assert_true(bpfmap_is_pinned(again));
	bpfmap_free(again);
	OK(bpfmap_create(&pinned_spec, &rdonly, &again));
	FAILS(bpfmap_put(again, &key, &value), EPERM, "reading only");
	bpfmap_free(again);
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static void E06_an_incompatible_pin_is_an_error(void **state)
{
	const struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	struct bpfmap_spec other = pinned_spec;
	struct bpfmap *map, *none = NULL;
	int fds;

	(void)state;
	OK(bpfmap_create(&pinned_spec, &opts, &map));
	other.value_size = 4;
	other.max_entries = 7;
	fds = count_fds();
	FAILS(bpfmap_create(&other, &opts, &none), BPFMAP_INCOMPATIBLE, "value_size is 8, not 4");
	assert_non_null(strstr(bpfmap_errmsg(), "max_entries is 2, not 7"));
	assert_null(none);
	assert_int_equal(count_fds(), fds);
	assert_true(exists(pin_path(pinned_spec.name)));
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static void E06_a_reused_pin_is_filled_and_frozen(void **state)
{
	const struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	const uint32_t zero = 0, one = 1, seven = 7, nine = 9;
	const struct bpfmap_kv kv = { &zero, &seven, 4, 4 };
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "constants", .type = BPF_MAP_TYPE_ARRAY,
	    .key_size = 4, .value_size = 4, .max_entries = 1, .pinning = BPFMAP_PIN_BY_NAME);
	struct bpfmap *map, *again;
	uint32_t value = 0;

	(void)state;
	OK(bpfmap_create(&spec, &opts, &map));
	spec.contents = &kv;
	spec.n_contents = 1;
	spec.freeze = true;
	OK(bpfmap_create(&spec, &opts, &again));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &zero, &one, 0), -EPERM);
	bpfmap_free(again);
	OK(bpfmap_create(&spec, &opts, &again)); /* frozen with these contents: fine */
	bpfmap_free(again);
	struct bpfmap_kv differs = { &zero, &nine, 4, 4 };
	spec.contents = &differs;
	FAILS(bpfmap_create(&spec, &opts, &again), EPERM, "frozen with other contents");
	assert_true(exists(pin_path("constants"))); /* a failure unpins nothing */
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static bool looked;

/* Plays another process that makes the pin between our look and our pinning. */
static int not_yet_there(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	if (cmd != BPF_OBJ_GET || looked)
		return BM_SYS_GO;
	looked = true;
	return -ENOENT;
}

static void E06_made_by_another_meanwhile(void **state)
{
	const struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
	struct bpfmap *map, *again;
	int fds;

	(void)state;
	OK(bpfmap_create(&pinned_spec, &opts, &map));
	fds = count_fds();
	looked = false;
	bm_sys_hook = not_yet_there;
	OK(bpfmap_create(&pinned_spec, &opts, &again));
	bm_sys_hook = NULL;
	assert_true(looked);
	assert_int_equal(bpfmap_id(again), bpfmap_id(map));
	bpfmap_free(again);
	assert_int_equal(count_fds(), fds);
	OK(bpfmap_unpin(map));
	bpfmap_free(map);
}

static void E06_refusals(void **state)
{
	const struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 }, nowhere = { sizeof(opts), NULL, 0 };
	struct bpfmap_spec spec = pinned_spec;
	struct bpfmap *map;
	int prog;

	(void)state;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "needs a directory");
	FAILS(bpfmap_create(&spec, &nowhere, &map), EINVAL, "needs a directory");
	spec.name = NULL;
	FAILS(bpfmap_create(&spec, &opts, &map), EINVAL, "needs a name");
	spec.name = "a/b";
	FAILS(bpfmap_create(&spec, &opts, &map), EINVAL, "needs a name");
	spec.name = "prog";
	spec.pinning = 2;
	FAILS(bpfmap_create(&spec, &opts, &map), EINVAL, "way of pinning");
	spec.pinning = BPFMAP_PIN_BY_NAME;
	prog = load_prog();
	assert_int_equal(bpf_obj_pin(prog, pin_path("prog")), 0);
	FAILS(bpfmap_create(&spec, &opts, &map), EINVAL, "is no map");
	unlink(pin_path("prog"));
	close(prog);
}

MAIN(mount_bpffs, umount_bpffs, T(E20_a_pin_outlives_the_handle),
    T(E20_pinning_again_moves_the_pin), T(E20_moves_between_two_mounts),
    T(E20_anothers_pin_is_left_alone), T(E20_a_failed_unpin_leaves_it_pinned),
    T(E20_places_that_are_refused), T(E20_nested_maps_pin),
    T(E06_the_pin_of_that_name_is_reused), T(E06_an_incompatible_pin_is_an_error),
    T(E06_a_reused_pin_is_filled_and_frozen), T(E06_made_by_another_meanwhile),
    T(E06_refusals))
