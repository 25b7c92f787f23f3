/* SPDX-License-Identifier: MIT */
/*
 * BTF types into plans. The BTF may be hostile: depth, nodes, path bytes and steps are bounded,
 * every member must lie within its parent, and what does not compile becomes bytes.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

#define MAX_DEPTH  32
#define MAX_DIMS   8
#define MAX_NODES  (1u << 17)
#define MAX_STEPS  (32 * MAX_NODES)
#define MAX_PATH   1024
#define MAX_PATHS  (16u << 20)

struct compiler {
	struct plan *plan;
	const struct btf *btf;
	bool hide;          /* kernel-only fields: in values, outside unions */
	uint32_t steps;
	uint32_t paths_cap, paths_len;
	uint32_t path_len, name; /* of `path`; where its last component starts */
	char path[MAX_PATH];
};

/* A type without its typedefs and qualifiers. */
struct bare {
	const struct btf_type *t;
	uint32_t id;
	unsigned be; /* 16, 32, 64: one of the typedefs was __beN */
};

/*
 * What compiling a part came to, besides errors: LOSSY means that an anonymous union's members
 * cannot show all its bytes, so the composite around it must be printed as bytes. Errors but
 * -ENOMEM and -E2BIG (the whole plan is too large) concern only the part.
 */
enum { COMPLETE = 0, LOSSY = 1 };

static int compile_type(struct compiler *c, uint32_t id, uint64_t at, uint64_t end, unsigned depth);

/* ---- types ---- */

static unsigned be_bits(const char *name)
{
	static const struct {
		const char *name;
		unsigned bits;
	} rows[] = { { "__be16", 16 }, { "__be32", 32 }, { "__be64", 64 } };

	for (size_t i = 0; name && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(name, rows[i].name))
			return rows[i].bits;
	return 0;
}

static const char *type_name(const struct compiler *c, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(c->btf, t->name_off);

	return name ? name : "";
}

static int bare_type(const struct compiler *c, uint32_t id, struct bare *ret)
{
	struct bare b = { .id = id };

	for (unsigned i = 0; i < MAX_DEPTH; i++) {
		b.t = b.id ? btf__type_by_id(c->btf, b.id) : NULL;
		if (!b.t)
			return -EINVAL;
		if (btf_is_typedef(b.t) && !b.be)
			b.be = be_bits(type_name(c, b.t));
		if (!btf_is_mod(b.t) && !btf_is_typedef(b.t)) {
			*ret = b;
			return 0;
		}
		b.id = b.t->type;
	}
	return -EINVAL;
}

static bool is_composite(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_datasec(t);
}

/* Bytes of a type; 0 where it has none or is nonsense. */
static uint64_t type_size(const struct compiler *c, uint32_t id)
{
	uint64_t factor = 1;
	struct bare b;

	for (unsigned i = 0; i < MAX_DIMS && !bare_type(c, id, &b); i++) {
		if (btf_is_ptr(b.t))
			return factor * btf__pointer_size(c->btf);
		if (btf_is_int(b.t) || btf_is_any_enum(b.t) || btf_is_float(b.t) || is_composite(b.t))
			return factor * b.t->size;
		if (!btf_is_array(b.t))
			return 0;
		factor *= btf_array(b.t)->nelems;
		if (factor > UINT32_MAX)
			return 0;
		id = btf_array(b.t)->type;
	}
	return 0;
}

/* ---- kernel-only fields ---- */

static bool is_kernel_struct(const char *name)
{
	static const char *const names[] = {
		"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer", "bpf_wq", "bpf_task_work",
		"bpf_list_head", "bpf_list_node", "bpf_rb_root", "bpf_rb_node", "bpf_refcount",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool is_kptr(const struct compiler *c, const struct btf_type *t)
{
	const struct btf_type *tag = btf_is_ptr(t) && t->type ? btf__type_by_id(c->btf, t->type) : NULL;
	const char *name = tag && btf_is_type_tag(tag) ? type_name(c, tag) : "";

	return !strcmp(name, "kptr") || !strcmp(name, "kptr_ref") || !strcmp(name, "kptr_untrusted") ||
	       !strcmp(name, "percpu_kptr");
}

static bool is_kernel_only(struct compiler *c, const struct btf_type *t)
{
	if (!c->hide)
		return false;
	if (btf_is_struct(t) && !strcmp(type_name(c, t), "bpf_spin_lock"))
		c->plan->has_lock = true;
	return is_kptr(c, t) || (btf_is_struct(t) && is_kernel_struct(type_name(c, t)));
}

/* ---- nodes and paths ---- */

/* Appends ".name" or, at the start, "name". What to set path_len back to is up to the caller. */
static int path_push(struct compiler *c, const char *name)
{
	size_t len = strnlen(name, MAX_PATH);

	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$", name[i]))
			return -EINVAL;
	if (c->path_len + len + 2 > sizeof(c->path))
		return -EINVAL;
	if (c->path_len && len)
		c->path[c->path_len++] = '.';
	c->name = c->path_len;
	memcpy(c->path + c->path_len, name, len);
	c->path_len += (uint32_t)len;
	return 0;
}

static int path_push_index(struct compiler *c, uint32_t index)
{
	char digits[24];

	*put_decimal(digits, index) = '\0';
	return path_push(c, digits);
}

static int keep_path(struct compiler *c, struct node *n)
{
	struct plan *plan = c->plan;

	if (c->paths_len + c->path_len + 1 > c->paths_cap) {
		uint32_t cap = c->paths_cap ? c->paths_cap * 2 : 2 * MAX_PATH;
		char *paths;

		if (cap > MAX_PATHS)
			return -EINVAL;
		paths = realloc(plan->paths, cap);
		if (!paths)
			return -ENOMEM;
		plan->paths = paths;
		c->paths_cap = cap;
	}
	n->path = c->paths_len;
	n->path_len = c->path_len;
	n->name = c->name;
	memcpy(plan->paths + n->path, c->path, n->path_len);
	plan->paths[n->path + n->path_len] = '\0';
	c->paths_len += c->path_len + 1;
	return 0;
}

/* A node with the current path at byte `at`. */
static int add_node(struct compiler *c, const struct node *model, uint64_t at, uint64_t end)
{
	uint64_t bytes = (uint64_t)model->size * model->count;
	struct node *n;
	int err;

	if (at + bytes > end || !model->size)
		return -EINVAL;
	if (c->plan->n_nodes == MAX_NODES)
		return -EINVAL;
	n = plan_add(c->plan);
	if (!n)
		return -ENOMEM;
	*n = *model;
	n->offset = (uint32_t)at;
	err = keep_path(c, n);
	c->plan->n_nodes -= err != 0;
	return err;
}

/* Forgets nodes from the first of them on. */
static void drop_nodes(struct compiler *c, uint32_t first)
{
	if (first < c->plan->n_nodes)
		c->paths_len = c->plan->nodes[first].path;
	c->plan->n_nodes = first;
}

static void unprint(struct compiler *c, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		c->plan->nodes[i].flags &= (uint8_t)~NODE_PRINTED;
}

/*
 * Ends the composite whose node is `self`: where its parts do not show all of it, it is printed
 * as bytes; the parts can still be written through.
 */
static int close_composite(struct compiler *c, uint32_t self, int result)
{
	struct plan *plan = c->plan;

	if (result == -ENOMEM || result == -E2BIG)
		return result;
	if (result < 0)
		drop_nodes(c, self + 1);
	if (result != COMPLETE) {
		unprint(c, self + 1, plan->n_nodes);
		plan->nodes[self].flags |= NODE_PRINTED;
	}
	plan->nodes[self].subtree = plan->n_nodes - self - 1;
	return COMPLETE;
}

/* ---- scalars ---- */

static bool is_plain_char(const struct compiler *c, const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 &&
	       (btf_int_encoding(t) & BTF_INT_CHAR || !strcmp(type_name(c, t), "char"));
}

static bool is_unsigned_byte(const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 && !btf_int_encoding(t) && btf_int_bits(t) == 8;
}

static struct node int_node(const struct compiler *c, const struct bare *b)
{
	uint32_t size = b->t->size;
	struct node n = { .kind = NODE_INT, .flags = NODE_PRINTED, .size = size, .count = 1 };

	(void)c;
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

static struct node plain_node(enum node_kind kind, uint32_t size)
{
	return (struct node){ .kind = kind, .flags = NODE_PRINTED, .size = size, .count = 1,
			      .bits = (uint8_t)(size <= 8 ? size * 8 : 0) };
}

static int enum_node(struct compiler *c, const struct bare *b, struct node *n)
{
	uint32_t size = b->t->size;

	if (size > 8 || (size & (size - 1)) || !size)
		return -EINVAL;
	*n = plain_node(NODE_ENUM, size);
	if (btf_kflag(b->t))
		n->flags |= NODE_SIGNED;
	return enum_names_get(c->plan, c->btf, b->id, b->t, &n->names);
}

/* What a type is as a leaf. -ENOENT: it is a composite or an array. */
static int scalar_node(struct compiler *c, const struct bare *b, struct node *n)
{
	const struct btf_type *t = b->t;

	if (btf_is_int(t)) {
		*n = int_node(c, b);
		return 0;
	}
	if (btf_is_any_enum(t))
		return enum_node(c, b, n);
	if (btf_is_ptr(t) && btf__pointer_size(c->btf) == 8) {
		*n = plain_node(NODE_POINTER, 8);
		return 0;
	}
	if (btf_is_float(t)) {
		*n = plain_node(t->size == 4 || t->size == 8 ? NODE_FLOAT : NODE_BYTES, t->size);
		return 0;
	}
	if (btf_is_struct(t) && t->size == 4 && !strcmp(type_name(c, t), "in_addr")) {
		*n = plain_node(NODE_IPV4, 4);
		return 0;
	}
	if (btf_is_struct(t) && t->size == 16 && !strcmp(type_name(c, t), "in6_addr")) {
		*n = plain_node(NODE_IPV6, 16);
		return 0;
	}
	return is_composite(t) || btf_is_array(t) ? -ENOENT : -EINVAL;
}

/* A bit-field of `bits` bits at bit `at`; an integer that is narrower than its type is one, too. */
static int compile_bits(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end, uint32_t bits)
{
	struct node n;
	int err = scalar_node(c, b, &n);

	if (err)
		return -EINVAL;
	if (bits > 64 || bits > n.size * 8 || (n.kind != NODE_INT && n.kind != NODE_BOOL && n.kind != NODE_ENUM))
		return -EINVAL;
	n.flags = (uint8_t)((n.flags & ~NODE_BIG) | NODE_BITS);
	n.bits = (uint8_t)bits;
	n.shift = at % 8;
	n.size = (n.shift + bits + 7) / 8;
	return add_node(c, &n, at / 8, end);
}

/* ---- arrays ---- */

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
		if (bare_type(c, a->item_id, &a->item))
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
	return add_node(c, n, at, end);
}

/* char[N] and unsigned char[N] are items themselves: the last dimension is theirs. */
static bool byte_array_node(const struct compiler *c, const struct array *a, struct node *n)
{
	uint32_t size = a->dims[a->n - 1];

	if (is_plain_char(c, a->item.t))
		*n = plain_node(NODE_TEXT, size);
	else if (is_unsigned_byte(a->item.t))
		*n = plain_node(size == 6 ? NODE_MAC : NODE_BYTES, size);
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
		int err = path_push_index(c, i);

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

static int compile_array(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end, unsigned depth)
{
	struct node n = { .kind = NODE_ARRAY, .count = 1 };
	struct array a;
	uint32_t self = c->plan->n_nodes;
	int err = array_shape(c, b->t, &a);

	if (err || !a.count)
		return err;
	if (is_kernel_only(c, a.item.t)) {
		n.kind = NODE_KERNEL;
		n.size = (uint32_t)type_size(c, b->id);
		return add_node(c, &n, at, end);
	}
	if (byte_array_node(c, &a, &n))
		return add_list(c, &n, &a, a.n - 1, at, end);
	err = scalar_node(c, &a.item, &n);
	if (!err)
		return add_list(c, &n, &a, a.n, at, end);
	if (err != -ENOENT || !a.item.t->size)
		return err == -ENOENT ? COMPLETE : err;
	n.size = (uint32_t)type_size(c, b->id);
	err = add_node(c, &n, at, end);
	return err ? err : close_composite(c, self, compile_items(c, &a, 0, at, at + n.size, depth + 1));
}

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

	if (!name || bare_type(c, m->type, &b) || path_push(c, name))
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

	if (!var || !btf_is_var(var) || !*type_name(c, var) || path_push(c, type_name(c, var)))
		return -EINVAL;
	return compile_type(c, var->type, at + info->offset, end, depth);
}

static int compile_part(struct compiler *c, const struct btf_type *t, uint32_t i, uint64_t at, unsigned depth)
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

/* ---- unions ---- */

static uint32_t largest_member(const struct compiler *c, const struct btf_type *t)
{
	uint64_t best = 0;
	uint32_t found = 0;

	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		uint64_t bits = btf_member_bitfield_size(t, i);

		if (!bits)
			bits = type_size(c, btf_members(t)[i].type) * 8;
		if (bits > best) {
			best = bits;
			found = i;
		}
	}
	return found;
}

/* Whether the nodes [from, to) show every bit that the nodes from `first` on show. */
static int shows_all(const struct compiler *c, uint32_t from, uint32_t to, uint32_t first)
{
	const struct plan *plan = c->plan;
	struct span *part = NULL, *all = NULL;
	int64_t n_part = spans_of(plan->nodes + from, to - from, &part);
	int64_t n_all = spans_of(plan->nodes + first, plan->n_nodes - first, &all);
	int result = n_part < 0 || n_all < 0 ? -ENOMEM : spans_cover(part, n_part, all, n_all) ? COMPLETE : LOSSY;

	free(part);
	free(all);
	return result;
}

/* All members become nodes; those of the largest one stay printed. */
static int compile_members(struct compiler *c, const struct btf_type *t, uint64_t at, unsigned depth)
{
	uint32_t chosen = largest_member(c, t), first = c->plan->n_nodes, from = first, to = first;
	int result = COMPLETE, err;

	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		uint32_t before = c->plan->n_nodes;

		err = compile_part(c, t, i, at, depth);
		if (err < 0)
			return err;
		result |= err;
		if (i == chosen) {
			from = before;
			to = c->plan->n_nodes;
		}
	}
	err = shows_all(c, from, to, first);
	unprint(c, first, from);
	unprint(c, to, c->plan->n_nodes);
	return err < 0 ? err : result | err;
}

static int compile_union(struct compiler *c, const struct btf_type *t, uint64_t at, unsigned depth)
{
	bool hide = c->hide;
	int result;

	c->steps += btf_vlen(t);
	c->hide = false; /* the kernel looks for no fields of its own in there */
	result = compile_members(c, t, at, depth);
	c->hide = hide;
	return result;
}

/* ---- everything ---- */

static int compile_composite(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end,
			     unsigned depth)
{
	bool named = c->name < c->path_len || !depth;
	struct node n = { .kind = btf_is_union(b->t) ? NODE_UNION : NODE_STRUCT, .size = b->t->size, .count = 1 };
	uint32_t self = c->plan->n_nodes;
	int result;

	if (at + b->t->size > end)
		return -EINVAL;
	if (!b->t->size)
		return COMPLETE;
	if (named) {
		result = add_node(c, &n, at, end);
		if (result)
			return result;
	}
	result = (btf_is_union(b->t) ? compile_union : compile_struct)(c, b->t, at, depth + 1);
	return named ? close_composite(c, self, result) : result;
}

static int compile_as_typed(struct compiler *c, uint32_t id, uint64_t at, uint64_t end, unsigned depth)
{
	struct node n;
	struct bare b;
	int err = ++c->steps > MAX_STEPS ? -E2BIG : depth > MAX_DEPTH ? -EINVAL : bare_type(c, id, &b);

	if (err)
		return err;
	if (is_kernel_only(c, b.t)) {
		n = (struct node){ .kind = NODE_KERNEL, .count = 1, .size = (uint32_t)type_size(c, b.id) };
		return add_node(c, &n, at, end);
	}
	err = scalar_node(c, &b, &n);
	if (err != -ENOENT)
		return err ? err : add_node(c, &n, at, end);
	return btf_is_array(b.t) ? compile_array(c, &b, at, end, depth) :
				   compile_composite(c, &b, at, end, depth);
}

/* What cannot be had of a named part is bytes. */
static int compile_type(struct compiler *c, uint32_t id, uint64_t at, uint64_t end, unsigned depth)
{
	uint32_t self = c->plan->n_nodes;
	int err = compile_as_typed(c, id, at, end, depth);
	struct node n;

	if (err != -EINVAL || c->name == c->path_len)
		return err;
	drop_nodes(c, self);
	n = plain_node(NODE_BYTES, (uint32_t)type_size(c, id));
	return add_node(c, &n, at, end);
}

/* The whole type as one number or as bytes, which needs no type. */
static int compile_untyped(struct compiler *c)
{
	uint32_t size = c->plan->size;
	struct node n = plain_node(size <= 8 && !(size & (size - 1)) ? NODE_INT : NODE_BYTES, size);

	c->path_len = c->name = 0;
	return size ? add_node(c, &n, 0, size) : 0;
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

int plan_compile(struct plan *plan, const struct btf *btf, uint32_t id, uint32_t size, bool key)
{
	struct compiler *c = calloc(1, sizeof(*c));
	int err = -EINVAL;

	if (!c)
		return -ENOMEM;
	*plan = (struct plan){ .size = size };
	*c = (struct compiler){ .plan = plan, .btf = btf, .hide = !key };
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
