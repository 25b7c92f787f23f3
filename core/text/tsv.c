/* SPDX-License-Identifier: MIT */
/* .tsv: NAME TAB VALUE, a line per entry. Neither has a tab or a newline in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stencil.h"

static int print_in_name(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return leaves[b->node->kind].print(b->node, at, &as_name, out);
}

static int print_in_value(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return leaves[b->node->kind].print(b->node, at, &as_value, out);
}

static int print_list(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return field_print(b->node, at - b->node->offset, b->of_value ? &as_value : &as_name, out);
}

static int print_as_line(const struct blank *b, const struct codec *codec, const uint8_t *at,
			 struct text_buf *out)
{
	(void)b;
	return value_print(codec, at, out);
}

/* "path=", and a separator before it but for the first. */
static int make_field(struct stencil *s, const struct plan *plan, uint32_t i, bool of_value)
{
	const struct node *n = &plan->nodes[plan->printed[i]];
	blank_printer *print = is_list(n) ? print_list : of_value ? print_in_value : print_in_name;
	int err = i ? stencil_text(s, of_value ? " " : ",", 1) : 0;

	if (!err && n->path_len)
		err = stencil_text(s, node_path(plan, n), n->path_len);
	if (!err && n->path_len)
		err = stencil_literal(s, "=");
	if (!err)
		err = stencil_blank(s, &(struct blank){ .node = n, .of_value = of_value, .print = print });
	return err;
}

static int make_fields(struct stencil *s, const struct plan *plan, bool of_value)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < plan->n_printed; i++)
		err = make_field(s, plan, i, of_value);
	return err;
}

/* As name_print has it; keys that are not always their fields are left to that. */
static int make_name(struct stencil *s, const struct codec *codec)
{
	if (!codec->shape.key_size)
		return 0;
	if (codec->lpm_bare || codec->key.padding)
		return stencil_blank(s, &(struct blank){ .print = print_as_name });
	return make_fields(s, &codec->key, false);
}

/* As value_print has it, to which per-CPU values are left. */
static int make_line(struct stencil *s, const struct codec *codec)
{
	if (codec->shape.cpus)
		return stencil_blank(s, &(struct blank){ .of_value = true, .print = print_as_line });
	return make_fields(s, &codec->value, true);
}

static void stop(struct format_run *run)
{
	stencil_free(run->state);
	free(run->state);
}

static int start(struct format_run *run)
{
	struct stencil *s = calloc(1, sizeof(*s));
	int err;

	run->state = s;
	if (!s)
		return -ENOMEM;
	err = make_name(s, run->codec);
	if (!err)
		err = stencil_literal(s, "\t");
	if (!err)
		err = make_line(s, run->codec);
	return err ? err : stencil_literal(s, "\n");
}

static int print_entry(struct format_run *run, const uint8_t *key, const uint8_t *value, struct text_buf *out)
{
	return stencil_print(run->state, run->codec, key, value, out);
}

const struct format tsv_format = { .name = "tsv", .start = start, .stop = stop, .entry = print_entry };

int tsv_parse(const struct codec *codec, const char *line, size_t len, void *key, void *value,
	      int (*old)(void *arg, const void *key, void *value), void *arg, struct text_note *note)
{
	const char *tab = len ? memchr(line, '\t', len) : NULL;
	struct slice shown = { line, len };
	int err;

	if (!len)
		return refuse(note, -EINVAL, "the line is empty: write NAME, a tab, and VALUE");
	if (!tab)
		return refuse(note, -EINVAL, "'%.*s' has no tab: write NAME, a tab, and VALUE", SHOWN(shown));
	if (tab == line)
		return refuse(note, -EINVAL, "the line begins with a tab: the name before it is missing");
	err = name_parse(codec, line, (size_t)(tab - line), key, note);
	if (!err && old)
		err = old(arg, key, value);
	return err ? err : value_parse(codec, tab + 1, len - (size_t)(tab + 1 - line), value, note);
}
