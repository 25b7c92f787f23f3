// SPDX-License-Identifier: MIT
// E23, E26: specifications from objects, and the variables of their data sections.
#include "kernel.h"

#define DIR_ "build/tests/bpf/"
#define OBJECT DIR_ "engine_object.bpf.o"

static struct bpfmap_object *object;

static int open_object(void **state)
{
	(void)state;
	return bpfmap_object_open(OBJECT, &object);
}

static int close_object(void **state)
{
	(void)state;
	bpfmap_object_free(object);
	return 0;
}

static const struct bpfmap_spec *find(const char *name)
{
	const struct bpfmap_spec *spec = bpfmap_object_find(object, name);

	if (!spec)
		fail_msg("no %s", name);
	return spec;
}

static void E26_what_is_defined(void **state)
{
	const struct bpfmap_spec *spec = find("flows_by_address");

	(void)state;
	assert_int_equal(spec->type, BPF_MAP_TYPE_LRU_HASH);
	assert_int_equal(spec->key_size, 8);
	assert_int_equal(spec->value_size, 16);
	assert_int_equal(spec->max_entries, 1024);
	assert_int_equal(spec->flags, BPF_F_NO_COMMON_LRU);
	assert_int_equal(spec->pinning, BPFMAP_PIN_BY_NAME);
	assert_string_equal(btf__name_by_offset(spec->btf,
	    btf__type_by_id(spec->btf, spec->key_type_id)->name_off), "flow");
	assert_string_equal(btf__name_by_offset(spec->btf,
	    btf__type_by_id(spec->btf, spec->value_type_id)->name_off), "counters");
	spec = find("seen");
	assert_int_equal(spec->type, BPF_MAP_TYPE_BLOOM_FILTER);
	assert_int_equal(spec->map_extra, 3);
	assert_int_equal(spec->pinning, BPFMAP_PIN_NONE);
	assert_true(find("on_a_node")->has_numa_node);
	spec = find("tables");
	assert_int_equal(spec->type, BPF_MAP_TYPE_HASH_OF_MAPS);
	assert_int_equal(spec->inner->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(spec->inner->max_entries, 7);
	assert_int_equal(spec->inner->value_size, 8);
	assert_null(bpfmap_object_find(object, "none"));
	assert_null(bpfmap_object_spec(object, bpfmap_object_count(object)));
}

static void E26_all_of_them_can_be_created(void **state)
{
	(void)state;
	assert_int_equal(bpfmap_object_count(object), 7); /* 4 maps, .data, .rodata, .bss */
	for (size_t i = 0; i < bpfmap_object_count(object); i++) {
		struct bpfmap_spec spec = *bpfmap_object_spec(object, i);
		struct bpf_map_info info = { 0 };
		uint32_t len = sizeof(info);

		spec.pinning = BPFMAP_PIN_NONE;
		struct bpfmap *map = create(&spec);
		assert_int_equal(bpf_obj_get_info_by_fd(bpfmap_fd(map), &info, &len), 0);
		assert_int_equal(info.type, spec.type);
		assert_int_equal(info.btf_value_type_id, spec.inner ? 0 : spec.value_type_id);
		bpfmap_free(map);
	}
}

static void E26_old_definitions(void **state)
{
	struct bpfmap_object *old;
	const struct bpfmap_spec *spec;

	(void)state;
	OK(bpfmap_object_open(DIR_ "engine_olddef.bpf.o", &old));
	assert_int_equal(bpfmap_object_count(old), 2);
	spec = bpfmap_object_find(old, "first");
	assert_non_null(spec);
	assert_int_equal(spec->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(spec->key_size, 4);
	assert_int_equal(spec->value_size, 8);
	assert_int_equal(spec->max_entries, 16);
	assert_int_equal(spec->flags, BPF_F_NO_PREALLOC);
	spec = bpfmap_object_find(old, "second");
	assert_non_null(spec);
	assert_int_equal(spec->type, BPF_MAP_TYPE_ARRAY);
	assert_int_equal(spec->value_size, 32);
	bpfmap_free(create(spec));
	bpfmap_object_free(old);
	FAILS(bpfmap_object_open(DIR_ "engine_baddef.bpf.o", &old), EINVAL, "pinned has fields");
}

static void E26_no_object(void **state)
{
	struct bpfmap_object *none = (void *)state;
	int fds = count_fds();

	FAILS(bpfmap_object_open("/nonexistent", &none), ENOENT, "/nonexistent");
	FAILS(bpfmap_object_open("/etc/passwd", &none), EINVAL, "no ELF");
	FAILS(bpfmap_object_open("/dev/null", &none), EINVAL, "no ELF");
	assert_ptr_equal(none, state);
	assert_int_equal(count_fds(), fds);
	bpfmap_object_free(NULL);
}

static const struct bpfmap_variable *variable(const struct bpfmap_spec *spec, const char *name)
{
	static struct bpfmap_variable vars[8];
	int n = bpfmap_variables(spec->btf, spec->value_type_id, vars, COUNT(vars));

	for (int i = 0; i < n; i++)
		if (!strcmp(vars[i].name, name))
			return &vars[i];
	fail_msg("no variable %s: %s", name, bpfmap_errmsg());
	return NULL;
}

static void E23_variables_by_name(void **state)
{
	const struct bpfmap_spec *rodata = find(".rodata");
	const char *value = rodata->contents[0].value;
	const struct bpfmap_variable *var = variable(rodata, "limit");

	(void)state;
	assert_int_equal(var->size, 4);
	assert_int_equal(*(const uint32_t *)(value + var->offset), 17);
	var = variable(rodata, "mode");
	assert_int_equal(var->size, 4);
	assert_string_equal(value + var->offset, "abc");
	var = variable(find(".data"), "total");
	assert_int_equal(*(const uint64_t *)((const char *)find(".data")->contents[0].value +
			 var->offset), 5);
	assert_int_equal(variable(find(".bss"), "misses")->size, 4);
	assert_int_equal(bpfmap_variables(rodata->btf, rodata->value_type_id, NULL, 0), 2);
}

static void E23_rewritten_before_creation(void **state)
{
	const uint32_t limit = 99, zero = 0;
	const struct bpfmap_rewrite rewrites[] = { { "limit", &limit, 4 }, { "mode", "xyz", 4 } };
	struct bpfmap_spec *copy;
	char value[64];

	(void)state;
	OK(bpfmap_spec_copy(find(".rodata"), &copy));
	OK(bpfmap_spec_rewrite(copy, rewrites, 2));
	struct bpfmap *map = create(copy);
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, value), 0);
	assert_int_equal(*(uint32_t *)(value + variable(copy, "limit")->offset), 99);
	assert_string_equal(value + variable(copy, "mode")->offset, "xyz");
	/* Constants are frozen, so that programs may rely on them. */
	assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &zero, value, 0), -EPERM);
	FAILS(bpfmap_rewrite(map, rewrites, 2), EPERM, "frozen");
	/* The object's own is not touched. */
	assert_int_equal(*(const uint32_t *)((const char *)find(".rodata")->contents[0].value +
			 variable(copy, "limit")->offset), 17);
	bpfmap_free(map);
	bpfmap_spec_free(copy);
}

static void E23_rewritten_after_creation(void **state)
{
	const uint64_t total = 1234;
	const uint32_t zero = 0;
	const struct bpfmap_rewrite rewrite = { "total", &total, 8 };
	struct bpfmap *map = create(find(".data"));
	char value[64];

	(void)state;
	OK(bpfmap_rewrite(map, &rewrite, 1));
	assert_int_equal(bpf_map_lookup_elem(bpfmap_fd(map), &zero, value), 0);
	assert_int_equal(*(uint64_t *)(value + variable(find(".data"), "total")->offset), 1234);
	bpfmap_free(map);
}

static void E23_all_or_none(void **state)
{
	const uint64_t word = 1234;
	const struct bpfmap_rewrite unknown[] = { { "first_unknown", &word, 8 },
		{ "limit", &word, 4 }, { "second_unknown", &word, 8 } };
	const struct bpfmap_rewrite wrong[] = { { "mode", "xyz", 4 }, { "limit", &word, 8 } };
	struct bpfmap_spec *copy;

	(void)state;
	OK(bpfmap_spec_copy(find(".rodata"), &copy));
	FAILS(bpfmap_spec_rewrite(copy, unknown, 3), ENOENT, "first_unknown, second_unknown");
	FAILS(bpfmap_spec_rewrite(copy, wrong, 2), EINVAL, "limit has 4 bytes, not 8");
	assert_memory_equal(copy->contents[0].value, find(".rodata")->contents[0].value,
	    copy->value_size);
	((struct bpfmap_kv *)copy->contents)->value_len = 2;
	FAILS(bpfmap_spec_rewrite(copy, wrong, 1), ERANGE, "beyond");
	((struct bpfmap_kv *)copy->contents)->value_len = copy->value_size;
	bpfmap_spec_free(copy);
}

static void E23_what_is_no_data_section(void **state)
{
	const uint32_t word = 1;
	const struct bpfmap_rewrite rewrite = { "limit", &word, 4 };
	struct bpfmap_spec spec = *find(".rodata");
	struct bpfmap *plain = make(BPF_MAP_TYPE_ARRAY, 4, 4, 1);

	(void)state;
	spec.n_contents = 0;
	FAILS(bpfmap_spec_rewrite(&spec, &rewrite, 1), EINVAL, "exactly one content");
	spec.n_contents = 1;
	spec.value_type_id = 0;
	FAILS(bpfmap_spec_rewrite(&spec, &rewrite, 1), EOPNOTSUPP, "no BTF type");
	spec = *find("flows_by_address");
	FAILS(bpfmap_spec_rewrite(&spec, &rewrite, 1), EMEDIUMTYPE, "not a data section");
	FAILS(bpfmap_rewrite(plain, &rewrite, 1), EOPNOTSUPP, "without BTF");
	bpfmap_free(plain);
}

MAIN(open_object, close_object, T(E26_what_is_defined), T(E26_all_of_them_can_be_created),
    T(E26_old_definitions), T(E26_no_object), T(E23_variables_by_name),
    T(E23_rewritten_before_creation), T(E23_rewritten_after_creation), T(E23_all_or_none),
    T(E23_what_is_no_data_section))
