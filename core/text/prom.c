/* SPDX-License-Identifier: MIT */
/*
 * .prom: the Prometheus text format. A numeric leaf of the value is a metric, and each metric a walk
 * over the map; the key's fields are labels, a list's index is the label i, per-CPU values are summed.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "promname.h"
#include "stencil.h"

struct metric {
	const char *name;
	const struct node *node;
};

struct prom {
	struct prom_names metric_names, label_names;
	struct metric *metrics;
	const char *index_label;
	struct stencil labels;   /* path and the key's fields */
	struct stencil as_bytes; /* path and the whole key: where its padding is not zero */
};

/* ---- labels ---- */

/* What a backslash goes before. */
static const char in_label[] = "\"\\", in_help[] = "\\";

/* Puts a backslash before each of `special` from `start` on. */
static int escape_from(struct text_buf *out, size_t start, const char *special)
{
	size_t more = 0;
	char *from, *to;

	for (size_t i = start; i < out->len; i++)
		more += strchr(special, out->data[i]) != NULL;
	if (!more)
		return 0;
	if (text_reserve(out, more))
		return -ENOMEM;
	from = out->data + out->len;
	to = from + more;
	text_end(out, to);
	while (to > from) {
		*--to = *--from;
		if (strchr(special, *to))
			*--to = '\\';
	}
	return 0;
}

/* C escapes for what is no text, so that two keys never share a label: \xHH, and \\ for a backslash. */
static int add_escaped(struct text_buf *out, const uint8_t *s, size_t len)
{
	char *p;

	if (text_reserve(out, 4 * len))
		return -ENOMEM;
	p = out->data + out->len;
	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_length(s + i, len - i);
		if (step && s[i] >= 0x20 && s[i] != 0x7f) {
			memcpy(p, s + i, step);
			p += step;
			if (s[i] == '\\')
				*p++ = '\\';
			continue;
		}
		*p++ = '\\';
		*p++ = 'x';
		p = put_hex(p, s + i, 1);
		step = 1;
	}
	text_end(out, p);
	return 0;
}

static int print_label(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	const struct node *n = b->node;
	size_t start = out->len;
	int err = n->kind == NODE_TEXT && n->count == 1 ? add_escaped(out, at, text_length(n, at)) :
							  field_print(n, at - n->offset, &as_value, out);

	(void)codec;
	return err || n->kind != NODE_TEXT ? err : escape_from(out, start, in_label);
}

static int add_label(struct stencil *s, const char *name, const struct blank *model)
{
	int err = s->text.len ? stencil_literal(s, ",") : 0;

	if (!err)
		err = stencil_text(s, name, strlen(name));
	if (!err)
		err = stencil_literal(s, "=\"");
	if (!err)
		err = stencil_blank(s, model);
	return err ? err : stencil_literal(s, "\"");
}

static int add_path_label(struct stencil *s, const char *path)
{
	size_t start;
	int err = stencil_literal(s, "path=\"");

	start = s->text.len;
	if (!err)
		err = add_escaped(&s->text, (const uint8_t *)path, strlen(path));
	if (!err)
		err = escape_from(&s->text, start, in_label);
	return err ? err : stencil_literal(s, "\"");
}

static int add_key_fields(struct prom *prom, const struct codec *codec)
{
	const struct plan *plan = &codec->key;
	const char *name;
	int err = 0;

	for (uint32_t i = 0; !err && i < plan->n_printed; i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];
		struct slice path = { node_path(plan, n), n->path_len };

		err = prom_name(&prom->label_names, "", path.len ? path : (struct slice){ "key", 3 }, &name);
		if (!err)
			err = add_label(&prom->labels, name, &(struct blank){ .node = n, .print = print_label });
	}
	return err;
}

static int add_labels(struct prom *prom, const struct codec *codec, const char *path)
{
	const struct blank whole = { .print = print_as_name };
	const char *name;
	int err = 0;

	if (path) {
		err = prom_name(&prom->label_names, "", (struct slice){ "path", 4 }, &name);
		err = err ? err : add_path_label(&prom->labels, path);
		err = err ? err : add_path_label(&prom->as_bytes, path);
	}
	if (err || !codec->shape.key_size)
		return err;
	if (codec->lpm_bare)
		return add_label(&prom->labels, "key", &whole);
	err = add_key_fields(prom, codec);
	return err ? err : add_label(&prom->as_bytes, "key", &whole);
}

static bool has_padding_bits(const struct plan *plan, const uint8_t *key)
{
	for (uint32_t i = 0; plan->padding && i < plan->size; i++)
		if (key[i] & plan->padding[i])
			return true;
	return false;
}

/* ---- metrics ---- */

/* Over several CPUs there is a sum only of what counts. */
static bool is_metric(const struct node *n, bool percpu)
{
	return n->kind == NODE_INT || n->kind == NODE_FLOAT ||
	       (!percpu && (n->kind == NODE_BOOL || n->kind == NODE_ENUM));
}

static int add_metric(struct format_run *run, const char *prefix, const struct node *n)
{
	struct prom *prom = run->state;
	const char *path = node_path(&run->codec->value, n);
	struct metric *m = &prom->metrics[run->passes];
	size_t len = strlen(prefix);
	struct text_buf whole = { 0 };
	int err = text_append(&whole, prefix, len);

	if (!err && n->path_len)
		err = text_append(&whole, "_", 1);
	if (!err)
		err = prom_name(&prom->metric_names, whole.data, (struct slice){ path, n->path_len }, &m->name);
	text_free(&whole);
	m->node = n;
	run->passes += !err;
	return err;
}

static int add_metrics(struct format_run *run)
{
	struct prom *prom = run->state;
	const struct plan *plan = &run->codec->value;
	struct slice map = { run->map.name, strlen(run->map.name) };
	struct prom_names one = { 0 };
	const char *prefix;
	int err = prom_name(&one, "bpf_map_", map, &prefix);

	run->passes = 0;
	prom->metrics = calloc(plan->n_printed + 1u, sizeof(*prom->metrics));
	if (!prom->metrics)
		err = -ENOMEM;
	for (uint32_t i = 0; !err && i < plan->n_printed; i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];

		if (!is_metric(n, run->codec->shape.cpus))
			continue;
		err = add_metric(run, prefix, n);
		if (!err && n->ndims && !prom->index_label)
			err = prom_name(&prom->label_names, "", (struct slice){ "i", 1 }, &prom->index_label);
	}
	prom_names_free(&one);
	return err;
}

/* ---- samples ---- */

static uint64_t load(const struct node *n, const uint8_t *at)
{
	uint64_t v = number_load(n, at);

	return n->flags & NODE_SIGNED ? (uint64_t)sign_extend(v, n->bits) : v;
}

static double load_float(const struct node *n, const uint8_t *at)
{
	double d;
	float f;

	if (n->size == 8) {
		memcpy(&d, at, 8);
		return d;
	}
	memcpy(&f, at, 4);
	return (double)f;
}

static int print_double(double d, struct text_buf *out)
{
	const struct node as = { .kind = NODE_FLOAT, .size = 8, .bits = 64 };

	if (isnan(d))
		return text_append(out, "NaN", 3);
	if (isinf(d))
		return text_append(out, d < 0 ? "-Inf" : "+Inf", 4);
	return print_float(&as, (const uint8_t *)&d, &as_value, out);
}

/* A plain value is a sum over one. */
static int print_floats(const struct node *n, const uint8_t *at, uint32_t cpus, uint32_t stride, struct text_buf *out)
{
	double sum = load_float(n, at);

	while (--cpus)
		sum += load_float(n, at += stride);
	return print_double(sum, out);
}

static int print_wide_sum(const struct node *n, const uint8_t *at, uint32_t cpus, uint32_t stride,
			  struct text_buf *out)
{
	u128 sum = 0, v;

	for (; cpus--; at += stride) {
		memcpy(&v, at, sizeof(v));
		sum += v;
	}
	return print_int(n, (const uint8_t *)&sum, &as_value, out);
}

static int print_sum(const struct node *n, const uint8_t *at, uint32_t cpus, uint32_t stride, struct text_buf *out)
{
	const struct node as = { .kind = NODE_INT, .flags = n->flags & NODE_SIGNED, .size = 8, .bits = 64 };
	uint64_t sum = 0;

	if (n->kind == NODE_FLOAT)
		return print_floats(n, at, cpus, stride, out);
	if (cpus == 1)
		return print_int(n, at, &as_value, out);
	if (n->bits > 64)
		return print_wide_sum(n, at, cpus, stride, out);
	for (; cpus--; at += stride)
		sum += load(n, at);
	return print_int(&as, (const uint8_t *)&sum, &as_value, out);
}

/* NAME{, and the labels: printed for the first item, copied from `from` for the others. */
static int print_series(const struct format_run *run, const uint8_t *key, size_t *from, size_t *len,
			struct text_buf *out)
{
	const struct prom *prom = run->state;
	const char *name = prom->metrics[run->pass].name;
	int err;

	if (*len) {
		if (text_reserve(out, *len))
			return -ENOMEM;
		return text_append(out, out->data + *from, *len);
	}
	*from = out->len;
	err = text_append(out, name, strlen(name));
	if (!err)
		err = put_byte(out, '{');
	if (!err)
		err = stencil_print(has_padding_bits(&run->codec->key, key) ? &prom->as_bytes : &prom->labels,
				    run->codec, key, NULL, out);
	*len = out->len - *from;
	return err;
}

static int print_index(const struct prom *prom, uint32_t index, struct text_buf *out)
{
	size_t len = strlen(prom->index_label);
	char *p;

	if (text_reserve(out, len + 32))
		return -ENOMEM;
	p = out->data + out->len;
	if (p[-1] != '{')
		*p++ = ',';
	memcpy(p, prom->index_label, len);
	p += len;
	*p++ = '=';
	*p++ = '"';
	p = put_decimal(p, index);
	*p++ = '"';
	text_end(out, p);
	return 0;
}

static int print_entry(struct format_run *run, const uint8_t *key, const uint8_t *value, struct text_buf *out)
{
	const struct prom *prom = run->state;
	const struct node *n = prom->metrics[run->pass].node;
	uint32_t cpus = run->codec->shape.cpus ? run->codec->shape.cpus : 1;
	const uint8_t *at = value + n->offset;
	size_t from = 0, len = 0;
	int err = 0;

	for (uint32_t i = 0; !err && i < n->count; i++, at += n->size) {
		err = print_series(run, key, &from, &len, out);
		if (!err && n->ndims)
			err = print_index(prom, i, out);
		if (!err)
			err = text_append(out, "} ", 2);
		if (!err)
			err = print_sum(n, at, cpus, run->codec->stride, out);
		if (!err)
			err = put_byte(out, '\n');
	}
	return err;
}

/* ---- the format ---- */

static void stop(struct format_run *run)
{
	struct prom *prom = run->state;

	prom_names_free(&prom->metric_names);
	prom_names_free(&prom->label_names);
	stencil_free(&prom->labels);
	stencil_free(&prom->as_bytes);
	free(prom->metrics);
	free(prom);
}

static int start(struct format_run *run)
{
	struct prom *prom = calloc(1, sizeof(*prom));
	int err;

	run->state = prom;
	if (!prom)
		return -ENOMEM;
	err = add_metrics(run);
	return err ? err : add_labels(prom, run->codec, run->map.path);
}

const char *prom_metric(const struct format_run *run, unsigned pass)
{
	const struct prom *prom = run->state;

	return pass < run->passes ? prom->metrics[pass].name : NULL;
}

int prom_head(const struct format_run *run, unsigned pass, struct text_buf *out)
{
	const struct prom *prom = run->state;
	const struct metric *m = &prom->metrics[pass];
	struct text_buf map = { 0 };
	int err = add_escaped(&map, (const uint8_t *)run->map.name, strlen(run->map.name));

	if (!err)
		err = escape_from(&map, 0, in_help);
	if (!err)
		err = text_printf(out, "# HELP %s ", m->name);
	if (!err)
		err = m->node->path_len ? text_printf(out, "Field %s of", node_path(&run->codec->value, m->node)) :
					  text_printf(out, "Value of");
	if (!err)
		err = text_printf(out, " the eBPF map %s.\n# TYPE %s untyped\n", map.data, m->name);
	text_free(&map);
	return err;
}

int prom_pass(struct format_run *run, unsigned pass)
{
	run->pass = pass;
	run->any = false;
	return 0;
}

static int print_head(struct format_run *run, struct text_buf *out)
{
	return prom_head(run, run->pass, out);
}

const struct format prom_format = { .name = "prom", .start = start, .stop = stop, .pass = print_head,
				    .entry = print_entry };
