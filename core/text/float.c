/* SPDX-License-Identifier: MIT */
/*
 * Floating point, 4 and 8 bytes: the shortest decimal that reads back the same; inf, nan, and
 * other NaNs as nan:0xBITS. Runs in the C locale, which is what a process that sets none has.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

static const uint64_t plain_nan[] = { 0x7fc00000u, 0x7ff8000000000000u };

static double load_float(const struct node *n, uint64_t bits)
{
	uint32_t small = (uint32_t)bits;
	double d;
	float f;

	if (n->size == 4) {
		memcpy(&f, &small, 4);
		return (double)f;
	}
	memcpy(&d, &bits, 8);
	return d;
}

static uint64_t float_bits(const struct node *n, const char *text)
{
	uint64_t bits;
	uint32_t small;

	if (n->size == 4) {
		float f = strtof(text, NULL);

		memcpy(&small, &f, 4);
		return small;
	}
	double d = strtod(text, NULL);

	memcpy(&bits, &d, 8);
	return bits;
}

/* The same digits without an exponent, where that is what a person would write: 1000, 0.25. */
static void write_plainly(char *text, size_t size, int decimals, double v)
{
	int exponent = atoi(strchr(text, 'e') + 1);

	if (exponent >= -5 && exponent < 17)
		snprintf(text, size, "%.*f", decimals > exponent ? decimals - exponent : 0, v);
}

int print_float(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	uint64_t bits = number_load(n, at);
	double v = load_float(n, bits);
	char text[40];

	if (isinf(v))
		return v < 0 ? text_append(out, "-inf", 4) : text_append(out, "inf", 3);
	if (isnan(v) && bits == plain_nan[n->size == 8])
		return text_append(out, "nan", 3);
	if (isnan(v))
		return text_printf(out, "nan%s0x%llx", d->name && n->ndims ? "%3A" : ":",
				   (unsigned long long)bits);
	int digits = 0;
	do {
		snprintf(text, sizeof(text), "%.*e", digits, v);
	} while (float_bits(n, text) != bits && ++digits < 17);
	write_plainly(text, sizeof(text), digits, v);
	return text_append(out, text, strlen(text));
}

/* A decimal as printed: [-]digits[.digits][e[+-]digits], without leading zeros. */
static bool is_decimal(const char *s)
{
	s += *s == '-';
	if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
		return false;
	s += strspn(s, "0123456789");
	if (*s == '.') {
		if (s[1] < '0' || s[1] > '9')
			return false;
		s += 1 + strspn(s + 1, "0123456789");
	}
	if (*s == 'e' || *s == 'E') {
		s += s[1] == '-' || s[1] == '+' ? 2 : 1;
		if (*s < '0' || *s > '9')
			return false;
		s += strspn(s, "0123456789");
	}
	return !*s;
}

static bool parse_special(const struct node *n, const char *text, uint64_t *ret_bits)
{
	uint64_t infinity = n->size == 4 ? 0x7f800000u : 0x7ff0000000000000u;
	uint64_t sign = (uint64_t)1 << (n->size * 8 - 1);
	bool negative;
	u128 bits;

	if (!strcmp(text, "inf") || !strcmp(text, "-inf")) {
		*ret_bits = infinity | (*text == '-' ? sign : 0);
		return true;
	}
	if (!strcmp(text, "nan")) {
		*ret_bits = plain_nan[n->size == 8];
		return true;
	}
	if (strncmp(text, "nan:0x", 6) ||
	    parse_decimal_or_hex((struct slice){ text + 4, strlen(text + 4) }, &negative, &bits) ||
	    bits >= (u128)sign << 1 || !isnan(load_float(n, (uint64_t)bits)))
		return false;
	*ret_bits = (uint64_t)bits;
	return true;
}

int parse_float(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	char copy[512];
	uint64_t bits;

	if (text.len >= sizeof(copy) || memchr(text.s, 0, text.len))
		goto bad;
	memcpy(copy, text.s, text.len);
	copy[text.len] = '\0';
	if (!parse_special(n, copy, &bits)) {
		if (!is_decimal(copy))
			goto bad;
		bits = float_bits(n, copy);
		if (isinf(load_float(n, bits)))
			return refuse(r->note, -ERANGE, "'%.*s' does not fit %s, a float of %u bytes",
				      SHOWN(text), r->field, n->size);
	}
	number_store(n, at, bits);
	return 0;
bad:
	return refuse(r->note, -EINVAL, "'%.*s' is no number: %s is a float, such as 0.5, 1e-9, inf or nan",
		      SHOWN(text), r->field);
}
