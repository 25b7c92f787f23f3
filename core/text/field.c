/* SPDX-License-Identifier: MIT */
/* Nodes as text: lists, and "path=text" fields one after the other. */
#include <errno.h>
#include <string.h>

#include "plan.h"

int field_print(const struct node *n, const uint8_t *bytes, const struct dialect *d, struct text_buf *out)
{
	const struct leaf *leaf = &leaves[n->kind];

	return (is_list(n) ? leaf->print_list : leaf->print)(n, bytes + n->offset, d, out);
}

int print_items(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	item_printer *print = leaves[n->kind].print;
	int err = print(n, at, d, out);

	for (uint32_t i = 1; !err && i < n->count; i++) {
		if (text_room(out, 1))
			return -ENOMEM;
		out->data[out->len++] = d->item;
		err = print(n, at + (size_t)i * n->size, d, out);
	}
	return err;
}

/* The separator, the prefix and "path=". */
static int label_print(const struct plan *plan, const struct node *n, const struct dialect *d,
		       struct slice prefix, bool first, struct text_buf *out)
{
	char *p;

	if (first && !n->path_len && !prefix.len)
		return 0;
	if (text_room(out, prefix.len + n->path_len + 3))
		return -ENOMEM;
	p = out->data + out->len;
	if (!first)
		*p++ = d->field;
	memcpy(p, prefix.s, prefix.len);
	p += prefix.len;
	if (prefix.len && n->path_len)
		*p++ = '.';
	memcpy(p, node_path(plan, n), n->path_len);
	p += n->path_len;
	if (prefix.len || n->path_len)
		*p++ = '=';
	text_end(out, p);
	return 0;
}

int fields_print(const struct plan *plan, const uint8_t *bytes, const struct dialect *d,
		 struct slice prefix, bool first, struct text_buf *out)
{
	for (uint32_t i = 0; i < plan->n_printed; i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];
		int err = label_print(plan, n, d, prefix, first && !i, out);

		if (!err)
			err = field_print(n, bytes, d, out);
		if (err)
			return err;
	}
	return 0;
}

/* Past a quoted text that starts at i; the end of the slice if it is not closed. */
static size_t skip_quoted(struct slice s, size_t i)
{
	for (i++; i < s.len && s.s[i] != '"'; i++)
		if (s.s[i] == '\\')
			i++;
	return i < s.len ? i + 1 : s.len;
}

struct slice item_next(struct slice *rest, unsigned colons, const struct dialect *d)
{
	struct slice item = { rest->s, 0 };
	size_t i = 0;

	while (i < rest->len) {
		if (rest->s[i] == d->item && !(d->name && colons--))
			break;
		i = !d->name && rest->s[i] == '"' ? skip_quoted(*rest, i) : i + 1;
	}
	item.len = i;
	i += i < rest->len;
	*rest = (struct slice){ rest->s + i, rest->len - i };
	return item;
}

int token_next(struct slice *rest, const struct dialect *d, struct slice *ret_token, struct text_note *note)
{
	size_t i = 0, start;

	while (!d->name && i < rest->len && (rest->s[i] == ' ' || rest->s[i] == '\t'))
		i++;
	start = i;
	if (i == rest->len)
		return 0;
	while (i < rest->len && rest->s[i] != d->field && (d->name || rest->s[i] != '\t')) {
		if (!d->name && rest->s[i] == '"') {
			i = skip_quoted(*rest, i);
			if (rest->s[i - 1] != '"' || i - start < 2)
				return refuse(note, -EINVAL, "a quoted text has no closing quote");
		} else {
			i++;
		}
	}
	*ret_token = (struct slice){ rest->s + start, i - start };
	*rest = (struct slice){ rest->s + i, rest->len - i };
	return 1;
}

static bool in_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '$';
}

bool split_field(struct slice token, struct slice *ret_path, enum assign_op *ret_op, struct slice *ret_text)
{
	size_t i = 0, skip;

	while (i < token.len && in_path(token.s[i]))
		i++;
	*ret_path = (struct slice){ token.s, 0 };
	*ret_op = ASSIGN_SET;
	*ret_text = token;
	if (i < token.len && token.s[i] == '=' && i)
		skip = 1;
	else if (i + 1 < token.len && token.s[i] == '+' && token.s[i + 1] == '=')
		skip = 2;
	else
		return false;
	ret_path->len = i;
	*ret_op = skip == 2 ? ASSIGN_ADD : ASSIGN_SET;
	*ret_text = (struct slice){ token.s + i + skip, token.len - i - skip };
	return true;
}
