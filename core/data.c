// SPDX-License-Identifier: MIT
/* data: the named variables in the value of a global data section. */
#include "cleanup.h"
#include "map.h"
#include "sys.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The variables of a value type, borrowed from its BTF. */
struct section {
	const struct btf *btf;
	const struct btf_var_secinfo *vars;
	uint32_t n;
};

static int open_section(const struct btf *btf, uint32_t type_id, struct section *ret)
{
	const struct btf_type *type = btf && type_id ? btf__type_by_id(btf, type_id) : NULL;

	if (!type)
		return bm_err(-EOPNOTSUPP, "no BTF type for the value: no variables are known");
	if (!btf_is_datasec(type))
		return bm_err(-EMEDIUMTYPE, "the value's type is not a data section");
	*ret = (struct section){ btf, btf_var_secinfos(type), btf_vlen(type) };
	return 0;
}

static const char *name_of(const struct section *sec, uint32_t i)
{
	return btf__name_by_offset(
	    sec->btf, btf__type_by_id(sec->btf, sec->vars[i].type)->name_off);
}

static const struct btf_var_secinfo *find(const struct section *sec, const char *name)
{
	for (uint32_t i = 0; i < sec->n; i++)
		if (!strcmp(name_of(sec, i), name))
			return &sec->vars[i];
	return NULL;
}

int bpfmap_variables(const struct btf *btf, uint32_t value_type_id,
    struct bpfmap_variable *ret_vars, size_t room)
{
	struct section sec;
	int err = open_section(btf, value_type_id, &sec);

	if (err)
		return err;
	for (uint32_t i = 0; i < sec.n && i < room; i++)
		ret_vars[i] = (struct bpfmap_variable){
			.name = name_of(&sec, i),
			.offset = sec.vars[i].offset,
			.size = sec.vars[i].size,
			.type_id = btf__type_by_id(btf, sec.vars[i].type)->type,
		};
	return (int)sec.n;
}

/* Every name that the section lacks goes into one sentence. */
static int check_names(const struct section *sec, const struct bpfmap_rewrite *rewrites, size_t n)
{
	char names[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		if (!find(sec, rewrites[i].name) && len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
			    len ? ", " : "", rewrites[i].name);
	return len ? bm_err(-ENOENT, "no variables with these names: %s", names) : 0;
}

static int check_rewrites(
    const struct section *sec, const struct bpfmap_rewrite *rewrites, size_t n, size_t value_len)
{
	int err = check_names(sec, rewrites, n);

	for (size_t i = 0; !err && i < n; i++) {
		const struct btf_var_secinfo *var = find(sec, rewrites[i].name);

		if (rewrites[i].len != var->size)
			err = bm_err(-EINVAL, "variable %s has %u bytes, not %zu",
			    rewrites[i].name, var->size, rewrites[i].len);
		else if ((size_t)var->offset + var->size > value_len)
			err = bm_err(-ERANGE, "variable %s at %u lies beyond a value of %zu bytes",
			    rewrites[i].name, var->offset, value_len);
	}
	return err;
}

static void apply(
    const struct section *sec, const struct bpfmap_rewrite *rewrites, size_t n, char *value)
{
	for (size_t i = 0; i < n; i++) {
		const struct btf_var_secinfo *var = find(sec, rewrites[i].name);

		memcpy(value + var->offset, rewrites[i].value, var->size);
	}
}

int bpfmap_spec_rewrite(
    struct bpfmap_spec *spec, const struct bpfmap_rewrite *rewrites, size_t n)
{
	struct section sec;
	int err = open_section(spec->btf, spec->value_type_id, &sec);

	if (err)
		return err;
	if (spec->n_contents != 1 || !spec->contents[0].value)
		return bm_err(-EINVAL, "a data section has exactly one content, not %zu",
		    spec->n_contents);
	err = check_rewrites(&sec, rewrites, n, spec->contents[0].value_len);
	if (!err)
		apply(&sec, rewrites, n, (char *)spec->contents[0].value);
	return err;
}

static int rewrite_in(const struct bpfmap *map, const struct section *sec,
    const struct bpfmap_rewrite *rewrites, size_t n)
{
	const uint32_t key = 0;
	int err = check_rewrites(sec, rewrites, n, map->value_size);

	if (err)
		return err;
	bm_free char *value = malloc(map->value_size);
	if (!value)
		return bm_err(-ENOMEM, "no memory for a value");
	err = bpfmap_lookup(map, &key, value, map->value_size, 0);
	if (err)
		return err;
	apply(sec, rewrites, n, value);
	return bpfmap_update(map, &key, value, BPF_ANY);
}

int bpfmap_rewrite(const struct bpfmap *map, const struct bpfmap_rewrite *rewrites, size_t n)
{
	struct bpfmap_info info;
	struct section sec;
	struct btf *btf;
	int err = bm_info_of(map->fd, &info) ?: bpfmap_btf(map, &btf);

	if (err)
		return err;
	err = open_section(btf, info.btf_value_type_id, &sec) ?: rewrite_in(map, &sec, rewrites, n);
	btf__free(btf);
	return err;
}
