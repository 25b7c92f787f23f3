/* SPDX-License-Identifier: MIT */
/* Addresses and byte runs: IPv4, IPv6, Ethernet, 0x…. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "plan.h"

static const char digits[] = "0123456789abcdef";

/* The digits of four bytes, in the order in which they are in memory. */
static void put_hex4(char *to, const uint8_t *bytes)
{
	const uint64_t ones = 0x0101010101010101;
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	uint64_t x = htole32(word);
	x = (x | x << 16) & 0x0000ffff0000ffff; /* each in the lower half of 16 bits */
	x = (x | x << 8) & 0x00ff00ff00ff00ff;
	x = (x >> 4 & 0x000f000f000f000f) | (x << 8 & 0x0f000f000f000f00); /* a nibble a byte, the high one first */
	uint64_t letters = (x + 6 * ones) >> 4 & ones;
	x = htole64(x + '0' * ones + ('a' - '0' - 10) * letters);
	memcpy(to, &x, sizeof(x));
}

char *put_hex(char *to, const uint8_t *bytes, size_t size)
{
	for (; size >= 4; size -= 4, bytes += 4, to += 8)
		put_hex4(to, bytes);
	for (size_t i = 0; i < size; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	return to;
}

/* ---- byte runs ---- */

int print_bytes(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	char *p;

	(void)d;
	if (text_room(out, 2 + 2 * (size_t)n->size))
		return -ENOMEM;
	p = out->data + out->len;
	*p++ = '0';
	*p++ = 'x';
	text_end(out, put_hex(p, at, n->size));
	return 0;
}

bool is_whole_bytes(struct slice text, size_t size)
{
	if (text.len != 2 + 2 * size || text.s[0] != '0' || (text.s[1] != 'x' && text.s[1] != 'X'))
		return false;
	for (size_t i = 2; i < text.len; i++)
		if (hex_digit(text.s[i]) < 0)
			return false;
	return true;
}

int parse_bytes(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	if (!is_whole_bytes(text, n->size))
		return refuse(r->note, -EINVAL, "'%.*s' is not %s: write 0x and %u hex digits for its %u bytes",
			      SHOWN(text), r->field, 2 * n->size, n->size);
	for (size_t i = 0; i < n->size; i++)
		at[i] = (uint8_t)(hex_digit(text.s[2 + 2 * i]) << 4 | hex_digit(text.s[3 + 2 * i]));
	return 0;
}

/* ---- Ethernet ---- */

int print_mac(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	char *p;

	(void)n;
	(void)d;
	if (text_room(out, 18))
		return -ENOMEM;
	p = out->data + out->len;
	for (int i = 0; i < 6; i++) {
		p = put_hex(p, at + i, 1);
		*p++ = ':';
	}
	text_end(out, p - 1);
	return 0;
}

int parse_mac(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	const char *s = text.s;

	if (is_whole_bytes(text, 6))
		return parse_bytes(n, text, r, at);
	for (size_t i = 0; i < 6; i++, s += 3) {
		if (text.len != 17 || hex_digit(s[0]) < 0 || hex_digit(s[1]) < 0 || (i < 5 && s[2] != ':'))
			return refuse(r->note, -EINVAL, "'%.*s' is no address: %s is written aa:bb:cc:dd:ee:ff",
				      SHOWN(text), r->field);
		at[i] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	}
	return 0;
}

/* ---- IP ---- */

int print_ipv4(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	char *p;

	(void)n;
	(void)d;
	if (text_room(out, 16))
		return -ENOMEM;
	p = out->data + out->len;
	for (int i = 0; i < 4; i++) {
		p = put_decimal(p, at[i]);
		*p++ = '.';
	}
	text_end(out, p - 1);
	return 0;
}

static int print_ipv6_full(const uint8_t *at, struct text_buf *out)
{
	char *p = out->data + out->len;

	for (int i = 0; i < 8; i++) {
		p = put_hex(p, at + 2 * i, 2);
		*p++ = ':';
	}
	text_end(out, p - 1);
	return 0;
}

int print_ipv6(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	char *p;

	if (text_room(out, INET6_ADDRSTRLEN))
		return -ENOMEM;
	if (d->name && n->ndims)
		return print_ipv6_full(at, out);
	p = out->data + out->len;
	inet_ntop(AF_INET6, at, p, INET6_ADDRSTRLEN);
	text_end(out, p + strlen(p));
	return 0;
}

static int parse_ip(int family, const struct node *n, struct slice text, const struct reader *r,
		    uint8_t *at)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t ip[16];

	if (is_whole_bytes(text, n->size))
		return parse_bytes(n, text, r, at);
	if (text.len >= sizeof(copy) || memchr(text.s, 0, text.len))
		goto bad;
	memcpy(copy, text.s, text.len);
	copy[text.len] = '\0';
	if (inet_pton(family, copy, ip) != 1)
		goto bad;
	memcpy(at, ip, n->size);
	return 0;
bad:
	return refuse(r->note, -EINVAL, "'%.*s' is no address: %s is %s", SHOWN(text), r->field,
		      family == AF_INET ? "IPv4, such as 10.0.0.1" : "IPv6, such as 2001:db8::1");
}

int parse_ipv4(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	return parse_ip(AF_INET, n, text, r, at);
}

int parse_ipv6(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	return parse_ip(AF_INET6, n, text, r, at);
}
