/* SPDX-License-Identifier: MIT */
/* Keys as file names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* ---- printing ---- */

static bool padding_is_zero(const struct plan *plan, const uint8_t *key)
{
	for (uint32_t i = 0; plan->padding && i < plan->size; i++)
		if (key[i] & plan->padding[i])
			return false;
	return true;
}

int name_print(const struct codec *codec, const void *key, struct text_buf *out)
{
	const struct plan *plan = &codec->key;

	if (!plan->size)
		return -EINVAL;
	if (codec->lpm_bare)
		return lpm_print(codec, key, out);
	if (!padding_is_zero(plan, key))
		return print_bytes(&(struct node){ .size = plan->size }, key, &as_name, out);
	return fields_print(plan, key, &as_name, (struct slice){ "", 0 }, true, out);
}

/* ---- parsing ---- */

static int refuse_empty(struct text_note *note)
{
	return refuse(note, -EINVAL, "a field of the name is empty");
}

static int parse_field(struct assign *a, uint32_t position, struct slice *name)
{
	struct slice token = { name->s, 0 }, path, text;
	enum assign_op op;

	if (token_next(name, a->d, &token, a->note) < 0)
		return -EINVAL;
	if (!token.len)
		return refuse_empty(a->note);
	if (!split_field(token, &path, &op, &text))
		return assign_bare(a, position, token);
	if (op == ASSIGN_ADD)
		return refuse(a->note, -EINVAL, "a name has no +=");
	return assign_field(a, path, op, text);
}

/* The fields of a name behind its first `i`, which were the printed ones. */
static int parse_rest(struct assign *a, uint32_t i, struct slice name)
{
	const struct node *missing;

	assign_mark(a, i);
	for (; !i || name.len; i++) {
		int err;

		if (i)
			name = (struct slice){ name.s + 1, name.len - 1 };
		err = parse_field(a, i, &name);
		if (err)
			return err;
	}
	if (!assign_is_whole(a, &missing))
		return refuse(a->note, -EINVAL, "the name lacks %s", node_path(a->plan, missing));
	return 0;
}

static int parse_fields(struct assign *a, struct slice name)
{
	uint32_t n = canonical_fields(a->plan, a->d, (struct slice){ "", 0 }, &name, a->bytes);

	return n == a->plan->n_printed && !name.len ? 0 : parse_rest(a, n, name);
}

static int check_index(const struct codec *codec, const uint8_t *key, struct text_note *note)
{
	uint32_t index;

	if (!codec->shape.keys_are_indices || codec->shape.key_size != sizeof(index))
		return 0;
	memcpy(&index, key, sizeof(index));
	if (index < codec->shape.max_entries)
		return 0;
	return refuse(note, -EINVAL, "there is no index %u: the map has 0 to %u", index,
		      codec->shape.max_entries - 1);
}

static int parse_into(const struct codec *codec, struct slice name, uint8_t *scratch, struct text_note *note)
{
	uint32_t size = codec->shape.key_size;
	struct assign a = { .plan = &codec->key, .d = &as_name, .bytes = scratch, .given = scratch + size,
			    .note = note };
	int err = codec->lpm_bare ? lpm_parse(codec, name, scratch, note) : parse_fields(&a, name);

	return err ? err : check_index(codec, scratch, note);
}

int name_parse(const struct codec *codec, const char *name, size_t len, void *ret_key, struct text_note *note)
{
	uint32_t size = codec->shape.key_size;
	uint8_t small[512], *scratch = small;
	int err;

	if (!size)
		return refuse(note, -EINVAL, "this map has no keys");
	if (2 * (size_t)size > sizeof(small))
		scratch = malloc(2 * (size_t)size);
	if (!scratch)
		return -ENOMEM;
	memset(scratch, 0, 2 * (size_t)size);
	err = parse_into(codec, (struct slice){ name, len }, scratch, note);
	if (!err)
		memcpy(ret_key, scratch, size);
	if (scratch != small)
		free(scratch);
	return err == -ERANGE ? -EINVAL : err;
}
