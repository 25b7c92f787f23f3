/* SPDX-License-Identifier: MIT */
/* What the tests of the text layer share: a BTF with the usual integers, and texts both ways. */
#ifndef TEXT_HELP_H
#define TEXT_HELP_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <bpf/btf.h>

#include "text.h"

struct types {
	struct btf *btf;
	int u8, u16, u32, u64, u128, s8, s16, s32, s64, s128, chr, bln;
	int be16, be32, be64;
};

static inline struct types types_new(void)
{
	struct types t = { .btf = btf__new_empty() };

	assert_non_null(t.btf);
	t.u8 = btf__add_int(t.btf, "unsigned char", 1, 0);
	t.u16 = btf__add_int(t.btf, "unsigned short", 2, 0);
	t.u32 = btf__add_int(t.btf, "unsigned int", 4, 0);
	t.u64 = btf__add_int(t.btf, "unsigned long long", 8, 0);
	t.u128 = btf__add_int(t.btf, "unsigned __int128", 16, 0);
	t.s8 = btf__add_int(t.btf, "signed char", 1, BTF_INT_SIGNED);
	t.s16 = btf__add_int(t.btf, "short", 2, BTF_INT_SIGNED);
	t.s32 = btf__add_int(t.btf, "int", 4, BTF_INT_SIGNED);
	t.s64 = btf__add_int(t.btf, "long long", 8, BTF_INT_SIGNED);
	t.s128 = btf__add_int(t.btf, "__int128", 16, BTF_INT_SIGNED);
	t.chr = btf__add_int(t.btf, "char", 1, BTF_INT_SIGNED);
	t.bln = btf__add_int(t.btf, "_Bool", 1, BTF_INT_BOOL);
	t.be16 = btf__add_typedef(t.btf, "__be16", t.u16);
	t.be32 = btf__add_typedef(t.btf, "__be32", t.u32);
	t.be64 = btf__add_typedef(t.btf, "__be64", t.u64);
	return t;
}

static inline int array_of(const struct types *t, int item, uint32_t n)
{
	return btf__add_array(t->btf, t->u32, item, n);
}

/* Adds a member at a byte offset to the struct or union that was added last. */
static inline void member(const struct types *t, const char *name, int type, uint32_t byte)
{
	assert_int_equal(btf__add_field(t->btf, name, type, byte * 8, 0), 0);
}

static inline struct codec *codec_of(struct text_shape shape)
{
	struct codec *codec = NULL;

	assert_int_equal(codec_new(&shape, &codec), 0);
	return codec;
}

/* A codec whose key and value are both of one type. */
static inline struct codec *codec_both(const struct types *t, int type, uint32_t size)
{
	return codec_of((struct text_shape){ .key_size = size, .value_size = size, .btf = t->btf,
					     .key_type = (uint32_t)type, .value_type = (uint32_t)type });
}

static inline void shows_value(const struct codec *codec, const void *bytes, const char *text)
{
	struct text_buf out = { 0 };

	assert_int_equal(value_print(codec, bytes, &out), 0);
	assert_string_equal(out.data, text);
	assert_int_equal(out.len, strlen(text));
	text_free(&out);
}

static inline void shows_name(const struct codec *codec, const void *bytes, const char *text)
{
	struct text_buf out = { 0 };

	assert_int_equal(name_print(codec, bytes, &out), 0);
	assert_string_equal(out.data, text);
	text_free(&out);
}

/* A text that is accepted, onto old bytes. */
static inline void accepts(const struct codec *codec, const char *text, int result, void *bytes)
{
	struct text_note note = { "" };
	int got = value_parse(codec, text, strlen(text), bytes, &note);

	if (got != result)
		fail_msg("'%s' gave %d, not %d: %s", text, got, result, note.msg);
}

/* A text that is refused with an errno and a sentence that has these words. */
static inline void reject_n(const struct codec *codec, const char *text, size_t len, int err, const char *words)
{
	size_t size = codec_value_bytes(codec);
	uint8_t *scratch = calloc(1, size + 1);
	struct text_note note = { "" };
	int got = value_parse(codec, text, len, scratch, &note);

	free(scratch);
	if (got != err || !strstr(note.msg, words))
		fail_msg("'%.60s' gave %d, not %d: '%s' should say '%s'", text, got, err, note.msg, words);
}

static inline void reject(const struct codec *codec, const char *text, int err, const char *words)
{
	reject_n(codec, text, strlen(text), err, words);
}

static inline void accept_name(const struct codec *codec, const char *name, const void *bytes, size_t size)
{
	struct text_note note = { "" };
	uint8_t *key = malloc(size);
	int got = name_parse(codec, name, strlen(name), key, &note);

	if (got)
		fail_msg("'%s' gave %d: %s", name, got, note.msg);
	assert_memory_equal(key, bytes, size);
	free(key);
}

static inline void reject_name_n(const struct codec *codec, const char *name, size_t len, const char *words)
{
	struct text_note note = { "" };
	uint8_t key[512], before[512];
	int got;

	memset(key, 0xa5, sizeof(key));
	memset(before, 0xa5, sizeof(before));
	got = name_parse(codec, name, len, key, &note);
	if (got != -EINVAL || !strstr(note.msg, words))
		fail_msg("'%.60s' gave %d: '%s' should say '%s'", name, got, note.msg, words);
	assert_memory_equal(key, before, sizeof(key));
}

static inline void reject_name(const struct codec *codec, const char *name, const char *words)
{
	reject_name_n(codec, name, strlen(name), words);
}

#endif
