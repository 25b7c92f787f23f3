/* SPDX-License-Identifier: MIT */
/* What a BTF type is once its typedefs and qualifiers are off, and what the compiler asks of it. */
#include <errno.h>
#include <string.h>

#include "compile.h"

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

const char *type_name(const struct compiler *c, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(c->btf, t->name_off);

	return name ? name : "";
}

int type_bare(const struct compiler *c, uint32_t id, struct bare *ret)
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

bool type_is_composite(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_datasec(t);
}

uint64_t type_size(const struct compiler *c, uint32_t id)
{
	uint64_t factor = 1;
	struct bare b;

	for (unsigned i = 0; i < MAX_DIMS && !type_bare(c, id, &b); i++) {
		if (btf_is_ptr(b.t))
			return factor * (btf__pointer_size(c->btf) == 4 ? 4 : 8);
		if (btf_is_int(b.t) || btf_is_any_enum(b.t) || btf_is_float(b.t) || type_is_composite(b.t))
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

bool type_is_char(const struct compiler *c, const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 &&
	       (btf_int_encoding(t) & BTF_INT_CHAR || !strcmp(type_name(c, t), "char"));
}

bool type_is_byte(const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 && !btf_int_encoding(t) && btf_int_bits(t) == 8;
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

bool type_is_kernel_only(struct compiler *c, const struct btf_type *t)
{
	if (!c->hide)
		return false;
	if (btf_is_struct(t) && !strcmp(type_name(c, t), "bpf_spin_lock"))
		c->plan->has_lock = true;
	return is_kptr(c, t) || (btf_is_struct(t) && is_kernel_struct(type_name(c, t)));
}
