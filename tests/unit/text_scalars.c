/* SPDX-License-Identifier: MIT */
/* Scalars as values and as names: what each kind prints, takes and refuses. */
#include "text_help.h"

#include <time.h>

struct both {
	struct types t;
	struct codec *codec;
	size_t size;
};

static struct both of(int (*make)(struct types *), uint32_t size)
{
	struct both b = { .t = types_new(), .size = size };

	b.codec = codec_both(&b.t, make(&b.t), size);
	return b;
}

static void done(struct both *b)
{
	codec_free(b->codec);
	btf__free(b->t.btf);
}

/* The text in a value and in a name, and back from both. */
static void same(const struct both *b, const void *bytes, const char *text)
{
	uint8_t back[64] = { 0 };

	shows_value(b->codec, bytes, text);
	shows_name(b->codec, bytes, text);
	accepts(b->codec, text, TEXT_WHOLE, back);
	assert_memory_equal(back, bytes, b->size);
	accept_name(b->codec, text, bytes, b->size);
}

/* Another spelling of the same bytes. */
static void also(const struct both *b, const void *bytes, const char *text)
{
	uint8_t back[64] = { 0 };

	accepts(b->codec, text, TEXT_WHOLE, back);
	assert_memory_equal(back, bytes, b->size);
	accept_name(b->codec, text, bytes, b->size);
}

static void neither(const struct both *b, const char *text, int err, const char *words)
{
	reject(b->codec, text, err, words);
	reject_name(b->codec, text, words);
}

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })
#define AS(type, value) (&(type){ value })

/* ---- integers ---- */

static int u8_type(struct types *t) { return t->u8; }
static int s8_type(struct types *t) { return t->s8; }
static int u32_type(struct types *t) { return t->u32; }
static int u64_type(struct types *t) { return t->u64; }
static int s64_type(struct types *t) { return t->s64; }
static int u128_type(struct types *t) { return t->u128; }
static int s128_type(struct types *t) { return t->s128; }
static int char_type(struct types *t) { return t->chr; }
static int be16_type(struct types *t) { return t->be16; }
static int be64_type(struct types *t) { return btf__add_typedef(t->btf, "cookie", t->be64); }

static void test_unsigned(void **unused)
{
	struct both b = of(u32_type, 4);

	(void)unused;
	same(&b, AS(uint32_t, 0), "0");
	same(&b, AS(uint32_t, 7), "7");
	same(&b, AS(uint32_t, 99), "99");
	same(&b, AS(uint32_t, 100), "100");
	same(&b, AS(uint32_t, 1000000000), "1000000000");
	same(&b, AS(uint32_t, UINT32_MAX), "4294967295");
	also(&b, AS(uint32_t, 255), "0xff");
	also(&b, AS(uint32_t, 255), "0x00000000000000000000000000000000000000000000FF");
	also(&b, AS(uint32_t, 0x01020304), "0x01020304");
	neither(&b, "4294967296", -ERANGE, "'4294967296' does not fit");
	neither(&b, "0x100000000", -ERANGE, "u32, 0 to 4294967295");
	neither(&b, "-1", -ERANGE, "does not fit");
	neither(&b, "x", -EINVAL, "'x' is no number");
	neither(&b, "+1", -EINVAL, "no number");
	neither(&b, "01", -EINVAL, "no number");
	neither(&b, "00", -EINVAL, "no number");
	neither(&b, "-0", -EINVAL, "no number");
	neither(&b, "0x", -EINVAL, "no number");
	neither(&b, "0xg", -EINVAL, "no number");
	neither(&b, "-0x1", -EINVAL, "no number");
	neither(&b, "1a", -EINVAL, "no number");
	neither(&b, "1,2", -EINVAL, "");
	reject(b.codec, "1 2", -EINVAL, "'2' is too much");
	reject(b.codec, "", -EINVAL, "empty");
	reject(b.codec, " ", -EINVAL, "empty");
	reject_name(b.codec, "", "empty");
	reject_n(b.codec, "1\0", 2, -EINVAL, "no number");
	reject_name_n(b.codec, "1\0", 2, "no number");
	reject(b.codec, "value=1", -EINVAL, "no field 'value'");
	done(&b);
}

static void test_every_width(void **unused)
{
	struct both b = of(u8_type, 1);

	(void)unused;
	same(&b, BYTES(255), "255");
	neither(&b, "256", -ERANGE, "u8, 0 to 255");
	done(&b);
	b = of(s8_type, 1);
	same(&b, BYTES(0x80), "-128");
	same(&b, BYTES(0x7f), "127");
	neither(&b, "128", -ERANGE, "s8, -128 to 127");
	neither(&b, "-129", -ERANGE, "-128 to 127");
	neither(&b, "0xff", -ERANGE, "-128 to 127");
	done(&b);
	b = of(char_type, 1);
	same(&b, BYTES('A'), "65");
	done(&b);
	b = of(u64_type, 8);
	same(&b, AS(uint64_t, UINT64_MAX), "18446744073709551615");
	same(&b, AS(uint64_t, 10000000000000000000u), "10000000000000000000");
	same(&b, AS(uint64_t, 9999999999999999999u), "9999999999999999999");
	same(&b, AS(uint64_t, 4294967296), "4294967296");
	neither(&b, "18446744073709551616", -ERANGE, "does not fit");
	done(&b);
	b = of(s64_type, 8);
	same(&b, AS(int64_t, INT64_MIN), "-9223372036854775808");
	neither(&b, "9223372036854775808", -ERANGE, "does not fit");
	done(&b);
}

static void test_every_power_of_ten(void **unused)
{
	struct both b = of(u64_type, 8);
	uint64_t power = 1;

	(void)unused;
	for (int i = 0; i < 20; i++, power *= 10) {
		for (int step = -1; step <= 1; step++) {
			char text[32];

			snprintf(text, sizeof(text), "%llu", (unsigned long long)(power + (uint64_t)step));
			same(&b, AS(uint64_t, power + (uint64_t)step), text);
		}
	}
	done(&b);
}

static void test_128_bits(void **unused)
{
	struct both b = of(u128_type, 16);
	uint8_t bytes[16];

	(void)unused;
	memset(bytes, 0xff, 16);
	same(&b, bytes, "340282366920938463463374607431768211455");
	neither(&b, "340282366920938463463374607431768211456", -ERANGE, "does not fit");
	memset(bytes, 0, 16);
	bytes[8] = 1;
	same(&b, bytes, "18446744073709551616");
	done(&b);
	b = of(s128_type, 16);
	memset(bytes, 0, 16);
	bytes[15] = 0x80;
	same(&b, bytes, "-170141183460469231731687303715884105728");
	neither(&b, "170141183460469231731687303715884105728", -ERANGE, "does not fit");
	accepts(b.codec, "-5", TEXT_WHOLE, bytes);
	accepts(b.codec, "+=-5", TEXT_PARTIAL, bytes);
	shows_value(b.codec, bytes, "-10");
	done(&b);
}

static void test_network_order(void **unused)
{
	struct both b = of(be16_type, 2);

	(void)unused;
	same(&b, BYTES(0x01, 0xbb), "443");
	also(&b, BYTES(0x01, 0xbb), "0x1BB");
	neither(&b, "65536", -ERANGE, "u16");
	done(&b);
	b = of(be64_type, 8);
	same(&b, BYTES(0, 0, 0, 0, 0, 0, 1, 0), "256");
	done(&b);
}

/* A million digits take no longer than a million steps do. */
static void test_million_digits(void **unused)
{
	struct both b = of(u64_type, 8);
	char *text = malloc(1000000);
	clock_t start = clock();

	(void)unused;
	memset(text, '9', 1000000);
	reject_n(b.codec, text, 1000000, -ERANGE, "does not fit");
	reject_name_n(b.codec, text, 1000000, "does not fit");
	text[1] = 'x';
	text[0] = '0';
	reject_n(b.codec, text, 1000000, -ERANGE, "does not fit");
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	free(text);
	done(&b);
}

/* ---- bools, enums, pointers ---- */

static int bool_type(struct types *t) { return t->bln; }
static int pointer_type(struct types *t) { return btf__add_ptr(t->btf, t->u8); }

static int enum_type(struct types *t)
{
	int id = btf__add_enum(t->btf, "proto", 4);

	btf__add_enum_value(t->btf, "TCP", 6);
	btf__add_enum_value(t->btf, "IPPROTO_TCP", 6);
	btf__add_enum_value(t->btf, "UDP", 17);
	return id;
}

static int signed_enum_type(struct types *t)
{
	int id = btf__add_enum64(t->btf, "verdict", 1, true);

	btf__add_enum64_value(t->btf, "DROP", (uint64_t)-1);
	btf__add_enum64_value(t->btf, "PASS", 0);
	return id;
}

static int wide_enum_type(struct types *t)
{
	int id = btf__add_enum64(t->btf, "flags", 8, false);

	btf__add_enum64_value(t->btf, "TOP", 0x8000000000000000u);
	return id;
}

/* As only a hostile BTF has them: a number for a name, one name twice. */
static int odd_enum_type(struct types *t)
{
	int id = btf__add_enum(t->btf, "odd", 1);

	btf__add_enum_value(t->btf, "A", 1);
	btf__add_enum_value(t->btf, "B", 2);
	btf__add_enum_value(t->btf, "C", 3);
	btf_enum(btf__type_by_id(t->btf, (uint32_t)id))[1].name_off =
	    btf_enum(btf__type_by_id(t->btf, (uint32_t)id))[0].name_off;
	btf_enum(btf__type_by_id(t->btf, (uint32_t)id))[2].name_off = (uint32_t)btf__add_str(t->btf, "7");
	return id;
}

static void test_bool(void **unused)
{
	struct both b = of(bool_type, 1);

	(void)unused;
	same(&b, BYTES(0), "false");
	same(&b, BYTES(1), "true");
	same(&b, BYTES(2), "2");
	also(&b, BYTES(1), "1");
	neither(&b, "yes", -EINVAL, "no number");
	neither(&b, "256", -ERANGE, "does not fit");
	done(&b);
}

static void test_enum(void **unused)
{
	struct both b = of(enum_type, 4);

	(void)unused;
	same(&b, AS(uint32_t, 6), "TCP");
	same(&b, AS(uint32_t, 17), "UDP");
	same(&b, AS(uint32_t, 0), "0");
	also(&b, AS(uint32_t, 6), "IPPROTO_TCP");
	also(&b, AS(uint32_t, 17), "0x11");
	neither(&b, "ICMP", -EINVAL, "neither an enumerator nor a number");
	neither(&b, "TC", -EINVAL, "'TC'");
	neither(&b, "TCPX", -EINVAL, "'TCPX'");
	neither(&b, "4294967296", -ERANGE, "does not fit");
	done(&b);
	b = of(signed_enum_type, 1);
	same(&b, BYTES(0xff), "DROP");
	same(&b, BYTES(0xfe), "-2");
	done(&b);
	b = of(wide_enum_type, 8);
	same(&b, AS(uint64_t, 0x8000000000000000u), "TOP");
	same(&b, AS(uint64_t, UINT64_MAX), "18446744073709551615");
	done(&b);
	b = of(odd_enum_type, 1);
	same(&b, BYTES(1), "A");
	same(&b, BYTES(2), "2");
	same(&b, BYTES(3), "3");
	same(&b, BYTES(7), "7");
	done(&b);
}

static void test_pointer(void **unused)
{
	struct both b = of(pointer_type, 8);

	(void)unused;
	same(&b, AS(uint64_t, 0), "0x0");
	same(&b, AS(uint64_t, 0xffff888012345678u), "0xffff888012345678");
	also(&b, AS(uint64_t, 16), "16");
	done(&b);
}

/* ---- floats ---- */

static int float_type(struct types *t) { return btf__add_float(t->btf, "float", 4); }
static int double_type(struct types *t) { return btf__add_float(t->btf, "double", 8); }

static void test_float(void **unused)
{
	struct both b = of(float_type, 4);

	(void)unused;
	same(&b, AS(float, 0.0f), "0");
	same(&b, AS(float, -0.0f), "-0");
	same(&b, AS(float, 0.1f), "0.1");
	same(&b, AS(uint32_t, 0x7f800000), "inf");
	same(&b, AS(uint32_t, 0xff800000), "-inf");
	same(&b, AS(uint32_t, 0x7fc00000), "nan");
	same(&b, AS(uint32_t, 0xffc00001), "nan:0xffc00001");
	neither(&b, "1e40", -ERANGE, "does not fit");
	neither(&b, "nan:0x0", -EINVAL, "no number");
	neither(&b, "nan:0x1ffc00001", -EINVAL, "no number");
	done(&b);
	b = of(double_type, 8);
	same(&b, AS(double, 1e300), "1e+300");
	same(&b, AS(double, 0.1), "0.1");
	same(&b, AS(double, 1.0 / 3), "0.3333333333333333");
	same(&b, AS(uint64_t, 1), "5e-324");
	also(&b, AS(double, 0.5), "0.50");
	also(&b, AS(double, 1000), "1E3");
	neither(&b, "+1", -EINVAL, "no number");
	neither(&b, "01", -EINVAL, "no number");
	neither(&b, ".5", -EINVAL, "no number");
	neither(&b, "1.", -EINVAL, "no number");
	neither(&b, "0x1p3", -EINVAL, "no number");
	neither(&b, "1e", -EINVAL, "no number");
	neither(&b, "infinity", -EINVAL, "no number");
	neither(&b, "1e999", -ERANGE, "does not fit");
	reject_n(b.codec, "1\0", 2, -EINVAL, "no number");
	done(&b);
}

/* ---- addresses and bytes ---- */

static int ipv4_type(struct types *t) { return btf__add_typedef(t->btf, "addr_t", t->be32); }
static int in_addr_type(struct types *t) { return btf__add_struct(t->btf, "in_addr", 4); }
static int in6_addr_type(struct types *t) { return btf__add_struct(t->btf, "in6_addr", 16); }
static int mac_type(struct types *t) { return array_of(t, t->u8, 6); }
static int bytes_type(struct types *t) { return array_of(t, t->u8, 4); }

static void test_ipv4(void **unused)
{
	int (*const makers[])(struct types *) = { ipv4_type, in_addr_type };

	(void)unused;
	for (int i = 0; i < 2; i++) {
		struct both b = of(makers[i], 4);

		same(&b, BYTES(10, 0, 0, 1), "10.0.0.1");
		same(&b, BYTES(255, 255, 255, 255), "255.255.255.255");
		also(&b, BYTES(10, 0, 0, 1), "0x0a000001");
		neither(&b, "10.0.0", -EINVAL, "IPv4");
		neither(&b, "10.0.0.256", -EINVAL, "IPv4");
		neither(&b, "10.0.0.1x", -EINVAL, "IPv4");
		neither(&b, "10.0.0.01", -EINVAL, "IPv4");
		reject_n(b.codec, "10.0.0.1\0", 9, -EINVAL, "IPv4");
		done(&b);
	}
}

static void test_ipv6(void **unused)
{
	struct both b = of(in6_addr_type, 16);
	uint8_t ip[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	(void)unused;
	same(&b, ip, "2001:db8::1");
	also(&b, ip, "2001:0DB8:0:0:0:0:0:1");
	memset(ip, 0, 16);
	same(&b, ip, "::");
	ip[10] = ip[11] = 0xff;
	ip[12] = 10;
	same(&b, ip, "::ffff:10.0.0.0");
	neither(&b, "2001:db8::1::", -EINVAL, "IPv6");
	neither(&b, "2001:db8:1", -EINVAL, "IPv6");
	done(&b);
}

static void test_mac_and_bytes(void **unused)
{
	struct both b = of(mac_type, 6);

	(void)unused;
	same(&b, BYTES(0xaa, 0xbb, 0xcc, 0, 1, 2), "aa:bb:cc:00:01:02");
	also(&b, BYTES(0xaa, 0xbb, 0xcc, 0, 1, 2), "AA:BB:CC:00:01:02");
	also(&b, BYTES(0xaa, 0xbb, 0xcc, 0, 1, 2), "0xaabbcc000102");
	neither(&b, "aa:bb:cc:00:01", -EINVAL, "aa:bb:cc:dd:ee:ff");
	neither(&b, "aa:bb:cc:00:01:2", -EINVAL, "aa:bb:cc:dd:ee:ff");
	neither(&b, "aa-bb-cc-00-01-02", -EINVAL, "aa:bb:cc:dd:ee:ff");
	done(&b);
	b = of(bytes_type, 4);
	same(&b, BYTES(0xde, 0xad, 0, 1), "0xdead0001");
	also(&b, BYTES(0xde, 0xad, 0, 1), "0xDEAD0001");
	neither(&b, "0xdead001", -EINVAL, "8 hex digits");
	neither(&b, "0xdead000100", -EINVAL, "8 hex digits");
	neither(&b, "dead0001", -EINVAL, "8 hex digits");
	done(&b);
}

static void test_untyped(void **unused)
{
	struct text_shape shape = { .key_size = 4, .value_size = 3 };
	struct codec *codec = codec_of(shape);
	uint8_t back[3] = { 0 };

	(void)unused;
	shows_name(codec, AS(uint32_t, 258), "258");
	accept_name(codec, "0x102", AS(uint32_t, 258), 4);
	shows_value(codec, "abc", "0x616263");
	accepts(codec, "0x616263", TEXT_WHOLE, back);
	assert_memory_equal(back, "abc", 3);
	reject(codec, "0x6162", -EINVAL, "6 hex digits");
	reject(codec, "97", -EINVAL, "6 hex digits");
	codec_free(codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsigned),       cmocka_unit_test(test_every_width),
		cmocka_unit_test(test_every_power_of_ten), cmocka_unit_test(test_128_bits),
		cmocka_unit_test(test_network_order),  cmocka_unit_test(test_million_digits),
		cmocka_unit_test(test_bool),	       cmocka_unit_test(test_enum),
		cmocka_unit_test(test_pointer),	       cmocka_unit_test(test_float),
		cmocka_unit_test(test_ipv4),	       cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_mac_and_bytes),  cmocka_unit_test(test_untyped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
