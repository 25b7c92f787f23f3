/* SPDX-License-Identifier: MIT */
/* The running kernel's own types, of which the values of struct_ops maps are: in a specification they go by name. */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "plan.h"
#include "spectext.h"

/* The name of such a value's type, or NULL where that type is another or of another size. */
static const char *value_name(const struct btf *kernel, uint32_t id, uint32_t size)
{
	const struct btf_type *t = id ? btf__type_by_id(kernel, id) : NULL;
	const char *name = t ? btf__name_by_offset(kernel, t->name_off) : NULL;

	return name && btf_is_struct(t) && t->size == size && !strncmp(name, "bpf_struct_ops_", 15) ? name : NULL;
}

int spec_kernel_value(uint32_t id, uint32_t size, uint32_t *ret_id, struct btf **ret_btf)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	uint32_t none = 0;
	int err = kernel ? -ENOENT : -errno;

	if (kernel && value_name(kernel, id, size))
		err = spec_btf_extract(kernel, &none, &id, ret_btf);
	btf__free(kernel);
	if (!err)
		*ret_id = id;
	return err == -ENOMEM || !err ? err : -ENOENT;
}

int spec_kernel_print(uint32_t id, uint32_t size, struct text_buf *out)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	const char *name = kernel ? value_name(kernel, id, size) : NULL;
	int err = name ? text_append(out, name, strlen(name)) : -ENOENT;

	btf__free(kernel);
	return err;
}

int spec_kernel_find(const char *name, uint32_t *ret_id, uint32_t *ret_size)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int id = kernel ? btf__find_by_name_kind(kernel, name, BTF_KIND_STRUCT) : -ENOENT;
	uint32_t size = id > 0 ? btf__type_by_id(kernel, (uint32_t)id)->size : 0;
	bool found = id > 0 && value_name(kernel, (uint32_t)id, size);

	btf__free(kernel);
	if (!found)
		return -ENOENT;
	*ret_id = (uint32_t)id;
	*ret_size = size;
	return 0;
}
