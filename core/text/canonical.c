/* SPDX-License-Identifier: MIT */
/*
 * The short way through a text that is spelled as it is printed: "path=text" of one printed node
 * after the other, one separator between them. Nearly all texts that are read back are.
 *
 * Invariant: a field is taken only where the general parser would take it too, and leaves the same
 * bytes behind. So that parser goes on wherever this one stops, and nothing has to be undone: what was
 * written of a field that was not taken in the end is written again, because a text that begins as this
 * field's sets all of it or is refused. All refusals and their notes are the general parser's.
 */
#include <string.h>

#include "plan.h"

/* Each of these reads text from s on, and returns where it ends; NULL: not as printed. */

/* "0", or digits that do not begin with it; up to 64 bits. */
static const char *take_digits(const char *s, const char *end, uint64_t *ret_value)
{
	const char *start = s, *safe = end - s > 19 ? s + 19 : end; /* 19 digits always fit */
	uint64_t v = 0;
	unsigned digit;

	for (; s < safe && (digit = (unsigned)*s - '0') < 10; s++)
		v = v * 10 + digit;
	if (s == start || (*start == '0' && s - start > 1))
		return NULL;
	if (s - start == 19 && s < end && (digit = (unsigned)*s - '0') < 10) {
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, digit, &v))
			return NULL;
		s++;
	}
	*ret_value = v;
	return s;
}

static const char *take_integer(const struct node *n, const char *s, const char *end, uint8_t *at)
{
	bool is_signed = n->flags & NODE_SIGNED, negative = is_signed && s < end && *s == '-';
	uint64_t v, limit = UINT64_MAX >> (64 - n->bits);

	s = take_digits(s + negative, end, &v);
	if (is_signed)
		limit = (limit >> 1) + negative;
	if (!s || v > limit || (negative && !v))
		return NULL;
	number_store(n, at, negative ? -(u128)v : v);
	return s;
}

static const char *take_integers(const struct node *n, const struct dialect *d, const char *s,
				 const char *end, uint8_t *at)
{
	s = take_integer(n, s, end, at);
	for (uint32_t i = 1; s && i < n->count; i++) {
		if (s == end || *s != d->item)
			return NULL;
		at += n->size;
		s = take_integer(n, s + 1, end, at);
	}
	return s;
}

/* Any other kind, up to where its field ends; `field` is where it starts. */
static const char *take_text(const struct node *n, const struct dialect *d, const char *field,
			     const char *s, const char *end, uint8_t *at)
{
	struct slice rest = { field, (size_t)(end - field) }, token;

	if (token_next(&rest, d, &token, NULL) <= 0)
		return NULL;
	return assign_node(n, (struct slice){ s, (size_t)(rest.s - s) }, d, at) ? NULL : rest.s;
}

static const char *take_word(const char *word, size_t len, const char *s, const char *end)
{
	return (size_t)(end - s) < len || memcmp(s, word, len) ? NULL : s + len;
}

/* "prefix.path=", as far as there are such. */
static const char *take_label(struct slice prefix, struct slice path, const char *s, const char *end)
{
	if (prefix.len)
		s = take_word(prefix.s, prefix.len, s, end);
	if (s && prefix.len && path.len)
		s = take_word(".", 1, s, end);
	if (s && path.len)
		s = take_word(path.s, path.len, s, end);
	return s && (prefix.len || path.len) ? take_word("=", 1, s, end) : s;
}

static const char *take_field(const struct plan *plan, const struct node *n, const struct dialect *d,
			      struct slice prefix, const char *field, const char *end, uint8_t *bytes)
{
	const char *s = take_label(prefix, (struct slice){ node_path(plan, n), n->path_len }, field, end);

	if (!s)
		return NULL;
	/* "0=7" is an item of a list without a label: it is not to be begun. */
	if (n->kind == NODE_INT && n->bits <= 64 && (s > field || !n->ndims))
		return take_integers(n, d, s, end, bytes + n->offset);
	return take_text(n, d, field, s, end, bytes + n->offset);
}

uint32_t canonical_fields(const struct plan *plan, const struct dialect *d, struct slice prefix,
			  struct slice *text, uint8_t *bytes)
{
	const char *s = text->s, *end = s + text->len;
	uint32_t i = 0;

	for (; i < plan->n_printed && (!i || s < end); i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];
		const char *next = take_field(plan, n, d, prefix, s + !!i, end, bytes);

		if (!next || (next < end && *next != d->field))
			break;
		s = next;
	}
	*text = (struct slice){ s, (size_t)(end - s) };
	return i;
}
