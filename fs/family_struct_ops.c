/* SPDX-License-Identifier: MIT */
/*
 * Programs in place of the kernel's functions: one entry, 0, by the types of the running kernel. Deleting it
 * unregisters them. Only loaders fill such a map, as its functions are programs that they load for it.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/store.h"
#include "fs/why.h"
#include "spectext.h"

/* Whether a kernel's type is what such a map's value is. That of a module is in the module's BTF: another type has its id here. */
static bool is_value(const struct btf *kernel, uint32_t id, uint32_t size)
{
	const struct btf_type *t = id ? btf__type_by_id(kernel, id) : NULL;
	const char *name = t ? btf__name_by_offset(kernel, t->name_off) : NULL;

	return name && btf_is_struct(t) && t->size == size && !strncmp(name, "bpf_struct_ops_", 15);
}

/* Of the kernel's types no more is kept than the value is made of: a hundredth. */
static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	uint32_t none = 0, id = info->btf_vmlinux_value_type_id;
	int err = 0;

	shape->btf = NULL;
	shape->key_type = shape->value_type = 0;
	if (kernel && is_value(kernel, id, info->value_size))
		err = spec_btf_extract(kernel, &none, &id, &live->types);
	btf__free(kernel);
	if (err)
		return err == -ENOMEM ? err : 0; /* then it is shown as bytes */
	shape->btf = live->types;
	shape->value_type = live->types ? id : 0;
	shape->content = TEXT_STRUCT_OPS;
	return 0;
}

static int remove_entry(const struct live *live, const void *key)
{
	int err = bpfmap_delete(live->map, key);

	switch (err) {
	case 0:
		return 0;
	case -EOPNOTSUPP:
		return fail(EOPNOTSUPP, "its functions are in use through a link; they go when that does");
	case -EINPROGRESS:
		return fail(EBUSY, "its functions have been taken out before, and are in use until their last user ends");
	case -ENOENT:
		return fail(ENOENT, "nothing was put in its functions' place yet");
	default:
		return store_refused(live, err);
	}
}

const struct family struct_ops_family = {
	.entry = &entry_kind,
	.no_update = "its functions are programs that a loader brings, such as `bpftool struct_ops register`",
	.shape = shape,
	.remove = remove_entry,
};
