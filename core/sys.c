// SPDX-License-Identifier: MIT
/* sys: bpf(2), through libbpf's wrappers, with the seam for tests. */
#include "sys.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_ENOTSUPP 524 /* the kernel's own, not in libc */

bm_sys_hook_fn *bm_sys_hook;

/* Returns from the calling function where a hook answers in the kernel's place. */
#define GATE(cmd, ...)                                                                             \
	do {                                                                                       \
		if (__builtin_expect(bm_sys_hook != NULL, 0)) {                                    \
			int answer_ = bm_sys_hook(cmd, &(struct bm_sys_args){__VA_ARGS__});        \
			if (answer_ != BM_SYS_GO)                                                  \
				return answer_;                                                    \
		}                                                                                  \
	} while (0)

static int result(int ret)
{
	return ret == -KERNEL_ENOTSUPP ? -EOPNOTSUPP : ret;
}

int bm_sys_map_create(uint32_t type, const char *name, uint32_t key_size, uint32_t value_size,
    uint32_t max_entries, const struct bpf_map_create_opts *opts)
{
	GATE(BPF_MAP_CREATE, .type = type, .name = name, .flags = opts->map_flags, .create = opts);
	return result(bpf_map_create(type, name, key_size, value_size, max_entries, opts));
}

int bm_sys_btf_load(const void *data, uint32_t size)
{
	GATE(BPF_BTF_LOAD, .value = data);
	return result(bpf_btf_load(data, size, NULL));
}

int bm_sys_btf_by_id(uint32_t id, struct btf **ret_btf)
{
	GATE(BPF_BTF_GET_FD_BY_ID, .flags = id);
	struct btf *btf = btf__load_from_kernel_by_id(id);
	if (!btf)
		return result(-errno);
	*ret_btf = btf;
	return 0;
}

int bm_sys_lookup(int fd, const void *key, void *value, uint64_t flags)
{
	GATE(BPF_MAP_LOOKUP_ELEM, .fd = fd, .key = key, .value = value, .flags = flags);
	return result(bpf_map_lookup_elem_flags(fd, key, value, flags));
}

int bm_sys_update(int fd, const void *key, const void *value, uint64_t flags)
{
	GATE(BPF_MAP_UPDATE_ELEM, .fd = fd, .key = key, .value = value, .flags = flags);
	return result(bpf_map_update_elem(fd, key, value, flags));
}

int bm_sys_delete(int fd, const void *key)
{
	GATE(BPF_MAP_DELETE_ELEM, .fd = fd, .key = key);
	return result(bpf_map_delete_elem(fd, key));
}

int bm_sys_lookup_and_delete(int fd, const void *key, void *value, uint64_t flags)
{
	GATE(BPF_MAP_LOOKUP_AND_DELETE_ELEM, .fd = fd, .key = key, .value = value, .flags = flags);
	return result(bpf_map_lookup_and_delete_elem_flags(fd, key, value, flags));
}

int bm_sys_next_key(int fd, const void *key, void *next)
{
	GATE(BPF_MAP_GET_NEXT_KEY, .fd = fd, .key = key, .value = next);
	return result(bpf_map_get_next_key(fd, key, next));
}

int bm_sys_freeze(int fd)
{
	GATE(BPF_MAP_FREEZE, .fd = fd);
	return result(bpf_map_freeze(fd));
}

/*
 * A command that stops part-way has done fewer than were wanted; one that was
 * refused as a whole (an old kernel, a bad flag) leaves the count as it was.
 */
static int batch_result(int ret, uint32_t wanted, uint32_t *count)
{
	if (ret && ret != -ENOENT && *count == wanted)
		*count = 0;
	return result(ret);
}

#define BATCH_OPTS(elem) LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = (elem))
#define BATCH_GATE(cmd, k, v)                                                                      \
	do {                                                                                       \
		if (__builtin_expect(bm_sys_hook != NULL, 0)) {                                    \
			int answer_ = bm_sys_hook(cmd,                                             \
			    &(struct bm_sys_args){.fd = fd, .key = (k), .value = (v),              \
				.flags = elem_flags, .count = *count});                            \
			if (answer_ != BM_SYS_GO) {                                                \
				*count = 0;                                                        \
				return answer_;                                                    \
			}                                                                          \
		}                                                                                  \
	} while (0)

int bm_sys_lookup_batch(int fd, const void *in, void *out, void *keys, void *values,
    uint32_t *count, uint64_t elem_flags)
{
	uint32_t wanted = *count;
	BATCH_OPTS(elem_flags);

	BATCH_GATE(BPF_MAP_LOOKUP_BATCH, keys, values);
	int ret = bpf_map_lookup_batch(fd, (void *)in, out, keys, values, count, &opts);
	return batch_result(ret, wanted, count);
}

int bm_sys_lookup_and_delete_batch(int fd, const void *in, void *out, void *keys, void *values,
    uint32_t *count, uint64_t elem_flags)
{
	uint32_t wanted = *count;
	BATCH_OPTS(elem_flags);

	BATCH_GATE(BPF_MAP_LOOKUP_AND_DELETE_BATCH, keys, values);
	int ret = bpf_map_lookup_and_delete_batch(fd, (void *)in, out, keys, values, count, &opts);
	return batch_result(ret, wanted, count);
}

int bm_sys_update_batch(
    int fd, const void *keys, const void *values, uint32_t *count, uint64_t elem_flags)
{
	uint32_t wanted = *count;
	BATCH_OPTS(elem_flags);

	BATCH_GATE(BPF_MAP_UPDATE_BATCH, keys, values);
	int ret = bpf_map_update_batch(fd, keys, values, count, &opts);
	return batch_result(ret, wanted, count);
}

int bm_sys_delete_batch(int fd, const void *keys, uint32_t *count, uint64_t elem_flags)
{
	uint32_t wanted = *count;
	BATCH_OPTS(elem_flags);

	BATCH_GATE(BPF_MAP_DELETE_BATCH, keys, NULL);
	int ret = bpf_map_delete_batch(fd, keys, count, &opts);
	return batch_result(ret, wanted, count);
}

int bm_sys_pin(int fd, const char *path)
{
	GATE(BPF_OBJ_PIN, .fd = fd, .name = path);
	return result(bpf_obj_pin(fd, path));
}

int bm_sys_open_pin(const char *path, uint32_t open_flags)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = open_flags);

	GATE(BPF_OBJ_GET, .name = path, .flags = open_flags);
	return result(bpf_obj_get_opts(path, &opts));
}

int bm_sys_open_map(uint32_t id, uint32_t open_flags)
{
	LIBBPF_OPTS(bpf_get_fd_by_id_opts, opts, .open_flags = open_flags);

	GATE(BPF_MAP_GET_FD_BY_ID, .flags = id);
	return result(bpf_map_get_fd_by_id_opts(id, &opts));
}

int bm_sys_open_prog(uint32_t id)
{
	GATE(BPF_PROG_GET_FD_BY_ID, .flags = id);
	return result(bpf_prog_get_fd_by_id(id));
}

int bm_sys_next_map_id(uint32_t id, uint32_t *ret_next)
{
	GATE(BPF_MAP_GET_NEXT_ID, .flags = id);
	return result(bpf_map_get_next_id(id, ret_next));
}

int bm_sys_map_info(int fd, struct bpf_map_info *info)
{
	uint32_t len = sizeof(*info);

	GATE(BPF_OBJ_GET_INFO_BY_FD, .fd = fd);
	memset(info, 0, sizeof(*info));
	return result(bpf_obj_get_info_by_fd(fd, info, &len));
}

int bm_sys_prog_info(int fd, struct bpf_prog_info *info)
{
	uint32_t len = sizeof(*info);

	GATE(BPF_OBJ_GET_INFO_BY_FD, .fd = fd);
	memset(info, 0, sizeof(*info));
	return result(bpf_obj_get_info_by_fd(fd, info, &len));
}

int bm_sys_prog_maps(int fd, uint32_t *ret_ids, uint32_t *count)
{
	struct bpf_prog_info info = { .map_ids = (uintptr_t)ret_ids, .nr_map_ids = *count };
	uint32_t len = sizeof(info);

	GATE(BPF_OBJ_GET_INFO_BY_FD, .fd = fd);
	int err = result(bpf_obj_get_info_by_fd(fd, &info, &len));
	if (!err)
		*count = info.nr_map_ids;
	return err;
}

int bm_sys_next_prog_id(uint32_t id, uint32_t *ret_next)
{
	GATE(BPF_PROG_GET_NEXT_ID, .flags = id);
	return result(bpf_prog_get_next_id(id, ret_next));
}
