/* SPDX-License-Identifier: MIT */
/*
 * Programs in place of the kernel's functions: one entry, 0, by the types of the running kernel. Deleting it
 * unregisters them. Only loaders fill such a map, as its functions are programs that they load for it.
 */
#include <errno.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/store.h"
#include "fs/why.h"
#include "spectext.h"

/* A value whose type is a module's, which the kernel proper does not have, is shown as bytes. */
static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	int err = spec_kernel_value(info->btf_vmlinux_value_type_id, info->value_size, &shape->value_type, &live->types);

	shape->btf = live->types;
	shape->content = TEXT_STRUCT_OPS;
	return err == -ENOENT ? 0 : err;
}

static int remove_entry(const struct live *live, const void *key)
{
	int err = bpfmap_delete(live->map, key);

	switch (err) {
	case 0:
		return 0;
	case -EOPNOTSUPP:
		return fail(EOPNOTSUPP, "a link puts these functions in use: they go out of use with the link");
	case -EINPROGRESS:
		return fail(EBUSY, "these functions are out of use already, and wait for their last user to end");
	case -ENOENT:
		return fail(ENOENT, "no functions were put in use through this map");
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
