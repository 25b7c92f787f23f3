// SPDX-License-Identifier: MIT
// E18: telling the keys that a restarted walk gives again.
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/seen.h"

struct prefix {
	uint32_t bits;
	uint8_t data[4];
};

/* All prefixes of up to depth bits in the order of a walk: both halves, then the whole. */
static size_t list_prefixes(struct prefix *out, size_t n, uint32_t value, uint32_t bits, uint32_t depth)
{
	if (bits < depth) {
		n = list_prefixes(out, n, value, bits + 1, depth);
		n = list_prefixes(out, n, value | 0x80000000u >> bits, bits + 1, depth);
	}
	value = htobe32(value);
	out[n].bits = bits;
	memcpy(out[n].data, &value, 4);
	return n + 1;
}

static void a_trie_in_its_own_order(void **state)
{
	static struct prefix all[4096];
	size_t n = list_prefixes(all, 0, 0, 0, 11);
	struct bm_seen *seen = bm_seen_new(BM_WALK_TRIE, sizeof(struct prefix));

	(void)state;
	assert_int_equal(n, 4095);
	assert_non_null(seen);
	for (size_t i = 0; i < n; i++) {
		assert_false(bm_seen_has(seen, &all[i]));
		bm_seen_add(seen, &all[i]);
		for (size_t j = 0; j < n; j += 61) /* a restart gives these again, those not */
			assert_int_equal(bm_seen_has(seen, &all[j]), j <= i);
	}
	bm_seen_free(seen);
}

/* The kernel looks at the prefix alone: two spellings are one key. */
static void bits_beyond_the_prefix_do_not_count(void **state)
{
	struct bm_seen *seen = bm_seen_new(BM_WALK_TRIE, sizeof(struct prefix));
	const struct prefix one = { 12, { 10, 0x10, 0, 0 } }, same = { 12, { 10, 0x1f, 0xff, 1 } };
	const struct prefix next = { 12, { 10, 0x20, 0, 0 } };

	(void)state;
	bm_seen_add(seen, &one);
	assert_true(bm_seen_has(seen, &same));
	assert_false(bm_seen_has(seen, &next));
	bm_seen_free(seen);
}

static void rising_numbers(void **state)
{
	struct bm_seen *seen = bm_seen_new(BM_WALK_RISING, 4);
	const uint32_t numbers[] = { 0, 1, 255, 256, 0x7fffffff, 0x80000000, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		assert_false(bm_seen_has(seen, &numbers[i]));
		bm_seen_add(seen, &numbers[i]);
		for (size_t j = 0; j < 7; j++)
			assert_int_equal(bm_seen_has(seen, &numbers[j]), j <= i);
	}
	bm_seen_free(seen);
}

/* In no order: none that is new is taken for an old one, and the first ones are remembered. */
static void any_order(void **state)
{
	struct bm_seen *seen = bm_seen_new(BM_WALK_HASH, 8);
	const uint64_t spread = 0x9e3779b97f4a7c15u;

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		uint64_t key = i * spread;

		assert_false(bm_seen_has(seen, &key));
		bm_seen_add(seen, &key);
	}
	for (uint64_t i = 0; i < 6000; i++) {
		uint64_t key = i * spread;

		assert_true(bm_seen_has(seen, &key));
	}
	bm_seen_free(seen);
	bm_seen_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trie_in_its_own_order),
		cmocka_unit_test(bits_beyond_the_prefix_do_not_count),
		cmocka_unit_test(rising_numbers),
		cmocka_unit_test(any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
