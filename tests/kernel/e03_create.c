// SPDX-License-Identifier: MIT
// E03, E04, E05, E08: creation: every type, names, BTF, reasons, contents, inner maps.
#include "core/probe.h"
#include "types.h"

#include <sys/resource.h>

static struct bpf_map_info info_of(const struct bpfmap *map)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(bpfmap_fd(map), &info, &len), 0);
	return info;
}

static void E03_every_type_of_the_kernel(void **state)
{
	const struct bpfmap_spec inner = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct btf *btf = int_btf();

	(void)state;
	assert_int_equal(COUNT(sample_types), 33);
	for (size_t i = 0; i < COUNT(sample_types); i++) {
		const struct sample_type *t = &sample_types[i];
		struct bpfmap *map = make_sample(t, btf, &inner);

		if (!map && libbpf_probe_bpf_map_type(t->type, NULL) <= 0 && t->type > 31) {
			print_message("this kernel has no %s\n", t->name);
			continue;
		}
		assert_non_null(map);
		assert_int_equal(info_of(map).type, i + 1);
		bpfmap_free(map);
	}
	btf__free(btf);
}

static void E03_names_are_cleaned_and_shortened(void **state)
{
	static const struct {
		const char *given, *kernel;
	} cases[] = {
		{ "flows", "flows" },
		{ "my-map/2", "my_map_2" },
		{ "a.b_C9", "a.b_C9" },
		{ "0123456789abcdefgh", "0123456789abcde" },
		{ "ümlaut", "__mlaut" },
		{ "", "" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bpfmap_spec spec = BPFMAP_SPEC(.name = cases[i].given,
		    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
		struct bpfmap *map = create(&spec);

		assert_string_equal(info_of(map).name, cases[i].kernel);
		assert_string_equal(bpfmap_name(map), cases[i].kernel);
		bpfmap_free(map);
	}
}

/* Plays kernels before 4.15: a name is refused. */
static int no_names(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	return cmd == BPF_MAP_CREATE && args->name ? -EINVAL : BM_SYS_GO;
}

/* Plays kernels before 5.6: a dot in a name is. */
static int no_dots(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	return cmd == BPF_MAP_CREATE && args->name && strchr(args->name, '.') ? -EINVAL
									      : BM_SYS_GO;
}

static void E03_names_that_the_kernel_has_not(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = ".data", .type = BPF_MAP_TYPE_ARRAY,
	    .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap *map;

	(void)state;
	bm_sys_hook = no_names;
	map = create(&spec);
	bm_sys_hook = NULL;
	assert_string_equal(info_of(map).name, "");
	bpfmap_free(map);
	bm_sys_hook = no_dots;
	map = create(&spec);
	bm_sys_hook = NULL;
	assert_string_equal(info_of(map).name, "_data");
	bpfmap_free(map);
}

static void E03_flags_extra_and_node_arrive(void **state)
{
	struct bpfmap_spec bloom = BPFMAP_SPEC(.type = BPF_MAP_TYPE_BLOOM_FILTER,
	    .value_size = 4, .max_entries = 10, .map_extra = 7);
	struct bpfmap_spec hash = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 4, .max_entries = 10, .flags = BPF_F_NO_PREALLOC, .numa_node = 0,
	    .has_numa_node = true);
	struct bpfmap_spec nowhere = hash;
	struct bpfmap *map = create(&bloom);

	(void)state;
	assert_int_equal(info_of(map).map_extra, 7);
	bpfmap_free(map);
	map = create(&hash);
	assert_int_equal(info_of(map).map_flags, BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE);
	bpfmap_free(map);
	nowhere.numa_node = 9999;
	FAILS(bpfmap_create(&nowhere, NULL, &map), EINVAL, "creating Hash");
}

static void E03_btf_is_kept_where_the_type_takes_it(void **state)
{
	struct btf *btf = int_btf();
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 8, .max_entries = 1, .btf = btf, .key_type_id = 1, .value_type_id = 2);
	struct bpfmap *map = create(&spec);
	struct bpf_map_info info = info_of(map);

	(void)state;
	assert_int_not_equal(info.btf_id, 0);
	assert_int_equal(info.btf_key_type_id, 1);
	assert_int_equal(info.btf_value_type_id, 2);
	bpfmap_free(map);
	/* ENOTSUPP from a cgroup array, EINVAL from a queue. */
	spec.type = BPF_MAP_TYPE_CGROUP_ARRAY;
	spec.value_size = 4;
	spec.value_type_id = 1;
	map = create(&spec);
	assert_int_equal(info_of(map).btf_id, 0);
	bpfmap_free(map);
	spec.type = BPF_MAP_TYPE_QUEUE;
	spec.key_size = 0;
	map = create(&spec);
	assert_int_equal(info_of(map).btf_id, 0);
	bpfmap_free(map);
	btf__free(btf);
}

static int no_btf(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_BTF_LOAD ? -ENOSPC : BM_SYS_GO;
}

static void E03_btf_that_does_not_load_fails_the_creation(void **state)
{
	struct btf *btf = int_btf();
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 8, .max_entries = 1, .btf = btf, .key_type_id = 1, .value_type_id = 2);
	struct bpfmap *map;
	int fds = count_fds();

	(void)state;
	bm_sys_hook = no_btf;
	FAILS(bpfmap_create(&spec, NULL, &map), ENOSPC, "BTF");
	bm_sys_hook = NULL;
	assert_int_equal(count_fds(), fds);
	btf__free(btf);
}

static void E04_reasons(void **state)
{
	static const struct {
		struct bpfmap_spec spec;
		int err;
		const char *words;
	} cases[] = {
		{ BPFMAP_SPEC(.type = 1, .key_size = 4, .value_size = 4), EINVAL,
		    "max_entries is 0" },
		{ BPFMAP_SPEC(.key_size = 4, .value_size = 4, .max_entries = 1), EINVAL,
		    "no type" },
		{ BPFMAP_SPEC(.type = 2, .key_size = 4, .value_size = 4, .max_entries = 1,
		      .flags = BPF_F_NO_PREALLOC), EINVAL, "NO_PREALLOC" },
		{ BPFMAP_SPEC(.type = 9, .key_size = 4, .value_size = 4, .max_entries = 1,
		      .flags = BPF_F_NO_PREALLOC), EOPNOTSUPP, "NO_PREALLOC" },
		{ BPFMAP_SPEC(.type = 11, .key_size = 8, .value_size = 4, .max_entries = 1), EINVAL,
		    "needs BPF_F_NO_PREALLOC" },
		{ BPFMAP_SPEC(.type = 27, .max_entries = 1000), EINVAL, "power of two" },
		{ BPFMAP_SPEC(.type = 27, .max_entries = 12288), EINVAL, "power of two" },
		{ BPFMAP_SPEC(.type = 31, .max_entries = 2048), EINVAL, "page size" },
		{ BPFMAP_SPEC(.type = 99, .key_size = 4, .value_size = 4, .max_entries = 1), EINVAL,
		    "no such type" },
	};
	struct bpfmap *map;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		FAILS(bpfmap_create(&cases[i].spec, NULL, &map), cases[i].err, cases[i].words);
}

static uint32_t refused_flags; /* flags that the played kernel does not know */

static int old_flags(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	return cmd == BPF_MAP_CREATE && args->flags & refused_flags ? -EINVAL : BM_SYS_GO;
}

static int no_nesting(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	return cmd == BPF_MAP_CREATE && (args->type == 12 || args->type == 13) ? -EINVAL
									       : BM_SYS_GO;
}

static int no_rights(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)args;
	return cmd == BPF_MAP_CREATE ? -EPERM : BM_SYS_GO;
}

static void E04_what_an_old_kernel_lacks(void **state)
{
	static const struct {
		uint32_t flag, type;
		const char *words;
	} cases[] = {
		{ BPF_F_MMAPABLE, 2, "no BPF_F_MMAPABLE" },
		{ BPF_F_INNER_MAP, 2, "no BPF_F_INNER_MAP" },
		{ BPF_F_RDONLY_PROG, 2, "no BPF_F_RDONLY_PROG" },
		{ BPF_F_NO_PREALLOC, 1, "no BPF_F_NO_PREALLOC" },
	};
	struct bpfmap_spec inner = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap_spec nested = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH_OF_MAPS, .key_size = 4,
	    .max_entries = 1, .inner = &inner);
	struct bpfmap *map;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bpfmap_spec spec = BPFMAP_SPEC(.type = cases[i].type, .key_size = 4,
		    .value_size = 4, .max_entries = 1, .flags = cases[i].flag);

		bm_probe_forget();
		refused_flags = cases[i].flag;
		bm_sys_hook = old_flags;
		FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, cases[i].words);
		bm_sys_hook = NULL;
	}
	bm_probe_forget();
	bm_sys_hook = no_nesting;
	FAILS(bpfmap_create(&nested, NULL, &map), EINVAL, "no maps of maps");
	bm_sys_hook = no_rights;
	FAILS(bpfmap_create(&inner, NULL, &map), EPERM, "memlock");
	bm_sys_hook = NULL;
	bm_probe_forget();
}

static void E05_contents_are_stored(void **state)
{
	const uint32_t keys[] = { 1, 2 };
	const uint64_t values[] = { 10, 20 };
	const struct bpfmap_kv kvs[] = { { &keys[0], &values[0], 4, 8 },
		{ &keys[1], &values[1], 4, 8 } };
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 8, .max_entries = 2, .contents = kvs, .n_contents = 2);
	struct bpfmap *map = create(&spec);
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &keys[i], &value), 0);
		assert_int_equal(value, values[i]);
	}
	bpfmap_free(map);
}

static void E05_contents_of_other_families(void **state)
{
	const uint32_t zero = 0, word = 77;
	struct bpfmap *held = make(BPF_MAP_TYPE_ARRAY, 4, 4, 1), *map;
	int prog = load_prog();
	const struct bpfmap_kv inner_kv = { &zero, held, 4, 0 };
	const struct bpfmap_kv prog_kv = { &zero, &prog, 4, 4 };
	const struct bpfmap_kv queue_kv = { NULL, &word, 0, 4 };
	const struct bpfmap_kv cpu_kv = { &zero, &word, 4, 4 };
	struct bpfmap_spec inner = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap_spec outer = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH_OF_MAPS, .key_size = 4,
	    .max_entries = 1, .inner = &inner, .contents = &inner_kv, .n_contents = 1);
	struct bpfmap_spec progs = BPFMAP_SPEC(.type = BPF_MAP_TYPE_PROG_ARRAY, .key_size = 4,
	    .value_size = 4, .max_entries = 1, .contents = &prog_kv, .n_contents = 1);
	struct bpfmap_spec queue = BPFMAP_SPEC(.type = BPF_MAP_TYPE_QUEUE, .value_size = 4,
	    .max_entries = 1, .contents = &queue_kv, .n_contents = 1);
	struct bpfmap_spec percpu = BPFMAP_SPEC(.type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
	    .value_size = 4, .max_entries = 1, .contents = &cpu_kv, .n_contents = 1);
	uint64_t values[256];
	uint32_t got;

	(void)state;
	map = create(&outer);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, &got), 0);
	assert_int_equal(got, bpfmap_id(held));
	bpfmap_free(map);
	map = create(&progs);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, &got), 0);
	assert_int_not_equal(got, 0);
	bpfmap_free(map);
	map = create(&queue);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), NULL, &got), 0);
	assert_int_equal(got, 77);
	bpfmap_free(map);
	map = create(&percpu);
	assert_true(libbpf_num_possible_cpus() <= (int)COUNT(values));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, values), 0);
	assert_int_equal(values[0], 77);
	for (int i = 1; i < libbpf_num_possible_cpus(); i++)
		assert_int_equal(values[i], 0);
	bpfmap_free(map);
	bpfmap_free(held);
	close(prog);
}

static void E05_contents_that_do_not_fit_leave_nothing(void **state)
{
	const uint64_t word = 1;
	const struct bpfmap_kv bad[] = { { &word, &word, 8, 8 }, { &word, &word, 4, 4 },
		{ NULL, &word, 0, 8 }, { &word, NULL, 4, 0 } };
	int fds = count_fds();

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct bpfmap_spec spec = BPFMAP_SPEC(.name = "e05_nothing", .type = 1,
		    .key_size = 4, .value_size = 8, .max_entries = 1, .contents = &bad[i],
		    .n_contents = 1, .pinning = BPFMAP_PIN_BY_NAME);
		struct bpfmap_create_opts opts = { sizeof(opts), bpffs, 0 };
		struct bpfmap *map = (void *)&spec;

		FAILS(bpfmap_create(&spec, &opts, &map), EINVAL, "contents");
		assert_ptr_equal(map, &spec);
	}
	assert_int_equal(count_fds(), fds);
	assert_false(exists(pin_path("e05_nothing")));
}

static void E05_too_many_contents(void **state)
{
	const uint32_t keys[] = { 1, 2 };
	const struct bpfmap_kv kvs[] = { { &keys[0], &keys[0], 4, 4 }, { &keys[1], &keys[1], 4, 4 } };
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 4, .max_entries = 1, .contents = kvs, .n_contents = 2);
	struct bpfmap *map;

	(void)state;
	FAILS(bpfmap_create(&spec, NULL, &map), E2BIG, "full");
}

static void E05_constant_data_is_frozen(void **state)
{
	static const struct {
		const char *name;
		bool asked, frozen;
	} cases[] = { { ".rodata", false, true }, { ".rodata.str", false, true },
		{ ".kconfig", false, true }, { ".data", false, false }, { "plain", true, true } };
	const uint32_t zero = 0, seven = 7;
	const struct bpfmap_kv kv = { &zero, &seven, 4, 4 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bpfmap_spec spec = BPFMAP_SPEC(.name = cases[i].name,
		    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
		    .freeze = cases[i].asked, .contents = &kv, .n_contents = 1);
		struct bpfmap *map = create(&spec);
		uint32_t value = 0;

		assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, &value), 0);
		assert_int_equal(value, 7);
		assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &zero, &zero, 0),
		    cases[i].frozen ? -EPERM : 0);
		bpfmap_free(map);
	}
}

static void E08_inner_maps(void **state)
{
	struct bpfmap_spec inner = BPFMAP_SPEC(.name = "inner", .type = BPF_MAP_TYPE_HASH,
	    .key_size = 4, .value_size = 8, .max_entries = 3);
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "outer", .type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
	    .key_size = 4, .max_entries = 2, .inner = &inner);
	struct bpfmap *map, *held = create(&inner), *got;
	const uint32_t zero = 0;
	const uint64_t value = 5;
	uint64_t read = 0;
	int fds = count_fds();

	(void)state;
	map = create(&spec);
	assert_int_equal(count_fds(), fds + 1); /* the template is dropped */
	FAILS(bpfmap_get_map(map, &zero, &got), ENOENT, "no entry");
	OK(bpfmap_put_map(map, &zero, held, BPF_ANY));
	OK(bpfmap_get_map(map, &zero, &got));
	assert_int_equal(bpfmap_id(got), bpfmap_id(held));
	OK(bpfmap_put(got, &zero, &value));
	OK(bpfmap_lookup(held, &zero, &read, sizeof(read), 0));
	assert_int_equal(read, 5);
	bpfmap_free(got);
	FAILS(bpfmap_put_map(map, &zero, NULL, 0), EINVAL, "needs a map");
	FAILS(bpfmap_put_map(held, &zero, map, 0), EINVAL, "holds no maps");
	FAILS(bpfmap_get_map(held, &zero, &got), EINVAL, "holds no maps");
	bpfmap_free(map);
	bpfmap_free(held);
}

static void E08_refusals(void **state)
{
	struct bpfmap_spec inner = BPFMAP_SPEC(.name = "inner", .type = BPF_MAP_TYPE_HASH,
	    .key_size = 4, .value_size = 8, .max_entries = 3, .pinning = BPFMAP_PIN_BY_NAME);
	struct bpfmap_spec spec = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4, .max_entries = 2);
	struct bpfmap *map;

	(void)state;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "needs the specification");
	spec.inner = &inner;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "pinned");
	spec.type = BPF_MAP_TYPE_HASH;
	spec.value_size = 4;
	inner.pinning = BPFMAP_PIN_NONE;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "holds no maps");
}

static void E08_the_template_is_empty(void **state)
{
	const uint32_t word = 1;
	const struct bpfmap_kv misfit = { &word, &word, 1, 1 };
	struct bpfmap_spec inner = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
	    .value_size = 4, .max_entries = 3, .contents = &misfit, .n_contents = 1);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4,
	    .max_entries = 2, .inner = &inner);

	(void)state;
	bpfmap_free(create(&spec)); /* contents that would not fit are not tried */
}

MAIN(mount_bpffs, umount_bpffs, T(E03_every_type_of_the_kernel),
    T(E03_names_are_cleaned_and_shortened), T(E03_names_that_the_kernel_has_not),
    T(E03_flags_extra_and_node_arrive), T(E03_btf_is_kept_where_the_type_takes_it),
    T(E03_btf_that_does_not_load_fails_the_creation), T(E04_reasons),
    T(E04_what_an_old_kernel_lacks), T(E05_contents_are_stored),
    T(E05_contents_of_other_families), T(E05_contents_that_do_not_fit_leave_nothing),
    T(E05_too_many_contents), T(E05_constant_data_is_frozen), T(E08_inner_maps), T(E08_refusals),
    T(E08_the_template_is_empty))
