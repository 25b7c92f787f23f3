/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU values: "total" of the integers, then each CPU's fields as cpuN. A field without
 * cpuN sets every CPU; totals are only read back over, never stored.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* ---- printing ---- */

static bool has_total(const struct node *n)
{
	return n->kind == NODE_INT && n->bits <= 64;
}

/* One item's sum over the CPUs, in 64 bits. */
static uint64_t sum_item(const struct codec *codec, const struct node *n, uint32_t item, const uint8_t *value)
{
	const uint8_t *at = value + n->offset + (size_t)item * n->size;
	uint64_t sum = 0;

	for (uint32_t cpu = 0; cpu < codec->shape.cpus; cpu++, at += codec->stride) {
		uint64_t v = number_load(n, at);

		sum += n->flags & NODE_SIGNED ? (uint64_t)sign_extend(v, n->bits) : v;
	}
	return sum;
}

static int print_totals(const struct codec *codec, const uint8_t *value, bool *first, struct text_buf *out)
{
	const struct plan *plan = &codec->value;

	for (uint32_t i = 0; i < plan->n_printed; i++) {
		const struct node *n = &plan->nodes[plan->printed[i]];
		struct node sum = { .kind = NODE_INT, .flags = n->flags & NODE_SIGNED, .bits = 64, .size = 8 };
		int err;

		if (!has_total(n))
			continue;
		err = text_printf(out, "%stotal%s%s=", *first ? "" : " ", n->path_len ? "." : "",
				  node_path(plan, n));
		for (uint32_t k = 0; !err && k < n->count; k++) {
			uint64_t v = sum_item(codec, n, k, value);

			if (k)
				err = text_append(out, ",", 1);
			if (!err)
				err = print_int(&sum, (const uint8_t *)&v, &as_value, out);
		}
		if (err)
			return err;
		*first = false;
	}
	return 0;
}

int percpu_print(const struct codec *codec, const uint8_t *value, struct text_buf *out)
{
	bool first = true;
	int err = text_append(out, "", 0);

	if (!err)
		err = print_totals(codec, value, &first, out);
	for (uint32_t cpu = 0; !err && cpu < codec->shape.cpus; cpu++) {
		char prefix[16] = "cpu";
		char *end = put_decimal(prefix + 3, cpu);

		err = fields_print(&codec->value, value + (size_t)cpu * codec->stride, &as_value,
				   (struct slice){ prefix, (size_t)(end - prefix) }, first, out);
		first = false;
	}
	return err;
}

/* ---- parsing ---- */

struct percpu {
	const struct codec *codec;
	uint8_t *value, *given; /* given: value_size bytes a CPU */
	bool total, one_cpu, relative;
	bool started; /* some bits were given */
	struct text_note *note;
};

static struct assign assign_cpu(const struct percpu *p, uint32_t cpu)
{
	return (struct assign){ .plan = &p->codec->value, .d = &as_value, .note = p->note,
				.bytes = p->value + (size_t)cpu * p->codec->stride,
				.given = p->given + (size_t)cpu * p->codec->shape.value_size };
}

/* Takes "WORD" or "WORD." off a path: whether its first component starts with word. */
static bool take_component(struct slice *path, const char *word, struct slice *ret_rest)
{
	size_t len = strlen(word), end = 0;

	while (end < path->len && path->s[end] != '.')
		end++;
	if (end < len || memcmp(path->s, word, len))
		return false;
	*ret_rest = (struct slice){ path->s + len, end - len };
	end += end < path->len;
	*path = (struct slice){ path->s + end, path->len - end };
	return true;
}

/* "cpu12": 12. False for other words; -1 for a CPU that is not there. */
static bool take_cpu(const struct percpu *p, struct slice *path, int64_t *ret_cpu)
{
	struct slice rest = *path, digits;
	bool negative;
	u128 cpu;

	if (!take_component(&rest, "cpu", &digits) || !digits.len)
		return false;
	for (size_t i = 0; i < digits.len; i++)
		if (digits.s[i] < '0' || digits.s[i] > '9')
			return false;
	*ret_cpu = -1;
	if (!parse_decimal_or_hex(digits, &negative, &cpu) && cpu < p->codec->shape.cpus)
		*ret_cpu = (int64_t)cpu;
	*path = rest;
	return true;
}

static int set_cpu(struct percpu *p, uint32_t cpu, const struct slice *path, enum assign_op op,
		   struct slice text)
{
	struct assign a = assign_cpu(p, cpu);
	int err = path ? assign_field(&a, *path, op, text) : assign_bare(&a, 0, text);

	p->started = true;
	p->relative |= a.relative;
	return err;
}

static int set_every_cpu(struct percpu *p, const struct slice *path, enum assign_op op, struct slice text)
{
	int err = 0;

	for (uint32_t cpu = 0; !err && cpu < p->codec->shape.cpus; cpu++)
		err = set_cpu(p, cpu, path, op, text);
	return err;
}

/* A total is not stored, but must be one that could have been printed. */
static int read_total(struct percpu *p, struct slice path, enum assign_op op)
{
	const struct node *n = plan_find(&p->codec->value, path);

	if (op == ASSIGN_ADD)
		return refuse(p->note, -EINVAL, "total is only shown: add to cpuN or to every CPU");
	if (!n || !(n->flags & NODE_PRINTED) || !has_total(n))
		return refuse(p->note, -EINVAL, "there is no total of '%.*s'", SHOWN(path));
	p->total = true;
	return 0;
}

static int set_token(struct percpu *p, struct slice token)
{
	struct slice path, text, rest, tail;
	enum assign_op op;
	int64_t cpu;

	if (!split_field(token, &path, &op, &text))
		return set_every_cpu(p, NULL, op, text);
	if (take_cpu(p, &path, &cpu)) {
		p->one_cpu = true;
		if (cpu < 0)
			return refuse(p->note, -EINVAL, "'%.*s': the CPUs are cpu0 to cpu%u", SHOWN(token),
				      p->codec->shape.cpus - 1);
		return set_cpu(p, (uint32_t)cpu, &path, op, text);
	}
	rest = path;
	if (take_component(&rest, "total", &tail) && !tail.len)
		return read_total(p, rest, op);
	return set_every_cpu(p, &path, op, text);
}

static bool all_whole(const struct percpu *p)
{
	for (uint32_t cpu = 0; cpu < p->codec->shape.cpus; cpu++) {
		struct assign a = assign_cpu(p, cpu);

		if (!assign_is_whole(&a, NULL))
			return false;
	}
	return !p->relative;
}

/* All fields of one CPU, spelled as printed; where any is not, the line stays as it was. */
static bool take_cpu_whole(const struct percpu *p, uint32_t cpu, struct slice *line)
{
	struct assign a = assign_cpu(p, cpu);
	char prefix[16] = "cpu";
	size_t len = (size_t)(put_decimal(prefix + 3, cpu) - prefix);
	struct slice rest = *line;

	if (rest.len && rest.s[0] == as_value.field)
		rest = (struct slice){ rest.s + 1, rest.len - 1 };
	if (canonical_fields(a.plan, a.d, (struct slice){ prefix, len }, &rest, a.bytes) < a.plan->n_printed)
		return false;
	*line = rest;
	return true;
}

/*
 * The CPUs from cpu0 on that follow as they are printed; only where nothing was given before. Whether
 * those were all of them, and the line ends there: only then are they not marked.
 */
static bool take_cpus(struct percpu *p, struct slice *line)
{
	uint32_t cpu = 0;

	while (!p->started && cpu < p->codec->shape.cpus && take_cpu_whole(p, cpu, line))
		cpu++;
	if (cpu)
		p->started = p->one_cpu = true;
	if (cpu == p->codec->shape.cpus && !line->len)
		return true;
	while (cpu--) {
		struct assign a = assign_cpu(p, cpu);

		assign_mark(&a, a.plan->n_printed);
	}
	return false;
}

static int parse_tokens(struct percpu *p, struct slice line)
{
	bool whole = take_cpus(p, &line);
	struct slice token;
	int more = 0, err;

	while (!whole && (more = token_next(&line, &as_value, &token, p->note)) > 0) {
		err = set_token(p, token);
		if (err)
			return err;
		whole = take_cpus(p, &line);
	}
	if (whole)
		return TEXT_WHOLE;
	if (more < 0)
		return more;
	if (!p->started && !p->total && p->codec->value.n_printed)
		return refuse(p->note, -EINVAL, "the line is empty");
	if (p->total && !p->one_cpu)
		return refuse(p->note, -EINVAL,
			      "total is only shown: write cpuN=…, or a value for every CPU");
	return all_whole(p) ? TEXT_WHOLE : TEXT_PARTIAL;
}

int percpu_parse(const struct codec *codec, struct slice line, uint8_t *value, struct text_note *note)
{
	struct percpu p = { .codec = codec, .value = value, .note = note };
	int result;

	p.given = calloc(codec->shape.cpus, codec->shape.value_size);
	if (!p.given)
		return -ENOMEM;
	result = parse_tokens(&p, line);
	free(p.given);
	return result;
}
