/* SPDX-License-Identifier: MIT */
/* Codecs over every kind of leaf, for the fuzz targets of names and values. */
#ifndef TEXT_SHAPES_H
#define TEXT_SHAPES_H

#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define N_SHAPES 13
#define MAX_BYTES 512

/* A struct with a member of every kind; returns its type id and size. */
static int every_kind(struct btf *btf, uint32_t *ret_size)
{
	int u8 = btf__add_int(btf, "unsigned char", 1, 0), u16 = btf__add_int(btf, "unsigned short", 2, 0);
	int u32 = btf__add_int(btf, "unsigned int", 4, 0), s64 = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	int u128 = btf__add_int(btf, "unsigned __int128", 16, 0), chr = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	int bln = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL), dbl = btf__add_float(btf, "double", 8);
	int be16 = btf__add_typedef(btf, "__be16", u16), be32 = btf__add_typedef(btf, "__be32", u32);
	int ptr = btf__add_ptr(btf, 0), in6 = btf__add_struct(btf, "in6_addr", 16), e, u, s;
	int types[14];
	uint32_t at = 0;

	e = btf__add_enum(btf, "e", 2);
	btf__add_enum_value(btf, "ONE", 1);
	btf__add_enum_value(btf, "MINUS", -1);
	u = btf__add_union(btf, "u", 8);
	btf__add_field(btf, "l", s64, 0, 0);
	btf__add_field(btf, "c", chr, 0, 0);
	types[0] = btf__add_array(btf, u32, u8, 6);
	types[1] = btf__add_array(btf, u32, chr, 7);
	types[2] = btf__add_array(btf, u32, btf__add_array(btf, u32, u16, 2), 2);
	types[3] = btf__add_array(btf, u32, u8, 3);
	types[4] = btf__add_array(btf, u32, btf__add_array(btf, u32, chr, 2), 2);
	types[5] = btf__add_array(btf, u32, in6, 2);
	types[6] = s64, types[7] = u128, types[8] = bln, types[9] = dbl, types[10] = be16;
	types[11] = be32, types[12] = ptr, types[13] = e;
	s = btf__add_struct(btf, "all", 256);
	for (unsigned i = 0; i < 14; i++) {
		char name[2] = { (char)('a' + i) };

		btf__add_field(btf, name, types[i], at * 8, 0);
		at += (uint32_t)btf__resolve_size(btf, (uint32_t)types[i]);
	}
	btf__add_field(btf, "total", u, at * 8, 0);
	btf__add_field(btf, "lo", u32, at * 8 + 64, 3);
	btf__add_field(btf, "hi", u32, at * 8 + 67, 11);
	*ret_size = 256;
	return s;
}

static struct codec *shape_codec(unsigned which)
{
	static struct codec *codecs[N_SHAPES];
	static struct btf *btf;
	static uint32_t size, id;

	which %= N_SHAPES;
	if (codecs[which])
		return codecs[which];
	if (!btf) {
		btf = btf__new_empty();
		id = (uint32_t)every_kind(btf, &size);
	}
	struct text_shape shapes[N_SHAPES] = {
		{ .key_size = 4, .value_size = 4 },
		{ .key_size = 3, .value_size = 16 },
		{ .key_size = size, .value_size = size, .btf = btf, .key_type = id, .value_type = id },
		{ .key_size = 8, .value_size = size, .btf = btf, .value_type = id, .lpm = true, .cpus = 2 },
		{ .key_size = 20, .value_size = 8, .lpm = true, .cpus = 3 },
		{ .key_size = 7, .value_size = 7, .btf = btf, .key_type = 16, .value_type = 16 },
		{ .key_size = 4, .value_size = 5, .keys_are_indices = true, .max_entries = 100, .cpus = 1 },
		{ .key_size = 9, .value_size = 0, .lpm = true },
		{ .key_size = 4, .value_size = 4, .content = TEXT_DEVICE },
		{ .key_size = 4, .value_size = 8, .content = TEXT_DEVICE },
		{ .key_size = 4, .value_size = 8, .content = TEXT_CPU },
		{ .key_size = 4, .value_size = 64, .content = TEXT_STACK },
		{ .key_size = 4, .value_size = 96, .content = TEXT_BUILD_IDS },
	};
	for (uint32_t t = 1; t < btf__type_cnt(btf); t++)
		if (btf_is_array(btf__type_by_id(btf, t)) && btf_array(btf__type_by_id(btf, t))->nelems == 7)
			shapes[5].key_type = shapes[5].value_type = t;
	if (codec_new(&shapes[which], &codecs[which]))
		abort();
	return codecs[which];
}

/* Stops the run where a law does not hold. */
static inline void must(int holds)
{
	if (!holds)
		abort();
}

#endif
