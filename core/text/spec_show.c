/* SPDX-License-Identifier: MIT */
/* Types of a specification: BTF into text, where the text says all that a map's entries show. */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "plan.h"
#include "spec_type.h"
#include "spectext.h"

#define MAX_TEXT 16384 /* of a type: then the BTF is no longer */

/* What a type that was printed would be laid out as. */
struct layout {
	uint64_t size;
	uint32_t align;
};

struct shown {
	const struct btf *btf;
	struct text_buf *out;
	size_t start; /* of the type in out */
};

static int show_type(const struct shown *s, uint32_t id, unsigned depth, struct layout *ret);

static const char *name_of(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);

	return name ? name : "";
}

static int add_text(const struct shown *s, const char *text)
{
	if (s->out->len - s->start > MAX_TEXT)
		return -ENOENT;
	return text_append(s->out, text, strlen(text));
}

/* The type without typedefs and qualifiers; *ret_be: one of the typedefs is that WORD_BE…, else 0. */
static const struct btf_type *strip(const struct btf *btf, uint32_t id, int *ret_be)
{
	*ret_be = 0;
	for (unsigned i = 0; i < 32; i++) {
		const struct btf_type *t = id ? btf__type_by_id(btf, id) : NULL;

		if (!t || btf_is_type_tag(t) || !(btf_is_mod(t) || btf_is_typedef(t)))
			return t && !btf_is_type_tag(t) ? t : NULL;
		for (int w = WORD_BE16; w <= WORD_BE64; w++)
			if (!*ret_be && btf_is_typedef(t) && !strcmp(name_of(btf, t), spec_words[w].name))
				*ret_be = w;
		id = t->type;
	}
	return NULL;
}

/* ---- words ---- */

static bool is_char(const struct btf *btf, const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 &&
	       (btf_int_encoding(t) & BTF_INT_CHAR || !strcmp(name_of(btf, t), "char"));
}

static bool is_unsigned_byte(const struct btf *btf, const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 && !btf_int_encoding(t) && !is_char(btf, t);
}

/* The word of an integer; -1: none. */
static int word_of(const struct btf *btf, const struct btf_type *t, int be)
{
	if (btf_int_bits(t) != t->size * 8 || btf_int_offset(t))
		return -1;
	if (is_char(btf, t))
		return WORD_CHAR;
	for (int w = WORD_U8; w <= WORD_BOOL; w++) {
		if (spec_words[w].size != t->size || spec_words[w].encoding != btf_int_encoding(t))
			continue;
		return be && !spec_words[w].encoding && spec_words[be].size == t->size ? be : w;
	}
	return -1;
}

static int show_int(const struct shown *s, const struct btf_type *t, int be, struct layout *ret)
{
	int word = word_of(s->btf, t, be);

	if (word < 0)
		return -ENOENT;
	*ret = (struct layout){ t->size, t->size };
	return add_text(s, spec_words[word].word);
}

/* ---- arrays ---- */

static int show_dims(const struct shown *s, const uint32_t *dims, uint32_t n)
{
	char text[16];
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++) {
		text[0] = '[';
		strcpy(put_decimal(text + 1, dims[i]), "]");
		err = add_text(s, text);
	}
	return err;
}

static int show_array(const struct shown *s, const struct btf_type *t, unsigned depth, struct layout *ret)
{
	uint32_t dims[8], n = 0, id = 0;
	uint64_t count = 1;
	int be = 0, err;

	for (; btf_is_array(t); n++) {
		if (n == 8 || !btf_array(t)->nelems)
			return -ENOENT;
		dims[n] = btf_array(t)->nelems;
		count *= dims[n];
		if (count > SPEC_TYPE_SIZE)
			return -ENOENT;
		id = btf_array(t)->type;
		t = strip(s->btf, id, &be);
		if (!t)
			return -ENOENT;
	}
	if (is_unsigned_byte(s->btf, t)) {
		bool mac = dims[n - 1] == 6;

		n -= mac;
		err = add_text(s, mac ? "mac" : "bytes");
		*ret = (struct layout){ 1, 1 };
	} else {
		err = show_type(s, id, depth, ret);
	}
	ret->size *= count;
	return err ? err : show_dims(s, dims, n);
}

/* ---- structs ---- */

static bool is_name(const char *s)
{
	return *s && !(*s >= '0' && *s <= '9') && strlen(s) < 128 &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

static uint64_t round_up(uint64_t v, uint32_t align)
{
	return (v + align - 1) / align * align;
}

/* One member, if it is where C would put it. */
static int show_member(const struct shown *s, const struct btf_type *t, uint32_t i, unsigned depth,
		       struct layout *all)
{
	const char *name = btf__name_by_offset(s->btf, btf_members(t)[i].name_off);
	struct layout part = { 0, 1 };
	int err = !name || !is_name(name) || btf_member_bitfield_size(t, i) ? -ENOENT : 0;

	if (!err && i)
		err = add_text(s, ",");
	if (!err)
		err = add_text(s, name);
	if (!err)
		err = add_text(s, ":");
	if (!err)
		err = show_type(s, btf_members(t)[i].type, depth, &part);
	if (!err && btf_member_bit_offset(t, i) != round_up(all->size, part.align) * 8)
		err = -ENOENT;
	all->size = round_up(all->size, part.align) + part.size;
	all->align = part.align > all->align ? part.align : all->align;
	return err;
}

/* The kernel looks for these by name. */
static bool is_special(const char *name)
{
	return !strncmp(name, "bpf_", 4);
}

static int show_struct(const struct shown *s, const struct btf_type *t, unsigned depth, struct layout *ret)
{
	struct layout all = { 0, 1 };
	int err = depth == SPEC_TYPE_DEPTH || !btf_vlen(t) || is_special(name_of(s->btf, t)) ? -ENOENT :
											       add_text(s, "{");

	for (uint32_t i = 0; !err && i < btf_vlen(t); i++)
		err = show_member(s, t, i, depth + 1, &all);
	if (!err && round_up(all.size, all.align) != t->size)
		err = -ENOENT;
	*ret = (struct layout){ t->size, all.align };
	return err ? err : add_text(s, "}");
}

static int show_type(const struct shown *s, uint32_t id, unsigned depth, struct layout *ret)
{
	int be;
	const struct btf_type *t = strip(s->btf, id, &be);

	if (!t)
		return -ENOENT;
	if (btf_is_int(t))
		return show_int(s, t, be, ret);
	if (btf_is_array(t))
		return show_array(s, t, depth, ret);
	if (!btf_is_struct(t))
		return -ENOENT;
	if (t->size == 4 && !strcmp(name_of(s->btf, t), "in_addr")) {
		*ret = (struct layout){ 4, 4 };
		return add_text(s, "ipv4");
	}
	if (t->size == 16 && !strcmp(name_of(s->btf, t), "in6_addr")) {
		*ret = (struct layout){ 16, 4 };
		return add_text(s, "ipv6");
	}
	return show_struct(s, t, depth, ret);
}

int spec_type_print(const struct btf *btf, uint32_t id, struct text_buf *out)
{
	size_t start = out->len;
	struct layout layout;
	int err = text_append(out, "", 0);

	if (!err)
		err = show_type(&(struct shown){ btf, out, start }, id, 0, &layout);
	if (!err && layout.size > SPEC_TYPE_SIZE)
		err = -ENOENT;
	if (err && out->data)
		text_end(out, out->data + start);
	return err;
}
