// SPDX-License-Identifier: MIT
/* create: a map from a specification: completed, created, filled, frozen. */
#include "cleanup.h"
#include "err.h"
#include "explain.h"
#include "map.h"
#include "spec.h"
#include "sys.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A name as the kernel takes it: 15 characters, others than [A-Za-z0-9_.] as '_'. */
static void clean_name(const char *name, char out[static BM_NAME_SIZE])
{
	size_t len = 0;

	for (; name && name[len] && len < BM_NAME_SIZE - 1; len++) {
		char c = name[len];

		out[len] = isalnum((unsigned char)c) || c == '.' ? c : '_';
	}
	out[len] = '\0';
}

/* Loads the specification's BTF, or takes the fd that it is loaded at. */
static int btf_fd_of(const struct btf *btf, int *ret_owned)
{
	uint32_t size;

	if (!btf)
		return 0;
	if (btf__fd(btf) >= 0)
		return btf__fd(btf);
	const void *data = btf__raw_data(btf, &size);
	if (!data)
		return bm_err(-ENOMEM, "no memory for BTF");
	int fd = bm_sys_btf_load(data, size);
	if (fd < 0)
		return bm_err(fd, "the kernel refuses the BTF: %s", bm_err_words(fd));
	return *ret_owned = fd;
}

/* What one creation hands to the kernel; the ladder below takes things away from it. */
struct attempt {
	const struct bpfmap_spec *spec;
	char name[BM_NAME_SIZE];
	struct bpf_map_create_opts opts;
};

static int try_create(const struct attempt *try)
{
	const struct bpfmap_spec *spec = try->spec;

	return bm_sys_map_create(spec->type, try->name[0] ? try->name : NULL, spec->key_size,
	    spec->value_size, spec->max_entries, &try->opts);
}

static bool without_btf(struct attempt *try)
{
	if (!try->opts.btf_key_type_id && !try->opts.btf_value_type_id)
		return false;
	try->opts.btf_key_type_id = 0;
	try->opts.btf_value_type_id = 0;
	if (!try->opts.btf_vmlinux_value_type_id)
		try->opts.btf_fd = 0;
	return true;
}

/* Kernels before 5.6 take no dots, kernels before 4.15 no names. */
static bool with_less_name(struct attempt *try)
{
	if (!try->name[0])
		return false;
	if (strchr(try->name, '.'))
		for (char *c = try->name; *c; c++)
			*c = *c == '.' ? '_' : *c;
	else
		try->name[0] = '\0';
	return true;
}

/*
 * Some types refuse BTF, some kernels names. The first refusal is the answer if
 * nothing of that helps: what comes later has less to do with the specification.
 */
static int create_fd(struct attempt *try)
{
	int first = try_create(try), fd = first;

	if ((fd == -EOPNOTSUPP || fd == -EINVAL) && without_btf(try))
		fd = try_create(try);
	while (fd == -EINVAL && with_less_name(try))
		fd = try_create(try);
	return fd < 0 ? first : fd;
}

static void fill_opts(
    const struct bpfmap_spec *spec, int btf_fd, int inner_fd, struct bpf_map_create_opts *opts)
{
	*opts = (struct bpf_map_create_opts){
		.sz = sizeof(*opts),
		.btf_fd = btf_fd > 0 ? (uint32_t)btf_fd : 0,
		.btf_key_type_id = spec->btf ? spec->key_type_id : 0,
		.btf_value_type_id = spec->btf ? spec->value_type_id : 0,
		.btf_vmlinux_value_type_id = spec->vmlinux_value_type_id,
		.inner_map_fd = inner_fd > 0 ? (uint32_t)inner_fd : 0,
		.map_flags = spec->flags | (spec->has_numa_node ? BPF_F_NUMA_NODE : 0),
		.map_extra = spec->map_extra,
		.numa_node = spec->has_numa_node ? spec->numa_node : 0,
	};
}

/* The empty map that tells the kernel what the inner maps are like. */
static int make_template(const struct bpfmap_spec *spec, struct bpfmap **ret_template)
{
	struct bpfmap_spec inner;

	if (!(bm_kind(spec->type)->traits & BPFMAP_HOLDS_MAPS)) {
		*ret_template = NULL;
		return spec->inner ? bm_err(-EINVAL, "%s holds no maps: inner must be NULL",
					 bpfmap_type_name(spec->type) ?: "this type")
				   : 0;
	}
	if (!spec->inner)
		return bm_err(-EINVAL, "%s needs the specification of its inner maps",
		    bpfmap_type_name(spec->type));
	int err = bm_spec_read(spec->inner, &inner);
	if (err)
		return err;
	if (inner.pinning != BPFMAP_PIN_NONE)
		return bm_err(-EINVAL, "an inner map cannot be pinned by name");
	inner.n_contents = 0;
	inner.contents = NULL;
	inner.freeze = false;
	return bpfmap_create(&inner, NULL, ret_template);
}

/* An empty map from a completed specification. */
static int create_empty(const struct bpfmap_spec *spec, struct bpfmap **ret_map)
{
	struct attempt try = { .spec = spec };
	struct bpfmap *template;
	bm_close_fd int owned_btf = -1;

	int err = make_template(spec, &template);
	if (err)
		return err;
	int btf_fd = btf_fd_of(spec->btf, &owned_btf);
	if (btf_fd < 0) {
		bpfmap_free(template);
		return btf_fd;
	}
	fill_opts(spec, btf_fd, template ? template->fd : 0, &try.opts);
	clean_name(spec->name, try.name);
	int fd = create_fd(&try);
	bpfmap_free(template);
	if (fd < 0)
		return bm_explain(spec, fd);
	return bpfmap_open_fd(fd, ret_map);
}

static bool is_constant_data(const struct bpfmap_spec *spec)
{
	const char *name = spec->name ?: "";

	return !strncmp(name, ".rodata", 7) || !strcmp(name, ".kconfig");
}

static int fill(const struct bpfmap *map, const struct bpfmap_spec *spec)
{
	int err = 0;

	for (size_t i = 0; !err && i < spec->n_contents; i++)
		err = map->kind->family->store(map, &spec->contents[i]);
	return err;
}

/* Contents first, then the lock on them. */
static int finish(const struct bpfmap *map, const struct bpfmap_spec *spec)
{
	int err = fill(map, spec);

	if (!err && (spec->freeze || is_constant_data(spec)))
		err = bpfmap_freeze(map);
	return err;
}

static int create_new(const struct bpfmap_spec *spec, const char *pin, struct bpfmap **ret_map)
{
	struct bpfmap *map;
	int err = create_empty(spec, &map);

	if (err)
		return err;
	err = finish(map, spec);
	if (!err && pin)
		err = bpfmap_pin(map, pin);
	if (err) {
		bpfmap_free(map);
		return err;
	}
	*ret_map = map;
	return 0;
}

/* A frozen map cannot be filled again: it must hold the contents already. */
static int check_frozen(const struct bpfmap *map, const struct bpfmap_spec *spec)
{
	bm_free char *value = malloc(map->value_bytes);

	if (!value)
		return bm_err(-ENOMEM, "no memory for a value");
	for (size_t i = 0; i < spec->n_contents; i++) {
		const struct bpfmap_kv *kv = &spec->contents[i];

		if (kv->key_len != map->key_size || kv->value_len != map->value_bytes ||
		    bpfmap_lookup(map, kv->key, value, map->value_bytes, 0) ||
		    memcmp(value, kv->value, kv->value_len))
			return bm_err(-EPERM, "pin %s is frozen with other contents",
			    map->pin_path);
	}
	return 0;
}

static int reuse(const struct bpfmap_spec *spec, const char *pin, uint32_t open_flags,
    struct bpfmap **ret_map)
{
	struct bpfmap_info info = { .size = sizeof(info) };
	struct bpfmap *map;
	int err = bpfmap_open_pin(pin, open_flags, &map);

	if (err)
		return err;
	err = bpfmap_spec_compatible(spec, map) ?: bpfmap_info(map, &info);
	if (!err)
		err = info.frozen ? check_frozen(map, spec) : finish(map, spec);
	if (err) {
		bpfmap_free(map);
		return err;
	}
	*ret_map = map;
	return 0;
}

/* An existing pin is taken; between looking and pinning another process may have made it. */
static int create_pinned(const struct bpfmap_spec *spec, const struct bpfmap_create_opts *opts,
    struct bpfmap **ret_map)
{
	bm_free char *pin = NULL;

	if (spec->pinning != BPFMAP_PIN_BY_NAME)
		return bm_err(-EINVAL, "no such way of pinning: %d", (int)spec->pinning);
	if (!spec->name || !*spec->name || strchr(spec->name, '/'))
		return bm_err(-EINVAL, "pinning by name needs a name");
	if (!opts || !opts->pin_dir || !*opts->pin_dir)
		return bm_err(-EINVAL, "pinning by name needs a directory");
	if (asprintf(&pin, "%s/%s", opts->pin_dir, spec->name) < 0) {
		pin = NULL;
		return bm_err(-ENOMEM, "no memory for the path of a pin");
	}
	int err = reuse(spec, pin, opts->open_flags, ret_map);
	if (err == -ENOENT)
		err = create_new(spec, pin, ret_map);
	if (err == -EEXIST)
		err = reuse(spec, pin, opts->open_flags, ret_map);
	return err;
}

int bpfmap_create(
    const struct bpfmap_spec *spec, const struct bpfmap_create_opts *opts, struct bpfmap **ret_map)
{
	struct bpfmap_spec fixed;
	int err = bm_spec_fix(spec, &fixed);

	if (!err && opts && opts->size != sizeof(*opts))
		err = bm_err(-EINVAL, "size of struct bpfmap_create_opts not set");
	if (err)
		return err;
	if (fixed.pinning != BPFMAP_PIN_NONE)
		return create_pinned(&fixed, opts, ret_map);
	return create_new(&fixed, NULL, ret_map);
}
