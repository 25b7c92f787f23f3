/* SPDX-License-Identifier: MIT */
/*
 * .csv: a header, then a row an entry (RFC 4180, but LF): the key's fields, then the value's.
 * Per-CPU maps have a row per CPU. A list is one column, its text the value's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stencil.h"

/* ---- cells ---- */

static bool needs_quotes(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
			return true;
	return !len;
}

/* Quotes what was printed from `start` on if it needs it, every quote in it doubled. */
static int quote_cell(struct text_buf *out, size_t start)
{
	size_t len = out->len - start, quotes = 0;
	char *from, *to;

	if (!needs_quotes(out->data + start, len))
		return 0;
	for (size_t i = 0; i < len; i++)
		quotes += out->data[start + i] == '"';
	if (text_reserve(out, quotes + 2))
		return -ENOMEM;
	from = out->data + out->len;
	to = from + quotes + 2;
	text_end(out, to);
	*--to = '"';
	while (from > out->data + start) {
		*--to = *--from;
		if (*to == '"')
			*--to = '"';
	}
	*--to = '"';
	return 0;
}

/* UTF-8 without NUL, which no reader of a .csv takes for text. */
static bool is_clean(const uint8_t *s, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_length(s + i, len - i);
		if (!step || !s[i])
			return false;
	}
	return true;
}

/* A text as it is; one that is none as in a value, with escapes. */
static int add_text_cell(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	size_t start = out->len, len = text_length(n, at);
	int err = is_clean(at, len) ? text_append(out, at, len) : print_text(n, at, &as_value, out);

	return err ? err : quote_cell(out, start);
}

static int print_text_cell(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return add_text_cell(b->node, at, out);
}

static int print_device_cell(const struct blank *b, const struct codec *codec, const uint8_t *at,
			     struct text_buf *out)
{
	uint8_t name[DEVICE_NAME_SIZE];

	(void)codec;
	return device_name(b->node, at, name) ? add_text_cell(&device_name_node, name, out) :
						print_int(b->node, at, &as_value, out);
}

/* Numbers, words and addresses, which need no quotes. */
static int print_plain_cell(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return leaves[b->node->kind].print(b->node, at, &as_value, out);
}

static int print_list_cell(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	size_t start = out->len;
	int err = field_print(b->node, at - b->node->offset, &as_value, out);

	(void)codec;
	return err ? err : quote_cell(out, start);
}

static blank_printer *printer_of(const struct node *n)
{
	if (is_list(n))
		return print_list_cell;
	return n->kind == NODE_TEXT ? print_text_cell : n->kind == NODE_DEVICE ? print_device_cell : print_plain_cell;
}

/* ---- columns ---- */

/* Plain: `row` is all of a row. Per-CPU: the key, the CPU's number, `cpu`. */
struct csv {
	struct text_buf header;
	struct stencil row, cpu;
	const char *cpu_title; /* NULL: no such column */
};

/* Whether a column of the key has that name. */
static bool in_key(const struct codec *codec, struct slice title)
{
	const struct node *n;

	if (!codec->shape.key_size)
		return false;
	if (codec->lpm_bare || !codec->key.nodes[codec->key.printed[0]].path_len)
		return title.len == 3 && !memcmp(title.s, "key", 3);
	n = plan_find(&codec->key, title);
	return n && n->flags & NODE_PRINTED;
}

static bool is_taken(const struct csv *csv, const struct codec *codec, struct slice title)
{
	return in_key(codec, title) || (csv->cpu_title && strlen(csv->cpu_title) == title.len &&
					!memcmp(csv->cpu_title, title.s, title.len));
}

static int put_in_front(struct text_buf *text, const char *prefix, size_t len)
{
	if (text_reserve(text, len))
		return -ENOMEM;
	memmove(text->data + len, text->data, text->len);
	memcpy(text->data, prefix, len);
	text_end(text, text->data + text->len + len);
	return 0;
}

/* A value's column: "value." goes in front until nothing else has the name, also not in the value. */
static int add_value_title(struct csv *csv, const struct codec *codec, struct slice path)
{
	struct slice s = path.len ? path : (struct slice){ "value", 5 };
	struct text_buf title = { 0 };
	int err = text_append(&title, s.s, s.len);
	bool is_own = true;

	while (!err && (is_taken(csv, codec, s) || (!is_own && plan_find(&codec->value, s)))) {
		err = put_in_front(&title, "value.", 6);
		s = (struct slice){ title.data, title.len };
		is_own = false;
	}
	if (!err)
		err = text_append(&csv->header, title.data, title.len);
	text_free(&title);
	return err;
}

static int add_key_column(struct csv *csv, const struct plan *plan, const struct node *n)
{
	int err = csv->row.n ? text_append(&csv->header, ",", 1) : 0;

	if (!err && csv->row.n)
		err = stencil_literal(&csv->row, ",");
	if (!err)
		err = n->path_len ? text_append(&csv->header, node_path(plan, n), n->path_len) :
				    text_append(&csv->header, "key", 3);
	return err ? err : stencil_blank(&csv->row, &(struct blank){ .node = n, .print = printer_of(n) });
}

static int add_key(struct csv *csv, const struct codec *codec)
{
	const struct plan *plan = &codec->key;
	int err = 0;

	if (codec->lpm_bare) {
		err = text_append(&csv->header, "key", 3);
		return err ? err : stencil_blank(&csv->row, &(struct blank){ .print = print_as_name });
	}
	for (uint32_t i = 0; !err && i < plan->n_printed; i++)
		err = add_key_column(csv, plan, &plan->nodes[plan->printed[i]]);
	return err;
}

static int add_cpu(struct csv *csv, const struct codec *codec)
{
	bool taken = in_key(codec, (struct slice){ "cpu", 3 });

	csv->cpu_title = taken ? "value.cpu" : "cpu";
	if (csv->header.len && text_append(&csv->header, ",", 1))
		return -ENOMEM;
	return text_append(&csv->header, csv->cpu_title, strlen(csv->cpu_title));
}

static int add_value(struct csv *csv, const struct codec *codec)
{
	const struct plan *plan = &codec->value;
	struct stencil *s = codec->shape.cpus ? &csv->cpu : &csv->row;
	int err = 0;

	for (uint32_t i = 0; !err && i < plan->n_printed; i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];
		bool comma = csv->header.len > 0;

		if (comma)
			err = text_append(&csv->header, ",", 1);
		if (!err)
			err = add_value_title(csv, codec, (struct slice){ node_path(plan, n), n->path_len });
		if (!err && comma)
			err = stencil_literal(s, ",");
		if (!err)
			err = stencil_blank(s, &(struct blank){ .node = n, .of_value = true,
								.print = printer_of(n) });
	}
	return err ? err : stencil_literal(s, "\n");
}

/* ---- the format ---- */

static void stop(struct format_run *run)
{
	struct csv *csv = run->state;

	text_free(&csv->header);
	stencil_free(&csv->row);
	stencil_free(&csv->cpu);
	free(csv);
}

static int start(struct format_run *run)
{
	struct csv *csv = calloc(1, sizeof(*csv));
	int err;

	run->state = csv;
	if (!csv)
		return -ENOMEM;
	err = add_key(csv, run->codec);
	if (!err && run->codec->shape.cpus)
		err = add_cpu(csv, run->codec);
	if (!err)
		err = add_value(csv, run->codec);
	return err ? err : text_append(&csv->header, "\n", 1);
}

static int print_header(struct format_run *run, struct text_buf *out)
{
	const struct csv *csv = run->state;

	return text_append(out, csv->header.data, csv->header.len);
}

/* The key's cells again, as they stand at `from`; then the CPU's number. */
static int print_cpu_head(uint32_t cpu, size_t from, size_t len, struct text_buf *out)
{
	char *p;

	if (text_reserve(out, len + 24))
		return -ENOMEM;
	p = out->data + out->len;
	if (cpu) {
		memcpy(p, out->data + from, len);
		p += len;
	}
	if (len)
		*p++ = ',';
	text_end(out, put_decimal(p, cpu));
	return 0;
}

static int print_entry(struct format_run *run, const uint8_t *key, const uint8_t *value, struct text_buf *out)
{
	const struct csv *csv = run->state;
	size_t from = out->len;
	int err = stencil_print(&csv->row, run->codec, key, value, out);
	size_t len = out->len - from;

	for (uint32_t cpu = 0; !err && cpu < run->codec->shape.cpus; cpu++, value += run->codec->stride) {
		err = print_cpu_head(cpu, from, len, out);
		if (!err)
			err = stencil_print(&csv->cpu, run->codec, NULL, value, out);
	}
	return err;
}

const struct format csv_format = { .name = "csv", .start = start, .stop = stop, .pass = print_header,
				   .entry = print_entry };
