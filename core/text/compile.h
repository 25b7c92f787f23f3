/* SPDX-License-Identifier: MIT */
/* The compiler of plans: what its files share. */
#ifndef COMPILE_H
#define COMPILE_H

#include <bpf/btf.h>

#include "plan.h"

#define MAX_DEPTH  32
#define MAX_DIMS   8
#define MAX_NODES  (1u << 17)
#define MAX_STEPS  (8 * MAX_NODES)
#define MAX_PATH   1024
#define MAX_PATHS  (16u << 20) /* bytes, in one plan */

struct compiler {
	struct plan *plan;
	const struct btf *btf;
	bool hide;          /* kernel-only fields: in values, outside unions */
	bool programs;      /* a pointer to a function is a program's id */
	uint32_t steps;
	uint32_t open[MAX_DEPTH + 1]; /* ids of the composites around, by depth; 0: an array */
	uint32_t paths_cap, paths_len;
	uint32_t path_len, name; /* of `path`; where its last component starts */
	char path[MAX_PATH];
};

/*
 * What compiling a part came to, besides errors: LOSSY means that an anonymous union's members
 * cannot show all its bytes, so the composite around it must be printed as bytes. Errors but
 * -ENOMEM and -E2BIG (too many steps: the whole type is given up) concern only the part.
 */
enum { COMPLETE = 0, LOSSY = 1 };

/* ---- bare.c ---- */

/* A type without its typedefs and qualifiers. */
struct bare {
	const struct btf_type *t;
	uint32_t id;
	unsigned be; /* 16, 32, 64: one of the typedefs was __beN */
};

int  type_bare(const struct compiler *c, uint32_t id, struct bare *ret);
const char *type_name(const struct compiler *c, const struct btf_type *t); /* never NULL */
uint64_t type_size(const struct compiler *c, uint32_t id); /* bytes; 0: none, or nonsense */
bool type_is_composite(const struct btf_type *t);
bool type_is_char(const struct compiler *c, const struct btf_type *t); /* plain char */
bool type_is_byte(const struct btf_type *t); /* unsigned char */
/* A lock, a timer, …, where those are hidden; remembers a bpf_spin_lock in the plan. */
bool type_is_kernel_only(struct compiler *c, const struct btf_type *t);

/* ---- emit.c ---- */

/* Append ".name", or "name" at the start. The caller sets path_len and name back. */
int  emit_path(struct compiler *c, const char *name);
int  emit_index(struct compiler *c, uint32_t index);
/* A node with the current path at byte `at`; it must end by `end`. */
int  emit_node(struct compiler *c, const struct node *model, uint64_t at, uint64_t end);
/* Forgets the nodes from the first of them on. */
void emit_drop(struct compiler *c, uint32_t first);
void emit_unprint(struct compiler *c, uint32_t first, uint32_t end);
/*
 * Ends the composite whose node is `self`: where its parts do not show all of it, it is printed
 * as bytes; the parts can still be written through.
 */
int  emit_close(struct compiler *c, uint32_t self, int result);

/* ---- scalar.c ---- */

struct node leaf_node(enum node_kind kind, uint32_t size);
/* What a type is as a leaf. -ENOENT: it is a composite or an array. */
int  scalar_node(struct compiler *c, const struct bare *b, struct node *n);
/* A bit-field of `bits` bits at bit `at`; an integer that is narrower than its type is one, too. */
int  compile_bits(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end, uint32_t bits);

/* ---- array.c, union.c, type.c: a type at byte `at`, within what ends at byte `end` ---- */

int  compile_array(struct compiler *c, const struct bare *b, uint64_t at, uint64_t end, unsigned depth);
int  compile_union(struct compiler *c, const struct btf_type *t, uint64_t at, unsigned depth);
int  compile_type(struct compiler *c, uint32_t id, uint64_t at, uint64_t end, unsigned depth);
/* A member or variable of the composite t, which starts at byte `at`. */
int  compile_part(struct compiler *c, const struct btf_type *t, uint32_t i, uint64_t at, unsigned depth);

#endif
