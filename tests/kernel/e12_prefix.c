// SPDX-License-Identifier: MIT
// E12: exact prefixes of a trie, which lookup does not tell from matches.
#include "kernel.h"

struct prefix {
	uint32_t bits;
	uint8_t address[4];
};

static struct bpfmap *trie(void)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8, .value_size = 4,
	    .max_entries = 1000, .flags = BPF_F_NO_PREALLOC);

	return create(&spec);
}

static void E12_every_prefix_of_a_full_tree(void **state)
{
	struct bpfmap *map = trie();
	uint32_t value = 1;

	(void)state;
	assert_int_equal(bpfmap_has_prefix(map, &(struct prefix){ 0 }), 0);
	for (uint32_t bits = 0; bits <= 32; bits += 4) /* a chain, and leaves beside it */
		for (unsigned side = 0; side < 2; side++) {
			struct prefix p = { bits, { 10, 20, 30, 40 } };
			if (side && bits)
				p.address[(bits - 1) / 8] ^= (uint8_t)(0x80 >> (bits - 1) % 8);
			assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &p, &value, 0), 0);
		}
	for (uint32_t bits = 0; bits <= 32; bits++) {
		struct prefix p = { bits, { 10, 20, 30, 40 } }, other = { bits, { 11, 20, 30, 40 } };
		assert_int_equal(bpfmap_has_prefix(map, &p), bits % 4 == 0);
		if (bits > 8)
			assert_int_equal(bpfmap_has_prefix(map, &other), 0);
	}
	bpfmap_free(map);
}

static void E12_prefixes_of_tries_alone(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_HASH, .key_size = 8, .value_size = 4, .max_entries = 1);
	struct bpfmap *map = create(&spec);
	struct prefix p = { 8, { 10 } };

	(void)state;
	FAILS(bpfmap_has_prefix(map, &p), EOPNOTSUPP, "prefixes");
	FAILS(bpfmap_has_prefix(NULL, &p), EBADF, "");
	bpfmap_free(map);
}

MAIN(NULL, NULL, cmocka_unit_test(E12_every_prefix_of_a_full_tree), cmocka_unit_test(E12_prefixes_of_tries_alone))
