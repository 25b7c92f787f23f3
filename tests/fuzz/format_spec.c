/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a specification: refused with a sentence, or one whose own line leads to the same
 * line. Its types, BTF of strangers included, are compiled, and entries printed with them.
 */
#include "format.h"
#include "spectext.h"
#include "text_shapes.h"

#include <bpf/libbpf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	libbpf_set_print(quiet);
	return 0;
}

static struct bpfmap_info info_of(const struct bpfmap_spec *spec)
{
	struct bpfmap_info info = {
		.type = spec->type, .key_size = spec->key_size, .value_size = spec->value_size,
		.max_entries = spec->max_entries, .flags = spec->flags & ~4u, .map_extra = spec->map_extra,
		.btf_key_type_id = spec->key_type_id, .btf_value_type_id = spec->value_type_id,
	};

	if (spec->name)
		strcpy(info.name, spec->name);
	return info;
}

/* As a map made from it would print itself. numa_node is not told by the kernel, so its flag is left out too. */
static void print_spec(const struct spec_parsed *spec, struct text_buf *out)
{
	struct bpfmap_info info = info_of(&spec->spec), inner_info;
	struct spec_source inner = { .info = &inner_info }, source = { .info = &info, .btf = spec->btf };

	if (spec->inner) {
		inner_info = info_of(&spec->inner->spec);
		inner.btf = spec->inner->btf;
		source.inner = &inner;
	}
	must(!spec_print(&source, out));
}

static void print_entry(const struct spec_parsed *spec)
{
	const struct bpfmap_spec *s = &spec->spec;
	static uint8_t bytes[4096];
	static const char *const forms[] = { "json", "csv", "prom", "tsv" };
	struct codec *codec;

	if (!s->key_size || s->key_size > sizeof(bytes) || s->value_size > sizeof(bytes))
		return;
	must(!codec_new(&(struct text_shape){ .key_size = s->key_size, .value_size = s->value_size, .btf = s->btf,
					      .key_type = s->key_type_id, .value_type = s->value_type_id }, &codec));
	for (int i = 0; i < 4; i++) {
		struct format_run *run;
		struct text_buf out = { 0 };

		must(!format_run_new(format_find(forms[i]), codec, &(struct format_map){ .name = "m" }, &run));
		if (format_passes(run))
			must(!format_pass(run, 0, &out) && !format_entry(run, bytes, bytes, &out));
		format_run_free(run);
		text_free(&out);
	}
	codec_free(codec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spec_parsed *spec, *again;
	struct text_buf line = { 0 }, twice = { 0 };
	struct text_note note = { "" };

	if (spec_parse((const char *)data, size, &spec, &note)) {
		must(note.msg[0]);
		return 0;
	}
	print_entry(spec);
	print_spec(spec, &line);
	if (spec_parse(line.data, line.len, &again, &note))
		abort();
	print_spec(again, &twice);
	must(line.len == twice.len && !memcmp(line.data, twice.data, line.len));
	text_free(&line);
	text_free(&twice);
	spec_parsed_free(spec);
	spec_parsed_free(again);
	return 0;
}
