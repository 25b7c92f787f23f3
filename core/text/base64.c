/* SPDX-License-Identifier: MIT */
/* Base64 as RFC 4648 has it: padded, no line breaks. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "spectext.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_print(const void *bytes, size_t size, struct text_buf *out)
{
	const uint8_t *from = bytes;
	char *p;

	if (text_reserve(out, (size + 2) / 3 * 4))
		return -ENOMEM;
	p = out->data + out->len;
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t v = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
			     (left > 2 ? from[i + 2] : 0);

		*p++ = alphabet[v >> 18];
		*p++ = alphabet[v >> 12 & 63];
		*p++ = left > 1 ? alphabet[v >> 6 & 63] : '=';
		*p++ = left > 2 ? alphabet[v & 63] : '=';
	}
	*p = '\0';
	out->len = (size_t)(p - out->data);
	return 0;
}

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_parse(const char *text, size_t len, void *bytes, size_t *ret_size)
{
	size_t pad = len && text[len - 1] == '=' ? 1 + (len > 1 && text[len - 2] == '=') : 0;
	uint8_t *to = bytes;
	uint32_t v = 0;

	if (len % 4 || !len)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int six = i < len - pad ? sextet(text[i]) : 0;

		if (six < 0)
			return -EINVAL;
		v = v << 6 | (uint32_t)six;
		if (i % 4 == 3) {
			*to++ = (uint8_t)(v >> 16);
			*to++ = (uint8_t)(v >> 8);
			*to++ = (uint8_t)v;
			v = 0;
		}
	}
	if ((pad && to[-1]) || (pad == 2 && to[-2]))
		return -EINVAL;
	*ret_size = len / 4 * 3 - pad;
	return 0;
}
