/* SPDX-License-Identifier: MIT */
/* How a plan is stored: nodes, paths and their index, what is printed, what is padding. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

void plan_free(struct plan *plan)
{
	free(plan->nodes);
	free(plan->printed);
	free(plan->dims);
	free(plan->paths);
	free(plan->slots);
	free(plan->padding);
	enum_names_free(plan->enums);
	*plan = (struct plan){ 0 };
}

/* Room for one more item in an array that grows by powers of two. */
static void *grow(void *array, uint32_t used, size_t item)
{
	if (used & (used - 1) || (used && used < 16))
		return array;
	return realloc(array, (used ? (size_t)used * 2 : 16) * item);
}

struct node *plan_add(struct plan *plan)
{
	struct node *nodes = grow(plan->nodes, plan->n_nodes, sizeof(*nodes));

	if (!nodes)
		return NULL;
	plan->nodes = nodes;
	nodes[plan->n_nodes] = (struct node){ .count = 1 };
	return &nodes[plan->n_nodes++];
}

int plan_add_dim(struct plan *plan, uint32_t dim)
{
	uint32_t *dims = grow(plan->dims, plan->n_dims, sizeof(*dims));

	if (!dims)
		return -ENOMEM;
	plan->dims = dims;
	dims[plan->n_dims++] = dim;
	return 0;
}

/* ---- spans ---- */

struct span node_span(const struct node *n)
{
	uint64_t from = (uint64_t)n->offset * 8 + n->shift;

	if (n->flags & NODE_BITS)
		return (struct span){ from, from + n->bits };
	return (struct span){ from, from + (uint64_t)n->size * n->count * 8 };
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

int64_t spans_of(const struct node *nodes, uint32_t n, struct span **ret_spans)
{
	struct span *spans = malloc((n + 1u) * sizeof(*spans));
	int64_t used = 0;

	if (!spans)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		if (nodes[i].flags & NODE_PRINTED)
			spans[used++] = node_span(&nodes[i]);
	qsort(spans, (size_t)used, sizeof(*spans), by_start);
	*ret_spans = spans;
	return used;
}

bool spans_cover(const struct span *a, int64_t na, const struct span *b, int64_t nb)
{
	int64_t i = 0;

	for (int64_t k = 0; k < nb; k++) {
		uint64_t at = b[k].from;

		while (i < na && a[i].to <= at)
			i++;
		for (int64_t j = i; at < b[k].to; at = a[j++].to)
			if (j == na || a[j].from > at)
				return false;
	}
	return true;
}

/* ---- the path index ---- */

static uint32_t hash_path(struct slice path)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < path.len; i++)
		h = (h ^ (uint8_t)path.s[i]) * 0x100000001b3u;
	return (uint32_t)(h ^ h >> 32);
}

/* The slot that holds path, or the free one where it belongs. */
static uint32_t *find_slot(const struct plan *plan, struct slice path)
{
	uint32_t at = hash_path(path);

	for (;; at++) {
		uint32_t *slot = &plan->slots[at & plan->slot_mask];
		const struct node *n = *slot ? &plan->nodes[*slot - 1] : NULL;

		if (!n || (n->path_len == path.len && !memcmp(node_path(plan, n), path.s, path.len)))
			return slot;
	}
}

const struct node *plan_find(const struct plan *plan, struct slice path)
{
	uint32_t slot = plan->slots ? *find_slot(plan, path) : 0;

	return slot ? &plan->nodes[slot - 1] : NULL;
}

#define MAX_PROBES 1024 /* only names made to collide need more */

/* How far a path's slot is from where its hash wants it. */
static uint32_t probes(const struct plan *plan, const struct node *n, const uint32_t *slot)
{
	uint32_t wanted = hash_path((struct slice){ node_path(plan, n), n->path_len });

	return ((uint32_t)(slot - plan->slots) - wanted) & plan->slot_mask;
}

static int index_paths(struct plan *plan)
{
	uint32_t n = 16;

	while (n < plan->n_nodes * 2)
		n *= 2;
	plan->slots = calloc(n, sizeof(*plan->slots));
	if (!plan->slots)
		return -ENOMEM;
	plan->slot_mask = n - 1;
	for (uint32_t i = 0; i < plan->n_nodes; i++) {
		const struct node *node = &plan->nodes[i];
		uint32_t *slot = find_slot(plan, (struct slice){ node_path(plan, node), node->path_len });

		if (*slot || probes(plan, node, slot) > MAX_PROBES)
			return -EINVAL;
		*slot = i + 1;
	}
	return 0;
}

/* ---- what is printed ---- */

static int list_printed(struct plan *plan)
{
	plan->printed = malloc((plan->n_nodes + 1u) * sizeof(*plan->printed));
	if (!plan->printed)
		return -ENOMEM;
	plan->widest = 64;
	for (uint32_t i = 0; i < plan->n_nodes; i++) {
		const struct node *n = &plan->nodes[i];

		if (!(n->flags & NODE_PRINTED))
			continue;
		plan->printed[plan->n_printed++] = i;
		plan->widest += n->path_len + 2 + (size_t)n->count * (leaves[n->kind].widest(n) + 1);
	}
	return 0;
}

static int check_spans(const struct plan *plan, const struct span *spans, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		if (spans[i].to > (uint64_t)plan->size * 8 || (i && spans[i].from < spans[i - 1].to))
			return -EINVAL;
	return 0;
}

static int find_padding(struct plan *plan, const struct span *spans, int64_t n)
{
	uint64_t at = 0, gaps = 0;

	plan->padding = calloc(1, plan->size + 1u);
	if (!plan->padding)
		return -ENOMEM;
	for (int64_t i = 0; i <= n; i++) {
		uint64_t end = i < n ? spans[i].from : (uint64_t)plan->size * 8;

		for (; at < end; at++, gaps++)
			plan->padding[at / 8] |= (uint8_t)(1u << at % 8);
		at = i < n ? spans[i].to : at;
	}
	if (!gaps) {
		free(plan->padding);
		plan->padding = NULL;
	}
	return 0;
}

int plan_finish(struct plan *plan, bool want_padding)
{
	struct span *spans = NULL;
	int64_t n = spans_of(plan->nodes, plan->n_nodes, &spans);
	int err = n < 0 ? (int)n : check_spans(plan, spans, n);

	if (!err)
		err = index_paths(plan);
	if (!err)
		err = list_printed(plan);
	if (!err && want_padding)
		err = find_padding(plan, spans, n);
	free(spans);
	return err;
}
