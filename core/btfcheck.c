// SPDX-License-Identifier: MIT
/*
 * btfcheck: BTF from elsewhere. libbpf checks that its types fit into it, not that what they refer
 * to is there.
 */
#include "btfcheck.h"

#include <errno.h>
#include <stdbool.h>

static int visit_members(struct btf_type *t, bm_visit_id *visit, void *arg)
{
	struct btf_member *m = btf_members(t);
	int err = 0;

	for (uint32_t i = 0; !err && i < btf_vlen(t); i++)
		err = visit(&m[i].type, arg);
	return err;
}

static int visit_params(struct btf_type *t, bm_visit_id *visit, void *arg)
{
	struct btf_param *p = btf_params(t);
	int err = visit(&t->type, arg);

	for (uint32_t i = 0; !err && i < btf_vlen(t); i++)
		err = visit(&p[i].type, arg);
	return err;
}

static int visit_variables(struct btf_type *t, bm_visit_id *visit, void *arg)
{
	struct btf_var_secinfo *v = btf_var_secinfos(t);
	int err = 0;

	for (uint32_t i = 0; !err && i < btf_vlen(t); i++)
		err = visit(&v[i].type, arg);
	return err;
}

int bm_btf_visit_ids(struct btf_type *t, bm_visit_id *visit, void *arg)
{
	int err;

	if (btf_is_composite(t))
		return visit_members(t, visit, arg);
	if (btf_is_func_proto(t))
		return visit_params(t, visit, arg);
	if (btf_is_datasec(t))
		return visit_variables(t, visit, arg);
	if (btf_is_array(t)) {
		err = visit(&btf_array(t)->type, arg);
		return err ? err : visit(&btf_array(t)->index_type, arg);
	}
	if (btf_is_ptr(t) || btf_is_typedef(t) || btf_is_mod(t) || btf_is_func(t) || btf_is_var(t) ||
	    btf_is_decl_tag(t))
		return visit(&t->type, arg);
	return 0;
}

static bool is_string(const struct btf *btf, uint32_t offset)
{
	return btf__name_by_offset(btf, offset) != NULL;
}

static bool has_strings(const struct btf *btf, const struct btf_type *t)
{
	bool ok = is_string(btf, t->name_off);

	for (uint32_t i = 0; ok && i < btf_vlen(t); i++) {
		if (btf_is_composite(t))
			ok = is_string(btf, btf_members(t)[i].name_off);
		else if (btf_is_enum(t))
			ok = is_string(btf, btf_enum(t)[i].name_off);
		else if (btf_is_enum64(t))
			ok = is_string(btf, btf_enum64(t)[i].name_off);
		else if (btf_is_func_proto(t))
			ok = is_string(btf, btf_params(t)[i].name_off);
	}
	return ok;
}

static int check_id(uint32_t *id, void *arg)
{
	return *id < btf__type_cnt(arg) ? 0 : -EINVAL;
}

int bm_btf_check(const struct btf *btf)
{
	int err = 0;

	for (uint32_t id = 1; !err && id < btf__type_cnt(btf); id++) {
		struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, id);

		err = has_strings(btf, t) ? bm_btf_visit_ids(t, check_id, (void *)btf) : -EINVAL;
	}
	return err;
}
