/* SPDX-License-Identifier: MIT */
/* Per-CPU values: totals, one CPU's fields, every CPU's (R13). */
#include "text_help.h"

static struct codec *percpu_codec(const struct types *t, int type, uint32_t size, uint32_t cpus)
{
	return codec_of((struct text_shape){ .key_size = 4, .value_size = size, .cpus = cpus,
					     .btf = type ? t->btf : NULL, .value_type = (uint32_t)type });
}

static void test_scalar(void **unused)
{
	struct types t = types_new();
	struct codec *codec = percpu_codec(&t, t.u64, 8, 2);
	uint64_t v[2] = { 42, 17 };

	(void)unused;
	assert_int_equal(codec_value_bytes(codec), 16);
	shows_value(codec, v, "total=59 cpu0=42 cpu1=17");
	accepts(codec, "total=59 cpu0=1 cpu1=2", TEXT_WHOLE, v);
	shows_value(codec, v, "total=3 cpu0=1 cpu1=2");
	accepts(codec, "7", TEXT_WHOLE, v);
	shows_value(codec, v, "total=14 cpu0=7 cpu1=7");
	accepts(codec, "cpu1=9", TEXT_PARTIAL, v);
	accepts(codec, "cpu0+=1", TEXT_PARTIAL, v);
	shows_value(codec, v, "total=17 cpu0=8 cpu1=9");
	accepts(codec, "+=10", TEXT_PARTIAL, v);
	shows_value(codec, v, "total=37 cpu0=18 cpu1=19");
	accepts(codec, "total=1 cpu0=0", TEXT_PARTIAL, v);
	shows_value(codec, v, "total=19 cpu0=0 cpu1=19");
	reject(codec, "total=59", -EINVAL, "total is only shown");
	reject(codec, "total=59 5", -EINVAL, "total is only shown");
	reject(codec, "total+=1 cpu0=1", -EINVAL, "total is only shown");
	reject(codec, "total.x=1 cpu0=1", -EINVAL, "no total of 'x'");
	reject(codec, "cpu2=1", -EINVAL, "the CPUs are cpu0 to cpu1");
	reject(codec, "cpu00=1", -EINVAL, "the CPUs are");
	reject(codec, "cpu99999999999999999999999999999999999999999999=1", -EINVAL, "the CPUs are");
	reject(codec, "cpu=1", -EINVAL, "no field 'cpu'");
	reject(codec, "cpu0=1 cpu0=2", -EINVAL, "given twice");
	reject(codec, "1 2", -EINVAL, "given twice");
	reject(codec, "1 cpu0=2", -EINVAL, "given twice");
	reject(codec, "cpu0=x", -EINVAL, "no number");
	reject(codec, "cpu0=18446744073709551616", -ERANGE, "does not fit");
	reject(codec, "", -EINVAL, "empty");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_struct(void **unused)
{
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "stats", 24);
	struct {
		uint64_t packets;
		int32_t delta;
		uint8_t ip[4];
		uint8_t on, pad[7];
	} v[2] = { { 4, -3, { 10, 0, 0, 1 }, 1, { 0 } }, { 5, 1, { 10, 0, 0, 2 }, 0, { 0 } } };
	struct codec *codec;

	(void)unused;
	member(&t, "packets", t.u64, 0);
	member(&t, "delta", t.s32, 8);
	member(&t, "ip", t.be32, 12);
	member(&t, "on", t.bln, 16);
	codec = percpu_codec(&t, id, 24, 2);
	shows_value(codec, v,
		    "total.packets=9 total.delta=-2 cpu0.packets=4 cpu0.delta=-3 cpu0.ip=10.0.0.1 cpu0.on=true "
		    "cpu1.packets=5 cpu1.delta=1 cpu1.ip=10.0.0.2 cpu1.on=false");
	accepts(codec, "packets=0 cpu1.delta=7", TEXT_PARTIAL, v);
	shows_value(codec, v,
		    "total.packets=0 total.delta=4 cpu0.packets=0 cpu0.delta=-3 cpu0.ip=10.0.0.1 cpu0.on=true "
		    "cpu1.packets=0 cpu1.delta=7 cpu1.ip=10.0.0.2 cpu1.on=false");
	accepts(codec, "packets=1 delta=2 ip=1.2.3.4 on=1", TEXT_WHOLE, v);
	accepts(codec, "cpu1=0x050000000000000006000000010203040100000000000000", TEXT_PARTIAL, v);
	assert_int_equal(v[1].packets, 5);
	assert_int_equal(v[0].packets, 1);
	reject(codec, "total.ip=1.2.3.4 cpu0.packets=1", -EINVAL, "no total of 'ip'");
	reject(codec, "packets=1 cpu0.packets=1", -EINVAL, "given twice");
	reject(codec, "cpu0.none=1", -EINVAL, "no field 'none'");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_stride(void **unused)
{
	struct types t = types_new();
	struct codec *codec = percpu_codec(&t, array_of(&t, t.u16, 3), 6, 3);
	uint16_t v[3][4] = { { 1, 2, 3, 0 }, { 10, 20, 30, 0 }, { 65535, 0, 0, 0 } };

	(void)unused;
	assert_int_equal(codec_value_bytes(codec), 24);
	shows_value(codec, v, "total=65546,22,33 cpu0=1,2,3 cpu1=10,20,30 cpu2=65535,0,0");
	accepts(codec, "total=65546,22,33 cpu1=5,5,5", TEXT_PARTIAL, v);
	accepts(codec, "cpu2.0=1", TEXT_PARTIAL, v);
	accepts(codec, "1=8", TEXT_PARTIAL, v);
	shows_value(codec, v, "total=7,24,8 cpu0=1,8,3 cpu1=5,8,5 cpu2=1,8,0");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_wraps_in_64_bits(void **unused)
{
	struct types t = types_new();
	struct codec *codec = percpu_codec(&t, t.u64, 8, 2);
	uint64_t v[2] = { UINT64_MAX, 2 };

	(void)unused;
	shows_value(codec, v, "total=1 cpu0=18446744073709551615 cpu1=2");
	codec_free(codec);
	btf__free(t.btf);
}

static void test_without_totals(void **unused)
{
	struct types t = types_new();
	struct codec *codec = percpu_codec(&t, t.bln, 1, 2);
	uint8_t v[16] = { 1 };

	(void)unused;
	shows_value(codec, v, "cpu0=true cpu1=false");
	codec_free(codec);
	codec = percpu_codec(&t, 0, 3, 2);
	shows_value(codec, v, "cpu0=0x010000 cpu1=0x000000");
	accepts(codec, "cpu0=0x020000 cpu1=0x000001", TEXT_WHOLE, v);
	assert_int_equal(v[10], 1);
	codec_free(codec);
	codec = percpu_codec(&t, 0, 8, 2);
	shows_value(codec, v, "total=65538 cpu0=2 cpu1=65536");
	codec_free(codec);
	btf__free(t.btf);
}

/* A type's own total and cpu0 are reached through cpuN. */
static void test_own_names(void **unused)
{
	struct types t = types_new();
	int id = btf__add_struct(t.btf, "s", 16);
	uint64_t v[4] = { 1, 2, 3, 4 };
	struct codec *codec;

	(void)unused;
	member(&t, "total", t.u64, 0);
	member(&t, "cpu0", t.u64, 8);
	codec = percpu_codec(&t, id, 16, 2);
	shows_value(codec, v, "total.total=4 total.cpu0=6 cpu0.total=1 cpu0.cpu0=2 cpu1.total=3 cpu1.cpu0=4");
	accepts(codec, "cpu1.total=9 cpu0.cpu0=8", TEXT_PARTIAL, v);
	assert_int_equal(v[2], 9);
	assert_int_equal(v[1], 8);
	reject(codec, "total=5", -EINVAL, "total");
	codec_free(codec);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalar),	       cmocka_unit_test(test_struct),
		cmocka_unit_test(test_stride),	       cmocka_unit_test(test_wraps_in_64_bits),
		cmocka_unit_test(test_without_totals), cmocka_unit_test(test_own_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
