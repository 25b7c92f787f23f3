/* SPDX-License-Identifier: MIT */
/*
 * .json: [{"key":…,"value":…}], an entry a line; per-CPU "values":[{"cpu":0,"value":…}]. Integers up to
 * 64 bits are numbers, what "Text" shows as text is a string. All members of a union are shown.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stencil.h"

/* ---- strings ---- */

static char *put_unicode(char *p, uint8_t c)
{
	memcpy(p, "\\u00", 4);
	return put_hex(p + 4, &c, 1);
}

/* At most 6 × len bytes. Bytes that are no UTF-8 become the code points of their numbers. */
static char *put_json_text(char *p, const uint8_t *s, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_length(s + i, len - i);
		if (!step || s[i] < 0x20 || s[i] == 0x7f) {
			p = put_unicode(p, s[i]);
			step = 1;
			continue;
		}
		if (s[i] == '"' || s[i] == '\\')
			*p++ = '\\';
		memcpy(p, s + i, step);
		p += step;
	}
	return p;
}

static int add_string(struct text_buf *out, const uint8_t *s, size_t len)
{
	char *p;

	if (text_room(out, 2 + 6 * len))
		return -ENOMEM;
	p = out->data + out->len;
	*p++ = '"';
	p = put_json_text(p, s, len);
	*p++ = '"';
	text_end(out, p);
	return 0;
}

/* ---- one item ---- */

typedef int json_printer(const struct node *n, const uint8_t *at, struct text_buf *out);

/* What "Text" shows, in quotes; it has nothing to escape. */
static int json_quoted(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	int err = put_byte(out, '"');

	if (!err)
		err = leaves[n->kind].print(n, at, &as_value, out);
	return err ? err : put_byte(out, '"');
}

static int json_int(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	uint64_t v;
	char *p;

	if (n->bits > 64)
		return json_quoted(n, at, out);
	if (text_room(out, 24))
		return -ENOMEM;
	v = number_load(n, at);
	p = out->data + out->len;
	if (n->flags & NODE_SIGNED && v >> (n->bits - 1)) {
		*p++ = '-';
		v = -(uint64_t)sign_extend(v, n->bits);
	}
	text_end(out, put_decimal(p, v));
	return 0;
}

static int json_bool(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	return print_bool(n, at, &as_value, out);
}

/* Quotes what was printed from `start` on where it is a word and no number. */
static int quote_word(struct text_buf *out, size_t start)
{
	const char *word = out->data + start;
	size_t len = out->len - start;

	word += *word == '-';
	if (*word >= '0' && *word <= '9')
		return 0;
	if (text_room(out, 2))
		return -ENOMEM;
	memmove(out->data + start + 1, out->data + start, len);
	out->data[start] = '"';
	out->data[start + 1 + len] = '"';
	text_end(out, out->data + start + len + 2);
	return 0;
}

/* Enumerators and floats: numbers but for names, inf and nan. */
static int json_word(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	size_t start = out->len;
	int err = leaves[n->kind].print(n, at, &as_value, out);

	return err ? err : quote_word(out, start);
}

static int json_text(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	return add_string(out, at, text_length(n, at));
}

static int json_device(const struct node *n, const uint8_t *at, struct text_buf *out)
{
	uint8_t name[DEVICE_NAME_SIZE];

	return device_name(n, at, name) ? json_text(&device_name_node, name, out) : json_int(n, at, out);
}

static json_printer *const printers[NODE_KINDS] = {
	[NODE_INT]   = json_int,    [NODE_BOOL]    = json_bool,   [NODE_ENUM]   = json_word,
	[NODE_FLOAT] = json_word,   [NODE_POINTER] = json_quoted, [NODE_IPV4]   = json_quoted,
	[NODE_IPV6]  = json_quoted, [NODE_MAC]     = json_quoted, [NODE_BYTES]  = json_quoted,
	[NODE_TEXT]  = json_text,   [NODE_STRUCT]  = json_quoted, [NODE_UNION]  = json_quoted,
	[NODE_ARRAY] = json_quoted, [NODE_DEVICE]  = json_device, [NODE_FRAME] = json_quoted,
	[NODE_BUILD_ID] = json_quoted,
};

static int print_item(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return printers[b->node->kind](b->node, at, out);
}

/* The most frequent of them, without the way over the table. */
static int print_number(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return json_int(b->node, at, out);
}

/* ---- lists ---- */

/* One dimension of a list and those within it; *at moves past its items. */
static int print_row(const struct blank *b, uint32_t dim, const uint8_t **at, struct text_buf *out)
{
	const struct node *n = b->node;
	uint32_t (*shown)(const struct node *n, const uint8_t *at) = leaves[n->kind].shown;
	uint32_t count = shown ? shown(n, *at) : b->plan->dims[n->dims + dim];
	int err = put_byte(out, '[');

	for (uint32_t i = 0; !err && i < count; i++) {
		if (i)
			err = put_byte(out, ',');
		if (!err && dim + 1 < n->ndims) {
			err = print_row(b, dim + 1, at, out);
		} else if (!err) {
			err = printers[n->kind](n, *at, out);
			*at += n->size;
		}
	}
	return err ? err : put_byte(out, ']');
}

static int print_list(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)codec;
	return print_row(b, 0, &at, out);
}

/* ---- types into stencils ---- */

struct maker {
	struct stencil *s;
	const struct plan *plan;
	bool of_value;
};

static int make_node(const struct maker *m, uint32_t index);

static int make_leaf(const struct maker *m, const struct node *n)
{
	blank_printer *print = n->ndims ? print_list : n->kind == NODE_INT ? print_number : print_item;

	return stencil_blank(m->s, &(struct blank){ .node = n, .plan = m->plan, .of_value = m->of_value,
						    .print = print });
}

/* A member's name and the colon after it. */
static int make_member_name(const struct maker *m, const struct node *n)
{
	const char *name = node_path(m->plan, n) + n->name;
	int err = add_string(&m->s->text, (const uint8_t *)name, n->path_len - n->name);

	return err ? err : stencil_literal(m->s, ":");
}

static int make_members(const struct maker *m, uint32_t self)
{
	const struct plan *plan = m->plan;
	uint32_t end = self + plan->nodes[self].subtree;
	bool first = true;
	int err = stencil_literal(m->s, "{");

	for (uint32_t i = self + 1; !err && i <= end; i += 1 + plan->nodes[i].subtree) {
		if (plan->nodes[i].kind == NODE_KERNEL)
			continue;
		if (!first)
			err = stencil_literal(m->s, ",");
		first = false;
		if (!err)
			err = make_member_name(m, &plan->nodes[i]);
		if (!err)
			err = make_node(m, i);
	}
	return err ? err : stencil_literal(m->s, "}");
}

/* The rows that begin with an item of an array of composites: its last indices that are 0. */
static uint32_t rows_begun(const struct plan *plan, const struct node *array, const struct node *item,
			   uint32_t *ret_dims)
{
	const char *path = node_path(plan, item) + array->path_len + (array->path_len > 0);
	uint32_t begun = 0, dims = 1;

	for (const char *p = path; *p; p++)
		dims += *p == '.';
	for (const char *p = path + strlen(path); p > path; p -= 2) {
		if (p[-1] != '0' || (p - 1 > path && p[-2] != '.'))
			break;
		begun++;
		if (p - 1 == path)
			break;
	}
	*ret_dims = dims;
	return begun;
}

static int make_brackets(const struct maker *m, char bracket, uint32_t n)
{
	int err = 0;

	while (!err && n--)
		err = stencil_text(m->s, &bracket, 1);
	return err;
}

/* An array of composites has a node for each item, but none for the rows of further dimensions. */
static int make_items(const struct maker *m, uint32_t self)
{
	const struct plan *plan = m->plan;
	const struct node *array = &plan->nodes[self];
	uint32_t end = self + array->subtree, begun, dims = 0;
	int err = 0;

	for (uint32_t i = self + 1; !err && i <= end; i += 1 + plan->nodes[i].subtree) {
		bool first = i == self + 1;

		begun = rows_begun(plan, array, &plan->nodes[i], &dims);
		if (!first)
			err = make_brackets(m, ']', begun);
		if (!err && !first)
			err = stencil_literal(m->s, ",");
		if (!err)
			err = make_brackets(m, '[', begun);
		if (!err)
			err = make_node(m, i);
	}
	return err ? err : make_brackets(m, ']', dims);
}

static int make_node(const struct maker *m, uint32_t index)
{
	const struct node *n = &m->plan->nodes[index];

	if (!n->subtree)
		return make_leaf(m, n);
	return n->kind == NODE_ARRAY ? make_items(m, index) : make_members(m, index);
}

/* ---- a whole key or value ---- */

/* The data section that a value type is, or NULL. */
static const struct btf_type *section_of(const struct codec *codec)
{
	const struct btf *btf = codec->shape.btf;
	const struct btf_type *t = btf ? btf__type_by_id(btf, codec->shape.value_type) : NULL;

	return t && btf_is_datasec(t) ? t : NULL;
}

/* {".bss":[{"a":1},{"b":2}]} */
static int make_section(const struct maker *m, const char *name)
{
	const struct plan *plan = m->plan;
	int err = stencil_literal(m->s, "{");

	if (!err)
		err = add_string(&m->s->text, (const uint8_t *)name, strlen(name));
	if (!err)
		err = stencil_literal(m->s, ":[");
	for (uint32_t i = 1; !err && i < plan->n_nodes; i += 1 + plan->nodes[i].subtree) {
		if (plan->nodes[i].kind == NODE_KERNEL)
			continue;
		err = m->s->text.data[m->s->text.len - 1] == '[' ? stencil_literal(m->s, "{") :
								   stencil_literal(m->s, ",{");
		if (!err)
			err = make_member_name(m, &plan->nodes[i]);
		if (!err)
			err = make_node(m, i);
		if (!err)
			err = stencil_literal(m->s, "}");
	}
	return err ? err : stencil_literal(m->s, "]}");
}

static int make_value(struct stencil *s, const struct codec *codec)
{
	const struct maker m = { s, &codec->value, true };
	const struct btf_type *section = section_of(codec);
	const char *name = section ? btf__name_by_offset(codec->shape.btf, section->name_off) : NULL;

	if (!m.plan->n_nodes || m.plan->nodes[0].kind == NODE_KERNEL)
		return stencil_literal(s, "{}");
	if (name && m.plan->nodes[0].kind == NODE_STRUCT && m.plan->nodes[0].subtree)
		return make_section(&m, name);
	return make_node(&m, 0);
}

static int make_name(struct stencil *s)
{
	int err = stencil_literal(s, "\"");

	if (!err)
		err = stencil_blank(s, &(struct blank){ .print = print_as_name });
	return err ? err : stencil_literal(s, "\"");
}

/* "key":…, */
static int make_key(struct stencil *s, const struct codec *codec)
{
	const struct maker m = { s, &codec->key, false };
	int err;

	if (!m.plan->size)
		return 0;
	err = stencil_literal(s, "\"key\":");
	if (!err)
		err = codec->lpm_bare && !m.plan->nodes[0].subtree ? make_name(s) : make_node(&m, 0);
	return err ? err : stencil_literal(s, ",");
}

/* ---- the format ---- */

/* Plain: `entry` is all of it. Per-CPU: it goes up to the list, whose items are "{"cpu":N" and `cpu`. */
struct json {
	struct stencil entry, cpu;
};

static int make_entry(struct json *j, const struct codec *codec)
{
	bool percpu = codec->shape.cpus;
	int err = stencil_literal(&j->entry, "{");

	if (!err)
		err = make_key(&j->entry, codec);
	if (!err)
		err = percpu ? stencil_literal(&j->entry, "\"values\":[") : stencil_literal(&j->entry, "\"value\":");
	if (!err && percpu)
		err = stencil_literal(&j->cpu, ",\"value\":");
	if (!err)
		err = make_value(percpu ? &j->cpu : &j->entry, codec);
	return err ? err : stencil_literal(percpu ? &j->cpu : &j->entry, "}");
}

static void stop(struct format_run *run)
{
	struct json *j = run->state;

	stencil_free(&j->entry);
	stencil_free(&j->cpu);
	free(j);
}

static int start(struct format_run *run)
{
	struct json *j = calloc(1, sizeof(*j));

	run->state = j;
	return j ? make_entry(j, run->codec) : -ENOMEM;
}

static int print_pass(struct format_run *run, struct text_buf *out)
{
	(void)run;
	return put_byte(out, '[');
}

static int print_cpus(const struct format_run *run, const uint8_t *value, struct text_buf *out)
{
	const struct json *j = run->state;
	int err = 0;

	for (uint32_t cpu = 0; !err && cpu < run->codec->shape.cpus; cpu++, value += run->codec->stride) {
		err = cpu ? text_append(out, ",{\"cpu\":", 8) : text_append(out, "{\"cpu\":", 7);
		if (!err)
			err = text_room(out, 20);
		if (err)
			break;
		text_end(out, put_decimal(out->data + out->len, cpu));
		err = stencil_print(&j->cpu, run->codec, NULL, value, out);
	}
	return err ? err : text_append(out, "]}", 2);
}

static int print_entry(struct format_run *run, const uint8_t *key, const uint8_t *value, struct text_buf *out)
{
	const struct json *j = run->state;
	int err = run->any ? text_append(out, ",\n", 2) : put_byte(out, '\n');

	if (!err)
		err = stencil_print(&j->entry, run->codec, key, value, out);
	return err || !run->codec->shape.cpus ? err : print_cpus(run, value, out);
}

static int print_end(struct format_run *run, struct text_buf *out)
{
	return run->any ? text_append(out, "\n]\n", 3) : text_append(out, "]\n", 2);
}

const struct format json_format = { .name = "json", .start = start, .stop = stop, .pass = print_pass,
				    .entry = print_entry, .end = print_end };
