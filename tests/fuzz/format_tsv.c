/* SPDX-License-Identifier: MIT */
/* Any bytes as a line of .tsv: refused with a sentence, or an entry whose own line means the same again. */
#include "format.h"
#include "text_shapes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_line(const struct codec *codec, const void *key, const void *value, struct text_buf *out)
{
	struct format_run *run;

	must(!format_run_new(format_find("tsv"), codec, &(struct format_map){ .name = "m" }, &run));
	must(!format_pass(run, 0, out) && !format_entry(run, key, value, out) && !format_end(run, out));
	must(out->len && out->data[out->len - 1] == '\n');
	must(memchr(out->data, '\n', out->len) == out->data + out->len - 1);
	format_run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t key[MAX_BYTES] = { 0 }, again[MAX_BYTES] = { 0 };
	uint8_t value[2 * MAX_BYTES] = { 0 }, other[2 * MAX_BYTES] = { 0 };
	struct text_buf line = { 0 }, twice = { 0 };
	struct text_note note = { "" };
	struct codec *codec;

	if (!size)
		return 0;
	codec = shape_codec(data[0]);
	if (tsv_parse(codec, (const char *)data + 1, size - 1, key, value, NULL, NULL, &note) < 0) {
		must(note.msg[0]);
		return 0;
	}
	print_line(codec, key, value, &line);
	must(tsv_parse(codec, line.data, line.len - 1, again, other, NULL, NULL, &note) == TEXT_WHOLE);
	print_line(codec, again, other, &twice);
	must(line.len == twice.len && !memcmp(line.data, twice.data, line.len));
	text_free(&line);
	text_free(&twice);
	return 0;
}
