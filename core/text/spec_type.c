/* SPDX-License-Identifier: MIT */
/* Types of a specification: text into BTF. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "spec_type.h"
#include "spectext.h"

const struct spec_word spec_words[N_WORDS] = {
	[WORD_U8]   = { "u8",   "__u8",   "unsigned char",      1, 0 },
	[WORD_U16]  = { "u16",  "__u16",  "unsigned short",     2, 0 },
	[WORD_U32]  = { "u32",  "__u32",  "unsigned int",       4, 0 },
	[WORD_U64]  = { "u64",  "__u64",  "unsigned long long", 8, 0 },
	[WORD_S8]   = { "s8",   "__s8",   "signed char",        1, BTF_INT_SIGNED },
	[WORD_S16]  = { "s16",  "__s16",  "short",              2, BTF_INT_SIGNED },
	[WORD_S32]  = { "s32",  "__s32",  "int",                4, BTF_INT_SIGNED },
	[WORD_S64]  = { "s64",  "__s64",  "long long",          8, BTF_INT_SIGNED },
	[WORD_BOOL] = { "bool", NULL,     "_Bool",              1, BTF_INT_BOOL },
	[WORD_CHAR] = { "char", NULL,     "char",               1, BTF_INT_SIGNED },
	[WORD_BE16] = { "be16", "__be16", NULL,                 2, 0 },
	[WORD_BE32] = { "be32", "__be32", NULL,                 4, 0 },
	[WORD_BE64] = { "be64", "__be64", NULL,                 8, 0 },
};

#define MAX_FIELDS 4096u /* of a struct: their names are compared each with each */

struct type {
	int id;
	uint64_t size;
	uint32_t align;
};

struct type_parser {
	struct btf *btf;
	const char *at, *end;
	unsigned depth;
	struct text_note *note;
	int words[N_WORDS], index, in_addr, in6_addr; /* 0: not added yet */
};

static int parse_type(struct type_parser *p, struct type *ret);

/* ---- the text ---- */

static void skip_spaces(struct type_parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t'))
		p->at++;
}

static bool take(struct type_parser *p, char c)
{
	skip_spaces(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

static struct slice take_word(struct type_parser *p)
{
	struct slice word;

	skip_spaces(p);
	word = (struct slice){ p->at, 0 };
	while (p->at < p->end && ((*p->at >= 'a' && *p->at <= 'z') || (*p->at >= 'A' && *p->at <= 'Z') ||
				  (*p->at >= '0' && *p->at <= '9') || *p->at == '_'))
		p->at++;
	word.len = (size_t)(p->at - word.s);
	return word;
}

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && !memcmp(s.s, word, s.len);
}

/* What stands where something else should, for a note. */
static int refuse_here(struct type_parser *p, const char *want)
{
	struct slice rest = { p->at, (size_t)(p->end - p->at) };

	if (!rest.len)
		return refuse(p->note, -EINVAL, "the type ends where there should be %s", want);
	return refuse(p->note, -EINVAL, "'%.*s': there should be %s", SHOWN(rest), want);
}

/* ---- words ---- */

/* The id of a type that btf__add_* gave, or its error. */
static int checked(int id)
{
	return id == -EINVAL ? -ENOMEM : id;
}

static int add_word(struct type_parser *p, int word)
{
	const struct spec_word *w = &spec_words[word];
	int id = p->words[word];

	if (id > 0)
		return id;
	if (w->base)
		id = checked(btf__add_int(p->btf, w->base, w->size, (int)w->encoding));
	else
		id = add_word(p, word == WORD_BE16 ? WORD_U16 : word == WORD_BE32 ? WORD_U32 : WORD_U64);
	if (id > 0 && w->name)
		id = checked(btf__add_typedef(p->btf, w->name, id));
	return p->words[word] = id;
}

static const char index_name[] = "__ARRAY_SIZE_TYPE__"; /* as clang calls it */

static int add_array(struct type_parser *p, int item, uint32_t n)
{
	if (p->index <= 0)
		p->index = checked(btf__add_int(p->btf, index_name, 4, 0));
	return p->index < 0 ? p->index : item < 0 ? item : checked(btf__add_array(p->btf, p->index, item, n));
}

static int add_in_addr(struct type_parser *p)
{
	int be32 = add_word(p, WORD_BE32), id;

	if (p->in_addr > 0 || be32 < 0)
		return be32 < 0 ? be32 : p->in_addr;
	id = checked(btf__add_struct(p->btf, "in_addr", 4));
	if (id > 0 && btf__add_field(p->btf, "s_addr", be32, 0, 0))
		return -ENOMEM;
	return p->in_addr = id;
}

/* As <linux/in6.h> has it. */
static int add_in6_addr(struct type_parser *p)
{
	int bytes, shorts, words, id;

	if (p->in6_addr > 0)
		return p->in6_addr;
	bytes = add_array(p, add_word(p, WORD_U8), 16);
	shorts = add_array(p, add_word(p, WORD_BE16), 8);
	words = add_array(p, add_word(p, WORD_BE32), 4);
	id = checked(btf__add_union(p->btf, NULL, 16));
	if (bytes < 0 || shorts < 0 || words < 0 || id < 0 || btf__add_field(p->btf, "u6_addr8", bytes, 0, 0) ||
	    btf__add_field(p->btf, "u6_addr16", shorts, 0, 0) || btf__add_field(p->btf, "u6_addr32", words, 0, 0))
		return -ENOMEM;
	p->in6_addr = checked(btf__add_struct(p->btf, "in6_addr", 16));
	if (p->in6_addr > 0 && btf__add_field(p->btf, "in6_u", id, 0, 0))
		return -ENOMEM;
	return p->in6_addr;
}

static const char *const type_words = "u8 u16 u32 u64 s8 s16 s32 s64 bool be16 be32 be64 ipv4 ipv6 mac char[N] "
				      "bytes[N] T[N] {name:T,…}";

/* *ret_needs_n: it is nothing without [N]. */
static int parse_word(struct type_parser *p, struct type *ret, bool *ret_needs_n)
{
	struct slice word = take_word(p);

	*ret_needs_n = false;
	for (int i = 0; i < N_WORDS; i++) {
		if (is_word(word, spec_words[i].word)) {
			*ret = (struct type){ add_word(p, i), spec_words[i].size, spec_words[i].size };
			return ret->id < 0 ? ret->id : 0;
		}
	}
	if (is_word(word, "bytes")) {
		*ret = (struct type){ add_word(p, WORD_U8), 1, 1 };
		*ret_needs_n = true;
	} else if (is_word(word, "mac")) {
		*ret = (struct type){ add_array(p, add_word(p, WORD_U8), 6), 6, 1 };
	} else if (is_word(word, "ipv4")) {
		*ret = (struct type){ add_in_addr(p), 4, 4 };
	} else if (is_word(word, "ipv6")) {
		*ret = (struct type){ add_in6_addr(p), 16, 4 };
	} else if (!word.len) {
		return refuse_here(p, "a type, such as u32 or {a:u32,b:u64}");
	} else {
		return refuse(p->note, -EINVAL, "there is no type '%.*s': types are %s", SHOWN(word), type_words);
	}
	return ret->id < 0 ? ret->id : 0;
}

/* ---- structs ---- */

struct field {
	struct slice name;
	struct type type;
	uint64_t offset;
};

struct fields {
	struct field *items;
	uint32_t n;
	uint64_t end;
	uint32_t align;
};

static int refuse_field(struct type_parser *p, struct slice name)
{
	if (name.len)
		return refuse(p->note, -EINVAL, "'%.*s' is no field's name: those are letters, digits and _",
			      SHOWN(name));
	return refuse_here(p, "a field, as name:type");
}

static int check_name(struct type_parser *p, const struct fields *fields, struct slice name)
{
	if (!name.len || (name.s[0] >= '0' && name.s[0] <= '9') || name.len > 127)
		return refuse_field(p, name);
	for (uint32_t i = 0; i < fields->n; i++)
		if (fields->items[i].name.len == name.len && !memcmp(fields->items[i].name.s, name.s, name.len))
			return refuse(p->note, -EINVAL, "the field %.*s is given twice", SHOWN(name));
	return fields->n == MAX_FIELDS ? refuse(p->note, -EINVAL, "a struct has at most %u fields", MAX_FIELDS) : 0;
}

static int add_field(struct fields *fields, const struct field *field)
{
	uint32_t n = fields->n;

	if (!(n & (n - 1))) {
		struct field *items = realloc(fields->items, (n ? n * 2 : 1) * sizeof(*items));

		if (!items)
			return -ENOMEM;
		fields->items = items;
	}
	fields->items[fields->n++] = *field;
	return 0;
}

static uint64_t round_up(uint64_t v, uint32_t align)
{
	return (v + align - 1) / align * align;
}

static int parse_field(struct type_parser *p, struct fields *fields)
{
	struct field f = { .name = take_word(p) };
	int err = check_name(p, fields, f.name);

	if (err)
		return err;
	if (!take(p, ':'))
		return refuse_here(p, "':' and a type after the field's name");
	err = parse_type(p, &f.type);
	if (err)
		return err;
	f.offset = round_up(fields->end, f.type.align);
	fields->end = f.offset + f.type.size;
	fields->align = f.type.align > fields->align ? f.type.align : fields->align;
	if (fields->end > SPEC_TYPE_SIZE)
		return refuse(p->note, -ERANGE, "the struct is too large at %.*s", SHOWN(f.name));
	return add_field(fields, &f);
}

static int build_struct(struct type_parser *p, const struct fields *fields, struct type *ret)
{
	struct type t = { .size = round_up(fields->end, fields->align), .align = fields->align };
	char name[128];

	t.id = checked(btf__add_struct(p->btf, NULL, (uint32_t)t.size));
	if (t.id < 0)
		return t.id;
	for (uint32_t i = 0; i < fields->n; i++) {
		const struct field *f = &fields->items[i];

		memcpy(name, f->name.s, f->name.len);
		name[f->name.len] = '\0';
		if (btf__add_field(p->btf, name, f->type.id, (uint32_t)f->offset * 8, 0))
			return -ENOMEM;
	}
	*ret = t;
	return 0;
}

/* After its opening brace. */
static int parse_struct(struct type_parser *p, struct type *ret)
{
	struct fields fields = { .align = 1 };
	int err = 0;

	if (p->depth == SPEC_TYPE_DEPTH)
		return refuse(p->note, -EINVAL, "braces within braces go %u deep at most", SPEC_TYPE_DEPTH);
	p->depth++;
	do
		err = parse_field(p, &fields);
	while (!err && take(p, ','));
	p->depth--;
	if (!err && !take(p, '}'))
		err = refuse_here(p, "',' and another field, or '}'");
	if (!err)
		err = build_struct(p, &fields, ret);
	free(fields.items);
	return err;
}

/* ---- arrays ---- */

#define MAX_DIMS 8

static int parse_dim(struct type_parser *p, uint32_t *ret)
{
	struct slice digits = take_word(p);
	bool negative;
	u128 n;
	int err = parse_decimal_or_hex(digits, &negative, &n);

	if (err == -EINVAL || n == 0)
		return refuse(p->note, -EINVAL, "'%.*s' is no number of items: in T[N], N is 1 or more",
			      SHOWN(digits));
	if (err || n > SPEC_TYPE_SIZE)
		return refuse(p->note, -ERANGE, "[%.*s]: so many items are too large", SHOWN(digits));
	*ret = (uint32_t)n;
	return take(p, ']') ? 0 : refuse_here(p, "']'");
}

static int parse_dims(struct type_parser *p, struct type *t, bool needs_n)
{
	uint32_t dims[MAX_DIMS], n = 0;
	int err = 0;

	while (!err && take(p, '[')) {
		if (n == MAX_DIMS)
			return refuse(p->note, -EINVAL, "an array has at most %d dimensions", MAX_DIMS);
		err = parse_dim(p, &dims[n]);
		n += !err;
	}
	if (!err && needs_n && !n)
		return refuse_here(p, "[N], the number of bytes");
	while (!err && n) {
		t->size *= dims[--n];
		if (t->size > SPEC_TYPE_SIZE)
			return refuse(p->note, -ERANGE, "the array is too large");
		t->id = add_array(p, t->id, dims[n]);
		err = t->id < 0 ? t->id : 0;
	}
	return err;
}

static int parse_type(struct type_parser *p, struct type *ret)
{
	bool needs_n = false;
	struct type t;
	int err = take(p, '{') ? parse_struct(p, &t) : parse_word(p, &t, &needs_n);

	if (!err)
		err = parse_dims(p, &t, needs_n);
	if (!err)
		*ret = t;
	return err;
}

static int known(const struct btf *btf, const char *name, uint32_t kind)
{
	int id = btf__find_by_name_kind(btf, name, kind);

	return id > 0 ? id : 0;
}

/* What an earlier type added is used again. */
static void find_known(struct type_parser *p)
{
	for (int i = 0; i < N_WORDS; i++) {
		const struct spec_word *w = &spec_words[i];

		p->words[i] = w->name ? known(p->btf, w->name, BTF_KIND_TYPEDEF) :
					known(p->btf, w->base, BTF_KIND_INT);
	}
	p->index = known(p->btf, index_name, BTF_KIND_INT);
	p->in_addr = known(p->btf, "in_addr", BTF_KIND_STRUCT);
	p->in6_addr = known(p->btf, "in6_addr", BTF_KIND_STRUCT);
}

int spec_type_parse(struct btf *btf, const char *text, size_t len, int *ret_id, uint32_t *ret_size,
		    struct text_note *note)
{
	struct type_parser p = { .btf = btf, .at = text, .end = text + len, .note = note };
	struct type t;
	int err;

	find_known(&p);
	err = parse_type(&p, &t);
	skip_spaces(&p);
	if (!err && p.at != p.end)
		err = refuse_here(&p, "nothing more");
	if (err)
		return err;
	*ret_id = t.id;
	*ret_size = (uint32_t)t.size;
	return 0;
}
