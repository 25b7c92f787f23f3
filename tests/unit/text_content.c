/* SPDX-License-Identifier: MIT */
/*
 * Values that no BTF describes: devices, CPU queues, stack traces, build ids, in all formats. Names of
 * devices are the kernel's, in a network namespace of this test's own where that is allowed.
 */
#include "format_help.h"

#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct codec *content_codec(enum text_content content, uint32_t size)
{
	return codec_of((struct text_shape){ .key_size = 4, .value_size = size, .content = content });
}

/* The value back from its own text, and from each of these spellings. */
static void comes_back(const struct codec *codec, const void *bytes, size_t size, const char *text)
{
	uint8_t back[64];

	shows_value(codec, bytes, text);
	memset(back, 0xa5, sizeof(back));
	accepts(codec, text, TEXT_WHOLE, back);
	assert_memory_equal(back, bytes, size);
}

/* A text in all four formats. */
static void shows_formats(const struct codec *codec, const void *value, const char *text, const char *json,
			  const char *csv, const char *prom)
{
	char want[1024];

	snprintf(want, sizeof(want), "1\t%s\n", text);
	prints_entry("tsv", codec, &(uint32_t){ 1 }, value, want);
	snprintf(want, sizeof(want), "[\n{\"key\":1,\"value\":%s}\n]\n", json);
	prints_entry("json", codec, &(uint32_t){ 1 }, value, want);
	prints_entry("csv", codec, &(uint32_t){ 1 }, value, csv);
	prints_entry("prom", codec, &(uint32_t){ 1 }, value, prom);
}

static void declares(const struct codec *codec, const char *text)
{
	struct text_buf out = { 0 };

	assert_int_equal(cdecl_print(codec, "m", &out), 0);
	assert_string_equal(out.data, text);
	text_free(&out);
}

/* ---- devices ---- */

static uint32_t loopback(void)
{
	uint32_t index = if_nametoindex("lo");

	if (!index)
		skip();
	return index;
}

/* A number that no device has. */
static uint32_t no_device(void)
{
	uint32_t index = 1u << 30;
	char name[IF_NAMESIZE];

	while (if_indextoname(index, name))
		index++;
	return index;
}

static void bare_devices(void **state)
{
	struct codec *codec = content_codec(TEXT_DEVICE, 4);
	uint32_t lo = loopback(), none = no_device(), v = 0;
	char text[64], json[128], csv[128];

	(void)state;
	comes_back(codec, &lo, 4, "lo");
	shows_formats(codec, &lo, "lo", "\"lo\"", "key,value\n1,lo\n", "");
	snprintf(text, sizeof(text), "%u", none);
	snprintf(csv, sizeof(csv), "key,value\n1,%u\n", none);
	comes_back(codec, &none, 4, text);
	snprintf(json, sizeof(json), "%u", none);
	shows_formats(codec, &none, text, json, csv, "");
	comes_back(codec, &v, 4, "0");
	accepts(codec, "\"lo\"", TEXT_WHOLE, &v);
	assert_int_equal(v, lo);
	accepts(codec, "0x10", TEXT_WHOLE, &v);
	assert_int_equal(v, 16);
	declares(codec, "typedef unsigned int m_key;\ntypedef unsigned int m_value;\n");
	codec_free(codec);
}

static void devices_with_programs(void **state)
{
	struct codec *codec = content_codec(TEXT_DEVICE, 8);
	uint32_t lo = loopback(), v[2] = { lo, 17 };

	(void)state;
	comes_back(codec, v, 8, "ifindex=lo prog=17");
	shows_formats(codec, v, "ifindex=lo prog=17", "{\"ifindex\":\"lo\",\"prog\":17}",
		      "key,ifindex,prog\n1,lo,17\n",
		      "# HELP bpf_map_m_prog Field prog of the eBPF map m.\n# TYPE bpf_map_m_prog untyped\n"
		      "bpf_map_m_prog{key=\"1\"} 17\n");
	accepts(codec, "prog=18", TEXT_PARTIAL, v);
	assert_int_equal(v[1], 18);
	accepts(codec, "ifindex=7", TEXT_PARTIAL, v);
	assert_int_equal(v[0], 7);
	accepts(codec, "0x0100000012000000", TEXT_WHOLE, v);
	declares(codec, "typedef unsigned int m_key;\n"
			"typedef struct {\n\tunsigned int ifindex;\n\tunsigned int prog;\n} m_value;\n");
	codec_free(codec);
}

static void refused_devices(void **state)
{
	struct codec *bare = content_codec(TEXT_DEVICE, 4), *both = content_codec(TEXT_DEVICE, 8);

	(void)state;
	reject(bare, "nosuchdevice0", -EINVAL, "no network device 'nosuchdevice0'");
	reject(both, "ifindex=nosuchdevice0", -EINVAL, "no network device");
	reject(bare, "a-name-that-is-too-long", -EINVAL, "room for 15 bytes");
	reject(bare, "\"lo\\x00x\"", -EINVAL, "no network device");
	reject(bare, "\"\"", -EINVAL, "no network device");
	reject(bare, "", -EINVAL, "empty");
	reject(bare, "007", -EINVAL, "");
	reject(bare, "4294967296", -ERANGE, "");
	reject(bare, "lo lo", -EINVAL, "");
	reject(both, "prog=lo", -EINVAL, "prog");
	reject(both, "lo", -EINVAL, "ifindex, prog");
	codec_free(bare);
	codec_free(both);
}

/* Gives the loopback device another name; it must be down for that, as it is in a new namespace. */
static void rename_loopback(const char *from, const char *to)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = { 0 };

	assert_true(fd >= 0);
	strncpy(request.ifr_name, from, IFNAMSIZ - 1);
	strncpy(request.ifr_newname, to, IFNAMSIZ - 1);
	assert_int_equal(ioctl(fd, SIOCSIFNAME, &request), 0);
	close(fd);
}

static void odd_names(void **state)
{
	static const struct {
		const char *name, *text, *json, *csv;
	} rows[] = {
		{ "fifteen_letters", "fifteen_letters", "\"fifteen_letters\"", "fifteen_letters" },
		{ "a,b", "\"a,b\"", "\"a,b\"", "\"a,b\"" },
		{ "a=b", "\"a=b\"", "\"a=b\"", "a=b" },
		{ "q\"uote", "\"q\\\"uote\"", "\"q\\\"uote\"", "\"q\"\"uote\"" },
		{ "\xff" "x", "\"\\xffx\"", "\"\\u00ffx\"", "\"\"\"\\xffx\"\"\"" },
		{ "\x01", "\"\\x01\"", "\"\\u0001\"", "\x01" },
		{ "e\xc3\xa9", "e\xc3\xa9", "\"e\xc3\xa9\"", "e\xc3\xa9" },
		{ "1eth", "1eth", "\"1eth\"", "1eth" },
		{ "-1", "-1", "\"-1\"", "-1" },
		{ "77", "1", "1", "1" },
		{ "0x2", "1", "1", "1" },
		{ "0x", "1", "1", "1" },
	};
	struct codec *codec = content_codec(TEXT_DEVICE, 4);
	const uint32_t index = 1;
	const char *old = "lo";

	(void)state;
	if (unshare(CLONE_NEWNET) || loopback() != index) {
		codec_free(codec);
		skip();
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char csv[128];

		rename_loopback(old, rows[i].name);
		old = rows[i].name;
		comes_back(codec, &index, 4, rows[i].text);
		snprintf(csv, sizeof(csv), "key,value\n1,%s\n", rows[i].csv);
		shows_formats(codec, &index, rows[i].text, rows[i].json, csv, "");
	}
	codec_free(codec);
}

/* ---- CPU queues ---- */

static void cpu_queues(void **state)
{
	struct codec *bare = content_codec(TEXT_CPU, 4), *both = content_codec(TEXT_CPU, 8);
	uint32_t v[2] = { 192, 0 };

	(void)state;
	comes_back(bare, v, 4, "192");
	comes_back(both, v, 8, "qsize=192 prog=0");
	shows_formats(both, v, "qsize=192 prog=0", "{\"qsize\":192,\"prog\":0}", "key,qsize,prog\n1,192,0\n",
		      "# HELP bpf_map_m_qsize Field qsize of the eBPF map m.\n# TYPE bpf_map_m_qsize untyped\n"
		      "bpf_map_m_qsize{key=\"1\"} 192\n"
		      "# HELP bpf_map_m_prog Field prog of the eBPF map m.\n# TYPE bpf_map_m_prog untyped\n"
		      "bpf_map_m_prog{key=\"1\"} 0\n");
	shows_formats(bare, v, "192", "192", "key,value\n1,192\n",
		      "# HELP bpf_map_m Value of the eBPF map m.\n# TYPE bpf_map_m untyped\nbpf_map_m{key=\"1\"} 192\n");
	accepts(both, "qsize=64", TEXT_PARTIAL, v);
	assert_int_equal(v[0], 64);
	reject(both, "qsize=lo", -EINVAL, "qsize");
	declares(both, "typedef unsigned int m_key;\n"
		       "typedef struct {\n\tunsigned int qsize;\n\tunsigned int prog;\n} m_value;\n");
	codec_free(bare);
	codec_free(both);
}

/* ---- stack traces ---- */

/* Addresses that no kernel function has. */
static void plain_stacks(void **state)
{
	struct codec *codec = content_codec(TEXT_STACK, 32), *one = content_codec(TEXT_STACK, 8);
	const uint64_t three[4] = { 0x7f0000001234, 0, 16, 0 }, none[4] = { 0 }, full[4] = { 1, 2, 3, 4 };

	(void)state;
	shows_formats(codec, three, "0x7f0000001234,0x0,0x10", "[\"0x7f0000001234\",\"0x0\",\"0x10\"]",
		      "key,value\n1,\"0x7f0000001234,0x0,0x10\"\n", "");
	shows_formats(codec, none, "", "[]", "key,value\n1,\"\"\n", "");
	shows_formats(codec, full, "0x1,0x2,0x3,0x4", "[\"0x1\",\"0x2\",\"0x3\",\"0x4\"]",
		      "key,value\n1,\"0x1,0x2,0x3,0x4\"\n", "");
	shows_formats(one, none, "", "[]", "key,value\n1,\"\"\n", "");
	shows_formats(one, full, "0x1", "[\"0x1\"]", "key,value\n1,0x1\n", "");
	declares(codec, "typedef unsigned int m_key;\ntypedef unsigned long long m_value[4];\n");
	reject(codec, "0x1,0x2", -EOPNOTSUPP, "a stack trace is written by programs only");
	reject(codec, "", -EOPNOTSUPP, "written by programs only");
	reject(codec, "0=1", -EOPNOTSUPP, "written by programs only");
	codec_free(codec);
	codec_free(one);
}

static void stack_lines_are_refused(void **state)
{
	struct codec *codec = content_codec(TEXT_STACK, 16);
	struct text_note note = { "" };
	uint64_t value[2] = { 5, 6 };
	uint32_t key;

	(void)state;
	assert_int_equal(tsv_parse(codec, "3\t0x1", 5, &key, value, NULL, NULL, &note), -EOPNOTSUPP);
	assert_non_null(strstr(note.msg, "written by programs only"));
	assert_true(value[0] == 5 && value[1] == 6);
	codec_free(codec);
}

/* An address in a function of the kernel and its name, by the kernel's own list. */
static uint64_t known_function(char name[64])
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long address = 0;
	char line[1024];

	while (f && !address && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %63s", &address, name) != 2 || strcmp(name, "do_exit"))
			address = 0;
	if (f)
		fclose(f);
	if (!address)
		skip();
	return address;
}

static void kernel_functions(void **state)
{
	struct codec *codec = content_codec(TEXT_STACK, 16);
	char name[64], text[256], json[256], csv[320];
	uint64_t start = known_function(name);
	const uint64_t v[2] = { start + 0x60, start };

	(void)state;
	snprintf(text, sizeof(text), "0x%llx:do_exit+0x60,0x%llx:do_exit+0x0", (unsigned long long)v[0],
		 (unsigned long long)v[1]);
	snprintf(json, sizeof(json), "[\"0x%llx:do_exit+0x60\",\"0x%llx:do_exit+0x0\"]", (unsigned long long)v[0],
		 (unsigned long long)v[1]);
	snprintf(csv, sizeof(csv), "key,value\n1,\"%s\"\n", text);
	shows_formats(codec, v, text, json, csv, "");
	shows_formats(codec, v, text, json, csv, "");
	codec_free(codec);
}

/* ---- build ids ---- */

#define ID "0102030405060708090a0b0c0d0e0f1011121314"

static struct bpf_stack_build_id build_id_frame(int status, uint64_t offset)
{
	struct bpf_stack_build_id frame = { .status = status, .offset = offset };

	for (uint8_t i = 0; status == BPF_STACK_BUILD_ID_VALID && i < sizeof(frame.build_id); i++)
		frame.build_id[i] = (uint8_t)(i + 1);
	return frame;
}

static void build_ids(void **state)
{
	struct codec *codec = content_codec(TEXT_BUILD_IDS, 4 * sizeof(struct bpf_stack_build_id));
	struct bpf_stack_build_id v[4] = {
		build_id_frame(BPF_STACK_BUILD_ID_VALID, 0x1234), build_id_frame(BPF_STACK_BUILD_ID_IP, 0x7f00),
		build_id_frame(BPF_STACK_BUILD_ID_EMPTY, 1), build_id_frame(BPF_STACK_BUILD_ID_VALID, 9),
	};

	(void)state;
	shows_formats(codec, v, ID "+0x1234,0x7f00", "[\"" ID "+0x1234\",\"0x7f00\"]",
		      "key,value\n1,\"" ID "+0x1234,0x7f00\"\n", "");
	shows_formats(codec, v + 2, "", "[]", "key,value\n1,\"\"\n", "");
	reject(codec, ID "+0x1", -EOPNOTSUPP, "written by programs only");
	codec_free(codec);
}

static void declared_build_ids(void **state)
{
	struct codec *codec = content_codec(TEXT_BUILD_IDS, 64);
	struct text_buf out = { 0 };

	(void)state;
	assert_int_equal(cdecl_print(codec, "m", &out), 0);
	assert_non_null(strstr(out.data, "unsigned char build_id[20];"));
	assert_non_null(strstr(out.data, "} m_value[2];"));
	text_free(&out);
	codec_free(codec);
}

/* ---- all of them ---- */

/* Bytes of any kind print in every format, within the limit, and what can be written comes back. */
static void any_bytes(void **state)
{
	static const struct {
		enum text_content content;
		uint32_t size;
	} rows[] = {
		{ TEXT_DEVICE, 4 }, { TEXT_DEVICE, 8 }, { TEXT_CPU, 4 }, { TEXT_CPU, 8 }, { TEXT_STACK, 8 },
		{ TEXT_STACK, 1016 }, { TEXT_BUILD_IDS, 32 }, { TEXT_BUILD_IDS, 4064 },
	};
	static const char *const forms[] = { "tsv", "json", "csv", "prom" };
	const struct format_map map = { .name = "m" };
	uint32_t v = 1;

	(void)state;
	for (size_t i = 0; i < 8 * 40; i++) {
		const uint32_t size = rows[i % 8].size;
		struct codec *codec = content_codec(rows[i % 8].content, size);
		uint8_t *bytes = malloc(size), *back = calloc(1, size);
		struct text_buf out = { 0 };

		for (uint32_t k = 0; k < size; k++, v = v * 1664525 + 1013904223)
			bytes[k] = i % 3 ? (uint8_t)(v >> 24) : (uint8_t)(v >> 31);
		for (size_t k = 0; k < 4; k++)
			free(print_map(forms[k], codec, &map, &(struct entry){ "\1\0\0\0", bytes }, 1));
		assert_int_equal(value_print(codec, bytes, &out), 0);
		assert_true(out.len <= codec_line_limit(codec));
		assert_null(strchr(out.data, '\n'));
		if (rows[i % 8].content < TEXT_STACK) {
			accepts(codec, out.data, TEXT_WHOLE, back);
			assert_memory_equal(back, bytes, size);
		}
		text_free(&out);
		free(back);
		free(bytes);
		codec_free(codec);
	}
}

/* A content that the size does not fit is not believed: the value is a number or bytes. */
static void other_sizes(void **state)
{
	static const enum text_content contents[] = { TEXT_DEVICE, TEXT_CPU, TEXT_STACK, TEXT_BUILD_IDS, TEXT_STRUCT_OPS };

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		struct codec *codec = content_codec(contents[i], 3);

		comes_back(codec, "\1\2\3", 3, "0x010203");
		codec_free(codec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_devices), cmocka_unit_test(devices_with_programs), cmocka_unit_test(refused_devices),
		cmocka_unit_test(cpu_queues), cmocka_unit_test(plain_stacks), cmocka_unit_test(stack_lines_are_refused),
		cmocka_unit_test(kernel_functions), cmocka_unit_test(build_ids), cmocka_unit_test(declared_build_ids),
		cmocka_unit_test(any_bytes), cmocka_unit_test(other_sizes), cmocka_unit_test(odd_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
