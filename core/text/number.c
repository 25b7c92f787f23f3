/* SPDX-License-Identifier: MIT */
/* Integers of any width up to 128 bits, bit-fields, booleans and pointers: bytes to digits and back. */
#include <errno.h>
#include <string.h>

#include "plan.h"

static const bool host_is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

/* ---- bytes and bits ---- */

static u128 mask_of(unsigned bits)
{
	return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

/* n bytes as one number, least significant first on a little-endian host. */
static u128 load_bytes(const uint8_t *at, unsigned n, bool big)
{
	u128 v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | at[big ? i : n - 1 - i];
	return v;
}

static void store_bytes(uint8_t *at, unsigned n, bool big, u128 v)
{
	for (unsigned i = 0; i < n; i++, v >>= 8)
		at[big ? n - 1 - i : i] = (uint8_t)v;
}

/* How far a bit-field's last bit is from the last bit of the bytes that it touches. */
static unsigned bit_shift(const struct node *n)
{
	return host_is_big ? n->size * 8 - n->shift - n->bits : n->shift;
}

static u128 load_wide(const struct node *n, const uint8_t *at)
{
	if (n->flags & NODE_BITS)
		return load_bytes(at, n->size, host_is_big) >> bit_shift(n) & mask_of(n->bits);
	return load_bytes(at, n->size, host_is_big != !!(n->flags & NODE_BIG));
}

uint64_t number_load(const struct node *n, const uint8_t *at)
{
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	if (n->flags & (NODE_BITS | NODE_BIG))
		return (uint64_t)load_wide(n, at);
	switch (n->size) {
	case 1:
		return *at;
	case 2:
		memcpy(&v2, at, 2);
		return v2;
	case 4:
		memcpy(&v4, at, 4);
		return v4;
	default:
		memcpy(&v8, at, 8);
		return v8;
	}
}

void number_store(const struct node *n, uint8_t *at, u128 value)
{
	if (n->flags & NODE_BITS) {
		u128 mask = mask_of(n->bits) << bit_shift(n);
		u128 old = load_bytes(at, n->size, host_is_big) & ~mask;

		store_bytes(at, n->size, host_is_big, old | (value << bit_shift(n) & mask));
		return;
	}
	if (n->flags & NODE_BIG || host_is_big)
		store_bytes(at, n->size, host_is_big != !!(n->flags & NODE_BIG), value);
	else
		memcpy(at, &value, n->size);
}

int64_t sign_extend(uint64_t value, unsigned bits)
{
	uint64_t top = (uint64_t)1 << (bits - 1);

	return (int64_t)((value ^ top) - top);
}

/* ---- printing ---- */

static const char pairs[] = "0001020304050607080910111213141516171819"
			    "2021222324252627282930313233343536373839"
			    "4041424344454647484950515253545556575859"
			    "6061626364656667686970717273747576777879"
			    "8081828384858687888990919293949596979899";

static unsigned count_digits(uint64_t value)
{
	static const uint64_t powers[] = {
		0, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u,
		10000000000u, 100000000000u, 1000000000000u, 10000000000000u, 100000000000000u,
		1000000000000000u, 10000000000000000u, 100000000000000000u, 1000000000000000000u,
		10000000000000000000u,
	};
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	unsigned guess = bits * 1233 >> 12; /* log10(2) is 1233/4096, nearly */

	return guess + (value >= powers[guess]);
}

char *put_decimal(char *to, uint64_t value)
{
	char *end = to + count_digits(value), *p = end;

	while (value > UINT32_MAX) {
		p -= 2;
		memcpy(p, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	for (uint32_t small = (uint32_t)value; small >= 100; value = small) {
		p -= 2;
		memcpy(p, pairs + small % 100 * 2, 2);
		small /= 100;
	}
	if (value >= 10)
		memcpy(to, pairs + value * 2, 2);
	else
		*to = (char)('0' + value);
	return end;
}

static char *put_wide(char *to, u128 value)
{
	const uint64_t limb = 10000000000000000000u; /* 10^19 */
	char digits[20];
	size_t len;

	if (value <= UINT64_MAX)
		return put_decimal(to, (uint64_t)value);
	to = put_wide(to, value / limb);
	len = (size_t)(put_decimal(digits, (uint64_t)(value % limb)) - digits);
	memset(to, '0', 19 - len);
	memcpy(to + 19 - len, digits, len);
	return to + 19;
}

static int print_wide(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	u128 v = load_wide(n, at);
	char *p = out->data + out->len;

	if (n->flags & NODE_SIGNED && v >> 127) {
		*p++ = '-';
		v = -v;
	}
	text_end(out, put_wide(p, v));
	return 0;
}

/* At most 64 bits, 21 bytes of text. */
static char *put_int(const struct node *n, const uint8_t *at, char *p)
{
	uint64_t v = number_load(n, at);

	if (n->flags & NODE_SIGNED && v >> (n->bits - 1)) {
		*p++ = '-';
		v = -(uint64_t)sign_extend(v, n->bits);
	}
	return put_decimal(p, v);
}

int print_int(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	(void)d;
	if (text_room(out, 48))
		return -ENOMEM;
	if (n->bits > 64)
		return print_wide(n, at, out);
	text_end(out, put_int(n, at, out->data + out->len));
	return 0;
}

int print_ints(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	if (n->bits > 64)
		return print_items(n, at, d, out);
	for (uint32_t i = 0; i < n->count; i++, at += n->size) {
		char *p;

		if (text_room(out, 24))
			return -ENOMEM;
		p = out->data + out->len;
		if (i)
			*p++ = d->item;
		text_end(out, put_int(n, at, p));
	}
	return 0;
}

int print_bool(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	uint64_t v = number_load(n, at);

	if (v > 1)
		return print_int(n, at, d, out);
	return v ? text_append(out, "true", 4) : text_append(out, "false", 5);
}

/* As the table of the enumerators has it: sign-extended where the enum is signed. */
static uint64_t enum_bits(const struct node *n, const uint8_t *at)
{
	uint64_t v = number_load(n, at);

	return n->flags & NODE_SIGNED ? (uint64_t)sign_extend(v, n->bits) : v;
}

int print_enum(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	const char *name = enum_name(n->names, enum_bits(n, at));

	return name ? text_append(out, name, strlen(name)) : print_int(n, at, d, out);
}

int print_pointer(const struct node *n, const uint8_t *at, const struct dialect *d,
		  struct text_buf *out)
{
	uint64_t v = number_load(n, at);
	int shift = 60;
	char *p;

	(void)d;
	if (text_room(out, 20))
		return -ENOMEM;
	p = out->data + out->len;
	*p++ = '0';
	*p++ = 'x';
	while (shift && !(v >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 15];
	text_end(out, p);
	return 0;
}

/* ---- parsing ---- */

/* Digits that fit 64 bits whatever they are. */
static int parse_few_digits(struct slice text, unsigned base, u128 *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.s[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return -EINVAL;
		v = v * base + (unsigned)digit;
	}
	*ret = v;
	return text.len ? 0 : -EINVAL;
}

/* Digits of one base; too many for 128 bits is -ERANGE. Linear whatever the length. */
static int parse_digits(struct slice text, unsigned base, u128 *ret)
{
	bool over = false;
	u128 v = 0;

	if (text.len <= 16)
		return parse_few_digits(text, base, ret);
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.s[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return -EINVAL;
		over = over || v > (~(u128)0 - (unsigned)digit) / base;
		if (!over)
			v = v * base + (unsigned)digit;
	}
	if (over)
		return -ERANGE;
	*ret = v;
	return 0;
}

int parse_decimal_or_hex(struct slice text, bool *ret_negative, u128 *ret_magnitude)
{
	bool negative = text.len && text.s[0] == '-';

	if (text.len > 2 && text.s[0] == '0' && (text.s[1] == 'x' || text.s[1] == 'X')) {
		*ret_negative = false;
		return parse_digits((struct slice){ text.s + 2, text.len - 2 }, 16, ret_magnitude);
	}
	if (negative)
		text = (struct slice){ text.s + 1, text.len - 1 };
	if (text.len && text.s[0] == '0' && (text.len > 1 || negative))
		return -EINVAL;
	*ret_negative = negative;
	return parse_digits(text, 10, ret_magnitude);
}

/* The largest magnitude that a number may have. */
static u128 limit_of(const struct node *n, bool negative)
{
	if (!(n->flags & NODE_SIGNED))
		return negative ? 0 : mask_of(n->bits);
	return mask_of(n->bits - 1u) + negative;
}

static int refuse_number(const struct node *n, struct slice text, const struct reader *r, int err)
{
	bool is_signed = n->flags & NODE_SIGNED;
	char low[48] = "0", high[48];

	if (is_signed) {
		low[0] = '-';
		*put_wide(low + 1, limit_of(n, true)) = '\0';
	}
	*put_wide(high, limit_of(n, false)) = '\0';
	return refuse(r->note, err, "'%.*s' %s: %s is %c%u, %s to %s", SHOWN(text),
		      err == -ERANGE ? "does not fit" : "is no number", r->field,
		      is_signed ? 's' : 'u', n->bits, low, high);
}

int parse_int(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	bool negative;
	u128 v;
	int err = parse_decimal_or_hex(text, &negative, &v);

	if (!err && v > limit_of(n, negative))
		err = -ERANGE;
	if (err)
		return refuse_number(n, text, r, err);
	number_store(n, at, negative ? -v : v);
	return 0;
}

int parse_bool(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	bool yes = text.len == 4 && !memcmp(text.s, "true", 4);

	if (!yes && !(text.len == 5 && !memcmp(text.s, "false", 5)))
		return parse_int(n, text, r, at);
	number_store(n, at, yes);
	return 0;
}

int parse_enum(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	uint64_t v;
	char c = text.len ? text.s[0] : '0';

	if (c == '-' || (c >= '0' && c <= '9'))
		return parse_int(n, text, r, at);
	if (!enum_value(n->names, text, &v))
		return refuse(r->note, -EINVAL,
			      "'%.*s' is no value of %s: neither an enumerator nor a number",
			      SHOWN(text), r->field);
	number_store(n, at, v);
	if (enum_bits(n, at) != v)
		return refuse(r->note, -ERANGE, "%.*s does not fit %s, which has %u bits", SHOWN(text),
			      r->field, n->bits);
	return 0;
}

/* Two's complement in n's width, and whether a + b leaves its range. */
static bool add_overflows(const struct node *n, u128 a, bool negative, u128 magnitude, u128 *ret)
{
	s128 sum, old = (s128)a;

	if (!(n->flags & NODE_SIGNED)) {
		if (negative ? __builtin_sub_overflow(a, magnitude, ret) :
			       __builtin_add_overflow(a, magnitude, ret))
			return true;
		return *ret > mask_of(n->bits);
	}
	if (n->bits < 128 && a >> (n->bits - 1))
		old = (s128)(a | ~mask_of(n->bits));
	if (magnitude >> 127 || (negative ? __builtin_sub_overflow(old, (s128)magnitude, &sum) :
					    __builtin_add_overflow(old, (s128)magnitude, &sum)))
		return true;
	*ret = (u128)sum;
	return sum < 0 ? -(u128)sum > limit_of(n, true) : (u128)sum > limit_of(n, false);
}

int number_add(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	bool negative;
	u128 magnitude, sum;
	int err = parse_decimal_or_hex(text, &negative, &magnitude);

	if (err == -EINVAL)
		return refuse(r->note, err, "'%.*s' is no number to add to %s", SHOWN(text), r->field);
	if (err || add_overflows(n, load_wide(n, at), negative, magnitude, &sum))
		return refuse(r->note, -ERANGE, "%s plus %.*s does not fit its %u bits", r->field,
			      SHOWN(text), n->bits);
	number_store(n, at, sum);
	return 0;
}
