/* SPDX-License-Identifier: MIT */
/* Any bytes as a line: refused with a sentence, or a value whose own text prints the same again. */
#include "text_shapes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t value[2 * MAX_BYTES], again[2 * MAX_BYTES];
	struct text_buf text = { 0 }, twice = { 0 };
	struct text_note note = { "" };
	struct codec *codec;
	int result;

	if (size < 2)
		return 0;
	codec = shape_codec(data[0]);
	memset(value, data[1], sizeof(value));
	memset(again, 0, sizeof(again));
	result = value_parse(codec, (const char *)data + 2, size - 2, value, &note);
	if (result < 0) {
		must(note.msg[0]);
		return 0;
	}
	must(!value_print(codec, value, &text));
	must(text.len <= codec_line_limit(codec));
	must(value_parse(codec, text.data, text.len, again, &note) == TEXT_WHOLE);
	must(!value_print(codec, again, &twice));
	must(text.len == twice.len && !memcmp(text.data, twice.data, text.len));
	text_free(&text);
	text_free(&twice);
	return 0;
}
