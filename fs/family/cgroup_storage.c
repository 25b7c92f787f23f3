/* SPDX-License-Identifier: MIT */
/*
 * cgroup storage of the older kind, per CPU and not: M/ID, or M/cgroup_inode_id=ID,attach_type=TYPE where the
 * key has both. The kernel makes an entry as a program that uses the map is attached to the cgroup, and takes
 * it away with the cgroup: here it is read and written.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/store.h"
#include "fs/why.h"

static const char not_ours[] = "the kernel makes an entry as a program is attached to the cgroup, and takes it away "
			       "with the cgroup";

/* struct bpf_cgroup_storage_key; its id or a negative errno. */
static int add_key_type(struct btf *btf)
{
	int id64 = btf__add_int(btf, "__u64", 8, 0), id32 = btf__add_int(btf, "__u32", 4, 0);
	int key = btf__add_struct(btf, "bpf_cgroup_storage_key", sizeof(struct bpf_cgroup_storage_key));
	int err = btf__add_field(btf, "cgroup_inode_id", id64, 0, 0);

	err = err ? err : btf__add_field(btf, "attach_type", id32, 64, 0);
	return err ? err : key;
}

/* A map without types has fields with names, too: the kernel knows no other key of that size. */
static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	if (live->btf || info->key_size != sizeof(struct bpf_cgroup_storage_key))
		return 0;
	live->types = btf__new_empty();
	if (!live->types)
		return -ENOMEM;
	int key = add_key_type(live->types);
	if (key < 0)
		return key;
	shape->btf = live->types;
	shape->key_type = (uint32_t)key;
	return 0;
}

static int nothing_added(void)
{
	return fail(EOPNOTSUPP, "no entry can be added: %s", not_ours);
}

/* BPF_ANY and BPF_EXIST are the same to the kernel, and NOEXIST nothing that it takes. */
static int update(const struct live *live, const void *key, const void *value, uint64_t flags)
{
	int err = flags == BPF_NOEXIST ? store_admits(live, key, flags) : 0;

	if (flags == BPF_NOEXIST)
		return err ? err : nothing_added();
	err = bpfmap_update(live->map, key, value, BPF_EXIST | live->lock_flag);
	if (err == -ENOENT && flags == BPF_ANY)
		return nothing_added();
	return err ? store_refused(live, err) : 0;
}

const struct family cgroup_storage_family = {
	.entry = &entry_kind,
	.no_delete = not_ours,
	.shape = shape,
	.update = update,
};
