/* SPDX-License-Identifier: MIT */
/* Values as lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

int value_print(const struct codec *codec, const void *value, struct text_buf *out)
{
	if (codec->shape.cpus)
		return percpu_print(codec, value, out);
	if (!codec->value.n_printed)
		return text_append(out, "", 0);
	return fields_print(&codec->value, value, &as_value, (struct slice){ "", 0 }, true, out);
}

static int parse_token(struct assign *a, uint32_t position, struct slice token)
{
	struct slice path, text;
	enum assign_op op;

	if (!split_field(token, &path, &op, &text))
		return assign_bare(a, position, token);
	return assign_field(a, path, op, text);
}

/* The fields of a line behind its first `i`, which were the printed ones. */
static int parse_rest(struct assign *a, uint32_t i, struct slice line)
{
	struct slice token;
	int more, err;

	assign_mark(a, i);
	for (; (more = token_next(&line, a->d, &token, a->note)) > 0; i++) {
		err = parse_token(a, i, token);
		if (err)
			return err;
	}
	if (more < 0)
		return more;
	if (!i && a->plan->n_printed)
		return refuse(a->note, -EINVAL, "the line is empty");
	return assign_is_whole(a, NULL) ? TEXT_WHOLE : TEXT_PARTIAL;
}

/* As parse_rest. */
static int parse_plain(const struct codec *codec, uint32_t i, struct slice line, uint8_t *value,
		       struct text_note *note)
{
	uint32_t size = codec->shape.value_size;
	uint8_t small[512] = { 0 }, *given = small;
	int result;

	if (size > sizeof(small))
		given = calloc(1, size);
	if (!given)
		return -ENOMEM;
	result = parse_rest(&(struct assign){ .plan = &codec->value, .d = &as_value, .bytes = value,
					      .given = given, .note = note }, i, line);
	if (given != small)
		free(given);
	return result;
}

int value_parse(const struct codec *codec, const char *line, size_t len, void *value, struct text_note *note)
{
	struct slice rest = { line, len };
	uint32_t n;

	if (codec->content && codec->content->refusal)
		return refuse(note, -EOPNOTSUPP, "%s", codec->content->refusal);
	if (codec->shape.cpus)
		return percpu_parse(codec, rest, value, note);
	n = canonical_fields(&codec->value, &as_value, (struct slice){ "", 0 }, &rest, value);
	if (n == codec->value.n_printed && !rest.len)
		return TEXT_WHOLE;
	return parse_plain(codec, n, rest, value, note);
}

bool value_is_atomic_add(const struct codec *codec, const char *line, size_t len, uint32_t *ret_offset,
			 uint32_t *ret_size)
{
	struct slice rest = { line, len }, token, path, text;
	uint32_t offset, size;
	enum assign_op op;

	if (codec->shape.cpus || token_next(&rest, &as_value, &token, NULL) <= 0 ||
	    !split_field(token, &path, &op, &text) || op != ASSIGN_ADD)
		return false;
	if (!assign_find_integer(&codec->value, path, &offset, &size) || size > 8 || offset % size)
		return false;
	if (token_next(&rest, &as_value, &token, NULL))
		return false;
	*ret_offset = offset;
	*ret_size = size;
	return true;
}
