/* SPDX-License-Identifier: MIT */
/* M.spec of a map that is there: spec_print. */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include "plan.h"
#include "spectext.h"

/* " name=", or without the space at the start of a line or of braces. */
static int print_title(struct text_buf *out, const char *name)
{
	bool first = !out->len || strchr("{\n", out->data[out->len - 1]);

	return text_printf(out, "%s%s=", first ? "" : " ", name);
}

static int print_number(struct text_buf *out, const char *name, uint64_t v)
{
	int err = v ? print_title(out, name) : 0;

	return err || !v ? err : text_printf(out, "%llu", (unsigned long long)v);
}

static int print_word(struct text_buf *out, const char *name, const char *word)
{
	int err = *word ? print_title(out, name) : 0;

	return err || !*word ? err : text_append(out, word, strlen(word));
}

static int print_type(const struct spec_source *s, const char *name, uint32_t id, uint32_t size, struct text_buf *out)
{
	int err;

	if (!size)
		return 0;
	if (!id)
		return -ENOENT;
	err = print_title(out, name);
	return err ? err : spec_type_print(s->btf, id, out);
}

/* Both sides in the grammar; -ENOENT: it cannot say one of them. */
static int print_types(const struct spec_source *s, struct text_buf *out)
{
	const struct bpfmap_info *i = s->info;
	size_t start = out->len;
	int err = print_type(s, "key", i->btf_key_type_id, i->key_size, out);

	if (!err)
		err = print_type(s, "value", i->btf_value_type_id, i->value_size, out);
	if (err)
		text_end(out, out->data + start);
	return err;
}

/* -ENOENT: it is none of the kernel's. */
static int print_kernel_value(const struct bpfmap_info *i, struct text_buf *out)
{
	size_t start = out->len;
	int err = i->btf_vmlinux_value_type_id ? print_title(out, "kernel_value") : -ENOENT;

	if (!err)
		err = spec_kernel_print(i->btf_vmlinux_value_type_id, i->value_size, out);
	if (err)
		text_end(out, out->data + start);
	return err;
}

static int print_sizes(const struct spec_source *s, struct text_buf *out)
{
	int err = print_number(out, "key_size", s->info->key_size);

	return err ? err : print_number(out, "value_size", s->info->value_size);
}

static int print_btf(const struct spec_source *s, struct text_buf *out)
{
	uint32_t key = s->info->btf_key_type_id, value = s->info->btf_value_type_id, size;
	struct btf *btf = NULL;
	const void *bytes;
	int err = spec_btf_extract(s->btf, &key, &value, &btf);

	if (err)
		return err == -EINVAL ? 0 : err;
	bytes = btf__raw_data(btf, &size);
	err = bytes ? print_title(out, "btf") : -ENOMEM;
	if (!err)
		err = base64_print(bytes, size, out);
	btf__free(btf);
	if (!err)
		err = print_number(out, "key_type_id", key);
	return err ? err : print_number(out, "value_type_id", value);
}

/* The flags that a map was made with: device maps get one more from the kernel, which refuses to be given it. */
static uint32_t given_flags(const struct bpfmap_info *i)
{
	bool device = i->type == BPF_MAP_TYPE_DEVMAP || i->type == BPF_MAP_TYPE_DEVMAP_HASH;

	return device ? i->flags & ~(uint32_t)BPF_F_RDONLY_PROG : i->flags;
}

static int print_middle(const struct bpfmap_info *i, struct text_buf *out)
{
	char flags[512] = "";
	int err = print_number(out, "max_entries", i->max_entries);

	if (given_flags(i))
		bpfmap_flag_names(given_flags(i), flags, sizeof(flags));
	if (!err)
		err = print_word(out, "flags", flags);
	if (!err)
		err = print_number(out, "map_extra", i->map_extra);
	return err ? err : print_word(out, "name", i->name);
}

static int print_inner(const struct spec_source *inner, struct text_buf *out)
{
	int err = print_title(out, "inner");

	if (!err)
		err = text_append(out, "{", 1);
	if (!err)
		err = spec_print(inner, out);
	return err ? err : text_append(out, "}", 1);
}

int spec_print(const struct spec_source *source, struct text_buf *out)
{
	const struct bpfmap_info *i = source->info;
	const char *name = bpfmap_type_name(i->type);
	bool typed = source->btf && (i->btf_key_type_id || i->btf_value_type_id);
	int err, in_grammar;

	err = name ? print_word(out, "type", name) : print_number(out, "type", i->type);
	if (err)
		return err;
	in_grammar = typed ? print_types(source, out) : print_kernel_value(i, out);
	if (in_grammar && in_grammar != -ENOENT)
		return in_grammar;
	if (in_grammar)
		err = print_sizes(source, out);
	if (!err)
		err = print_middle(i, out);
	if (!err && source->inner)
		err = print_inner(source->inner, out);
	return err || !typed || !in_grammar ? err : print_btf(source, out);
}
