/* SPDX-License-Identifier: MIT */
/* Unions: every member's nodes, of which those of the largest member are printed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"

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
	int result = COMPLETE;

	if (n_part < 0 || n_all < 0)
		result = -ENOMEM;
	else if (!spans_cover(part, n_part, all, n_all))
		result = LOSSY;
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
	emit_unprint(c, first, from);
	emit_unprint(c, to, c->plan->n_nodes);
	return err < 0 ? err : result | err;
}

int compile_union(struct compiler *c, const struct btf_type *t, uint64_t at, unsigned depth)
{
	bool hide = c->hide;
	int result;

	c->steps += btf_vlen(t);
	c->hide = false; /* the kernel looks for no fields of its own in there */
	result = compile_members(c, t, at, depth);
	c->hide = hide;
	return result;
}
