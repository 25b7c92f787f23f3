/* SPDX-License-Identifier: MIT */
/* BTF types that are one leaf, and bit-fields. */
#include <errno.h>
#include <string.h>

#include "compile.h"

static struct node int_node(const struct bare *b)
{
	uint32_t size = b->t->size;
	struct node n = { .kind = NODE_INT, .flags = NODE_PRINTED, .size = size, .count = 1 };

	if (size > 16 || (size & (size - 1)) || !size) {
		n.kind = NODE_BYTES;
		return n;
	}
	n.bits = (uint8_t)(size * 8);
	if (btf_int_encoding(b->t) & BTF_INT_BOOL && size <= 8)
		n.kind = NODE_BOOL;
	else if (btf_int_encoding(b->t) & BTF_INT_SIGNED)
		n.flags |= NODE_SIGNED;
	else if (b->be == n.bits && size == 4)
		n.kind = NODE_IPV4;
	else if (b->be == n.bits)
		n.flags |= NODE_BIG;
	return n;
}

struct node leaf_node(enum node_kind kind, uint32_t size)
{
	return (struct node){ .kind = kind, .flags = NODE_PRINTED, .size = size, .count = 1,
			      .bits = (uint8_t)(size <= 8 ? size * 8 : 0) };
}

static int enum_node(struct compiler *c, const struct bare *b, struct node *n)
{
	uint32_t size = b->t->size;

	if (size > 8 || (size & (size - 1)) || !size)
		return -EINVAL;
	*n = leaf_node(NODE_ENUM, size);
	if (btf_kflag(b->t))
		n->flags |= NODE_SIGNED;
	return enum_names_get(c->plan, c->btf, b->id, b->t, &n->names);
}

static bool points_to_function(const struct compiler *c, const struct btf_type *ptr)
{
	struct bare b;

	return !type_bare(c, ptr->type, &b) && btf_is_func_proto(b.t);
}

int scalar_node(struct compiler *c, const struct bare *b, struct node *n)
{
	const struct btf_type *t = b->t;

	if (btf_is_int(t)) {
		*n = int_node(b);
		return 0;
	}
	if (btf_is_any_enum(t))
		return enum_node(c, b, n);
	if (btf_is_ptr(t) && btf__pointer_size(c->btf) != 4) {
		*n = leaf_node(c->programs && points_to_function(c, t) ? NODE_INT : NODE_POINTER, 8);
		return 0;
	}
	if (btf_is_float(t)) {
		*n = leaf_node(t->size == 4 || t->size == 8 ? NODE_FLOAT : NODE_BYTES, t->size);
		return 0;
	}
	if (btf_is_struct(t) && t->size == 4 && !strcmp(type_name(c, t), "in_addr")) {
		*n = leaf_node(NODE_IPV4, 4);
		return 0;
	}
	if (btf_is_struct(t) && t->size == 16 && !strcmp(type_name(c, t), "in6_addr")) {
		*n = leaf_node(NODE_IPV6, 16);
		return 0;
	}
	return type_is_composite(t) || btf_is_array(t) ? -ENOENT : -EINVAL;
}

int compile_bits(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end, uint32_t bits)
{
	struct node n;
	int err = scalar_node(c, b, &n);

	if (err)
		return -EINVAL;
	if (n.kind != NODE_INT && n.kind != NODE_BOOL && n.kind != NODE_ENUM)
		return -EINVAL;
	if (bits > 64 || bits > n.size * 8)
		return -EINVAL;
	n.flags = (uint8_t)((n.flags & ~NODE_BIG) | NODE_BITS);
	n.bits = (uint8_t)bits;
	n.shift = at % 8;
	n.size = (n.shift + bits + 7) / 8;
	return emit_node(c, &n, at / 8, end);
}
