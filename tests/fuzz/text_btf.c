/* SPDX-License-Identifier: MIT */
/*
 * Any BTF: types built from the input with any sizes, offsets and references, then a key and a
 * value of one of them. It must compile, and text must lead back to the bytes.
 */
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define MAX_TYPES 24
#define MAX_SIZE 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t next(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static const char *next_name(struct input *in)
{
	static const char *const names[] = { "a", "b", "c", "total", "cpu0", "", "0", "x.y", "a=b", "bpf_spin_lock",
					     "in6_addr", "in_addr", "__be32", "__be16", "char", "kptr" };

	return names[next(in) % 16];
}

static uint32_t next_size(struct input *in)
{
	static const uint32_t sizes[] = { 0, 1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 64, 255, 65536, UINT32_MAX };

	return sizes[next(in) % 16];
}

/* Members with offsets, widths and types as they come. */
static void add_members(struct input *in, struct btf *btf)
{
	for (unsigned n = next(in) % 6; n; n--) {
		uint32_t type = next(in) % MAX_TYPES, bit = next(in), bits = next(in) % 4 ? 0 : next(in) % 70;

		btf__add_field(btf, next_name(in), (int)type, bits ? bit : bit % 32 * 8, bits);
	}
}

static void add_enumerators(struct input *in, struct btf *btf, int wide)
{
	for (unsigned n = next(in) % 4; n; n--) {
		const char *name = next_name(in);

		if (wide)
			btf__add_enum64_value(btf, name, (uint64_t)(int8_t)next(in));
		else
			btf__add_enum_value(btf, name, (int8_t)next(in));
	}
}

static void add_type(struct input *in, struct btf *btf)
{
	uint8_t kind = next(in);
	const char *name = next_name(in);
	int ref = next(in) % MAX_TYPES;
	uint32_t size = next_size(in);

	switch (kind % 14) {
	case 0:
		btf__add_int(btf, *name ? name : "int", size, next(in) % 8);
		break;
	case 1:
		btf__add_ptr(btf, ref);
		break;
	case 2:
		btf__add_array(btf, 1, ref, next(in) % 8 ? next(in) % 9 : size);
		break;
	case 3:
	case 4:
		btf__add_struct(btf, name, size);
		add_members(in, btf);
		break;
	case 5:
	case 6:
		btf__add_union(btf, name, size);
		add_members(in, btf);
		break;
	case 7:
		btf__add_enum(btf, name, size);
		add_enumerators(in, btf, 0);
		break;
	case 8:
		btf__add_enum64(btf, name, size, next(in) % 2);
		add_enumerators(in, btf, 1);
		break;
	case 9:
		btf__add_typedef(btf, *name ? name : "t", ref);
		break;
	case 10:
		btf__add_const(btf, ref);
		break;
	case 11:
		btf__add_float(btf, *name ? name : "f", size);
		break;
	case 12:
		btf__add_type_tag(btf, *name ? name : "kptr", ref);
		break;
	default:
		btf__add_var(btf, *name ? name : "v", BTF_VAR_STATIC, ref ? ref : 1);
		btf__add_datasec(btf, ".data", size);
		btf__add_datasec_var_info(btf, (int)btf__type_cnt(btf) - 2, next(in), next(in));
	}
}

static void must(int holds)
{
	if (!holds)
		abort();
}

static void check(struct codec *codec, struct input *in, size_t size)
{
	uint8_t bytes[MAX_SIZE], back[MAX_SIZE];
	struct text_buf text = { 0 };
	struct text_note note;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = in->size ? next(in) : (uint8_t)(i * 37);
	must(!name_print(codec, bytes, &text));
	must(text.len > 0);
	must(!name_parse(codec, text.data, text.len, back, &note));
	must(!memcmp(bytes, back, size));
	text.len = 0;
	must(!value_print(codec, bytes, &text));
	must(text.len <= codec_line_limit(codec));
	must(value_parse(codec, text.data, text.len, back, &note) == TEXT_WHOLE);
	text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct btf *btf = btf__new_empty();

	while (in.size > 8 && btf__type_cnt(btf) < MAX_TYPES)
		add_type(&in, btf);
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		int64_t bytes = btf__resolve_size(btf, id);
		struct text_shape shape = { .btf = btf, .key_type = id, .value_type = id };
		struct codec *codec;

		if (bytes <= 0 || bytes > MAX_SIZE)
			bytes = 8;
		shape.key_size = shape.value_size = (uint32_t)bytes;
		must(!codec_new(&shape, &codec));
		check(codec, &in, (size_t)bytes);
		codec_free(codec);
	}
	btf__free(btf);
	return 0;
}
