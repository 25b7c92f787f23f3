/* SPDX-License-Identifier: MIT */
/* .tsv: NAME TAB VALUE, a line per entry. Neither has a tab or a newline in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stencil.h"

static int print_field(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return field_print(b->node, at - b->node->offset, &as_value, out);
}

static int print_as_line(const struct blank *b, const struct codec *codec, const uint8_t *at,
			 struct text_buf *out)
{
	(void)b;
	return value_print(codec, at, out);
}

/* "path=", and a space before it but for the first. */
static int make_field(struct stencil *s, const struct plan *plan, uint32_t i)
{
	const struct node *n = &plan->nodes[plan->printed[i]];
	int err = i ? stencil_literal(s, " ") : 0;

	if (!err && n->path_len)
		err = stencil_text(s, node_path(plan, n), n->path_len);
	if (!err && n->path_len)
		err = stencil_literal(s, "=");
	if (!err)
		err = stencil_blank(s, &(struct blank){ .node = n, .of_value = true, .print = print_field });
	return err;
}

/* The line as value_print has it; per-CPU values leave it to that. */
static int make_line(struct stencil *s, const struct codec *codec)
{
	int err = 0;

	if (codec->shape.cpus)
		return stencil_blank(s, &(struct blank){ .of_value = true, .print = print_as_line });
	for (uint32_t i = 0; !err && i < codec->value.n_printed; i++)
		err = make_field(s, &codec->value, i);
	return err;
}

static void stop(struct format_run *run)
{
	stencil_free(run->state);
	free(run->state);
}

static int start(struct format_run *run)
{
	struct stencil *s = calloc(1, sizeof(*s));
	int err = 0;

	run->state = s;
	if (!s)
		return -ENOMEM;
	if (run->codec->shape.key_size)
		err = stencil_blank(s, &(struct blank){ .print = print_as_name });
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
