/* SPDX-License-Identifier: MIT */
/*
 * BTF types into plans: structs, data sections, and how the whole begins and ends. The BTF may
 * be hostile: depth, nodes, path bytes and steps are bounded, every member must lie within its
 * parent, and what does not compile becomes bytes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"

/* ---- structs ---- */

/* One member or variable of a composite that starts at byte `at` and ends at byte `end`. */
static int compile_member(struct compiler *c, const struct btf_type *parent, uint32_t i, uint64_t at,
			  uint64_t end, unsigned depth)
{
	uint32_t bits = btf_member_bitfield_size(parent, i);
	uint64_t bit = at * 8 + btf_member_bit_offset(parent, i);
	const struct btf_member *m = btf_members(parent) + i;
	const char *name = btf__name_by_offset(c->btf, m->name_off);
	struct bare b;

	if (!name || type_bare(c, m->type, &b) || emit_path(c, name))
		return -EINVAL;
	if (!*name && !btf_is_composite(b.t))
		return bits ? COMPLETE : -EINVAL;
	if (!bits && btf_is_int(b.t) && (btf_int_bits(b.t) != b.t->size * 8 || btf_int_offset(b.t))) {
		bits = btf_int_bits(b.t);
		bit += btf_int_offset(b.t);
	}
	if (bits)
		return compile_bits(c, &b, bit, end, bits);
	return bit % 8 ? -EINVAL : compile_type(c, m->type, bit / 8, end, depth);
}

static int compile_variable(struct compiler *c, const struct btf_type *section, uint32_t i, uint64_t at,
			    uint64_t end, unsigned depth)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(section) + i;
	const struct btf_type *var = info->type ? btf__type_by_id(c->btf, info->type) : NULL;

	if (!var || !btf_is_var(var) || !*type_name(c, var) || emit_path(c, type_name(c, var)))
		return -EINVAL;
	return compile_type(c, var->type, at + info->offset, end, depth);
}

int compile_part(struct compiler *c, const struct btf_type *t, uint32_t i, uint64_t at, unsigned depth)
{
	uint32_t len = c->path_len, name = c->name;
	int result = ++c->steps > MAX_STEPS ? -E2BIG :
		     (btf_is_datasec(t) ? compile_variable : compile_member)(c, t, i, at, at + t->size, depth);

	c->path_len = len;
	c->name = name;
	return result;
}

static int compile_struct(struct compiler *c, const struct btf_type *t, uint64_t at, unsigned depth)
{
	int result = COMPLETE;

	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		int err = compile_part(c, t, i, at, depth);

		if (err < 0)
			return err;
		result |= err;
	}
	return result;
}

/* ---- everything ---- */

/* Whether a composite is within itself, which only a hostile BTF says. */
static bool is_open(const struct compiler *c, uint32_t id, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		if (c->open[i] == id)
			return true;
	return false;
}

static int compile_composite(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end,
			     unsigned depth)
{
	bool named = c->name < c->path_len || !depth;
	struct node n = { .kind = btf_is_union(b->t) ? NODE_UNION : NODE_STRUCT, .size = b->t->size,
			  .count = 1 };
	uint32_t self = c->plan->n_nodes;
	int result;

	if (at + b->t->size > end || is_open(c, b->id, depth))
		return -EINVAL;
	if (!b->t->size)
		return COMPLETE;
	c->open[depth] = b->id;
	if (named) {
		result = emit_node(c, &n, at, end);
		if (result)
			return result;
	}
	result = (btf_is_union(b->t) ? compile_union : compile_struct)(c, b->t, at, depth + 1);
	return named ? emit_close(c, self, result) : result;
}

static int compile_as_typed(struct compiler *c, uint32_t id, uint64_t at, uint64_t end, unsigned depth)
{
	struct node n;
	struct bare b;
	int err = ++c->steps > MAX_STEPS ? -E2BIG : depth > MAX_DEPTH ? -EINVAL : type_bare(c, id, &b);

	if (err)
		return err;
	if (type_is_kernel_only(c, b.t)) {
		n = (struct node){ .kind = NODE_KERNEL, .count = 1, .size = (uint32_t)type_size(c, b.id) };
		return emit_node(c, &n, at, end);
	}
	err = scalar_node(c, &b, &n);
	if (err != -ENOENT)
		return err ? err : emit_node(c, &n, at, end);
	return btf_is_array(b.t) ? compile_array(c, &b, at, end, depth) :
				   compile_composite(c, &b, at, end, depth);
}

/* What cannot be had of a named part is bytes. */
int compile_type(struct compiler *c, uint32_t id, uint64_t at, uint64_t end, unsigned depth)
{
	uint32_t self = c->plan->n_nodes;
	int err = compile_as_typed(c, id, at, end, depth);
	struct node n;

	if (err != -EINVAL || c->name == c->path_len)
		return err;
	emit_drop(c, self);
	n = leaf_node(NODE_BYTES, (uint32_t)type_size(c, id));
	return emit_node(c, &n, at, end);
}

/* The whole type as one number or as bytes, which needs no type. */
static int compile_untyped(struct compiler *c)
{
	uint32_t size = c->plan->size;
	struct node n = leaf_node(size <= 8 && !(size & (size - 1)) ? NODE_INT : NODE_BYTES, size);

	c->path_len = c->name = 0;
	return size ? emit_node(c, &n, 0, size) : 0;
}

/* A value may have nothing to show; a key must, or all keys would share a name. */
static void show_something(struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		if (plan->nodes[i].flags & NODE_PRINTED)
			return;
	if (plan->n_nodes)
		plan->nodes[0].flags |= NODE_PRINTED;
}

static int try_compile(struct compiler *c, uint32_t id, bool key)
{
	int err = compile_type(c, id, 0, c->plan->size, 0);

	if (!err && !c->plan->n_nodes)
		err = compile_untyped(c);
	if (err)
		return err;
	if (key)
		show_something(c->plan);
	return plan_finish(c->plan, key);
}

int plan_compile(struct plan *plan, const struct btf *btf, uint32_t id, uint32_t size, enum plan_use use)
{
	bool key = use == PLAN_KEY;
	struct compiler *c = calloc(1, sizeof(*c));
	int err = -EINVAL;

	if (!c)
		return -ENOMEM;
	*plan = (struct plan){ .size = size };
	*c = (struct compiler){ .plan = plan, .btf = btf, .hide = !key, .programs = use == PLAN_STRUCT_OPS };
	if (btf && id && size && type_size(c, id) == size)
		err = try_compile(c, id, key);
	if (err && err != -ENOMEM) {
		bool has_lock = plan->has_lock;

		plan_free(plan);
		*plan = (struct plan){ .size = size, .has_lock = has_lock };
		*c = (struct compiler){ .plan = plan };
		err = compile_untyped(c);
		if (!err)
			err = plan_finish(plan, key);
	}
	if (err)
		plan_free(plan);
	free(c);
	return err;
}
