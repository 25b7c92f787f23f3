/* SPDX-License-Identifier: MIT */
/* Nodes and their paths, as the compiler adds them to a plan and takes them back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"

int emit_path(struct compiler *c, const char *name)
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

int emit_index(struct compiler *c, uint32_t index)
{
	char digits[24];

	*put_decimal(digits, index) = '\0';
	return emit_path(c, digits);
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

int emit_node(struct compiler *c, const struct node *model, uint64_t at, uint64_t end)
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

void emit_drop(struct compiler *c, uint32_t first)
{
	if (first < c->plan->n_nodes)
		c->paths_len = c->plan->nodes[first].path;
	c->plan->n_nodes = first;
}

void emit_unprint(struct compiler *c, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		c->plan->nodes[i].flags &= (uint8_t)~NODE_PRINTED;
}

int emit_close(struct compiler *c, uint32_t self, int result)
{
	struct plan *plan = c->plan;

	if (result == -ENOMEM || result == -E2BIG)
		return result;
	if (result < 0)
		emit_drop(c, self + 1);
	if (result != COMPLETE) {
		emit_unprint(c, self + 1, plan->n_nodes);
		plan->nodes[self].flags |= NODE_PRINTED;
	}
	plan->nodes[self].subtree = plan->n_nodes - self - 1;
	return COMPLETE;
}
