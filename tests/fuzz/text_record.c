/* SPDX-License-Identifier: MIT */
/* Any bytes as a record's line: refused with a sentence, or bytes whose own line is those bytes again. */
#include <stdlib.h>
#include <string.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_buf record = { 0 }, line = { 0 }, again = { 0 };
	struct text_note note = { "" };
	int err = record_parse((const char *)data, size, &record, &note);

	if (err) {
		must(note.msg[0] && !record.len);
	} else {
		must(record.len <= size);
		must(!record_print(record.data, record.len, &line));
		must(!record_parse(line.data, line.len, &again, &note));
		must(again.len == record.len && !memcmp(again.data, record.data, again.len));
	}
	text_free(&record);
	text_free(&line);
	text_free(&again);
	return 0;
}
