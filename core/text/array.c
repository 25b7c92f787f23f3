/* SPDX-License-Identifier: MIT */
/* Arrays: lists of scalars, runs of bytes, or one composite after the other. */
#include <errno.h>
#include <string.h>

#include "compile.h"

struct array {
	uint32_t dims[MAX_DIMS], n;
	uint64_t count;   /* product of the dims */
	struct bare item;
	uint32_t item_id;
};

static int array_shape(struct compiler *c, const struct btf_type *t, struct array *a)
{
	*a = (struct array){ .count = 1 };
	for (;;) {
		if (a->n == MAX_DIMS)
			return -EINVAL;
		a->dims[a->n++] = btf_array(t)->nelems;
		a->count *= btf_array(t)->nelems;
		if (a->count > UINT32_MAX)
			return -EINVAL;
		a->item_id = btf_array(t)->type;
		if (type_bare(c, a->item_id, &a->item))
			return -EINVAL;
		if (!btf_is_array(a->item.t))
			return 0;
		t = a->item.t;
	}
}

static int add_list(struct compiler *c, struct node *n, const struct array *a, uint32_t ndims, uint64_t at,
		    uint64_t end)
{
	n->ndims = (uint8_t)ndims;
	n->dims = c->plan->n_dims;
	for (uint32_t i = 0; i < ndims; i++) {
		n->count *= a->dims[i];
		if (plan_add_dim(c->plan, a->dims[i]))
			return -ENOMEM;
	}
	return emit_node(c, n, at, end);
}

/* char[N] and unsigned char[N] are items themselves: the last dimension is theirs. */
static bool byte_array_node(const struct compiler *c, const struct array *a, struct node *n)
{
	uint32_t size = a->dims[a->n - 1];

	if (type_is_char(c, a->item.t))
		*n = leaf_node(NODE_TEXT, size);
	else if (type_is_byte(a->item.t))
		*n = leaf_node(size == 6 ? NODE_MAC : NODE_BYTES, size);
	else
		return false;
	return true;
}

/* Items of one dimension of an array of composites, `stride` bytes each in all below it. */
static int compile_items(struct compiler *c, const struct array *a, uint32_t dim, uint64_t at, uint64_t end,
			 unsigned depth)
{
	uint64_t stride = a->item.t->size;
	int result = COMPLETE;

	for (uint32_t i = dim + 1; i < a->n; i++)
		stride *= a->dims[i];
	for (uint32_t i = 0; i < a->dims[dim]; i++, at += stride) {
		uint32_t len = c->path_len, name = c->name;
		int err = emit_index(c, i);

		if (!err)
			err = dim + 1 < a->n ? compile_items(c, a, dim + 1, at, end, depth) :
					       compile_type(c, a->item_id, at, end, depth);
		c->path_len = len;
		c->name = name;
		if (err < 0)
			return err;
		result |= err;
	}
	return result;
}

int compile_array(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end, unsigned depth)
{
	struct node n = { .kind = NODE_ARRAY, .count = 1 };
	struct array a;
	uint32_t self = c->plan->n_nodes;
	int err = array_shape(c, b->t, &a);

	c->open[depth] = 0;
	if (err || !a.count)
		return err;
	if (type_is_kernel_only(c, a.item.t)) {
		n.kind = NODE_KERNEL;
		n.size = (uint32_t)type_size(c, b->id);
		return emit_node(c, &n, at, end);
	}
	if (byte_array_node(c, &a, &n))
		return add_list(c, &n, &a, a.n - 1, at, end);
	err = scalar_node(c, &a.item, &n);
	if (!err)
		return add_list(c, &n, &a, a.n, at, end);
	if (err != -ENOENT || !a.item.t->size)
		return err == -ENOENT ? COMPLETE : err;
	n.size = (uint32_t)type_size(c, b->id);
	err = emit_node(c, &n, at, end);
	return err ? err : emit_close(c, self, compile_items(c, &a, 0, at, at + n.size, depth + 1));
}
