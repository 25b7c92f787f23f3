/* SPDX-License-Identifier: MIT */
/* A name → a type in the BTF of the programs that use a map → a codec for records of it. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/form/rectype.h"
#include "fs/why.h"

#define NAMED 8     /* candidates that a refusal names */
#define PADDING 7   /* bytes that the kernel puts behind a perf record */

struct rectype {
	struct btf *btf;
	struct codec *codec;
	size_t size;
	size_t padding; /* most bytes that may follow */
};

/* What has been seen of the programs, for a refusal. */
struct seen {
	struct text_buf names;
	unsigned programs, types;
};

static const struct {
	unsigned kind;
	const char *prefix;
} kinds[] = {
	{BTF_KIND_STRUCT, "struct "}, {BTF_KIND_UNION, "union "}, {BTF_KIND_ENUM, "enum "},
	{BTF_KIND_ENUM64, "enum "},   {BTF_KIND_TYPEDEF, ""},     {BTF_KIND_INT, ""},
	{BTF_KIND_FLOAT, ""},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *prefix_of(const struct btf_type *t)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		if (kinds[i].kind == btf_kind(t))
			return kinds[i].prefix;
	}
	return NULL;
}

/* The id of the type of that name, with or without its prefix; 0: none that has a size. */
static uint32_t id_of_name(const struct btf *btf, const char *name)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *prefix = prefix_of(t), *bare = name;
		if (!prefix)
			continue;
		if (!strncmp(name, prefix, strlen(prefix)))
			bare += strlen(prefix);
		if (!strcmp(btf__name_by_offset(btf, t->name_off), bare) && btf__resolve_size(btf, id) > 0)
			return id;
	}
	return 0;
}

static int name_candidates(const struct btf *btf, struct seen *seen)
{
	int err = 0;

	for (uint32_t id = 1; id < btf__type_cnt(btf) && !err; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, t->name_off);
		if (!btf_is_composite(t) || !*name || ++seen->types > NAMED)
			continue;
		err = text_printf(&seen->names, "%s%.40s", seen->types > 1 ? ", " : "", name);
	}
	return err;
}

static int compile(const struct live *live, struct btf *btf, uint32_t id, struct rectype **ret_type)
{
	struct rectype *type = calloc(1, sizeof(*type));

	if (!type)
		return -ENOMEM;
	type->size = (size_t)btf__resolve_size(btf, id);
	type->padding = live->traits & BPFMAP_PERF ? PADDING : 0;
	struct text_shape shape = {.value_size = (uint32_t)type->size, .btf = btf, .value_type = id};
	int err = codec_new(&shape, &type->codec);
	if (err) {
		free(type);
		return err;
	}
	type->btf = btf;
	*ret_type = type;
	return 0;
}

/* Is it a type of this program? Then 1; the next program's turn: 0. */
static int look_into(const struct live *live, const struct bpfmap_user *user, const char *name, struct seen *seen,
		     struct rectype **ret_type)
{
	struct btf *btf;
	int err = bpfmap_user_btf(user, &btf);

	if (err) /* without types, or gone, or not to be trusted: another may have it */
		return err == -ENOMEM ? err : 0;
	uint32_t id = id_of_name(btf, name);
	err = id ? compile(live, btf, id, ret_type) : name_candidates(btf, seen);
	if (err || !id)
		btf__free(btf);
	return err ? err : id != 0;
}

static int refuse(const struct seen *seen, const char *name)
{
	if (!seen->programs)
		return fail(ENOENT, "no program uses this map, and so there is no type '%s'", name);
	if (!seen->types)
		return fail(ENOENT, "no program that uses this map has a type '%s': none has any struct or union", name);
	return fail(ENOENT, "no program that uses this map has a type '%.60s'; they have %s%s", name, seen->names.data,
		    seen->types > NAMED ? ", and more" : "");
}

int rectype_find(const struct live *live, const char *name, struct rectype **ret_type)
{
	struct bpfmap_user user = {.size = sizeof(user)};
	struct seen seen = {0};
	uint32_t last_btf = 0;
	int err, found = 0;

	while (!found && !(err = bpfmap_next_user(live->map, user.id, &user))) {
		seen.programs++;
		if (user.btf_id != last_btf) /* programs of one object share their types */
			found = look_into(live, &user, name, &seen, ret_type);
		last_btf = user.btf_id;
	}
	if (!found)
		found = err == -ENOENT ? refuse(&seen, name) : fail_engine(err);
	text_free(&seen.names);
	return found > 0 ? 0 : found;
}

void rectype_free(struct rectype *type)
{
	if (!type)
		return;
	codec_free(type->codec);
	btf__free(type->btf);
	free(type);
}

bool rectype_fits(const struct rectype *type, size_t size)
{
	return size >= type->size && size - type->size <= type->padding;
}

int rectype_print(const struct rectype *type, const void *record, struct text_buf *out)
{
	return value_print(type->codec, record, out);
}
