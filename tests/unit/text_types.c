/* SPDX-License-Identifier: MIT */
/* BTF types as plans: nesting, unions, bit-fields, data sections, kernel-only fields, hostile BTF. */
#include "text_help.h"

#include <sys/resource.h>
#include <time.h>

static struct codec *value_codec(const struct types *t, int type, uint32_t size)
{
	return codec_of((struct text_shape){ .value_size = size, .btf = t->btf, .value_type = (uint32_t)type });
}

/* The text of the bytes, and the bytes of the text. */
static void both_ways(const struct codec *codec, const void *bytes, const char *text)
{
	size_t size = codec_value_bytes(codec);
	uint8_t *back = calloc(1, size);

	shows_value(codec, bytes, text);
	accepts(codec, text, TEXT_WHOLE, back);
	assert_memory_equal(back, bytes, size);
	free(back);
}

/* ---- nesting ---- */

static void test_nested(void **unused)
{
	struct types t = types_new();
	int last = btf__add_typedef(t.btf, "x", btf__add_const(t.btf, btf__add_volatile(t.btf, t.u32)));
	int inner = btf__add_struct(t.btf, "inner", 4), anonymous, outer;
	const uint8_t v[12] = { 1, 0, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0 };
	struct codec *codec;

	(void)unused;
	member(&t, "a", t.u16, 0);
	member(&t, "b", t.u16, 2);
	anonymous = btf__add_struct(t.btf, NULL, 4);
	member(&t, "c", t.u32, 0);
	outer = btf__add_struct(t.btf, "outer", 12);
	member(&t, "in", inner, 0);
	member(&t, NULL, anonymous, 4);
	member(&t, "last", last, 8);
	codec = value_codec(&t, btf__add_typedef(t.btf, "outer_t", outer), 12);
	both_ways(codec, v, "in.a=1 in.b=2 c=3 last=4");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_arrays_of_structs(void **unused)
{
	struct types t = types_new();
	int pair = btf__add_struct(t.btf, "pair", 2), pairs, grid, id;
	const uint8_t v[14] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };
	uint8_t w[14] = { 0 };
	struct codec *codec;

	(void)unused;
	member(&t, "a", t.u8, 0);
	member(&t, "b", t.u8, 1);
	pairs = array_of(&t, pair, 1);
	grid = array_of(&t, array_of(&t, t.s8, 3), 4);
	id = btf__add_struct(t.btf, "s", 14);
	member(&t, "v", pairs, 0);
	member(&t, "m", grid, 2);
	codec = value_codec(&t, id, 14);
	both_ways(codec, v, "v.0.a=1 v.0.b=2 m=3,4,5,6,7,8,9,10,11,12,13,14");
	accepts(codec, "m.1.2=-5 v.0.a=9", TEXT_PARTIAL, w);
	accepts(codec, "m.3=7,8,9", TEXT_PARTIAL, w);
	accepts(codec, "m.0=0x010203", TEXT_PARTIAL, w);
	shows_value(codec, w, "v.0.a=9 v.0.b=0 m=1,2,3,0,0,-5,0,0,0,7,8,9");
	accepts(codec, "v.0=0x0506", TEXT_PARTIAL, w);
	assert_memory_equal(w, "\5\6", 2);
	reject(codec, "m.1=1,2", -EINVAL, "exactly 3 items");
	reject(codec, "m.4=1,2,3", -EINVAL, "no field 'm.4'");
	reject(codec, "m.1.3=1", -EINVAL, "no field 'm.1.3'");
	reject(codec, "m.1=1,2,3 m.1.0=1", -EINVAL, "m.1.0 is given twice");
	codec_free(codec);

	codec = value_codec(&t, array_of(&t, pair, 3), 6);
	both_ways(codec, v, "0.a=1 0.b=2 1.a=3 1.b=4 2.a=5 2.b=6");
	codec_free(codec);
	codec = value_codec(&t, array_of(&t, array_of(&t, pair, 2), 2), 8);
	both_ways(codec, v, "0.0.a=1 0.0.b=2 0.1.a=3 0.1.b=4 1.0.a=5 1.0.b=6 1.1.a=7 1.1.b=8");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_arrays_of_nothing(void **unused)
{
	struct types t = types_new();
	int none = array_of(&t, t.u64, 0), empty = btf__add_struct(t.btf, "empty", 0), id;
	struct codec *codec;

	(void)unused;
	id = btf__add_struct(t.btf, "s", 4);
	member(&t, "n", t.u32, 0);
	member(&t, "e", empty, 4);
	member(&t, "tail", none, 4);
	codec = value_codec(&t, id, 4);
	both_ways(codec, &(uint32_t){ 5 }, "n=5");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_char_arrays(void **unused)
{
	struct types t = types_new();
	int signed_chars = array_of(&t, t.s8, 2), bytes = array_of(&t, array_of(&t, t.u8, 2), 2);
	int text = array_of(&t, btf__add_const(t.btf, btf__add_typedef(t.btf, "c", t.chr)), 2);
	int id = btf__add_struct(t.btf, "s", 8);
	struct codec *codec;

	(void)unused;
	member(&t, "s", signed_chars, 0);
	member(&t, "b", bytes, 2);
	member(&t, "t", text, 6);
	codec = value_codec(&t, id, 8);
	both_ways(codec, "\xff\1\1\2\3\4hi", "s=-1,1 b=0x0102,0x0304 t=hi");
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- bit-fields ---- */

static void test_bit_fields(void **unused)
{
	struct types t = types_new();
	int e = btf__add_enum(t.btf, "e", 4), id;
	uint8_t v[8] = { 0 };
	struct codec *codec;

	(void)unused;
	btf__add_enum_value(t.btf, "ONE", 1);
	btf__add_enum_value(t.btf, "BIG", 9);
	id = btf__add_struct(t.btf, "s", 8);
	btf__add_field(t.btf, "a", t.u32, 0, 3);
	btf__add_field(t.btf, "b", t.s32, 3, 7);
	btf__add_field(t.btf, "c", t.bln, 10, 1);
	btf__add_field(t.btf, "d", e, 11, 2);
	btf__add_field(t.btf, "f", t.u64, 13, 47);
	codec = value_codec(&t, id, 8);
	memset(v, 0xff, 8);
	shows_value(codec, v, "a=7 b=-1 c=true d=3 f=140737488355327");
	accepts(codec, "a=5 b=-64 c=false d=ONE f=0", TEXT_WHOLE, v);
	shows_value(codec, v, "a=5 b=-64 c=false d=ONE f=0");
	assert_int_equal(v[7], 0xf0);
	accepts(codec, "b=63", TEXT_PARTIAL, v);
	accepts(codec, "f+=140737488355327", TEXT_PARTIAL, v);
	shows_value(codec, v, "a=5 b=63 c=false d=ONE f=140737488355327");
	reject(codec, "a=8", -ERANGE, "u3, 0 to 7");
	reject(codec, "b=64", -ERANGE, "s7, -64 to 63");
	reject(codec, "d=BIG", -ERANGE, "does not fit d, which has 2 bits");
	reject(codec, "a=1 a=1", -EINVAL, "a is given twice");
	codec_free(codec);
	btf__free(t.btf);
}

/* Each field of a byte on its own, against shifts written out. */
static void test_bits_against_shifts(void **unused)
{
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "s", 8);
	struct codec *codec;
	uint64_t v = 0x9e3779b97f4a7c15u;
	char text[128];

	(void)unused;
	btf__add_field(t.btf, "x", t.u64, 0, 5);
	btf__add_field(t.btf, "y", t.u64, 5, 33);
	btf__add_field(t.btf, "z", t.u64, 38, 26);
	codec = value_codec(&t, id, 8);
	snprintf(text, sizeof(text), "x=%llu y=%llu z=%llu", (unsigned long long)(v & 31),
		 (unsigned long long)(v >> 5 & 0x1ffffffff), (unsigned long long)(v >> 38));
	both_ways(codec, &v, text);
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- unions ---- */

static void test_union(void **unused)
{
	struct types t = types_new();
	int u = btf__add_union(t.btf, "u", 8), id;
	uint8_t v[12] = { 0 };
	struct codec *codec;

	(void)unused;
	member(&t, "small", t.u16, 0);
	member(&t, "large", t.u64, 0);
	member(&t, "equal", t.s64, 0);
	id = btf__add_struct(t.btf, "s", 12);
	member(&t, "u", u, 0);
	member(&t, "n", t.u32, 8);
	codec = value_codec(&t, id, 12);
	both_ways(codec, "\1\0\0\0\0\0\0\0\2\0\0", "u.large=1 n=2");
	accepts(codec, "u.equal=-1 n=5", TEXT_WHOLE, v);
	shows_value(codec, v, "u.large=18446744073709551615 n=5");
	accepts(codec, "u.small=0", TEXT_PARTIAL, v);
	shows_value(codec, v, "u.large=18446744073709486080 n=5");
	accepts(codec, "u=0x0100000000000000", TEXT_PARTIAL, v);
	shows_value(codec, v, "u.large=1 n=5");
	reject(codec, "u.small=1 u.large=1", -EINVAL, "u.large is given twice");
	codec_free(codec);
	codec = value_codec(&t, u, 8);
	both_ways(codec, "\1\0\0\0\0\0\0", "large=1");
	codec_free(codec);
	btf__free(t.btf);
}

/* The largest member has a gap where another one has data. */
static void test_union_with_gap(void **unused)
{
	struct types t = types_new();
	int gap = btf__add_struct(t.btf, "gap", 8), u, id;
	uint8_t v[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct codec *codec;

	(void)unused;
	member(&t, "a", t.u8, 0);
	member(&t, "b", t.u32, 4);
	u = btf__add_union(t.btf, "u", 8);
	member(&t, "g", gap, 0);
	member(&t, "n", t.u16, 0);
	id = btf__add_struct(t.btf, "s", 12);
	member(&t, "u", u, 0);
	member(&t, "n", t.u32, 8);
	codec = value_codec(&t, id, 12);
	both_ways(codec, v, "u=0x0102030405060708 n=9");
	accepts(codec, "u.n=0 u.g.b=1", TEXT_PARTIAL, v);
	shows_value(codec, v, "u=0x0000030401000000 n=9");
	codec_free(codec);
	codec = value_codec(&t, u, 8);
	both_ways(codec, "\1\2\3\4\5\6\7\10", "0x0102030405060708");
	accepts(codec, "n=0", TEXT_PARTIAL, v);
	codec_free(codec);
	/* Without a name of its own the union has no field: what is around it is bytes. */
	id = btf__add_struct(t.btf, "around", 12);
	member(&t, NULL, u, 0);
	member(&t, "k", t.u32, 8);
	codec = value_codec(&t, id, 12);
	both_ways(codec, "\1\2\3\4\5\6\7\10\11\0\0", "0x010203040506070809000000");
	accepts(codec, "g.a=0 k=10", TEXT_PARTIAL, v);
	codec_free(codec);
	btf__free(t.btf);
}

static void test_union_in_key(void **unused)
{
	struct types t = types_new();
	int u = btf__add_union(t.btf, NULL, 4), id;
	struct codec *codec;

	(void)unused;
	member(&t, "addr", t.be32, 0);
	member(&t, "id", t.u32, 0);
	id = btf__add_struct(t.btf, "s", 8);
	member(&t, NULL, u, 0);
	member(&t, "port", t.u32, 4);
	codec = codec_both(&t, id, 8);
	shows_name(codec, "\12\0\0\1\2\0\0", "addr=10.0.0.1,port=2");
	accept_name(codec, "id=0x0100000a,port=2", "\12\0\0\1\2\0\0", 8);
	accept_name(codec, "10.0.0.1,2", "\12\0\0\1\2\0\0", 8);
	reject_name(codec, "addr=10.0.0.1,id=5,port=2", "id is given twice");
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- kernel-only ---- */

static void test_kernel_only(void **unused)
{
	struct types t = types_new();
	int lock = btf__add_struct(t.btf, "bpf_spin_lock", 4), timer, kptr, plain, id;
	uint8_t v[48] = { 1, [4] = 2, [8] = 3, [24] = 4, [32] = 5, [40] = 6 };
	int roots;
	struct codec *codec;

	(void)unused;
	member(&t, "val", t.u32, 0);
	timer = btf__add_struct(t.btf, "bpf_timer", 16);
	kptr = btf__add_ptr(t.btf, btf__add_type_tag(t.btf, "kptr", timer));
	plain = btf__add_ptr(t.btf, timer);
	roots = array_of(&t, btf__add_struct(t.btf, "bpf_rb_root", 4), 2);
	id = btf__add_struct(t.btf, "s", 48);
	member(&t, "lock", lock, 0);
	member(&t, "n", t.u32, 4);
	member(&t, "timer", timer, 8);
	member(&t, "task", kptr, 24);
	member(&t, "p", plain, 32);
	member(&t, "r", roots, 40);
	codec = codec_both(&t, id, 48);
	assert_true(codec_has_lock(codec));
	shows_value(codec, v, "n=2 p=0x5");
	accepts(codec, "n=7 p=0x8", TEXT_WHOLE, v);
	assert_int_equal(v[0], 1);
	assert_int_equal(v[8], 3);
	assert_int_equal(v[24], 4);
	assert_int_equal(v[40], 6);
	reject(codec, "lock=1", -EINVAL, "lock belongs to the kernel");
	reject(codec, "timer=0x00000000000000000000000000000000", -EINVAL, "timer belongs to the kernel");
	reject(codec, "lock.val=1", -EINVAL, "no field 'lock.val'");
	codec_free(codec);

	codec = value_codec(&t, lock, 4);
	shows_value(codec, v, "");
	accepts(codec, "", TEXT_WHOLE, v);
	assert_true(codec_has_lock(codec));
	codec_free(codec);
	codec = value_codec(&t, timer, 16);
	assert_false(codec_has_lock(codec));
	codec_free(codec);
	btf__free(t.btf);
}

/* Every type that the kernel keeps to itself, beside a field that shows. */
static void test_every_kernel_type(void **unused)
{
	static const char *const names[] = {
		"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer", "bpf_wq", "bpf_task_work",
		"bpf_list_head", "bpf_list_node", "bpf_rb_root", "bpf_rb_node", "bpf_refcount",
	};
	static const char *const tags[] = { "kptr", "kptr_untrusted", "percpu_kptr" };

	(void)unused;
	enum { N_NAMES = sizeof(names) / sizeof(names[0]), N_TAGS = sizeof(tags) / sizeof(tags[0]) };

	for (unsigned i = 0; i < N_NAMES + N_TAGS; i++) {
		struct types t = types_new();
		bool tagged = i >= N_NAMES;
		int hidden = btf__add_struct(t.btf, tagged ? "task" : names[i], 8), id;
		struct codec *codec;

		member(&t, "inside", t.u64, 0);
		if (tagged)
			hidden = btf__add_ptr(t.btf, btf__add_type_tag(t.btf, tags[i - N_NAMES], hidden));
		id = btf__add_struct(t.btf, "s", 16);
		member(&t, "h", hidden, 0);
		member(&t, "n", t.u64, 8);
		codec = value_codec(&t, id, 16);
		shows_value(codec, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0", "n=2");
		codec_free(codec);
		btf__free(t.btf);
	}
}

/* In keys every byte counts. */
static void test_kernel_types_in_keys(void **unused)
{
	struct types t = types_new();
	int lock = btf__add_struct(t.btf, "bpf_spin_lock", 4), id;
	struct codec *codec;

	(void)unused;
	member(&t, "val", t.u32, 0);
	id = btf__add_struct(t.btf, "s", 8);
	member(&t, "lock", lock, 0);
	member(&t, "n", t.u32, 4);
	codec = codec_of((struct text_shape){ .key_size = 8, .btf = t.btf, .key_type = (uint32_t)id });
	shows_name(codec, "\1\0\0\0\2\0\0", "lock.val=1,n=2");
	assert_false(codec_has_lock(codec));
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- data sections ---- */

static void test_data_section(void **unused)
{
	struct types t = types_new();
	int text = array_of(&t, t.chr, 4);
	int debug = btf__add_var(t.btf, "debug", BTF_VAR_GLOBAL_ALLOCATED, t.u32);
	int limit = btf__add_var(t.btf, "main.limit", BTF_VAR_STATIC, btf__add_const(t.btf, t.u64));
	int name = btf__add_var(t.btf, "name", BTF_VAR_GLOBAL_ALLOCATED, text);
	int id = btf__add_datasec(t.btf, ".data", 24);
	uint8_t v[24] = { 1, [8] = 2, [16] = 'a', [20] = 9 };
	struct codec *codec;

	(void)unused;
	btf__add_datasec_var_info(t.btf, debug, 0, 4);
	btf__add_datasec_var_info(t.btf, limit, 8, 8);
	btf__add_datasec_var_info(t.btf, name, 16, 4);
	codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 24, .keys_are_indices = true,
					      .max_entries = 1, .btf = t.btf, .value_type = (uint32_t)id });
	shows_name(codec, "\0\0\0", "0");
	shows_value(codec, v, "debug=1 main.limit=2 name=a");
	accepts(codec, "debug=0 main.limit+=5", TEXT_PARTIAL, v);
	shows_value(codec, v, "debug=0 main.limit=7 name=a");
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- types that do not fit ---- */

static void test_other_size(void **unused)
{
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "s", 8);
	struct codec *codec;

	(void)unused;
	member(&t, "a", t.u64, 0);
	codec = codec_both(&t, id, 4);
	shows_value(codec, "\1\0\0", "1");
	shows_name(codec, "\1\0\0", "1");
	codec_free(codec);
	codec = codec_both(&t, 9999, 3);
	shows_value(codec, "\1\2\3", "0x010203");
	codec_free(codec);
	btf__free(t.btf);
}

/* What fits no kind is bytes, and its neighbours keep their fields. */
static void test_odd_member(void **unused)
{
	struct types t = types_new();
	int odd = btf__add_float(t.btf, "long double", 16), id = btf__add_struct(t.btf, "s", 24);
	uint8_t v[24] = { 1, [8] = 0xab };
	struct codec *codec;

	(void)unused;
	member(&t, "n", t.u64, 0);
	member(&t, "x", odd, 8);
	codec = value_codec(&t, id, 24);
	both_ways(codec, v, "n=1 x=0xab000000000000000000000000000000");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_too_many_items(void **unused)
{
	struct types t = types_new();
	int pair = btf__add_struct(t.btf, "pair", 2), many, id;
	uint32_t size = 8 + 2 * 200000;
	uint8_t *v = calloc(1, size);
	struct text_buf out = { 0 };
	struct codec *codec;

	(void)unused;
	member(&t, "a", t.u8, 0);
	member(&t, "b", t.u8, 1);
	many = array_of(&t, pair, 200000);
	id = btf__add_struct(t.btf, "s", size);
	member(&t, "n", t.u64, 0);
	member(&t, "v", many, 8);
	codec = value_codec(&t, id, size);
	v[0] = 5;
	assert_int_equal(value_print(codec, v, &out), 0);
	assert_memory_equal(out.data, "n=5 v=0x0000", 12);
	text_free(&out);
	free(v);
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- hostile ---- */

/* Compiles whatever it is, and checks that text leads back to the bytes. */
static void survives(struct types *t, int type, uint32_t size)
{
	struct codec *codec = codec_both(t, type, size);
	uint8_t *v = malloc(size), *back = malloc(size);
	struct text_buf out = { 0 };
	struct text_note note;

	memset(v, 0x5a, size);
	assert_int_equal(name_print(codec, v, &out), 0);
	assert_int_equal(name_parse(codec, out.data, out.len, back, &note), 0);
	assert_memory_equal(back, v, size);
	out.len = 0;
	assert_int_equal(value_print(codec, v, &out), 0);
	assert_int_equal(value_parse(codec, out.data, out.len, back, &note), TEXT_WHOLE);
	text_free(&out);
	free(v);
	free(back);
	codec_free(codec);
}

static struct btf_type *type_of(struct types *t, int id)
{
	return (struct btf_type *)(uintptr_t)btf__type_by_id(t->btf, (uint32_t)id);
}

static void test_loops(void **unused)
{
	struct types t = types_new();
	int loop = btf__add_typedef(t.btf, "loop", t.u32), self, twice, arr;
	struct codec *codec;

	(void)unused;
	type_of(&t, loop)->type = (uint32_t)loop;
	survives(&t, loop, 4);
	self = btf__add_struct(t.btf, "self", 8);
	member(&t, "s", self, 0);
	survives(&t, self, 8);
	codec = value_codec(&t, self, 8);
	shows_value(codec, "\1\2\3\4\5\6\7\10", "s=0x0102030405060708");
	codec_free(codec);
	twice = btf__add_struct(t.btf, "twice", 8);
	member(&t, "a", twice, 0);
	member(&t, "b", twice, 0);
	survives(&t, twice, 8);
	twice = btf__add_struct(t.btf, NULL, 8);
	member(&t, NULL, twice, 0);
	member(&t, NULL, twice, 0);
	survives(&t, twice, 8);
	twice = btf__add_union(t.btf, "both", 8);
	for (int i = 0; i < 8; i++) {
		char name[2] = { (char)('a' + i) };

		member(&t, name, twice, 0);
	}
	survives(&t, twice, 8);
	arr = array_of(&t, t.u32, 2);
	btf_array(type_of(&t, arr))->type = (uint32_t)arr;
	survives(&t, arr, 8);
	btf__free(t.btf);
}

static void test_nonsense_sizes(void **unused)
{
	struct types t = types_new();
	int huge = array_of(&t, array_of(&t, t.u64, UINT32_MAX), UINT32_MAX), id;

	(void)unused;
	survives(&t, huge, 8);
	id = btf__add_struct(t.btf, "s", 8);
	member(&t, "a", t.u64, 4);
	survives(&t, id, 8);
	id = btf__add_struct(t.btf, "s", 8);
	member(&t, "a", huge, 0);
	survives(&t, id, 8);
	id = btf__add_struct(t.btf, "overlap", 8);
	member(&t, "a", t.u64, 0);
	member(&t, "b", t.u32, 4);
	survives(&t, id, 8);
	id = btf__add_struct(t.btf, "same", 8);
	member(&t, "a", t.u32, 0);
	member(&t, "a", t.u32, 4);
	survives(&t, id, 8);
	id = btf__add_struct(t.btf, "odd names", 8);
	member(&t, "a=b c", t.u32, 0);
	member(&t, "d,e", t.u32, 4);
	survives(&t, id, 8);
	id = btf__add_struct(t.btf, "bits", 8);
	btf__add_field(t.btf, "a", t.u8, 60, 8);
	survives(&t, id, 8);
	id = btf__add_struct(t.btf, "bad id", 8);
	member(&t, "a", 4000000, 0);
	survives(&t, id, 8);
	id = btf__add_datasec(t.btf, ".bss", 8);
	btf__add_datasec_var_info(t.btf, btf__add_var(t.btf, "x", 0, t.u64), 4, 8);
	survives(&t, id, 8);
	btf__free(t.btf);
}

/* Names that two paths share: a field "a.b" beside a struct a with a b. */
static void test_shared_path(void **unused)
{
	struct types t = types_new();
	int a = btf__add_struct(t.btf, "a", 4), id;

	(void)unused;
	member(&t, "b", t.u32, 0);
	id = btf__add_struct(t.btf, "s", 8);
	member(&t, "a.b", t.u32, 0);
	member(&t, "a", a, 4);
	survives(&t, id, 8);
	btf__free(t.btf);
}

/* Structs of structs of structs, each ten wide: far more leaves than any plan holds. */
static void test_explosion(void **unused)
{
	struct types t = types_new();
	int id = t.u8;
	struct rusage before, after;
	clock_t start = clock();

	(void)unused;
	getrusage(RUSAGE_SELF, &before);
	for (int depth = 0; depth < 20; depth++) {
		int inner = id;

		id = btf__add_struct(t.btf, "s", 64);
		for (int i = 0; i < 10; i++) {
			char name[2] = { (char)('a' + i) };

			member(&t, name, inner, 0);
		}
	}
	survives(&t, id, 64);
	id = array_of(&t, id, 60000);
	survives(&t, id, 64 * 60000);
	getrusage(RUSAGE_SELF, &after);
	assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
	assert_true(after.ru_maxrss - before.ru_maxrss < 600 * 1024);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),		 cmocka_unit_test(test_arrays_of_structs),
		cmocka_unit_test(test_arrays_of_nothing), cmocka_unit_test(test_char_arrays),
		cmocka_unit_test(test_bit_fields),	 cmocka_unit_test(test_bits_against_shifts),
		cmocka_unit_test(test_union),		 cmocka_unit_test(test_union_with_gap),
		cmocka_unit_test(test_union_in_key),	 cmocka_unit_test(test_kernel_only),
		cmocka_unit_test(test_every_kernel_type),
		cmocka_unit_test(test_kernel_types_in_keys), cmocka_unit_test(test_data_section),
		cmocka_unit_test(test_other_size),	 cmocka_unit_test(test_odd_member),
		cmocka_unit_test(test_too_many_items),	 cmocka_unit_test(test_loops),
		cmocka_unit_test(test_nonsense_sizes),	 cmocka_unit_test(test_shared_path),
		cmocka_unit_test(test_explosion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
