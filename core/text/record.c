/* SPDX-License-Identifier: MIT */
/* Records: bytes of any number, which have no type. */
#include <errno.h>
#include <string.h>

#include "plan.h"

int record_print(const void *data, size_t size, struct text_buf *out)
{
	char *p;

	if (text_room(out, 2 + 2 * size))
		return -ENOMEM;
	p = out->data + out->len;
	*p++ = '0';
	*p++ = 'x';
	text_end(out, put_hex(p, data, size));
	return 0;
}

static int parse_hex(struct slice line, uint8_t *at, struct text_note *note)
{
	size_t size = (line.len - 2) / 2;

	if (!is_whole_bytes(line, size))
		return refuse(note, -EINVAL, "'%.*s' is not 0x and two hex digits for each byte", SHOWN(line));
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(hex_digit(line.s[2 + 2 * i]) << 4 | hex_digit(line.s[3 + 2 * i]));
	return (int)size;
}

static int parse_quoted(struct slice line, uint8_t *at, struct text_note *note)
{
	size_t i = 1, size = 0;

	while (i < line.len && line.s[i] != '"') {
		uint8_t raw = (uint8_t)line.s[i++];
		int c = raw == '\\' ? escaped_byte(line, &i) : raw;

		if (c < 0 || raw < 0x20 || raw == 0x7f)
			return refuse(note, -EINVAL, "%.*s has %s: write \\n, \\t, \\\\, \\\" or \\xHH", SHOWN(line),
				      c < 0 ? "an unknown escape" : "a raw control byte");
		at[size++] = (uint8_t)c;
	}
	if (i + 1 != line.len)
		return refuse(note, -EINVAL, "%.*s does not end with its closing quote", SHOWN(line));
	return (int)size;
}

int record_parse(const char *text, size_t len, struct text_buf *out, struct text_note *note)
{
	struct slice line = { text, len };
	int size = -EINVAL;

	if (len > INT32_MAX || text_room(out, len)) /* no byte takes less than one character */
		return -ENOMEM;
	if (len >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
		size = parse_hex(line, (uint8_t *)out->data + out->len, note);
	else if (len && text[0] == '"')
		size = parse_quoted(line, (uint8_t *)out->data + out->len, note);
	else
		refuse(note, -EINVAL, "'%.*s' is no record: write its bytes as 0x and hex digits, or a text in double "
		       "quotes", SHOWN(line));
	if (size < 0)
		return size;
	text_end(out, out->data + out->len + size);
	return 0;
}
