// SPDX-License-Identifier: MIT
/* info: what the kernel tells of a map, from the info command and from fdinfo. */
#include "map.h"
#include "sys.h"

#include <bpf/btf.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The lines of /proc/self/fdinfo/N that say something of a map. */
static const struct field {
	const char *name;
	size_t offset;
	enum { U32, U64, BOOL } kind;
} fields[] = {
	{ "map_type", offsetof(struct bpfmap_info, type), U32 },
	{ "key_size", offsetof(struct bpfmap_info, key_size), U32 },
	{ "value_size", offsetof(struct bpfmap_info, value_size), U32 },
	{ "max_entries", offsetof(struct bpfmap_info, max_entries), U32 },
	{ "map_flags", offsetof(struct bpfmap_info, flags), U32 },
	{ "map_extra", offsetof(struct bpfmap_info, map_extra), U64 },
	{ "memlock", offsetof(struct bpfmap_info, memlock), U64 },
	{ "map_id", offsetof(struct bpfmap_info, id), U32 },
	{ "frozen", offsetof(struct bpfmap_info, frozen), BOOL },
};

static void store_field(struct bpfmap_info *info, const struct field *field, uint64_t number)
{
	char *at = (char *)info + field->offset;

	switch (field->kind) {
	case U32:
		*(uint32_t *)(void *)at = (uint32_t)number;
		break;
	case U64:
		*(uint64_t *)(void *)at = number;
		break;
	case BOOL:
		*(bool *)at = number != 0;
		break;
	}
}

/* Overwrites the fields that fdinfo has a line for. -EINVAL where fd is no map. */
static int read_fdinfo(int fd, struct bpfmap_info *info)
{
	char path[48], line[256], name[32];
	int64_t number;
	bool is_map = false;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	FILE *file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31[a-z_]: %" SCNi64, name, &number) != 2)
			continue;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (!strcmp(fields[i].name, name))
				store_field(info, &fields[i], (uint64_t)number);
		is_map |= !strcmp(name, "map_type");
	}
	fclose(file);
	return is_map ? 0 : -EINVAL;
}

static void from_kernel(const struct bpf_map_info *k, struct bpfmap_info *info)
{
	*info = (struct bpfmap_info){
		.size = sizeof(*info),
		.id = k->id,
		.type = k->type,
		.key_size = k->key_size,
		.value_size = k->value_size,
		.max_entries = k->max_entries,
		.flags = k->map_flags,
		.map_extra = k->map_extra,
		.btf_id = k->btf_id,
		.btf_key_type_id = k->btf_key_type_id,
		.btf_value_type_id = k->btf_value_type_id,
		.btf_vmlinux_value_type_id = k->btf_vmlinux_value_type_id,
	};
	snprintf(info->name, sizeof(info->name), "%s", k->name);
}

/* An old kernel does not know the info command (EINVAL): fdinfo tells most of it. */
int bm_info_of(int fd, struct bpfmap_info *ret_info)
{
	struct bpf_map_info kernel;
	struct bpfmap_info info = { .size = sizeof(info) };
	int err = bm_sys_map_info(fd, &kernel);

	if (!err)
		from_kernel(&kernel, &info);
	else if (err == -EINVAL)
		err = read_fdinfo(fd, &info);
	if (err)
		return bm_err(err, "info of fd %d: %s", fd, bm_err_words(err));
	*ret_info = info;
	return 0;
}

int bpfmap_info(const struct bpfmap *map, struct bpfmap_info *ret_info)
{
	struct bpfmap_info info;
	size_t room = ret_info->size;

	if (room < offsetof(struct bpfmap_info, map_extra) || room > sizeof(info))
		return bm_err_op(map, BM_OP_INFO, -EINVAL, "size of struct bpfmap_info not set");
	if (map->fd < 0)
		return bm_err_op(map, BM_OP_INFO, -EBADF, NULL);
	int err = bm_info_of(map->fd, &info) ?: read_fdinfo(map->fd, &info);
	if (err)
		return bm_err_op(map, BM_OP_INFO, err, NULL);
	info.size = room;
	memcpy(ret_info, &info, room);
	return 0;
}

int bpfmap_btf(const struct bpfmap *map, struct btf **ret_btf)
{
	struct bpf_map_info info;
	int err = bm_sys_map_info(map->fd, &info);

	if (!err && !info.btf_id)
		return bm_err_op(map, BM_OP_BTF, -EOPNOTSUPP, "it was created without BTF");
	if (!err)
		err = bm_sys_btf_by_id(info.btf_id, ret_btf);
	return err ? bm_err_op(map, BM_OP_BTF, err, NULL) : 0;
}
