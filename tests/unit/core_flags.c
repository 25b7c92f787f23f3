// SPDX-License-Identifier: MIT
// E01: map flags and types by name.
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/bpfmap.h"

static const struct {
	uint32_t flag;
	const char *name;
} known[] = {
	{ BPF_F_NO_PREALLOC, "no_prealloc" }, { BPF_F_NO_COMMON_LRU, "no_common_lru" },
	{ BPF_F_NUMA_NODE, "numa_node" }, { BPF_F_RDONLY, "rdonly" }, { BPF_F_WRONLY, "wronly" },
	{ BPF_F_STACK_BUILD_ID, "stack_build_id" }, { BPF_F_ZERO_SEED, "zero_seed" },
	{ BPF_F_RDONLY_PROG, "rdonly_prog" }, { BPF_F_WRONLY_PROG, "wronly_prog" },
	{ BPF_F_CLONE, "clone" }, { BPF_F_MMAPABLE, "mmapable" },
	{ BPF_F_PRESERVE_ELEMS, "preserve_elems" }, { BPF_F_INNER_MAP, "inner_map" },
	{ 1u << 13, "link" }, { 1u << 17, "segv_on_fault" }, { 1u << 18, "no_user_conv" },
};

static void each_flag_has_its_name(void **state)
{
	char text[64];
	uint32_t flag;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(bpfmap_flag_names(known[i].flag, text, sizeof(text)),
		    strlen(known[i].name));
		assert_string_equal(text, known[i].name);
		assert_int_equal(bpfmap_flag_by_name(known[i].name, &flag), 0);
		assert_int_equal(flag, known[i].flag);
	}
}

static void every_bit_can_be_written_back(void **state)
{
	(void)state;
	for (int bit = 0; bit < 32; bit++) {
		char text[64];
		uint32_t flag = 0;

		assert_true(bpfmap_flag_names(1u << bit, text, sizeof(text)) > 0);
		assert_int_equal(bpfmap_flag_by_name(text, &flag), 0);
		assert_int_equal(flag, 1u << bit);
	}
}

static void several_are_listed(void **state)
{
	char text[64], small[8];

	(void)state;
	assert_int_equal(bpfmap_flag_names(0, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(bpfmap_flag_names(BPF_F_MMAPABLE | BPF_F_NO_PREALLOC | 1u << 31, text,
			     sizeof(text)),
	    strlen("no_prealloc,mmapable,0x80000000"));
	assert_string_equal(text, "no_prealloc,mmapable,0x80000000");
	assert_int_equal(bpfmap_flag_names(BPF_F_MMAPABLE | BPF_F_NO_PREALLOC, small, sizeof(small)),
	    strlen("no_prealloc,mmapable"));
	assert_string_equal(small, "no_prea");
	assert_int_equal(bpfmap_flag_names(BPF_F_MMAPABLE, NULL, 0), strlen("mmapable"));
}

static void what_is_no_flag(void **state)
{
	static const char *const bad[] = { "", "NO_PREALLOC", "mmap", "0x", "0xg", "0x1ffffffff", "7" };
	uint32_t flag = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(bpfmap_flag_by_name(bad[i], &flag), -EINVAL);
		assert_non_null(strstr(bpfmap_errmsg(), bad[i]));
	}
	assert_int_equal(bpfmap_flag_by_name(NULL, &flag), -EINVAL);
	assert_int_equal(flag, 42);
}

static void types_by_name(void **state)
{
	(void)state;
	assert_int_equal(bpfmap_type_by_name("hash"), 1);
	assert_int_equal(bpfmap_type_by_name("percpu_cgroup_storage"), 21);
	assert_int_equal(bpfmap_type_by_name("arena"), 33);
	for (uint32_t type = 1; type <= BPFMAP_TYPE_MAX; type++)
		assert_int_equal(bpfmap_type_by_name(bpfmap_type_name(type)), type);
	assert_int_equal(bpfmap_type_by_name("Hash"), -EINVAL);
	assert_int_equal(bpfmap_type_by_name(NULL), -EINVAL);
	assert_null(bpfmap_type_name(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flag_has_its_name),
		cmocka_unit_test(every_bit_can_be_written_back),
		cmocka_unit_test(several_are_listed),
		cmocka_unit_test(what_is_no_flag),
		cmocka_unit_test(types_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
