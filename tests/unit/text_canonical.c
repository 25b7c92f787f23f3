/* SPDX-License-Identifier: MIT */
/*
 * The short way through printed texts is never seen: with it and without it, every text has the same
 * result, bytes and note. Checked on generated types, on what they print and on that text with each of
 * its bytes changed, deleted and doubled. SEED= repeats a run, TYPES= makes it longer.
 */
#include "text_help.h"

/* The one under test, behind a switch that stands in its place for the whole program. */
#define canonical_fields canonical_fields_tested
#include "core/text/canonical.c"
#undef canonical_fields

uint32_t canonical_fields(const struct plan *plan, const struct dialect *d, struct slice prefix,
			  struct slice *text, uint8_t *bytes);

static bool is_off;
static uint32_t n_taken; /* fields, by the last call */

uint32_t canonical_fields(const struct plan *plan, const struct dialect *d, struct slice prefix,
			  struct slice *text, uint8_t *bytes)
{
	n_taken = is_off ? 0 : canonical_fields_tested(plan, d, prefix, text, bytes);
	return n_taken;
}

#define MAX_SIZE 768
#define MAX_CPU_SIZE 256 /* of three CPUs */

static uint64_t seed, state;

static uint32_t rnd(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 20) % below);
}

/* ---- types ---- */

static int make_enum(struct types *t)
{
	int e = btf__add_enum(t->btf, "e", 1u << rnd(3));

	btf__add_enum_value(t->btf, "ONE", 1);
	btf__add_enum_value(t->btf, "TWO", 2);
	btf__add_enum_value(t->btf, "MANY", 1000);
	return e;
}

static int make_leaf(struct types *t)
{
	const int ints[] = { t->u8, t->u16, t->u32, t->u64, t->s8, t->s16, t->s32, t->s64,
			     t->u128, t->be16, t->be32, t->be64, t->bln, t->u64, t->u32 };
	int leaf = ints[rnd(15)];

	switch (rnd(8)) {
	case 0:
		return array_of(t, rnd(2) ? t->chr : t->u8, 1 + rnd(8));
	case 1:
		return btf__add_ptr(t->btf, 0);
	case 2:
		return btf__add_struct(t->btf, rnd(2) ? "in_addr" : "in6_addr", rnd(2) ? 4 : 16);
	case 3:
		return make_enum(t);
	case 4:
		return array_of(t, leaf, 1 + rnd(3));
	case 5:
		return array_of(t, array_of(t, leaf, 2), 1 + rnd(2));
	default:
		return leaf;
	}
}

static int make_struct(struct types *t, uint32_t *ret_size)
{
	static const char *const names[] = { "a", "ab", "a1", "packets", "b.0", "total" };
	int types[6], id;
	uint32_t n = 1 + rnd(6), size = 0, at = 0;

	for (uint32_t i = 0; i < n; i++) {
		types[i] = rnd(6) ? make_leaf(t) : -(int)(1 + rnd(31)); /* below 0: a bit-field */
		size += types[i] < 0 ? 4 : (uint32_t)btf__resolve_size(t->btf, (uint32_t)types[i]);
	}
	size += rnd(2) ? 0 : rnd(8);
	id = btf__add_struct(t->btf, "s", size);
	for (uint32_t i = 0; i < n; i++) {
		int type = types[i] > 0 ? types[i] : rnd(2) ? t->u32 : t->s32;
		uint32_t bits = types[i] > 0 ? 0 : (uint32_t)-types[i];

		assert_int_equal(btf__add_field(t->btf, names[i], type, at * 8 + (bits && bits < 24 ? rnd(8) : 0),
						bits), 0);
		at += bits ? 4 : (uint32_t)btf__resolve_size(t->btf, (uint32_t)type);
	}
	*ret_size = size;
	return id;
}

static void make_bytes(uint8_t *bytes, uint32_t size)
{
	uint32_t how = rnd(5);

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = how == 0 ? 0 : how == 1 ? 0xff : how == 2 ? (uint8_t)rnd(3) :
			   how == 3 && i % 4 ? 0 : (uint8_t)rnd(256);
}

/* ---- both ways ---- */

typedef int parser(const struct codec *codec, const char *text, size_t len, void *bytes, struct text_note *note);

static void differ(const char *what, const char *text, size_t len)
{
	fail_msg("%s: SEED=%llu, text '%.*s'", what, (unsigned long long)seed, (int)len, text);
}

/* The text in a block of its own size: a byte read behind it is found. */
static int parse_alone(parser *parse, const struct codec *codec, const char *text, size_t len, void *bytes,
		       struct text_note *note)
{
	char *copy = malloc(len ? len : 1);
	int result;

	memcpy(copy, text, len);
	result = parse(codec, copy, len, bytes, note);
	free(copy);
	return result;
}

static int expect_same(parser *parse, const struct codec *codec, const char *text, size_t len)
{
	struct text_note note = { "" }, other_note = { "" };
	uint8_t old[MAX_SIZE], bytes[MAX_SIZE], other[MAX_SIZE];
	int result, other_result;

	make_bytes(old, sizeof(old));
	memcpy(bytes, old, sizeof(old));
	memcpy(other, old, sizeof(old));
	is_off = true;
	other_result = parse_alone(parse, codec, text, len, other, &other_note);
	is_off = false;
	result = parse_alone(parse, codec, text, len, bytes, &note);
	if (result != other_result)
		differ("another result", text, len);
	if (result >= 0 && memcmp(bytes, other, sizeof(bytes)))
		differ("other bytes", text, len);
	if (strcmp(note.msg, other_note.msg))
		differ("another note", text, len);
	return result;
}

static char any_byte(void)
{
	static const char bytes[] = "0123456789-+=,:. \t\"\\%xabTO_/";

	return rnd(16) ? bytes[rnd(sizeof(bytes))] : (char)rnd(256);
}

/* Each byte deleted, changed, with another before it, and the text cut there. */
static void expect_same_near(parser *parse, const struct codec *codec, const struct text_buf *text)
{
	char *twin = malloc(text->len + 2);

	for (size_t i = 0; i <= text->len; i++) {
		size_t rest = text->len - i;

		memcpy(twin, text->data, i);
		memcpy(twin + i + 1, text->data + i, rest);
		twin[i] = any_byte();
		expect_same(parse, codec, twin, text->len + 1);
		twin[i] = i ? text->data[i - 1] : '0';
		expect_same(parse, codec, twin, text->len + 1);
		expect_same(parse, codec, text->data, i);
		if (!rest)
			break;
		memcpy(twin + i, text->data + i + 1, rest - 1);
		expect_same(parse, codec, twin, text->len - 1);
		memcpy(twin, text->data, text->len);
		twin[i] = any_byte();
		expect_same(parse, codec, twin, text->len);
	}
	free(twin);
}

static void check_codec(const struct codec *codec)
{
	struct text_buf value = { 0 }, name = { 0 };
	uint8_t bytes[MAX_SIZE];

	make_bytes(bytes, sizeof(bytes));
	assert_int_equal(value_print(codec, bytes, &value), 0);
	assert_int_equal(name_print(codec, bytes, &name), 0);
	assert_int_equal(expect_same(value_parse, codec, value.data, value.len), TEXT_WHOLE);
	if (memchr(value.data, '=', value.len) && n_taken != codec->value.n_printed)
		differ("a printed text that was not taken", value.data, value.len);
	assert_int_equal(expect_same(name_parse, codec, name.data, name.len), 0);
	expect_same_near(value_parse, codec, &value);
	expect_same_near(name_parse, codec, &name);
	text_free(&value);
	text_free(&name);
}

static void test_same_with_and_without(void **unused)
{
	const char *given = getenv("TYPES");
	unsigned n = given ? (unsigned)atoi(given) : 600;

	(void)unused;
	for (unsigned i = 0; i < n; i++) {
		struct types t = types_new();
		uint32_t size;
		int id = rnd(4) ? make_struct(&t, &size) : make_leaf(&t);
		struct codec *codec;

		size = (uint32_t)btf__resolve_size(t.btf, (uint32_t)id);
		codec = codec_of((struct text_shape){ .key_size = size, .value_size = size, .btf = t.btf,
						      .key_type = (uint32_t)id, .value_type = (uint32_t)id,
						      .cpus = rnd(3) || size > MAX_CPU_SIZE ? 0 : 1 + rnd(3) });
		for (unsigned k = 0; k < 4; k++)
			check_codec(codec);
		codec_free(codec);
		btf__free(t.btf);
	}
}

/* ---- by hand: texts at the edges of what is printed ---- */

static void test_numbers_at_their_limits(void **unused)
{
	static const char *const texts[] = {
		"u=18446744073709551615 s=-9223372036854775808 b=-128",
		"u=18446744073709551616 s=0 b=0", "u=18446744073709551620 s=0 b=0",
		"u=99999999999999999999 s=0 b=0", "u=184467440737095516150 s=0 b=0",
		"u=9999999999999999999 s=9223372036854775807 b=127", "u=0 s=9223372036854775808 b=0",
		"u=0 s=-9223372036854775809 b=0", "u=0 s=0 b=128", "u=0 s=0 b=-129", "u=0 s=-0 b=0",
		"u=00 s=0 b=0", "u=-1 s=0 b=0", "u= s=0 b=0", "u=1 s=- b=0", "u=1 s=2", "u=1 s=2 b=3 ",
		"u=1  s=2 b=3", "u=1\ts=2 b=3", " u=1 s=2 b=3", "u=1 s=2 b=3 u=1", "u=1 u=1", "u=1 u+=1",
		"u=1 b=3 s=2", "u=1 s=2 b=3 x", "u=1 s+=2 b=3", "u=0x1 s=2 b=3", "u", "u=", "",
	};
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "limits", 17);
	struct codec *codec;

	(void)unused;
	member(&t, "u", t.u64, 0);
	member(&t, "s", t.s64, 8);
	member(&t, "b", t.s8, 16);
	codec = codec_both(&t, id, 17);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char name[80];
		size_t len = strlen(texts[i]);

		expect_same(value_parse, codec, texts[i], len);
		for (size_t k = 0; k <= len; k++)
			name[k] = texts[i][k] == ' ' ? ',' : texts[i][k];
		expect_same(name_parse, codec, name, len);
	}
	codec_free(codec);
	btf__free(t.btf);
}

/* An index before the sign is one item, not the list's first number. */
static void test_lists_without_a_label(void **unused)
{
	static const char *const texts[] = { "0=7", "0+=7", "7", "7,8", "1=7 0=2", "0+=7 1=1", "7 8", "0x0700000008000000" };
	struct types t = types_new();

	(void)unused;
	for (uint32_t n = 1; n <= 2; n++) {
		struct codec *codec = codec_both(&t, array_of(&t, t.u32, n), 4 * n);

		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			expect_same(value_parse, codec, texts[i], strlen(texts[i]));
			expect_same(name_parse, codec, texts[i], strlen(texts[i]));
		}
		codec_free(codec);
	}
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_with_and_without),
		cmocka_unit_test(test_numbers_at_their_limits),
		cmocka_unit_test(test_lists_without_a_label),
	};
	const char *given = getenv("SEED");

	seed = given ? strtoull(given, NULL, 10) : 20240602;
	state = seed | 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
