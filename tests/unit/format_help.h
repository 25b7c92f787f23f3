/* SPDX-License-Identifier: MIT */
/* What the tests of the formats share: entries in memory, printed in a format and compared. */
#ifndef FORMAT_HELP_H
#define FORMAT_HELP_H

#include "format.h"
#include "text_help.h"

struct entry {
	const void *key, *value;
};

/* The whole text of the entries; the caller frees it. */
static inline char *print_map(const char *form, const struct codec *codec, const struct format_map *map,
			      const struct entry *entries, size_t n)
{
	struct format_run *run = NULL;
	struct text_buf out = { 0 };

	assert_int_equal(format_run_new(format_find(form), codec, map, &run), 0);
	assert_int_equal(text_append(&out, "", 0), 0);
	for (unsigned pass = 0; pass < format_passes(run); pass++) {
		assert_int_equal(format_pass(run, pass, &out), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(format_entry(run, entries[i].key, entries[i].value, &out), 0);
	}
	assert_int_equal(format_end(run, &out), 0);
	format_run_free(run);
	return out.data;
}

static inline void prints_map(const char *form, const struct codec *codec, const struct entry *entries, size_t n,
			      const char *text)
{
	const struct format_map map = { .name = "m" };
	char *got = print_map(form, codec, &map, entries, n);

	assert_string_equal(got, text);
	free(got);
}

static inline void prints_entry(const char *form, const struct codec *codec, const void *key, const void *value,
				const char *text)
{
	prints_map(form, codec, &(struct entry){ key, value }, 1, text);
}

/* A codec with a key of one type and a value of another. */
static inline struct codec *codec_pair(const struct types *t, int key, uint32_t key_size, int value, uint32_t value_size)
{
	return codec_of((struct text_shape){ .key_size = key_size, .value_size = value_size, .btf = t->btf,
					     .key_type = (uint32_t)key, .value_type = (uint32_t)value });
}

/* { u64 packets; u64 bytes; } */
static inline int stats_type(const struct types *t)
{
	int id = btf__add_struct(t->btf, "stats", 16);

	member(t, "packets", t->u64, 0);
	member(t, "bytes", t->u64, 8);
	return id;
}

#endif
