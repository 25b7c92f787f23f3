/* SPDX-License-Identifier: MIT */
/* A specification's line, read: fields as rows, each with its parser. specprint.c writes it. */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "spectext.h"

struct spec_reader {
	struct spec_parsed *to;
	struct text_note *note;
	bool is_inner;
	uint32_t given;          /* a bit for each row of fields[] */
	struct slice key, value; /* their types' texts */
	struct slice btf, kernel_value;
};

typedef int field_parser(struct spec_reader *r, struct slice text);

void spec_parsed_free(struct spec_parsed *parsed)
{
	if (!parsed)
		return;
	btf__free(parsed->btf);
	spec_parsed_free(parsed->inner);
	free(parsed);
}

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && !memcmp(s.s, word, s.len);
}

/* A copy with a NUL after it; false: it is too long or has one in it. */
static bool copy_word(struct slice s, char *to, size_t room)
{
	if (s.len >= room || (s.len && memchr(s.s, '\0', s.len)))
		return false;
	memcpy(to, s.s, s.len);
	to[s.len] = '\0';
	return true;
}

/* ---- fields ---- */

static int parse_number(struct spec_reader *r, const char *name, struct slice text, uint64_t max, uint64_t *ret)
{
	bool negative;
	u128 v;
	int err = parse_decimal_or_hex(text, &negative, &v);

	if (!err && (negative || v > max))
		err = -ERANGE;
	if (err)
		return refuse(r->note, err, "'%.*s' %s: %s is 0 to %llu", SHOWN(text),
			      err == -ERANGE ? "does not fit" : "is no number", name, (unsigned long long)max);
	*ret = (uint64_t)v;
	return 0;
}

static int parse_u32(struct spec_reader *r, const char *name, struct slice text, uint32_t *ret)
{
	uint64_t v = 0;
	int err = parse_number(r, name, text, UINT32_MAX, &v);

	if (!err)
		*ret = (uint32_t)v;
	return err;
}

static int parse_map_type(struct spec_reader *r, struct slice text)
{
	char name[64];
	int type;

	/* a type that is newer than this */
	if (text.len && text.s[0] > '0' && text.s[0] <= '9')
		return parse_u32(r, "type", text, &r->to->spec.type);
	type = copy_word(text, name, sizeof(name)) ? bpfmap_type_by_name(name) : -EINVAL;
	if (type < 0)
		return refuse(r->note, -EINVAL, "there is no map type '%.*s': types are hash, array, lru_hash, "
			      "percpu_hash, percpu_array, lpm_trie, queue, stack, ringbuf, …", SHOWN(text));
	r->to->spec.type = (uint32_t)type;
	return 0;
}

static int parse_key(struct spec_reader *r, struct slice text)
{
	r->key = text;
	return 0;
}

static int parse_value(struct spec_reader *r, struct slice text)
{
	r->value = text;
	return 0;
}

static int parse_btf(struct spec_reader *r, struct slice text)
{
	r->btf = text;
	return 0;
}

static int parse_kernel_value(struct spec_reader *r, struct slice text)
{
	r->kernel_value = text;
	return 0;
}

static int parse_key_size(struct spec_reader *r, struct slice text)
{
	return parse_u32(r, "key_size", text, &r->to->spec.key_size);
}

static int parse_value_size(struct spec_reader *r, struct slice text)
{
	return parse_u32(r, "value_size", text, &r->to->spec.value_size);
}

static int parse_max_entries(struct spec_reader *r, struct slice text)
{
	return parse_u32(r, "max_entries", text, &r->to->spec.max_entries);
}

static int parse_map_extra(struct spec_reader *r, struct slice text)
{
	return parse_number(r, "map_extra", text, UINT64_MAX, &r->to->spec.map_extra);
}

static int parse_numa_node(struct spec_reader *r, struct slice text)
{
	r->to->spec.has_numa_node = true;
	return parse_u32(r, "numa_node", text, &r->to->spec.numa_node);
}

static int parse_key_type_id(struct spec_reader *r, struct slice text)
{
	return parse_u32(r, "key_type_id", text, &r->to->spec.key_type_id);
}

static int parse_value_type_id(struct spec_reader *r, struct slice text)
{
	return parse_u32(r, "value_type_id", text, &r->to->spec.value_type_id);
}

static bool in_map_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static int parse_name(struct spec_reader *r, struct slice text)
{
	bool ok = text.len && copy_word(text, r->to->name, sizeof(r->to->name));

	for (size_t i = 0; ok && i < text.len; i++)
		ok = in_map_name(text.s[i]);
	if (!ok)
		return refuse(r->note, -EINVAL, "'%.*s' is no map's name: at most 15 letters, digits, _ and .",
			      SHOWN(text));
	r->to->spec.name = r->to->name;
	return 0;
}

static int parse_flag(struct spec_reader *r, struct slice text)
{
	char name[64];
	uint32_t flag = 0;

	if (!is_word(text, "0") && (!copy_word(text, name, sizeof(name)) || bpfmap_flag_by_name(name, &flag)))
		return refuse(r->note, -EINVAL, "there is no flag '%.*s': flags are no_prealloc, no_common_lru, "
			      "mmapable, rdonly_prog, wronly_prog, inner_map, … parted by commas", SHOWN(text));
	r->to->spec.flags |= flag;
	return 0;
}

static int parse_flags(struct spec_reader *r, struct slice text)
{
	int err = 0;

	for (bool more = true; !err && more;) {
		const char *comma = text.len ? memchr(text.s, ',', text.len) : NULL;
		size_t len = comma ? (size_t)(comma - text.s) : text.len;

		err = parse_flag(r, (struct slice){ text.s, len });
		more = comma;
		text = (struct slice){ text.s + len + more, text.len - len - more };
	}
	return err;
}

static int parse_line(struct slice line, bool is_inner, struct spec_parsed **ret, struct text_note *note);

static int parse_inner(struct spec_reader *r, struct slice text)
{
	struct text_note why = { "" };
	int err;

	if (r->is_inner)
		return refuse(r->note, -EINVAL, "inner={…} within inner={…}: maps of maps hold no maps of maps");
	if (text.len < 2 || text.s[0] != '{' || text.s[text.len - 1] != '}')
		return refuse(r->note, -EINVAL, "'%.*s' is no specification: write inner={type=… key=… …}",
			      SHOWN(text));
	err = parse_line((struct slice){ text.s + 1, text.len - 2 }, true, &r->to->inner, &why);
	if (err)
		return refuse(r->note, err, "inner: %s", why.msg);
	r->to->spec.inner = &r->to->inner->spec;
	return 0;
}

enum { TYPE, KEY, VALUE, KEY_SIZE, VALUE_SIZE, MAX_ENTRIES, FLAGS, INNER, MAP_EXTRA, NUMA_NODE, NAME, BTF,
       KEY_TYPE_ID, VALUE_TYPE_ID, KERNEL_VALUE, N_FIELDS };

static const struct {
	const char *name;
	field_parser *parse;
} fields[N_FIELDS] = {
	[TYPE] = { "type", parse_map_type },
	[KEY] = { "key", parse_key },
	[VALUE] = { "value", parse_value },
	[KEY_SIZE] = { "key_size", parse_key_size },
	[VALUE_SIZE] = { "value_size", parse_value_size },
	[MAX_ENTRIES] = { "max_entries", parse_max_entries },
	[FLAGS] = { "flags", parse_flags },
	[INNER] = { "inner", parse_inner },
	[MAP_EXTRA] = { "map_extra", parse_map_extra },
	[NUMA_NODE] = { "numa_node", parse_numa_node },
	[NAME] = { "name", parse_name },
	[BTF] = { "btf", parse_btf },
	[KEY_TYPE_ID] = { "key_type_id", parse_key_type_id },
	[VALUE_TYPE_ID] = { "value_type_id", parse_value_type_id },
	[KERNEL_VALUE] = { "kernel_value", parse_kernel_value },
};

static bool is_given(const struct spec_reader *r, int field)
{
	return r->given >> field & 1;
}

/* ---- types ---- */

/* A side of the map: its type's text, or its size. */
static int read_type(struct spec_reader *r, int field, struct slice text, uint32_t *size, uint32_t *ret_id)
{
	const char *name = fields[field].name;
	bool sized = is_given(r, field == KEY ? KEY_SIZE : VALUE_SIZE);
	uint32_t type_size;
	int id, err = spec_type_parse(r->to->btf, text.s, text.len, &id, &type_size, r->note);

	if (err)
		return err;
	if (sized && *size != type_size)
		return refuse(r->note, -EINVAL, "%s_size=%u, but %s=%.*s has %u bytes: leave %s_size out", name,
			      *size, name, SHOWN(text), type_size, name);
	*size = type_size;
	*ret_id = (uint32_t)id;
	return 0;
}

/* The type of a side that has none beside one that has: the same text as without. */
static int plain_type(struct spec_reader *r, uint32_t size, uint32_t *ret_id)
{
	char text[24] = "u";
	char *end;
	uint32_t unused;
	int id, err;

	if (!size)
		return 0;
	if (size > 8 || size & (size - 1)) {
		strcpy(text, "bytes[");
		end = put_decimal(text + 6, size);
		*end++ = ']';
	} else {
		end = put_decimal(text + 1, size * 8);
	}
	err = spec_type_parse(r->to->btf, text, (size_t)(end - text), &id, &unused, r->note);
	if (!err)
		*ret_id = (uint32_t)id;
	return err;
}

static int read_types(struct spec_reader *r)
{
	struct bpfmap_spec *spec = &r->to->spec;
	bool key = is_given(r, KEY), value = is_given(r, VALUE);
	int err;

	r->to->btf = btf__new_empty();
	if (!r->to->btf)
		return -ENOMEM;
	err = key ? read_type(r, KEY, r->key, &spec->key_size, &spec->key_type_id) :
		    plain_type(r, spec->key_size, &spec->key_type_id);
	if (!err)
		err = value ? read_type(r, VALUE, r->value, &spec->value_size, &spec->value_type_id) :
			      plain_type(r, spec->value_size, &spec->value_type_id);
	spec->btf = r->to->btf;
	return err;
}

/* ---- BTF ---- */

static int read_blob(struct spec_reader *r)
{
	uint8_t *bytes = malloc(r->btf.len + 1);
	size_t size;
	int err;

	if (!bytes)
		return -ENOMEM;
	err = base64_parse(r->btf.s, r->btf.len, bytes, &size);
	if (err)
		err = refuse(r->note, err, "btf='%.*s' is not base64", SHOWN(r->btf));
	else if ((err = spec_btf_read(bytes, size, &r->to->btf)) == -EINVAL)
		err = refuse(r->note, err, "btf=… is base64, but of no BTF");
	free(bytes);
	r->to->spec.btf = r->to->btf;
	return err;
}

static int check_blob_type(struct spec_reader *r, const char *name, uint32_t id, bool sized, uint32_t *size)
{
	int64_t has;

	if (!id)
		return 0;
	has = btf__resolve_size(r->to->btf, id);
	if (has <= 0 || has > UINT32_MAX)
		return refuse(r->note, -EINVAL, "%s_type_id=%u: the BTF has no such type with a size", name, id);
	if (sized && *size != has)
		return refuse(r->note, -EINVAL, "%s_size=%u, but the type %u has %lld bytes", name, *size, id,
			      (long long)has);
	*size = (uint32_t)has;
	return 0;
}

static int read_btf(struct spec_reader *r)
{
	struct bpfmap_spec *spec = &r->to->spec;
	int err;

	if (is_given(r, KEY) || is_given(r, VALUE))
		return refuse(r->note, -EINVAL, "types come from key= and value=, or from btf=: not from both");
	if (!spec->key_type_id && !spec->value_type_id)
		return refuse(r->note, -EINVAL, "btf= needs key_type_id= or value_type_id=, which name its types");
	err = read_blob(r);
	if (!err)
		err = check_blob_type(r, "key", spec->key_type_id, is_given(r, KEY_SIZE), &spec->key_size);
	if (!err)
		err = check_blob_type(r, "value", spec->value_type_id, is_given(r, VALUE_SIZE), &spec->value_size);
	return err;
}

/* ---- the kernel's types ---- */

/* Key and entries of such a map are always the same. The kernel wants some BTF with it, no matter which. */
static int read_kernel_value(struct spec_reader *r)
{
	struct bpfmap_spec *spec = &r->to->spec;
	char name[128];
	uint32_t size;
	int id;

	if (is_given(r, KEY) || is_given(r, VALUE) || is_given(r, BTF))
		return refuse(r->note, -EINVAL, "kernel_value= is the value's type: leave key, value and btf out");
	if (!copy_word(r->kernel_value, name, sizeof(name)) ||
	    spec_kernel_find(name, &spec->vmlinux_value_type_id, &size))
		return refuse(r->note, -EINVAL, "this kernel has no '%.*s': write the name of its struct, such as "
			      "bpf_struct_ops_tcp_congestion_ops", SHOWN(r->kernel_value));
	if (is_given(r, VALUE_SIZE) && spec->value_size != size)
		return refuse(r->note, -EINVAL, "value_size=%u, but %s has %u bytes here: leave value_size out",
			      spec->value_size, name, size);
	spec->value_size = size;
	spec->key_size = is_given(r, KEY_SIZE) ? spec->key_size : 4;
	spec->max_entries = is_given(r, MAX_ENTRIES) ? spec->max_entries : 1;
	spec->btf = r->to->btf = btf__new_empty();
	return spec->btf ? spec_type_parse(r->to->btf, "u32", 3, &id, &size, r->note) : -ENOMEM;
}

/* ---- what a map needs ---- */

static const char *type_name(const struct bpfmap_spec *spec)
{
	const char *name = bpfmap_type_name(spec->type);

	return name ? name : "?";
}

static bool needs_value(uint32_t type)
{
	uint32_t traits = bpfmap_type_traits(type);

	return traits & (BPFMAP_READABLE | BPFMAP_WRITABLE) && !(traits & BPFMAP_HOLDS_MAPS) &&
	       type != BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

static int check_kernel_value(const struct spec_reader *r)
{
	bool wants = r->to->spec.type == BPF_MAP_TYPE_STRUCT_OPS;

	if (wants && !is_given(r, KERNEL_VALUE))
		return refuse(r->note, -EINVAL, "type=struct_ops needs kernel_value=NAME, the kernel's struct that its "
			      "value is, such as bpf_struct_ops_tcp_congestion_ops");
	if (!wants && is_given(r, KERNEL_VALUE))
		return refuse(r->note, -EINVAL, "type=%s has values of its own: kernel_value is for struct_ops",
			      type_name(&r->to->spec));
	return 0;
}

static int check_sides(const struct spec_reader *r)
{
	const struct bpfmap_spec *spec = &r->to->spec;
	bool keyed = bpfmap_type_traits(spec->type) & BPFMAP_KEYED;

	if (keyed && !spec->key_size && spec->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return refuse(r->note, -EINVAL, "type=%s needs key=TYPE, or key_size=BYTES", type_name(spec));
	if (!keyed && spec->key_size && bpfmap_type_name(spec->type))
		return refuse(r->note, -EINVAL, "type=%s has no keys: leave key and key_size out", type_name(spec));
	if (!spec->value_size && needs_value(spec->type))
		return refuse(r->note, -EINVAL, "type=%s needs value=TYPE, or value_size=BYTES", type_name(spec));
	return 0;
}

static int check_rest(const struct spec_reader *r)
{
	const struct bpfmap_spec *spec = &r->to->spec;
	bool holds_maps = bpfmap_type_traits(spec->type) & BPFMAP_HOLDS_MAPS;

	if (holds_maps && !spec->inner)
		return refuse(r->note, -EINVAL, "type=%s needs inner={…}, the specification of what it holds",
			      type_name(spec));
	if (!holds_maps && spec->inner)
		return refuse(r->note, -EINVAL, "type=%s holds no maps: leave inner={…} out", type_name(spec));
	if (spec->flags & BPF_F_NUMA_NODE && !spec->has_numa_node)
		return refuse(r->note, -EINVAL, "flags=numa_node needs numa_node=N: which, the kernel does not tell");
	return 0;
}

static int finish(struct spec_reader *r)
{
	int err = 0;

	if (!is_given(r, TYPE))
		return refuse(r->note, -EINVAL, "type= is missing: write type=hash key=u32 value=u64 "
			      "max_entries=1024");
	if (!is_given(r, BTF) && (is_given(r, KEY_TYPE_ID) || is_given(r, VALUE_TYPE_ID)))
		return refuse(r->note, -EINVAL, "key_type_id= and value_type_id= are of types in btf=BASE64");
	if (is_given(r, BTF))
		err = read_btf(r);
	else if (is_given(r, KEY) || is_given(r, VALUE))
		err = read_types(r);
	if (!err)
		err = check_kernel_value(r);
	if (!err && is_given(r, KERNEL_VALUE))
		err = read_kernel_value(r);
	if (!err)
		err = check_sides(r);
	return err ? err : check_rest(r);
}

/* ---- the line ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Up to a space outside of braces. False: a brace is not closed, or closed twice. */
static bool take_token(struct slice *rest, struct slice *ret)
{
	size_t i = 0, start;
	int depth = 0;

	while (i < rest->len && is_space(rest->s[i]))
		i++;
	start = i;
	for (; i < rest->len && (depth || !is_space(rest->s[i])); i++) {
		depth += (rest->s[i] == '{') - (rest->s[i] == '}');
		if (depth < 0)
			return false;
	}
	*ret = (struct slice){ rest->s + start, i - start };
	*rest = (struct slice){ rest->s + i, rest->len - i };
	return !depth;
}

static int refuse_field(struct spec_reader *r, struct slice name)
{
	return refuse(r->note, -EINVAL, "there is no field '%.*s': they are type key value key_size value_size "
		      "max_entries flags inner map_extra numa_node name btf kernel_value", SHOWN(name));
}

static int parse_field(struct spec_reader *r, struct slice token)
{
	const char *equals = memchr(token.s, '=', token.len);
	struct slice name = { token.s, equals ? (size_t)(equals - token.s) : token.len };
	struct slice text;

	if (!equals)
		return refuse(r->note, -EINVAL, "'%.*s' is no field: write name=text, such as type=hash",
			      SHOWN(token));
	text = (struct slice){ equals + 1, token.len - name.len - 1 };
	for (int i = 0; i < N_FIELDS; i++) {
		if (!is_word(name, fields[i].name))
			continue;
		if (is_given(r, i))
			return refuse(r->note, -EINVAL, "%s is given twice", fields[i].name);
		if (!text.len)
			return refuse(r->note, -EINVAL, "%s= has nothing after it", fields[i].name);
		r->given |= 1u << i;
		return fields[i].parse(r, text);
	}
	return refuse_field(r, name);
}

static int parse_fields(struct spec_reader *r, struct slice line)
{
	struct slice token;
	int err = 0;

	while (!err) {
		if (!take_token(&line, &token))
			return refuse(r->note, -EINVAL, "the braces do not match: each { needs its }");
		if (!token.len)
			break;
		err = parse_field(r, token);
	}
	return err ? err : finish(r);
}

static int parse_line(struct slice line, bool is_inner, struct spec_parsed **ret, struct text_note *note)
{
	struct spec_parsed *parsed = calloc(1, sizeof(*parsed));
	struct spec_reader r = { .to = parsed, .note = note, .is_inner = is_inner };
	int err;

	if (!parsed)
		return -ENOMEM;
	parsed->spec.size = sizeof(parsed->spec);
	err = parse_fields(&r, line);
	if (err)
		spec_parsed_free(parsed);
	else
		*ret = parsed;
	return err;
}

int spec_parse(const char *line, size_t len, struct spec_parsed **ret_parsed, struct text_note *note)
{
	return parse_line((struct slice){ len ? line : "", len }, false, ret_parsed, note);
}
