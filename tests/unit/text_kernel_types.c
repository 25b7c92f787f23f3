/* SPDX-License-Identifier: MIT */
/*
 * The running kernel's own types, as found in the wild: nested, packed, with unions and
 * bit-fields of every shape. Keys come back to the bit; values print the same again.
 */
#include "text_help.h"

#define MAX_SIZE 2048
#define STEP 5 /* every fifth type */

static void fill(uint8_t *bytes, uint32_t size, uint32_t id)
{
	uint32_t v = id * 2654435761u | 1;

	for (uint32_t i = 0; i < size; i++) {
		v = v * 1664525 + 1013904223;
		bytes[i] = id % 3 ? (uint8_t)(v >> 24) : (uint8_t)(v >> 31);
	}
}

static void check(const struct codec *codec, uint32_t id, uint32_t size)
{
	static uint8_t bytes[MAX_SIZE], back[MAX_SIZE];
	struct text_buf text = { 0 }, again = { 0 };
	struct text_note note = { "" };

	fill(bytes, size, id);
	assert_int_equal(name_print(codec, bytes, &text), 0);
	if (name_parse(codec, text.data, text.len, back, &note) || memcmp(bytes, back, size))
		fail_msg("type %u: %s: %s", id, note.msg, text.data);
	text.len = 0;
	assert_int_equal(value_print(codec, bytes, &text), 0);
	memset(back, 0, size);
	if (value_parse(codec, text.data, text.len, back, &note) != TEXT_WHOLE)
		fail_msg("type %u: %s: %s", id, note.msg, text.data);
	assert_int_equal(value_print(codec, back, &again), 0);
	assert_string_equal(text.data, again.data);
	text_free(&text);
	text_free(&again);
}

static void test_types_of_the_kernel(void **state)
{
	struct btf *btf = *state;
	unsigned checked = 0;

	for (uint32_t id = 1; id < btf__type_cnt(btf); id += STEP) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		int64_t size = btf_is_datasec(t) || btf_is_var(t) ? 0 : btf__resolve_size(btf, id);
		struct text_shape shape = { .btf = btf, .key_type = id, .value_type = id };
		struct codec *codec;

		if (size <= 0 || size > MAX_SIZE)
			continue;
		shape.key_size = shape.value_size = (uint32_t)size;
		codec = codec_of(shape);
		check(codec, id, (uint32_t)size);
		codec_free(codec);
		checked++;
	}
	assert_true(checked > 1000);
}

int main(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct CMUnitTest tests[] = { cmocka_unit_test_prestate(test_types_of_the_kernel, btf) };
	int failed;

	if (!btf) {
		puts("SKIP: this kernel shows no BTF of its own");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	btf__free(btf);
	return failed;
}
