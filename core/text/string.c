/* SPDX-License-Identifier: MIT */
/* char[N]: %XX in names, quotes and C escapes in values. Its text ends at the last byte that is not NUL. */
#include <errno.h>
#include <string.h>

#include "plan.h"

size_t text_length(const struct node *n, const uint8_t *at)
{
	size_t len = n->size;

	while (len && !at[len - 1])
		len--;
	return len;
}

/* ---- names ---- */

static bool plain_in_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == ':' || c == '@' || c == '+' || c == '-';
}

static bool escaped_in_name(const struct node *n, size_t i, uint8_t c)
{
	return !plain_in_name(c) || (c == ':' && n->ndims) || (!i && (c == '.' || c == '-'));
}

static char *put_percent(char *p, uint8_t c)
{
	*p++ = '%';
	*p++ = "0123456789ABCDEF"[c >> 4];
	*p++ = "0123456789ABCDEF"[c & 15];
	return p;
}

static char *put_name_text(const struct node *n, const uint8_t *at, size_t len, char *p)
{
	if (!len)
		return put_percent(p, 0);
	for (size_t i = 0; i < len; i++) {
		if (escaped_in_name(n, i, at[i]))
			p = put_percent(p, at[i]);
		else
			*p++ = (char)at[i];
	}
	return p;
}

static int refuse_text(const struct node *n, struct slice text, const struct reader *r)
{
	return refuse(r->note, -EINVAL, "'%.*s' is too long: %s has room for %u bytes", SHOWN(text),
		      r->field, n->size);
}

/* One byte of a name's text: raw or %XX. -1: neither. */
static int name_byte(const struct node *n, struct slice text, size_t *i, size_t pos)
{
	uint8_t c = (uint8_t)text.s[*i];
	int high, low;

	if (c != '%') {
		(*i)++;
		return escaped_in_name(n, pos, c) ? -1 : c;
	}
	if (text.len - *i < 3)
		return -1;
	high = hex_digit(text.s[*i + 1]);
	low = hex_digit(text.s[*i + 2]);
	*i += 3;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static int parse_name_text(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	size_t i = 0, pos = 0;

	if (!text.len)
		return refuse(r->note, -EINVAL, "%s is empty: an empty text is written %%00", r->field);
	while (i < text.len) {
		int c = name_byte(n, text, &i, pos);

		if (c < 0)
			return refuse(r->note, -EINVAL, "'%.*s' has a byte that %s needs as %%XX", SHOWN(text),
				      r->field);
		if (pos == n->size)
			return refuse_text(n, text, r);
		at[pos++] = (uint8_t)c;
	}
	memset(at + pos, 0, n->size - pos);
	return 0;
}

/* ---- values ---- */

size_t utf8_length(const uint8_t *s, size_t len)
{
	static const struct {
		uint8_t from, to, second_from, second_to, len;
	} rows[] = {
		{ 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (s[0] < rows[i].from || s[0] > rows[i].to || rows[i].len > len)
			continue;
		if (rows[i].len > 1 && (s[1] < rows[i].second_from || s[1] > rows[i].second_to))
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

static bool is_control(uint8_t c)
{
	return c < 0x20 || c == 0x7f;
}

static bool needs_quotes(const uint8_t *s, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_length(s + i, len - i);
		if (!step || is_control(s[i]) || strchr(" ,='\"\\", s[i]))
			return true;
	}
	return !len;
}

static const struct {
	char letter;
	uint8_t byte;
} escapes[] = {
	{ 'n', '\n' }, { 't', '\t' }, { 'r', '\r' },  { 'a', '\a' },  { 'b', '\b' },
	{ 'f', '\f' }, { 'v', '\v' }, { '\\', '\\' }, { '"', '"' }, { '\'', '\'' },
};
#define N_ESCAPES (sizeof(escapes) / sizeof(escapes[0]))

static char *put_escape(char *p, uint8_t c)
{
	*p++ = '\\';
	for (size_t i = 0; i < N_ESCAPES; i++) {
		if (escapes[i].byte == c) {
			*p++ = escapes[i].letter;
			return p;
		}
	}
	*p++ = 'x';
	return put_hex(p, &c, 1);
}

static char *put_quoted(const uint8_t *s, size_t len, char *p)
{
	*p++ = '"';
	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_length(s + i, len - i);
		if (step && !is_control(s[i]) && s[i] != '"' && s[i] != '\\') {
			memcpy(p, s + i, step);
			p += step;
		} else {
			p = put_escape(p, s[i]);
			step = 1;
		}
	}
	*p++ = '"';
	return p;
}

int escaped_byte(struct slice text, size_t *i)
{
	char c = *i < text.len ? text.s[(*i)++] : '\0';

	if (c == 'x') {
		int high = *i < text.len ? hex_digit(text.s[*i]) : -1;
		int low = *i + 1 < text.len ? hex_digit(text.s[*i + 1]) : -1;

		*i += 2;
		return high < 0 || low < 0 ? -1 : high << 4 | low;
	}
	for (size_t k = 0; k < N_ESCAPES; k++)
		if (escapes[k].letter == c)
			return escapes[k].byte;
	return -1;
}

static int parse_quoted(const struct node *n, struct slice whole, const struct reader *r, uint8_t *at)
{
	struct slice text = { whole.s + 1, whole.len - 1 };
	size_t i = 0, pos = 0;

	while (i < text.len && text.s[i] != '"') {
		uint8_t raw = (uint8_t)text.s[i++];
		int c = raw == '\\' ? escaped_byte(text, &i) : raw;

		if (c < 0 || is_control(raw))
			return refuse(r->note, -EINVAL, "%.*s has %s: write \\n, \\t, \\\\, \\\" or \\xHH",
				      SHOWN(whole), c < 0 ? "an unknown escape" : "a raw control byte");
		if (pos == n->size)
			return refuse_text(n, whole, r);
		at[pos++] = (uint8_t)c;
	}
	if (i + 1 != text.len)
		return refuse(r->note, -EINVAL, "%.*s does not end with its closing quote", SHOWN(whole));
	memset(at + pos, 0, n->size - pos);
	return 0;
}

static int parse_value_text(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	if (text.len && text.s[0] == '"')
		return parse_quoted(n, text, r, at);
	for (size_t i = 0; i < text.len; i++)
		if (is_control((uint8_t)text.s[i]) || strchr(" ,='\"\\", text.s[i]))
			return refuse(r->note, -EINVAL, "'%.*s' needs double quotes around it, for %s",
				      SHOWN(text), r->field);
	if (!text.len)
		return refuse(r->note, -EINVAL, "%s is empty: an empty text is written \"\"", r->field);
	if (text.len > n->size)
		return refuse_text(n, text, r);
	memcpy(at, text.s, text.len);
	memset(at + text.len, 0, n->size - text.len);
	return 0;
}

/* ---- both ---- */

int print_text(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	size_t len = text_length(n, at);
	char *p;

	if (text_room(out, 3 + 4 * len))
		return -ENOMEM;
	p = out->data + out->len;
	if (d->name) {
		p = put_name_text(n, at, len, p);
	} else if (needs_quotes(at, len)) {
		p = put_quoted(at, len, p);
	} else {
		memcpy(p, at, len);
		p += len;
	}
	text_end(out, p);
	return 0;
}

int parse_text(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	if (is_whole_bytes(text, n->size))
		return parse_bytes(n, text, r, at);
	return r->d->name ? parse_name_text(n, text, r, at) : parse_value_text(n, text, r, at);
}
