/* SPDX-License-Identifier: MIT */
/*
 * Printing and parsing one value of three u64, against libbpf's dumper of typed data, in one process and in
 * turns. Prints three lines: what, our rate, libbpf's rate, the median of the rounds' ratios.
 */
#include <bpf/btf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tests/bench/measure.h"

enum { ROUNDS = 9, PEER_STEP = 20000, OUR_STEP = 200000 };

struct stats {
	uint64_t packets, bytes, last_seen;
};

static struct btf *btf;
static int key_type, value_type;
static struct codec *codec;
static struct btf_dump *dump;
static size_t dumped; /* bytes that the dumper handed over: nobody may leave the work out */

static void die(const char *what)
{
	fprintf(stderr, "whole_text: %s\n", what);
	exit(1);
}

static struct stats value_of(uint64_t i)
{
	return (struct stats){ i, 1500 * i, UINT64_C(81234567890) + i };
}

static void count(void *ctx, const char *fmt, va_list args)
{
	static char text[512];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	(void)ctx;
	dumped += n > 0 ? (size_t)n : 0;
}

static void set_up(void)
{
	int u64;

	btf = btf__new_empty();
	key_type = btf__add_int(btf, "unsigned int", 4, 0);
	u64 = btf__add_int(btf, "unsigned long long", 8, 0);
	value_type = btf__add_struct(btf, "stats", sizeof(struct stats));
	btf__add_field(btf, "packets", u64, 0, 0);
	btf__add_field(btf, "bytes", u64, 64, 0);
	btf__add_field(btf, "last_seen", u64, 128, 0);
	struct text_shape shape = {
		.key_size = 4, .value_size = sizeof(struct stats), .btf = btf,
		.key_type = (uint32_t)key_type, .value_type = (uint32_t)value_type,
	};
	dump = btf_dump__new(btf, count, NULL, NULL);
	if (!dump || codec_new(&shape, &codec))
		die("no codec or no dumper");
}

/* Values a second. */
static double peer(void)
{
	LIBBPF_OPTS(btf_dump_type_data_opts, opts, .compact = true, .skip_names = false, .emit_zeroes = true);
	double start = now();

	for (uint64_t i = 0; i < PEER_STEP; i++) {
		struct stats s = value_of(i);

		if (btf_dump__dump_type_data(dump, (uint32_t)value_type, &s, sizeof(s), &opts) < 0)
			die("the dumper failed");
	}
	return PEER_STEP / (now() - start);
}

static double print(void)
{
	struct text_buf out = { 0 };
	double start = now();

	for (uint64_t i = 0; i < OUR_STEP; i++) {
		struct stats s = value_of(i);

		out.len = 0;
		if (value_print(codec, &s, &out))
			die("value_print failed");
	}
	double rate = OUR_STEP / (now() - start);
	struct stats last = value_of(OUR_STEP - 1);
	char expected[128];
	snprintf(expected, sizeof(expected), "packets=%llu bytes=%llu last_seen=%llu", (unsigned long long)last.packets,
		 (unsigned long long)last.bytes, (unsigned long long)last.last_seen);
	if (out.len != strlen(expected) || memcmp(out.data, expected, out.len))
		die("what was printed is wrong");
	text_free(&out);
	return rate;
}

static double parse(void)
{
	enum { LINES = 64 };
	static char lines[LINES][128];
	size_t len[LINES];
	struct text_note note;
	struct stats s;

	for (uint64_t i = 0; i < LINES; i++) {
		s = value_of(123456 + i);
		len[i] = (size_t)snprintf(lines[i], sizeof(lines[i]), "packets=%llu bytes=%llu last_seen=%llu",
					  (unsigned long long)s.packets, (unsigned long long)s.bytes,
					  (unsigned long long)s.last_seen);
	}
	double start = now();
	for (uint64_t i = 0; i < OUR_STEP; i++) {
		memset(&s, 0, sizeof(s));
		if (value_parse(codec, lines[i % LINES], len[i % LINES], &s, &note) != TEXT_WHOLE ||
		    s.packets != 123456 + i % LINES)
			die("value_parse failed");
	}
	return OUR_STEP / (now() - start);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *numbers)
{
	qsort(numbers, ROUNDS, sizeof(*numbers), by_size);
	return numbers[ROUNDS / 2];
}

static void compare(const char *what, double (*ours)(void))
{
	double a[ROUNDS], b[ROUNDS], ratio[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		a[i] = ours();
		b[i] = peer();
		ratio[i] = a[i] / b[i];
	}
	printf("%s\t%.0f\t%.0f\t%.2f\n", what, median(a), median(b), median(ratio));
}

int main(void)
{
	set_up();
	compare("printing a value", print);
	compare("parsing a value", parse);
	btf_dump__free(dump);
	codec_free(codec);
	btf__free(btf);
	return dumped ? 0 : 1;
}
