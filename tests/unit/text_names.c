/* SPDX-License-Identifier: MIT */
/* Keys as file names: R8 to R11, LPM tries, array indices. */
#include "text_help.h"

/* ---- structs ---- */

struct flow {
	uint8_t saddr[4], daddr[4], sport[2], dport[2];
	uint8_t proto;
};

static int flow_type(struct types *t)
{
	int id = btf__add_struct(t->btf, "flow", sizeof(struct flow));

	member(t, "saddr", t->be32, 0);
	member(t, "daddr", t->be32, 4);
	member(t, "sport", t->be16, 8);
	member(t, "dport", t->be16, 10);
	member(t, "proto", t->u8, 12);
	return id;
}

static void test_struct(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, flow_type(&t), sizeof(struct flow));
	struct flow f = { { 10, 0, 0, 1 }, { 10, 0, 0, 2 }, { 0x01, 0xbb }, { 0xd6, 0xf8 }, 6 };

	(void)unused;
	shows_name(codec, &f, "saddr=10.0.0.1,daddr=10.0.0.2,sport=443,dport=55032,proto=6");
	accept_name(codec, "saddr=10.0.0.1,daddr=10.0.0.2,sport=443,dport=55032,proto=6", &f, sizeof(f));
	accept_name(codec, "10.0.0.1,10.0.0.2,443,55032,6", &f, sizeof(f));
	accept_name(codec, "proto=0x6,dport=55032,sport=0x1bb,daddr=10.0.0.2,saddr=10.0.0.1", &f, sizeof(f));
	accept_name(codec, "10.0.0.1,10.0.0.2,sport=443,55032,proto=6", &f, sizeof(f));
	accept_name(codec, "0x0a0000010a00000201bbd6f806", &f, sizeof(f));

	reject_name(codec, "saddr=10.0.0.1,daddr=10.0.0.2,sport=443,dport=55032", "lacks proto");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,6,7", "names no field");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,proto=6,proto=6", "proto is given twice");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,saddr=1.2.3.4", "saddr is given twice");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,port=6", "fields are saddr, daddr");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,,6", "empty");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,6,", "empty");
	reject_name(codec, ",10.0.0.1,10.0.0.2,443,55032,6", "empty");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,256", "does not fit: proto is u8");
	reject_name(codec, "10.0.0.1,10.0.0.2,443,55032,proto+=6", "no +=");
	reject_name(codec, "10.0.0.1, 10.0.0.2,443,55032,6", "no address");
	reject_name(codec, "0x0a0000010a00000201bbd6f8", "no address");
	reject_name(codec, "0x0a0000010a00000201bbd6f806,proto=6", "given twice");
	reject_name(codec, "", "empty");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_padding(void **unused)
{
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "padded", 8);
	struct codec *codec;
	uint8_t key[8] = { 1, 0, 0, 0, 2, 0, 0, 0 };

	(void)unused;
	member(&t, "a", t.u8, 0);
	member(&t, "b", t.u32, 4);
	codec = codec_both(&t, id, 8);
	shows_name(codec, key, "a=1,b=2");
	accept_name(codec, "0x0100000002000000", key, 8);
	key[2] = 9;
	shows_name(codec, key, "0x0100090002000000");
	accept_name(codec, "0x0100090002000000", key, 8);
	codec_free(codec);
	btf__free(t.btf);
}

/* One field: a lone 0x with exactly its digits is bytes, any other is the number. */
static void test_lone_bytes(void **unused)
{
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "one", 4);
	struct codec *codec;

	(void)unused;
	member(&t, "a", t.u32, 0);
	codec = codec_both(&t, id, 4);
	accept_name(codec, "0x01020304", ((uint8_t[]){ 1, 2, 3, 4 }), 4);
	accept_name(codec, "0x1020304", &(uint32_t){ 0x1020304 }, 4);
	accept_name(codec, "a=0x01020304", &(uint32_t){ 0x1020304 }, 4);
	codec_free(codec);
	btf__free(t.btf);
}

static void test_no_fields(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, btf__add_struct(t.btf, "opaque", 2), 2);

	(void)unused;
	shows_name(codec, "\1\2", "0x0102");
	accept_name(codec, "0x0102", "\1\2", 2);
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- lists ---- */

static void test_lists(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, array_of(&t, t.s16, 3), 6);
	int16_t three[] = { 1, -2, 3 };

	(void)unused;
	shows_name(codec, three, "1:-2:3");
	accept_name(codec, "1:-2:3", three, 6);
	accept_name(codec, "0x1:-2:3", three, 6);
	accept_name(codec, "0x0100feff0300", three, 6);
	reject_name(codec, "1:-2", "exactly 3 items");
	reject_name(codec, "1:-2:3:4", "exactly 3 items");
	reject_name(codec, "1:-2:", "no number");
	reject_name(codec, "1:-2:3:", "exactly 3 items");
	reject_name(codec, ":1:2", "no number");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_addresses_in_lists(void **unused)
{
	struct types t = types_new();
	int ips = array_of(&t, btf__add_struct(t.btf, "in6_addr", 16), 2);
	int macs = array_of(&t, array_of(&t, t.u8, 6), 2), id = btf__add_struct(t.btf, "pair", 44);
	const uint8_t key[44] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1, [31] = 2, [32] = 0xaa, [38] = 0xbb };
	const char *text = "ip=2001:0db8:0000:0000:0000:0000:0000:0001:0000:0000:0000:0000:0000:0000:0000:0002,"
			   "mac=aa:00:00:00:00:00:bb:00:00:00:00:00";
	struct codec *codec;

	(void)unused;
	member(&t, "ip", ips, 0);
	member(&t, "mac", macs, 32);
	codec = codec_both(&t, id, 44);
	shows_name(codec, key, text);
	accept_name(codec, text, key, 44);
	accept_name(codec, "2001:db8:0:0:0:0:0:1:0:0:0:0:0:0:0:2,aa:00:00:00:00:00:bb:00:00:00:00:00", key, 44);
	shows_value(codec, key, "ip=2001:db8::1,::2 mac=aa:00:00:00:00:00,bb:00:00:00:00:00");
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- texts ---- */

static void test_text(void **unused)
{
	struct types t = types_new();
	struct codec *codec = codec_both(&t, array_of(&t, t.chr, 8), 8);
	static const struct {
		const char bytes[9], *name;
	} rows[] = {
		{ "eth0", "eth0" },	   { "eth0.100", "eth0.100" }, { "a b", "a%20b" },
		{ "a,b=c", "a%2Cb%3Dc" },  { ".hidden", "%2Ehidden" }, { "-rf", "%2Drf" },
		{ "", "%00" },		   { "a/b", "a%2Fb" },	       { "50%", "50%25" },
		{ "\xc3\xa9", "%C3%A9" }, { "..", "%2E." },	       { "a\0b", "a%00b" },
		{ "~x", "%7Ex" },	   { "a:b@+-_", "a:b@+-_" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		shows_name(codec, rows[i].bytes, rows[i].name);
		accept_name(codec, rows[i].name, rows[i].bytes, 8);
	}
	accept_name(codec, "%65th0", "eth0\0\0\0", 8);
	accept_name(codec, "%c3%a9", "\xc3\xa9\0\0\0\0\0", 8);
	accept_name(codec, "0x6574683000000000", "eth0\0\0\0", 8);
	accept_name(codec, "12345678", "12345678", 8);
	reject_name(codec, "123456789", "room for 8 bytes");
	reject_name(codec, "a b", "%XX");
	reject_name(codec, ".hidden", "%XX");
	reject_name(codec, "-rf", "%XX");
	reject_name(codec, "~", "%XX");
	reject_name(codec, "\xc3\xa9", "%XX");
	reject_name(codec, "a%2", "%XX");
	reject_name(codec, "a%", "%XX");
	reject_name(codec, "a%zz", "%XX");
	reject_name(codec, "", "empty");
	reject_name_n(codec, "a\0b", 3, "%XX");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_text_in_struct(void **unused)
{
	struct types t = types_new();
	int text = array_of(&t, t.chr, 4), texts = array_of(&t, text, 2);
	int id = btf__add_struct(t.btf, "s", 12);
	struct codec *codec;
	const char key[12] = "a:b\0x:\0\0-\0\0";

	(void)unused;
	member(&t, "one", text, 0);
	member(&t, "two", texts, 4);
	codec = codec_both(&t, id, 12);
	shows_name(codec, key, "one=a:b,two=x%3A:%2D");
	accept_name(codec, "one=a:b,two=x%3A:%2D", key, 12);
	reject_name(codec, "one=a:b,two=x::%2D", "empty");
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- LPM ---- */

static struct codec *lpm_codec(const struct types *t, int type, uint32_t size)
{
	return codec_of((struct text_shape){ .key_size = size, .value_size = 4, .lpm = true,
					     .btf = type ? t->btf : NULL, .key_type = (uint32_t)type });
}

static void check_ipv4_trie(struct codec *codec)
{
	const uint8_t masked[8] = { 8, 0, 0, 0, 10, 0, 0, 0 }, raw[8] = { 8, 0, 0, 0, 10, 1, 2, 3 };
	const uint8_t odd[8] = { 13, 0, 0, 0, 10, 0xf8, 0, 0 }, all[8] = { 0 };
	const uint8_t host[8] = { 32, 0, 0, 0, 1, 2, 3, 4 }, bad[8] = { 33, 0, 0, 0, 1, 2, 3, 4 };

	shows_name(codec, masked, "10.0.0.0_8");
	shows_name(codec, raw, "10.0.0.0_8");
	accept_name(codec, "10.0.0.0_8", masked, 8);
	accept_name(codec, "10.1.2.3_8", masked, 8);
	shows_name(codec, odd, "10.248.0.0_13");
	accept_name(codec, "10.255.1.1_13", odd, 8);
	shows_name(codec, all, "0.0.0.0_0");
	accept_name(codec, "1.2.3.4_0", all, 8);
	shows_name(codec, host, "1.2.3.4_32");
	accept_name(codec, "1.2.3.4_32", host, 8);
	shows_name(codec, bad, "0x2100000001020304");
	accept_name(codec, "0x2100000001020304", bad, 8);
	reject_name(codec, "10.0.0.0", "no prefix length");
	reject_name(codec, "10.0.0.0_", "0 to 32");
	reject_name(codec, "10.0.0.0_33", "0 to 32");
	reject_name(codec, "10.0.0.0_08", "0 to 32");
	reject_name(codec, "10.0.0.0_-1", "0 to 32");
	reject_name(codec, "10.0.0_8", "IPv4");
	codec_free(codec);
}

static void test_lpm(void **unused)
{
	struct types t = types_new();
	uint8_t six[20] = { 32, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8 }, other[7] = { 12, 0, 0, 0, 0xab, 0xc0, 0 };
	struct codec *codec;

	(void)unused;
	check_ipv4_trie(lpm_codec(&t, 0, 8));
	codec = lpm_codec(&t, 0, 20);
	shows_name(codec, six, "2001:db8::_32");
	accept_name(codec, "2001:db8::_32", six, 20);
	codec_free(codec);
	codec = lpm_codec(&t, 0, 7);
	shows_name(codec, other, "0xabc000_12");
	accept_name(codec, "0xabcdef_12", other, 7);
	codec_free(codec);
	btf__free(t.btf);
}

static void test_typed_lpm(void **unused)
{
	struct types t = types_new();
	int data = array_of(&t, t.u8, 4), id = btf__add_struct(t.btf, "trie_key", 8);
	uint8_t key[12] = { 40, 0, 0, 0, 3, 0, 0, 0, 10, 0, 0, 0 };
	struct codec *codec;

	(void)unused;
	member(&t, "prefixlen", t.u32, 0);
	member(&t, "data", data, 4);
	check_ipv4_trie(lpm_codec(&t, id, 8));
	id = btf__add_struct(t.btf, "vrf_key", 12);
	member(&t, "prefixlen", t.u32, 0);
	member(&t, "vrf", t.u32, 4);
	member(&t, "addr", t.be32, 8);
	codec = lpm_codec(&t, id, 12);
	shows_name(codec, key, "prefixlen=40,vrf=3,addr=10.0.0.0");
	accept_name(codec, "prefixlen=40,vrf=3,addr=10.0.0.0", key, 12);
	codec_free(codec);
	btf__free(t.btf);
}

/* ---- indices, no keys ---- */

static void test_index(void **unused)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 4, .keys_are_indices = true,
							    .max_entries = 10 });

	(void)unused;
	shows_name(codec, &(uint32_t){ 9 }, "9");
	accept_name(codec, "9", &(uint32_t){ 9 }, 4);
	accept_name(codec, "0x9", &(uint32_t){ 9 }, 4);
	reject_name(codec, "10", "0 to 9");
	reject_name(codec, "4294967295", "0 to 9");
	reject_name(codec, "4294967296", "does not fit");
	reject_name(codec, "01", "no number");
	codec_free(codec);
}

static void test_keyless(void **unused)
{
	struct codec *codec = codec_of((struct text_shape){ .value_size = 4 });
	struct text_buf out = { 0 };

	(void)unused;
	reject_name(codec, "0", "no keys");
	assert_int_equal(name_print(codec, "", &out), -EINVAL);
	text_free(&out);
	codec_free(codec);
}

/* ---- R11 ---- */

static void test_short_form(void **unused)
{
	char name[300], shorter[NAME_LIMIT + 1], other[NAME_LIMIT + 1];

	(void)unused;
	memset(name, 'a', sizeof(name));
	name_shorten(name, 300, shorter);
	assert_int_equal(strlen(shorter), NAME_LIMIT);
	assert_memory_equal(shorter, name, 222);
	/* sha256 of 300 letters a, as coreutils' sha256sum has it */
	assert_string_equal(shorter + 222, "~9835fa6bf4e20a9b9ea812506302e989");
	assert_true(name_is_short_form(shorter, NAME_LIMIT));
	assert_false(name_is_short_form(shorter, NAME_LIMIT - 1));
	assert_false(name_is_short_form(name, NAME_LIMIT));
	name[299] = 'b';
	name_shorten(name, 300, other);
	assert_string_not_equal(shorter, other);
	shorter[NAME_LIMIT - 1] = 'A';
	assert_false(name_is_short_form(shorter, NAME_LIMIT));
}

/* A name that is appended to what is in the buffer. */
static void test_append(void **unused)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 4 });
	struct text_buf out = { 0 };

	(void)unused;
	assert_int_equal(text_printf(&out, "%s", "k="), 0);
	assert_int_equal(name_print(codec, &(uint32_t){ 5 }, &out), 0);
	assert_int_equal(text_append(&out, "\n", 1), 0);
	assert_string_equal(out.data, "k=5\n");
	assert_int_equal(out.len, 4);
	text_free(&out);
	assert_null(out.data);
	codec_free(codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_struct),	 cmocka_unit_test(test_padding),
		cmocka_unit_test(test_lone_bytes), cmocka_unit_test(test_no_fields),
		cmocka_unit_test(test_lists),	 cmocka_unit_test(test_addresses_in_lists),
		cmocka_unit_test(test_text),	 cmocka_unit_test(test_text_in_struct),
		cmocka_unit_test(test_lpm),	 cmocka_unit_test(test_typed_lpm),
		cmocka_unit_test(test_index),	 cmocka_unit_test(test_keyless),
		cmocka_unit_test(test_short_form), cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
