/* SPDX-License-Identifier: MIT */
/*
 * .h: the types of a map's key and value as C, with all that they are made of, so that the text
 * compiles alone. A map without BTF gets integers and byte arrays of its sizes.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "plan.h"

struct declarer {
	const struct btf *btf;
	struct btf_dump *dump;
	struct text_buf *out;
	char name[64]; /* the map's, as an identifier */
	int err;
};

/* libbpf's printer prints here. */
static void print(void *arg, const char *fmt, va_list args)
{
	struct declarer *d = arg;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0 || text_reserve(d->out, (size_t)len)) {
		d->err = -ENOMEM;
		return;
	}
	vsnprintf(d->out->data + d->out->len, (size_t)len + 1, fmt, args);
	d->out->len += (size_t)len;
}

static void clean_name(const char *from, char *to, size_t room)
{
	size_t i = 0;

	if (*from >= '0' && *from <= '9')
		to[i++] = '_';
	for (; *from && i < room - 1; from++) {
		char c = *from;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		to[i++] = plain ? c : '_';
	}
	to[i] = '\0';
}

/* ---- without types ---- */

static int print_untyped(struct declarer *d, const char *side, uint32_t size)
{
	static const char *const words[] = { [1] = "unsigned char", [2] = "unsigned short", [4] = "unsigned int",
					     [8] = "unsigned long long" };
	const char *word = size <= 8 ? words[size] : NULL;

	return word ? text_printf(d->out, "typedef %s %s_%s;\n", word, d->name, side) :
		      text_printf(d->out, "typedef unsigned char %s_%s[%u];\n", d->name, side, size);
}

static int print_content(struct declarer *d, const struct content *content, uint32_t size)
{
	int err = text_printf(d->out, "typedef %s %s_value", content->type, d->name);

	if (!err && content->list)
		err = text_printf(d->out, "[%u]", size / content->size);
	return err ? err : text_append(d->out, ";\n", 2);
}

/* ---- with types ---- */

/* What a declaration needs before it: definitions that were not printed yet. */
static int print_needed(struct declarer *d, uint32_t id)
{
	int err = btf_dump__dump_type(d->dump, id);

	return d->err ? d->err : err;
}

/* "TYPE NAME" as C spells it, "NAME[4]" within. */
static int print_declaration(struct declarer *d, uint32_t id, const char *name, int indent)
{
	struct btf_dump_emit_type_decl_opts opts = { .sz = sizeof(opts), .field_name = name, .indent_level = indent };
	int err = btf_dump__emit_type_decl(d->dump, id, &opts);

	return d->err ? d->err : err;
}

static int print_typedef(struct declarer *d, const char *side, uint32_t id)
{
	char name[96];
	int err = print_needed(d, id);

	snprintf(name, sizeof(name), "%s_%s", d->name, side);
	if (!err)
		err = text_printf(d->out, "typedef ");
	if (!err)
		err = print_declaration(d, id, name, 0);
	return err ? err : text_printf(d->out, ";\n");
}

/* ---- data sections: a struct with a member for each variable ---- */

static int print_gap(struct declarer *d, uint32_t from, uint32_t to)
{
	return to > from ? text_printf(d->out, "\tunsigned char __pad_%u[%u];\n", from, to - from) : 0;
}

static int print_variable(struct declarer *d, const struct btf_type *var)
{
	int err = text_printf(d->out, "\t");

	if (!err)
		err = print_declaration(d, var->type, btf__name_by_offset(d->btf, var->name_off), 1);
	return err ? err : text_printf(d->out, ";\n");
}

static int by_offset(const void *a, const void *b)
{
	const struct btf_var_secinfo *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int print_variables(struct declarer *d, const struct btf_type *section, struct btf_var_secinfo *vars)
{
	uint32_t at = 0;
	int err = 0;

	qsort(vars, btf_vlen(section), sizeof(*vars), by_offset);
	for (uint32_t i = 0; !err && i < btf_vlen(section); i++)
		err = print_needed(d, btf__type_by_id(d->btf, vars[i].type)->type);
	if (!err)
		err = text_printf(d->out, "typedef struct {\n");
	for (uint32_t i = 0; !err && i < btf_vlen(section); i++) {
		if (vars[i].offset < at) /* nothing that C could say */
			return -EINVAL;
		err = print_gap(d, at, vars[i].offset);
		if (!err)
			err = print_variable(d, btf__type_by_id(d->btf, vars[i].type));
		at = vars[i].offset + vars[i].size;
	}
	if (!err)
		err = print_gap(d, at, section->size);
	return err ? err : text_printf(d->out, "} __attribute__((packed)) %s_value;\n", d->name);
}

static int print_section(struct declarer *d, const struct btf_type *section)
{
	size_t size = btf_vlen(section) * sizeof(struct btf_var_secinfo);
	struct btf_var_secinfo *vars = malloc(size + 1);
	int err = -ENOMEM;

	if (vars) {
		memcpy(vars, btf_var_secinfos(section), size);
		err = print_variables(d, section, vars);
	}
	free(vars);
	return err;
}

/* ---- a side of the map ---- */

static int print_typed(struct declarer *d, const char *side, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(d->btf, id);

	return btf_is_datasec(t) ? print_section(d, t) : print_typedef(d, side, id);
}

static int print_side(struct declarer *d, const char *side, uint32_t id, uint32_t size)
{
	size_t start = d->out->len;
	int err = -EINVAL;

	if (!size)
		return 0;
	if (d->dump && id && btf__resolve_size(d->btf, id) == (int64_t)size)
		err = print_typed(d, side, id);
	if (!err || err == -ENOMEM)
		return err;
	if (d->out->data)
		text_end(d->out, d->out->data + start);
	return print_untyped(d, side, size);
}

int cdecl_print(const struct codec *codec, const char *name, struct text_buf *out)
{
	const struct text_shape *s = &codec->shape;
	struct declarer d = { .btf = s->btf, .out = out };
	int err;

	clean_name(name, d.name, sizeof(d.name));
	if (s->btf)
		d.dump = btf_dump__new(s->btf, print, &d, NULL);
	if (s->btf && !d.dump)
		return -ENOMEM;
	err = print_side(&d, "key", s->key_type, s->key_size);
	if (!err)
		err = codec->content ? print_content(&d, codec->content, s->value_size) :
				       print_side(&d, "value", s->value_type, s->value_size);
	btf_dump__free(d.dump);
	return err;
}
