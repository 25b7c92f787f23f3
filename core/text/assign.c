/* SPDX-License-Identifier: MIT */
/*
 * Text into bytes, field by field. A path leads to a node, or to some items of a list; what
 * was given is remembered bit by bit, so that no spelling gives the same bit twice, and that
 * "whole" means that the result does not depend on the old bytes.
 */
#include <errno.h>
#include <string.h>

#include "plan.h"

/* Items [first, first + n) of a node; the node's own list if n is its count. */
struct target {
	const struct node *node;
	uint32_t first, n;
	bool item; /* a single item, not a list of one */
};

/* ---- which bits ---- */

/* Marks bits; false if one was marked already. */
static bool mark_bits(uint8_t *given, struct span s)
{
	while (s.from < s.to) {
		unsigned shift = s.from % 8;
		uint64_t left = s.to - s.from;
		unsigned n = left < 8 - shift ? (unsigned)left : 8 - shift;
		uint8_t mask = (uint8_t)(((1u << n) - 1) << shift);

		if (given[s.from / 8] & mask)
			return false;
		given[s.from / 8] |= mask;
		s.from += n;
	}
	return true;
}

static bool all_marked(const uint8_t *given, struct span s)
{
	while (s.from < s.to) {
		if (s.from % 8 || s.to - s.from < 8) {
			if (!(given[s.from / 8] >> s.from % 8 & 1))
				return false;
			s.from++;
		} else {
			if (given[s.from / 8] != 0xff)
				return false;
			s.from += 8;
		}
	}
	return true;
}

void assign_mark(struct assign *a, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		mark_bits(a->given, node_span(&a->plan->nodes[a->plan->printed[i]]));
}

bool assign_is_whole(const struct assign *a, const struct node **ret_missing)
{
	for (uint32_t i = 0; i < a->plan->n_printed; i++) {
		const struct node *n = &a->plan->nodes[a->plan->printed[i]];

		if (all_marked(a->given, node_span(n)))
			continue;
		if (ret_missing)
			*ret_missing = n;
		return false;
	}
	return !a->relative;
}

/* ---- where a path leads ---- */

/* The index before the next dot; false if there is none below the limit. */
static bool take_index(struct slice *rest, uint32_t limit, uint32_t *ret_index)
{
	uint64_t index = 0;
	size_t i = 0;

	for (; i < rest->len && rest->s[i] != '.'; i++) {
		if (rest->s[i] < '0' || rest->s[i] > '9' || (i && rest->s[0] == '0'))
			return false;
		index = index * 10 + (uint64_t)(rest->s[i] - '0');
		if (index >= limit)
			return false;
	}
	if (!i)
		return false;
	*ret_index = (uint32_t)index;
	i += i < rest->len;
	*rest = (struct slice){ rest->s + i, rest->len - i };
	return true;
}

/* Items of a list by its indices: one index per dimension, or fewer for a row. */
static bool narrow(const struct plan *plan, const struct node *n, struct slice indices, struct target *t)
{
	uint32_t row = n->count, index, dim = 0;

	*t = (struct target){ n, 0, n->count, !n->ndims };
	for (; indices.len; dim++) {
		if (dim == n->ndims || indices.s[indices.len - 1] == '.')
			return false;
		row /= plan->dims[n->dims + dim];
		if (!take_index(&indices, plan->dims[n->dims + dim], &index))
			return false;
		t->first += index * row;
		t->n = row;
	}
	t->item = dim == n->ndims;
	return true;
}

static bool find_target(const struct plan *plan, struct slice path, struct target *t)
{
	const struct node *n = plan_find(plan, path);
	size_t cut = path.len;

	if (n)
		return narrow(plan, n, (struct slice){ path.s, 0 }, t);
	while (cut) {
		size_t end = cut;

		while (cut && path.s[cut - 1] >= '0' && path.s[cut - 1] <= '9')
			cut--;
		if (cut == end || (cut && path.s[cut - 1] != '.'))
			return false;
		n = plan_find(plan, (struct slice){ path.s, cut ? cut - 1 : 0 });
		if (n && n->ndims)
			return narrow(plan, n, (struct slice){ path.s + cut, path.len - cut }, t);
		cut -= cut > 0;
	}
	return false;
}

bool assign_find_integer(const struct plan *plan, struct slice path, uint32_t *ret_offset, uint32_t *ret_size)
{
	struct target t;

	if (!find_target(plan, path, &t) || t.node->kind != NODE_INT || !t.item ||
	    t.node->flags & (NODE_BITS | NODE_BIG))
		return false;
	*ret_offset = t.node->offset + t.first * t.node->size;
	*ret_size = t.node->size;
	return true;
}

/* ---- setting ---- */

static int refuse_count(const struct target *t, uint32_t had, const struct reader *r)
{
	return refuse(r->note, -EINVAL, "%s is a list of exactly %u items, parted by '%c': there %s %u",
		      r->field, t->n, r->d->item, had == 1 ? "is" : "are", had);
}

/* %XX of anything but text, which decodes its own. */
static int decode_percent(struct slice text, char *to, size_t room, struct slice *ret)
{
	size_t used = 0;

	for (size_t i = 0; i < text.len; i++) {
		int c = (uint8_t)text.s[i];

		if (c == '%') {
			int high = i + 2 < text.len ? hex_digit(text.s[i + 1]) : -1;
			int low = i + 2 < text.len ? hex_digit(text.s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EINVAL;
			c = high << 4 | low;
			i += 2;
		}
		if (used == room)
			return -EINVAL;
		to[used++] = (char)c;
	}
	*ret = (struct slice){ to, used };
	return 0;
}

static int set_item(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	char decoded[64];

	if (r->d->name && n->kind != NODE_TEXT && memchr(text.s, '%', text.len) &&
	    decode_percent(text, decoded, sizeof(decoded), &text))
		return refuse(r->note, -EINVAL, "'%.*s' is not %s", SHOWN(text), r->field);
	return leaves[n->kind].parse(n, text, r, at);
}

static int set_list(const struct target *t, struct slice text, const struct reader *r, uint8_t *at)
{
	unsigned colons = leaves[t->node->kind].colons;
	uint32_t i = 0;
	int err = 0;

	while (!err && i < t->n) {
		struct slice item = item_next(&text, colons, r->d);

		err = set_item(t->node, item, r, at + (size_t)i++ * t->node->size);
		if (!err && i < t->n && !text.len && text.s[-1] != r->d->item)
			return refuse_count(t, i, r);
	}
	if (err)
		return err;
	if (text.len || text.s[-1] == r->d->item)
		return refuse(r->note, -EINVAL, "%s is a list of exactly %u items: there are more", r->field,
			      t->n);
	return 0;
}

static int set_target(const struct target *t, struct slice text, const struct reader *r, uint8_t *at)
{
	size_t size = (size_t)t->node->size * t->n;

	if (t->item)
		return set_item(t->node, text, r, at);
	/* An array of one pointer is printed as a lone 0x…, too: that is the pointer. */
	if (is_whole_bytes(text, size) && !(t->n == 1 && t->node->kind == NODE_POINTER))
		return parse_bytes(&(struct node){ .size = (uint32_t)size }, text, r, at);
	if (!text.len)
		return refuse_count(t, 0, r);
	return set_list(t, text, r, at);
}

int assign_node(const struct node *n, struct slice text, const struct dialect *d, uint8_t *at)
{
	return set_target(&(struct target){ n, 0, n->count, !n->ndims }, text, &(struct reader){ d, "", NULL }, at);
}

static int add_target(struct assign *a, const struct target *t, struct slice text, const struct reader *r,
		      uint8_t *at)
{
	if (t->node->kind != NODE_INT || !t->item)
		return refuse(r->note, -EINVAL, "%s is no single integer: += adds only to those", r->field);
	a->relative = true;
	return number_add(t->node, text, r, at);
}

static int assign_target(struct assign *a, const struct target *t, enum assign_op op, struct slice text,
			 const struct reader *r)
{
	uint32_t start = t->node->offset + t->first * t->node->size;
	struct span span = node_span(t->node);

	if (!(t->node->flags & NODE_BITS))
		span = (struct span){ (uint64_t)start * 8,
				      ((uint64_t)start + (uint64_t)t->n * t->node->size) * 8 };
	if (!mark_bits(a->given, span))
		return refuse(a->note, -EINVAL, "%s is given twice", r->field);
	return op == ASSIGN_ADD ? add_target(a, t, text, r, a->bytes + start) :
				  set_target(t, text, r, a->bytes + start);
}

/* What a plan's fields are called, for a note: as many as fit. */
static void list_fields(const struct plan *plan, char *to, size_t room)
{
	size_t used = 0;

	to[0] = '\0';
	for (uint32_t i = 0; i < plan->n_printed; i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];

		if (used + n->path_len + 8 > room) {
			strcpy(to + used, ", …");
			return;
		}
		if (i) {
			memcpy(to + used, ", ", 2);
			used += 2;
		}
		memcpy(to + used, node_path(plan, n), n->path_len + 1u);
		used += n->path_len;
	}
}

static const char *whole_title(const struct assign *a)
{
	return a->d->name ? "name" : "value";
}

static int refuse_path(const struct assign *a, struct slice path)
{
	const struct node *root = plan_find(a->plan, (struct slice){ "", 0 });
	char fields[96];

	if (root && root->flags & NODE_PRINTED)
		return refuse(a->note, -EINVAL, "there is no field '%.*s': the %s has no fields", SHOWN(path),
			      whole_title(a));
	list_fields(a->plan, fields, sizeof(fields));
	return refuse(a->note, -EINVAL, "there is no field '%.*s': the fields are %s", SHOWN(path), fields);
}

int assign_field(struct assign *a, struct slice path, enum assign_op op, struct slice text)
{
	struct target t;
	char title[64];
	size_t len = path.len < sizeof(title) ? path.len : sizeof(title) - 1;

	if (!find_target(a->plan, path, &t))
		return refuse_path(a, path);
	memcpy(title, path.s, len);
	title[len] = '\0';
	return assign_target(a, &t, op, text,
			     &(struct reader){ a->d, len ? title : whole_title(a), a->note });
}

int assign_bare(struct assign *a, uint32_t position, struct slice text)
{
	const struct plan *plan = a->plan;
	const struct node *root = plan_find(plan, (struct slice){ "", 0 });
	char fields[96];

	if (root && root->flags & NODE_PRINTED && position)
		return refuse(a->note, -EINVAL, "'%.*s' is too much: the %s is one item%s", SHOWN(text),
			      whole_title(a), a->d->name ? "" : ", and a text with spaces needs double quotes");
	if (root && (root->flags & NODE_PRINTED || is_whole_bytes(text, plan->size)))
		return assign_field(a, (struct slice){ "", 0 }, ASSIGN_SET, text);
	if (a->d->name && position < plan->n_printed) {
		const struct node *n = &plan->nodes[plan->printed[position]];

		return assign_field(a, (struct slice){ node_path(plan, n), n->path_len }, ASSIGN_SET, text);
	}
	if (!plan->n_printed)
		return refuse(a->note, -EINVAL, "'%.*s' is too much: the %s is empty, and so is its line", SHOWN(text),
			      whole_title(a));
	list_fields(plan, fields, sizeof(fields));
	return refuse(a->note, -EINVAL, "'%.*s' names no field: write field=text, the fields are %s",
		      SHOWN(text), fields);
}
