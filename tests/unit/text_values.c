/* SPDX-License-Identifier: MIT */
/* Values as lines: fields, partial writes, +=, quoting, and what is refused with which sentence. */
#include "text_help.h"

struct stats {
	uint64_t packets, bytes;
	char comm[8];
	uint32_t slots[4];
	uint8_t flag;
	uint8_t gap[7];
};

struct fixture {
	struct types t;
	struct codec *codec;
	struct stats v;
};

static struct fixture stats_of(void)
{
	struct fixture f = { .t = types_new(), .v = { 42, 6300, "curl", { 0, 4, 19, 2 }, 1, { 0 } } };
	int comm = array_of(&f.t, f.t.chr, 8), slots = array_of(&f.t, f.t.u32, 4);
	int id = btf__add_struct(f.t.btf, "stats", sizeof(struct stats));

	member(&f.t, "packets", f.t.u64, 0);
	member(&f.t, "bytes", f.t.u64, 8);
	member(&f.t, "comm", comm, 16);
	member(&f.t, "slots", slots, 24);
	member(&f.t, "flag", f.t.bln, 40);
	f.codec = codec_both(&f.t, id, sizeof(struct stats));
	return f;
}

static void done(struct fixture *f)
{
	codec_free(f->codec);
	btf__free(f->t.btf);
}

static void test_fields(void **unused)
{
	struct fixture f = stats_of();
	struct stats back;

	(void)unused;
	shows_value(f.codec, &f.v, "packets=42 bytes=6300 comm=curl slots=0,4,19,2 flag=true");
	memset(&back, 0, sizeof(back));
	accepts(f.codec, "packets=42 bytes=6300 comm=curl slots=0,4,19,2 flag=true", TEXT_WHOLE, &back);
	assert_memory_equal(&back, &f.v, sizeof(back));
	memset(&back, 0, sizeof(back));
	accepts(f.codec, "\tflag=1  slots=0,4,0x13,2 comm=\"curl\" bytes=6300 packets=0x2a ", TEXT_WHOLE, &back);
	assert_memory_equal(&back, &f.v, sizeof(back));
	done(&f);
}

/* Each bit that no field names stays as it was. */
static void test_partial(void **unused)
{
	struct fixture f = stats_of();

	(void)unused;
	memset(f.v.gap, 0xee, sizeof(f.v.gap));
	accepts(f.codec, "packets=0", TEXT_PARTIAL, &f.v);
	shows_value(f.codec, &f.v, "packets=0 bytes=6300 comm=curl slots=0,4,19,2 flag=true");
	accepts(f.codec, "slots.3=7", TEXT_PARTIAL, &f.v);
	accepts(f.codec, "slots.0=1 flag=false", TEXT_PARTIAL, &f.v);
	shows_value(f.codec, &f.v, "packets=0 bytes=6300 comm=curl slots=1,4,19,7 flag=false");
	accepts(f.codec, "comm=a", TEXT_PARTIAL, &f.v);
	assert_memory_equal(f.v.comm, "a\0\0\0\0\0\0\0", 8);
	assert_int_equal(f.v.gap[6], 0xee);
	done(&f);
}

static void test_whole(void **unused)
{
	struct fixture f = stats_of();

	(void)unused;
	accepts(f.codec, "packets=1 bytes=1 comm=a slots.0=1 slots.1=1 slots.2=1 flag=0", TEXT_PARTIAL, &f.v);
	accepts(f.codec, "packets=1 bytes=1 comm=a slots.0=1 slots.1=1 slots.2=1 slots.3=1 flag=0",
	       TEXT_WHOLE, &f.v);
	accepts(f.codec, "packets+=1 bytes=1 comm=a slots=1,2,3,4 flag=0", TEXT_PARTIAL, &f.v);
	assert_int_equal(f.v.packets, 2);
	done(&f);
}

static void test_add(void **unused)
{
	struct fixture f = stats_of();

	(void)unused;
	accepts(f.codec, "packets+=5", TEXT_PARTIAL, &f.v);
	accepts(f.codec, "bytes+=-300 slots.1+=0x10", TEXT_PARTIAL, &f.v);
	shows_value(f.codec, &f.v, "packets=47 bytes=6000 comm=curl slots=0,20,19,2 flag=true");
	reject(f.codec, "packets+=-1", -ERANGE, "packets plus -1 does not fit its 64 bits");
	reject(f.codec, "slots.0+=4294967296", -ERANGE, "does not fit");
	reject(f.codec, "packets+=", -EINVAL, "no number to add");
	reject(f.codec, "packets+=x", -EINVAL, "no number to add");
	reject(f.codec, "comm+=1", -EINVAL, "adds only to");
	reject(f.codec, "slots+=1,1,1,1", -EINVAL, "adds only to");
	reject(f.codec, "flag+=1", -EINVAL, "adds only to");
	reject(f.codec, "packets+=1 packets+=1", -EINVAL, "given twice");
	reject(f.codec, "+=1", -EINVAL, "adds only to");
	done(&f);
}

static void test_add_to_scalars(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, t.s8, 1);
	int8_t v = -100;

	(void)unused;
	accepts(codec, "+=-28", TEXT_PARTIAL, &v);
	assert_int_equal(v, -128);
	accepts(codec, "+=127", TEXT_PARTIAL, &v);
	assert_int_equal(v, -1);
	v = 100;
	assert_int_equal(value_parse(codec, "+=28", 4, &v, NULL), -ERANGE);
	v = -100;
	assert_int_equal(value_parse(codec, "+=-29", 5, &v, NULL), -ERANGE);
	codec_free(codec);
	codec = codec_both(&t, t.be16, 2);
	uint8_t port[2] = { 0x00, 0xff };
	accepts(codec, "+=1", TEXT_PARTIAL, port);
	assert_memory_equal(port, "\1\0", 2);
	codec_free(codec);
	btf__free(t.btf);
}

static void test_atomic_add(void **unused)
{
	struct fixture f = stats_of();
	uint32_t offset = 99, size = 99;

	(void)unused;
#define ATOMIC(line) value_is_atomic_add(f.codec, line, strlen(line), &offset, &size)
	assert_true(ATOMIC("bytes+=5"));
	assert_int_equal(offset, 8);
	assert_int_equal(size, 8);
	assert_true(ATOMIC(" slots.2+=5 "));
	assert_int_equal(offset, 32);
	assert_int_equal(size, 4);
	offset = 99;
	assert_false(ATOMIC("bytes=5"));
	assert_false(ATOMIC("bytes+=5 packets+=1"));
	assert_false(ATOMIC("flag+=5"));
	assert_false(ATOMIC("slots+=5"));
	assert_false(ATOMIC("none+=5"));
	assert_false(ATOMIC("5"));
	assert_false(ATOMIC(""));
	assert_int_equal(offset, 99);
	done(&f);

	f.t = types_new();
	int packed = btf__add_struct(f.t.btf, "packed", 6);
	member(&f.t, "tag", f.t.u8, 0);
	member(&f.t, "n", f.t.u32, 2);
	f.codec = codec_both(&f.t, packed, 6);
	assert_false(ATOMIC("n+=1"));
	assert_true(ATOMIC("tag+=1"));
	done(&f);
}

static void test_refusals(void **unused)
{
	struct fixture f = stats_of();

	(void)unused;
	reject(f.codec, "", -EINVAL, "empty");
	reject(f.codec, "  \t ", -EINVAL, "empty");
	reject(f.codec, "packet=1", -EINVAL,
	       "no field 'packet': the fields are packets, bytes, comm, slots, flag");
	reject(f.codec, "packets=1 packets=1", -EINVAL, "packets is given twice");
	reject(f.codec, "slots=1,2,3,4 slots.0=1", -EINVAL, "slots.0 is given twice");
	reject(f.codec, "packets=1 junk", -EINVAL, "'junk' names no field");
	reject(f.codec, "5", -EINVAL, "'5' names no field");
	reject(f.codec, "packets=", -EINVAL, "'' is no number: packets is u64");
	reject(f.codec, "packets=x", -EINVAL, "'x' is no number: packets is u64, 0 to 18446744073709551615");
	reject(f.codec, "packets=1,2", -EINVAL, "no number");
	reject(f.codec, "packets =1", -EINVAL, "names no field");
	reject(f.codec, "packets= 1", -EINVAL, "no number");
	reject(f.codec, "slots=1,2,3", -EINVAL,
	       "slots is a list of exactly 4 items, parted by ',': there are 3");
	reject(f.codec, "slots=1", -EINVAL, "there is 1");
	reject(f.codec, "slots=", -EINVAL, "there are 0");
	reject(f.codec, "slots=1,2,3,4,5", -EINVAL, "there are more");
	reject(f.codec, "slots=1,2,3,4,", -EINVAL, "there are more");
	reject(f.codec, "slots=1,2,3,", -EINVAL, "no number");
	reject(f.codec, "slots=1 2 3 4", -EINVAL, "there is 1");
	reject(f.codec, "slots.4=1", -EINVAL, "no field 'slots.4'");
	reject(f.codec, "slots.01=1", -EINVAL, "no field 'slots.01'");
	reject(f.codec, "slots.=1", -EINVAL, "no field 'slots.'");
	reject(f.codec, "slots.0.0=1", -EINVAL, "no field 'slots.0.0'");
	reject(f.codec, "slots.18446744073709551616=1", -EINVAL, "no field");
	reject(f.codec, "packets.0=1", -EINVAL, "no field 'packets.0'");
	reject(f.codec, "slots=1,2,3,4294967296", -ERANGE, "does not fit: slots is u32");
	reject(f.codec, "comm=123456789", -EINVAL, "comm has room for 8 bytes");
	reject_n(f.codec, "packets=1\0", 10, -EINVAL, "no number");
	reject_n(f.codec, "comm=a\0b", 8, -EINVAL, "comm");
	reject_n(f.codec, "packets=1\0bytes=2", 17, -EINVAL, "");
	done(&f);
}

/* A refusal without a note is a refusal all the same. */
static void test_no_note(void **unused)
{
	struct fixture f = stats_of();

	(void)unused;
	assert_int_equal(value_parse(f.codec, "x=1", 3, &f.v, NULL), -EINVAL);
	assert_int_equal(name_parse(f.codec, "x=1", 3, &f.v, NULL), -EINVAL);
	done(&f);
}

static void test_whole_bytes(void **unused)
{
	struct types t = types_new();
	int inner = btf__add_struct(t.btf, "point", 4), list, outer;
	uint8_t v[10] = { 0 };
	struct codec *codec;

	(void)unused;
	member(&t, "x", t.u16, 0);
	member(&t, "y", t.u16, 2);
	list = array_of(&t, t.u16, 2);
	outer = btf__add_struct(t.btf, "outer", 10);
	member(&t, "p", inner, 0);
	member(&t, "l", list, 4);
	member(&t, "n", t.u16, 8);
	codec = codec_both(&t, outer, 10);
	accepts(codec, "0x0102030405060708090a", TEXT_WHOLE, v);
	assert_memory_equal(v, "\1\2\3\4\5\6\7\10\11\12", 10);
	accepts(codec, "p=0x11121314 l=0x15161718 n=0x191a", TEXT_WHOLE, v);
	assert_memory_equal(v, "\x11\x12\x13\x14\x15\x16\x17\x18\x1a\x19", 10);
	accepts(codec, "p=0xFFFFFFFF", TEXT_PARTIAL, v);
	shows_value(codec, v, "p.x=65535 p.y=65535 l=5653,6167 n=6426");
	reject(codec, "p=0x112233", -EINVAL, "8 hex digits");
	reject(codec, "p=0x11121314 p.x=1", -EINVAL, "p.x is given twice");
	reject(codec, "p.x=1 p=0x11121314", -EINVAL, "p is given twice");
	reject(codec, "0x0102030405060708090a n=1", -EINVAL, "n is given twice");
	reject(codec, "0x0102030405060708090", -EINVAL, "names no field");
	reject(codec, "p=5", -EINVAL, "8 hex digits");
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- text ---- */

static void test_quoting(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, array_of(&t, t.chr, 8), 8);
	static const struct {
		const char bytes[9], *text;
	} rows[] = {
		{ "eth0", "eth0" },
		{ "", "\"\"" },
		{ "a b", "\"a b\"" },
		{ "a,b", "\"a,b\"" },
		{ "a=b", "\"a=b\"" },
		{ "a\"b", "\"a\\\"b\"" },
		{ "a\\b", "\"a\\\\b\"" },
		{ "a\nb", "\"a\\nb\"" },
		{ "a\tb", "\"a\\tb\"" },
		{ "\x1b[1m", "\"\\x1b[1m\"" },
		{ "\x7f", "\"\\x7f\"" },
		{ "a\0b", "\"a\\x00b\"" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "\xf0\x9f\x90\x9d", "\xf0\x9f\x90\x9d" },
		{ "\xff", "\"\\xff\"" },
		{ "\xc0\x80", "\"\\xc0\\x80\"" },
		{ "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" },
		{ "\xe2\x82", "\"\\xe2\\x82\"" },
		{ "\xf5\x80\x80\x80", "\"\\xf5\\x80\\x80\\x80\"" },
		{ "\xc3\xa9\xff", "\"\xc3\xa9\\xff\"" },
		{ "-.:/%", "-.:/%" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char back[8];

		memset(back, 'x', 8);
		shows_value(codec, rows[i].bytes, rows[i].text);
		accepts(codec, rows[i].text, TEXT_WHOLE, back);
		assert_memory_equal(back, rows[i].bytes, 8);
	}
	codec_free(codec);
	btf__free(t.btf);
}

static void test_quoting_refusals(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, array_of(&t, t.chr, 8), 8);
	char back[8];

	(void)unused;
	accepts(codec, "\"\\x41\\a\\'b\"", TEXT_WHOLE, back);
	assert_memory_equal(back, "A\a'b\0\0\0\0", 8);
	accepts(codec, "0x6161616161616161", TEXT_WHOLE, back);
	assert_memory_equal(back, "aaaaaaaa", 8);
	reject(codec, "\"a", -EINVAL, "closing quote");
	reject(codec, "\"", -EINVAL, "closing quote");
	reject(codec, "\"a\\\"", -EINVAL, "closing quote");
	reject(codec, "\"a\\", -EINVAL, "closing quote");
	reject(codec, "\"a\"b", -EINVAL, "closing quote");
	reject(codec, "\"a\\q\"", -EINVAL, "unknown escape");
	reject(codec, "\"a\\x4\"", -EINVAL, "unknown escape");
	reject(codec, "\"a\\xg0\"", -EINVAL, "unknown escape");
	reject(codec, "\"a\nb\"", -EINVAL, "raw control byte");
	reject(codec, "a\\b", -EINVAL, "double quotes");
	reject(codec, "it's", -EINVAL, "double quotes");
	reject(codec, "a b", -EINVAL,
	       "'b' is too much: the value is one item, and a text with spaces needs double quotes");
	reject(codec, "a=b", -EINVAL, "no field 'a'");
	reject(codec, "123456789", -EINVAL, "room for 8 bytes");
	reject(codec, "\"123456789\"", -EINVAL, "room for 8 bytes");
	reject_n(codec, "\"a\0\"", 4, -EINVAL, "raw control byte");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_text_lists(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, array_of(&t, array_of(&t, t.chr, 4), 3), 12);
	const char v[12] = "a,b\0\0\0\0\0c\"";
	char back[12];

	(void)unused;
	shows_value(codec, v, "\"a,b\",\"\",\"c\\\"\"");
	accepts(codec, "\"a,b\",\"\",\"c\\\"\"", TEXT_WHOLE, back);
	assert_memory_equal(back, v, 12);
	accepts(codec, "1=x", TEXT_PARTIAL, back);
	shows_value(codec, back, "\"a,b\",x,\"c\\\"\"");
	reject(codec, "a,,b", -EINVAL, "empty");
	reject(codec, "3=x", -EINVAL, "no field '3'");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_line_limit(void **unused)
{
	struct fixture f = stats_of();
	struct text_buf out = { 0 };

	(void)unused;
	memset(&f.v, 0xff, sizeof(f.v));
	assert_int_equal(value_print(f.codec, &f.v, &out), 0);
	assert_true(out.len <= codec_line_limit(f.codec));
	assert_int_equal(codec_value_bytes(f.codec), sizeof(struct stats));
	text_free(&out);
	done(&f);
}

static void test_no_value(void **unused)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4 });

	(void)unused;
	shows_value(codec, "", "");
	accepts(codec, "", TEXT_WHOLE, (char[1]){ 0 });
	reject(codec, "1", -EINVAL, "");
	codec_free(codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),	    cmocka_unit_test(test_partial),
		cmocka_unit_test(test_whole),	    cmocka_unit_test(test_add),
		cmocka_unit_test(test_add_to_scalars), cmocka_unit_test(test_atomic_add),
		cmocka_unit_test(test_refusals),    cmocka_unit_test(test_no_note),
		cmocka_unit_test(test_whole_bytes), cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_quoting_refusals), cmocka_unit_test(test_text_lists),
		cmocka_unit_test(test_line_limit),  cmocka_unit_test(test_no_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
