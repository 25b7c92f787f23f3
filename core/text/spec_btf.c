/* SPDX-License-Identifier: MIT */
/* BTF that travels in a specification: cut to what a map needs, and checked when it comes back. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/btfcheck.h"
#include "plan.h"
#include "spectext.h"

int spec_btf_read(const void *bytes, size_t size, struct btf **ret_btf)
{
	struct btf *btf = size > UINT32_MAX ? NULL : btf__new(bytes, (uint32_t)size);

	if (!btf)
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	int err = bm_btf_check(btf);
	if (err)
		btf__free(btf);
	else
		*ret_btf = btf;
	return err;
}

/* ---- cutting ---- */

/*
 * How much of a type is taken along. Behind a pointer a struct is a STUB of its name and size,
 * without members: a map's entries show none of them, and they could lead to half the kernel.
 */
enum { NOT, STUB, WHOLE };

struct cutter {
	const struct btf *from;
	struct btf *to;
	uint32_t n;
	uint8_t *take;    /* of each type */
	uint32_t *new_id;
	uint32_t *work;   /* ids whose references are to be followed */
	uint32_t n_work;
	int wanted;       /* of what is being visited */
};

/* At most twice for each type. */
static int want(uint32_t *id, void *arg)
{
	struct cutter *c = arg;

	if (*id >= c->n)
		return -EINVAL;
	if (!*id || c->take[*id] >= c->wanted)
		return 0;
	c->take[*id] = (uint8_t)c->wanted;
	c->work[c->n_work++] = *id;
	return 0;
}

static int follow(struct cutter *c)
{
	int err = 0;

	while (!err && c->n_work) {
		uint32_t id = c->work[--c->n_work];
		struct btf_type *t = (struct btf_type *)btf__type_by_id(c->from, id);

		c->wanted = btf_is_ptr(t) ? STUB : c->take[id];
		if (c->wanted == WHOLE || !btf_is_composite(t))
			err = bm_btf_visit_ids(t, want, c);
	}
	return err;
}

static int want_whole(struct cutter *c, uint32_t id)
{
	int err;

	c->wanted = WHOLE;
	err = want(&id, c);
	return err ? err : follow(c);
}

/* "contains:NAME:FIELD", of a list's or tree's head: the struct NAME comes along. */
static int want_contained(struct cutter *c, const char *tag)
{
	char name[128];
	const char *colon;
	int id;

	if (strncmp(tag, "contains:", 9))
		return 0;
	colon = strchr(tag + 9, ':');
	if (!colon || (size_t)(colon - tag - 9) >= sizeof(name))
		return 0;
	memcpy(name, tag + 9, (size_t)(colon - tag - 9));
	name[colon - tag - 9] = '\0';
	id = btf__find_by_name_kind(c->from, name, BTF_KIND_STRUCT);
	return id > 0 ? want_whole(c, (uint32_t)id) : 0;
}

/* Tags refer to what they are about, not the other way round. */
static int want_tags(struct cutter *c)
{
	bool more = true;
	int err = 0;

	while (!err && more) {
		more = false;
		for (uint32_t id = 1; !err && id < c->n; id++) {
			const struct btf_type *t = btf__type_by_id(c->from, id);

			if (!btf_is_decl_tag(t) || c->take[id] || t->type >= c->n || c->take[t->type] != WHOLE)
				continue;
			more = true;
			c->take[id] = WHOLE;
			err = want_contained(c, btf__name_by_offset(c->from, t->name_off));
		}
	}
	return err;
}

static int renumber(uint32_t *id, void *arg)
{
	const struct cutter *c = arg;

	*id = c->new_id[*id];
	return 0;
}

static int copy_type(struct cutter *c, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(c->from, id);
	const char *name = btf__name_by_offset(c->from, t->name_off);

	if (c->take[id] == STUB && btf_is_struct(t))
		return btf__add_struct(c->to, name, t->size);
	if (c->take[id] == STUB && btf_is_union(t))
		return btf__add_union(c->to, name, t->size);
	return btf__add_type(c->to, c->from, t);
}

static int copy_types(struct cutter *c)
{
	for (uint32_t id = 1, n = 0; id < c->n; id++)
		c->new_id[id] = c->take[id] ? ++n : 0;
	for (uint32_t id = 1; id < c->n; id++) {
		int copy = c->take[id] ? copy_type(c, id) : 0;

		if (copy < 0)
			return copy == -EINVAL ? -EINVAL : -ENOMEM;
		if (copy && !(c->take[id] == STUB && btf_is_composite(btf__type_by_id(c->to, (uint32_t)copy))))
			bm_btf_visit_ids((struct btf_type *)btf__type_by_id(c->to, (uint32_t)copy), renumber, c);
	}
	return 0;
}

static int cut(struct cutter *c, uint32_t key_id, uint32_t value_id)
{
	int err = want_whole(c, key_id);

	if (!err)
		err = want_whole(c, value_id);
	if (!err)
		err = want_tags(c);
	return err ? err : copy_types(c);
}

int spec_btf_extract(const struct btf *btf, uint32_t *key_id, uint32_t *value_id, struct btf **ret_btf)
{
	struct cutter c = { .from = btf, .n = btf__type_cnt(btf), .to = btf__new_empty() };
	int err = -ENOMEM;

	c.take = calloc(c.n, sizeof(*c.take));
	c.new_id = calloc(c.n, sizeof(*c.new_id));
	c.work = malloc(2 * (size_t)c.n * sizeof(*c.work));
	if (c.to && c.take && c.new_id && c.work)
		err = cut(&c, *key_id, *value_id);
	if (!err) {
		*key_id = c.new_id[*key_id];
		*value_id = c.new_id[*value_id];
		*ret_btf = c.to;
		c.to = NULL;
	}
	btf__free(c.to);
	free(c.take);
	free(c.new_id);
	free(c.work);
	return err;
}
