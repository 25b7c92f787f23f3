/* SPDX-License-Identifier: MIT */
/* Values whose types are the kernel's and stand in no BTF: a row for each, and its plan. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

#include "compile.h"

#define BY_PROGRAMS "a stack trace is written by programs only"

static const struct content rows[] = {
	{ TEXT_DEVICE, 4, false, { { "", NODE_DEVICE, 4 } }, "unsigned int", NULL },
	{ TEXT_DEVICE, 8, false, { { "ifindex", NODE_DEVICE, 4 }, { "prog", NODE_INT, 4 } },
	  "struct {\n\tunsigned int ifindex;\n\tunsigned int prog;\n}", NULL },
	{ TEXT_CPU, 4, false, { { "", NODE_INT, 4 } }, "unsigned int", NULL },
	{ TEXT_CPU, 8, false, { { "qsize", NODE_INT, 4 }, { "prog", NODE_INT, 4 } },
	  "struct {\n\tunsigned int qsize;\n\tunsigned int prog;\n}", NULL },
	{ TEXT_STACK, 8, true, { { "", NODE_FRAME, 8 } }, "unsigned long long", BY_PROGRAMS },
	{ TEXT_BUILD_IDS, sizeof(struct bpf_stack_build_id), true,
	  { { "", NODE_BUILD_ID, sizeof(struct bpf_stack_build_id) } },
	  "struct {\n\tint status;\n\tunsigned char build_id[20];\n\tunion {\n"
	  "\t\tunsigned long long offset;\n\t\tunsigned long long ip;\n\t};\n}", BY_PROGRAMS },
};

const struct content *content_find(const struct text_shape *shape)
{
	uint32_t size = shape->value_size;

	if (shape->cpus)
		return NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].content == shape->content &&
		    (rows[i].list ? size && !(size % rows[i].size) : size == rows[i].size))
			return &rows[i];
	return NULL;
}

static int add_struct(struct compiler *c, uint32_t size, uint32_t fields)
{
	const struct node n = { .kind = NODE_STRUCT, .size = size, .count = 1, .subtree = fields };

	return emit_node(c, &n, 0, size);
}

/* The whole value as a list of one dimension. */
static int add_list(struct compiler *c, const struct content_field *f, uint32_t size)
{
	struct node n = leaf_node(f->kind, f->size);

	n.ndims = 1;
	n.count = size / f->size;
	return plan_add_dim(c->plan, n.count) ? -ENOMEM : emit_node(c, &n, 0, size);
}

static int add_field(struct compiler *c, const struct content_field *f, uint32_t at, uint32_t size)
{
	const struct node n = leaf_node(f->kind, f->size);
	int err;

	c->path_len = 0;
	err = emit_path(c, f->name);
	return err ? err : emit_node(c, &n, at, size);
}

static int add_nodes(struct compiler *c, const struct content *content, uint32_t size)
{
	const struct content_field *f = content->fields;
	int err;

	if (content->list)
		return add_list(c, f, size);
	if (!f[1].name)
		return add_field(c, f, 0, size);
	err = add_struct(c, size, 2);
	if (!err)
		err = add_field(c, &f[0], 0, size);
	return err ? err : add_field(c, &f[1], f[0].size, size);
}

int content_compile(struct plan *plan, const struct content *content, uint32_t size)
{
	struct compiler *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	*plan = (struct plan){ .size = size };
	c->plan = plan;
	err = add_nodes(c, content, size);
	if (!err)
		err = plan_finish(plan, false);
	if (err)
		plan_free(plan);
	free(c);
	return err;
}
