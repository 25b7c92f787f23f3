// SPDX-License-Identifier: MIT
// E01, E02, E07: specifications: copies, print, fix-ups, comparison.
#include "kernel.h"

static void E01_copy_is_deep(void **state)
{
	char name[] = "flows";
	uint32_t key = 7;
	uint64_t value = 9;
	struct bpfmap_kv kv = { &key, &value, sizeof(key), sizeof(value) };
	struct bpfmap_spec inner = BPFMAP_SPEC(.name = "in", .type = BPF_MAP_TYPE_ARRAY,
	    .key_size = 4, .value_size = 4, .max_entries = 2);
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = name, .type = BPF_MAP_TYPE_HASH,
	    .key_size = 4, .value_size = 8, .max_entries = 3, .flags = BPF_F_NO_PREALLOC,
	    .numa_node = 1, .has_numa_node = true, .map_extra = 5, .freeze = true,
	    .pinning = BPFMAP_PIN_BY_NAME, .contents = &kv, .n_contents = 1, .inner = &inner);
	struct bpfmap_spec *copy;

	(void)state;
	OK(bpfmap_spec_copy(&spec, &copy));
	memset(name, 'x', 5);
	key = 0;
	value = 0;
	inner.max_entries = 99;
	assert_string_equal(copy->name, "flows");
	assert_int_equal(*(const uint32_t *)copy->contents[0].key, 7);
	assert_int_equal(*(const uint64_t *)copy->contents[0].value, 9);
	assert_int_equal(copy->inner->max_entries, 2);
	assert_string_equal(copy->inner->name, "in");
	assert_int_equal(copy->map_extra, 5);
	assert_int_equal(copy->flags, BPF_F_NO_PREALLOC);
	assert_true(copy->freeze && copy->has_numa_node && copy->numa_node == 1);
	assert_int_equal(copy->pinning, BPFMAP_PIN_BY_NAME);
	bpfmap_spec_free(copy);
	bpfmap_spec_free(NULL);
}

static void E01_copy_of_a_spec_that_is_its_own_inner(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "self", .type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
	    .key_size = 4, .max_entries = 1);
	struct bpfmap_spec *copy;
	char text[256];

	(void)state;
	spec.inner = &spec;
	OK(bpfmap_spec_copy(&spec, &copy));
	assert_ptr_equal(copy->inner, copy);
	assert_true(bpfmap_spec_print(copy, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "inner=itself"));
	bpfmap_spec_free(copy);
}

static void E01_printed(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "flows", .type = BPF_MAP_TYPE_LRU_HASH,
	    .key_size = 4, .value_size = 8, .max_entries = 3, .flags = BPF_F_NO_COMMON_LRU);
	const char *expected =
	    "LRUHash(flows, key_size=4, value_size=8, max_entries=3, flags=no_common_lru)";
	char text[256], shorter[10];

	(void)state;
	assert_int_equal(bpfmap_spec_print(&spec, text, sizeof(text)), strlen(expected));
	assert_string_equal(text, expected);
	assert_int_equal(bpfmap_spec_print(&spec, shorter, sizeof(shorter)), strlen(expected));
	assert_memory_equal(shorter, expected, 9);
	assert_int_equal(shorter[9], '\0');
}

static void E01_size_must_be_set(void **state)
{
	struct bpfmap_spec spec = { .type = BPF_MAP_TYPE_HASH };
	struct bpfmap *map = (void *)&spec;

	(void)state;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "BPFMAP_SPEC");
	assert_ptr_equal(map, &spec);
}

static void E02_maps_of_maps_have_values_of_4(void **state)
{
	struct bpfmap_spec inner = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4,
	    .max_entries = 1, .inner = &inner);
	struct bpfmap *map = create(&spec);

	(void)state;
	assert_int_equal(bpfmap_value_size(map), 4);
	assert_int_equal(spec.value_size, 0); /* the caller's stays */
	bpfmap_free(map);
	spec.value_size = 8;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "must be 4, not 8");
	spec.type = BPF_MAP_TYPE_HASH_OF_MAPS;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "must be 4, not 8");
}

static uint32_t entries_of(uint32_t type, uint32_t key, uint32_t value, uint32_t entries)
{
	struct bpfmap *map = make(type, key, value, entries);
	uint32_t has = bpfmap_max_entries(map);

	bpfmap_free(map);
	return has;
}

static void E02_perf_event_arrays_are_one_per_cpu(void **state)
{
	uint32_t cpus = (uint32_t)libbpf_num_possible_cpus();
	struct bpfmap_spec spec = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 8, .value_size = 4);
	struct bpfmap *map;

	(void)state;
	assert_int_equal(entries_of(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 0, 0, 0), cpus);
	assert_int_equal(entries_of(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, cpus + 1), cpus);
	assert_int_equal(entries_of(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1), 1);
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "key_size");
	spec.key_size = 4;
	spec.value_size = 1;
	FAILS(bpfmap_create(&spec, NULL, &map), EINVAL, "value_size");
}

static void E02_cpu_maps_are_no_larger_than_the_cpus(void **state)
{
	uint32_t cpus = (uint32_t)libbpf_num_possible_cpus();

	(void)state;
	assert_int_equal(entries_of(BPF_MAP_TYPE_CPUMAP, 4, 4, 0), cpus);
	assert_int_equal(entries_of(BPF_MAP_TYPE_CPUMAP, 4, 4, cpus + 7), cpus);
	assert_int_equal(entries_of(BPF_MAP_TYPE_CPUMAP, 4, 4, 1), 1);
}

static void E07_every_difference_is_listed(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 16);
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_LRU_HASH, .key_size = 5,
	    .value_size = 9, .max_entries = 17, .flags = BPF_F_NO_PREALLOC);

	(void)state;
	FAILS(bpfmap_spec_compatible(&spec, map), BPFMAP_INCOMPATIBLE, "type is Hash, not LRUHash");
	assert_non_null(strstr(bpfmap_errmsg(), "key_size is 4, not 5"));
	assert_non_null(strstr(bpfmap_errmsg(), "value_size is 8, not 9"));
	assert_non_null(strstr(bpfmap_errmsg(), "max_entries is 16, not 17"));
	assert_non_null(strstr(bpfmap_errmsg(), "flags are 0, not 0x1"));
	bpfmap_free(map);
}

static void E07_one_difference_is_enough(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_HASH, 4, 8, 16);
	const struct bpfmap_spec same = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 16);
	struct bpfmap_spec other[5] = { same, same, same, same, same };

	(void)state;
	OK(bpfmap_spec_compatible(&same, map));
	other[0].type = BPF_MAP_TYPE_LRU_HASH;
	other[1].key_size = 8;
	other[2].value_size = 4;
	other[3].max_entries = 15;
	other[4].flags = BPF_F_ZERO_SEED;
	for (size_t i = 0; i < COUNT(other); i++)
		FAILS(bpfmap_spec_compatible(&other[i], map), BPFMAP_INCOMPATIBLE, "differs");
	bpfmap_free(map);
}

static void E07_compares_after_the_fixups(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	struct bpfmap *map = create(&spec);

	(void)state;
	OK(bpfmap_spec_compatible(&spec, map));
	bpfmap_free(map);
}

static void E07_what_the_kernel_changes_is_no_difference(void **state)
{
	struct bpfmap_spec dev = BPFMAP_SPEC(
	    .type = BPF_MAP_TYPE_DEVMAP, .key_size = 4, .value_size = 4, .max_entries = 4);
	struct bpfmap_spec lru = BPFMAP_SPEC(.type = BPF_MAP_TYPE_LRU_HASH, .key_size = 4,
	    .value_size = 4, .max_entries = 1001, .flags = BPF_F_NO_COMMON_LRU);
	struct bpfmap_spec rdonly = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 4,
	    .value_size = 4, .max_entries = 4, .flags = BPF_F_RDONLY);
	struct bpfmap *map;

	(void)state;
	map = create(&dev);
	assert_true(bpfmap_flags(map) & BPF_F_RDONLY_PROG); /* or there is nothing to forgive */
	OK(bpfmap_spec_compatible(&dev, map));
	bpfmap_free(map);
	map = create(&lru);
	OK(bpfmap_spec_compatible(&lru, map));
	bpfmap_free(map);
	map = create(&rdonly);
	OK(bpfmap_spec_compatible(&rdonly, map));
	bpfmap_free(map);
}

MAIN(NULL, NULL, T(E01_copy_is_deep), T(E01_copy_of_a_spec_that_is_its_own_inner),
    T(E01_printed), T(E01_size_must_be_set), T(E02_maps_of_maps_have_values_of_4),
    T(E02_perf_event_arrays_are_one_per_cpu), T(E02_cpu_maps_are_no_larger_than_the_cpus),
    T(E07_every_difference_is_listed), T(E07_one_difference_is_enough),
    T(E07_compares_after_the_fixups), T(E07_what_the_kernel_changes_is_no_difference))
