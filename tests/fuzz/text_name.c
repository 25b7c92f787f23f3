/* SPDX-License-Identifier: MIT */
/* Any bytes as a name: refused with a sentence, or a key whose own name leads back to it. */
#include "text_shapes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t key[MAX_BYTES] = { 0 }, again[MAX_BYTES] = { 0 };
	struct text_note note = { "" };
	struct text_buf name = { 0 };
	struct codec *codec;

	if (!size)
		return 0;
	codec = shape_codec(data[0]);
	if (name_parse(codec, (const char *)data + 1, size - 1, key, &note)) {
		must(note.msg[0] && !key[0] && !memcmp(key, key + 1, sizeof(key) - 1));
		return 0;
	}
	must(!name_print(codec, key, &name));
	must(!name_parse(codec, name.data, name.len, again, &note));
	must(!memcmp(key, again, sizeof(key)));
	must(!memchr(name.data, '/', name.len) && name.data[0] != '.');
	text_free(&name);
	return 0;
}
