// SPDX-License-Identifier: MIT
/* held: maps and programs as values: an fd goes in, an id comes out. */
#include "cleanup.h"
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <stdlib.h>

int bpfmap_put_map(
    const struct bpfmap *map, const void *key, const struct bpfmap *inner, uint64_t flags)
{
	if (!(map->kind->traits & BPFMAP_HOLDS_MAPS))
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, "holds no maps");
	if (!inner)
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, "needs a map");
	return bpfmap_update(map, key, &inner->fd, flags);
}

int bpfmap_get_map(const struct bpfmap *map, const void *key, struct bpfmap **ret_inner)
{
	uint32_t id;

	if (!(map->kind->traits & BPFMAP_HOLDS_MAPS))
		return bm_err_op(map, BM_OP_LOOKUP, -EINVAL, "holds no maps");
	return bpfmap_lookup(map, key, &id, sizeof(id), 0) ?: bpfmap_open_id(id, 0, ret_inner);
}

int bpfmap_put_prog(const struct bpfmap *map, const void *key, int prog_fd, uint64_t flags)
{
	if (!(map->kind->traits & BPFMAP_HOLDS_PROGS))
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, "holds no programs");
	if (bm_check_fd(prog_fd, "prog"))
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, "needs a program");
	return bpfmap_update(map, key, &prog_fd, flags);
}

int bpfmap_get_prog(const struct bpfmap *map, const void *key, int *ret_prog_fd)
{
	uint32_t id;

	if (!(map->kind->traits & BPFMAP_HOLDS_PROGS))
		return bm_err_op(map, BM_OP_LOOKUP, -EINVAL, "holds no programs");
	int err = bpfmap_lookup(map, key, &id, sizeof(id), 0);
	if (err)
		return err;
	int fd = bm_sys_open_prog(id);
	if (fd < 0)
		return bm_err(fd, "program id %u: %s", id, bm_err_words(fd));
	*ret_prog_fd = fd;
	return 0;
}

/* ---- What initial contents are made of: the families' ways to store one (E05). ---- */

static int misfit(const struct bpfmap *map, const char *why)
{
	return bm_err_op(map, BM_OP_UPDATE, -EINVAL, why);
}

static bool key_fits(const struct bpfmap *map, const struct bpfmap_kv *kv)
{
	return kv->key_len == map->key_size && !kv->key == !map->key_size;
}

int bm_store_plain(const struct bpfmap *map, const struct bpfmap_kv *kv)
{
	if (!key_fits(map, kv))
		return misfit(map, "a key of the contents has another size than the map's keys");
	if (!kv->value || kv->value_len != map->value_size)
		return misfit(map, "a value of the contents has another size than the map's");
	return bpfmap_update(map, kv->key, kv->value, BPF_ANY);
}

int bm_store_percpu(const struct bpfmap *map, const struct bpfmap_kv *kv)
{
	if (!key_fits(map, kv))
		return misfit(map, "a key of the contents has another size than the map's keys");
	if (!kv->value || kv->value_len % map->value_size)
		return misfit(map, "per-CPU contents are not a whole number of values");
	bm_free void *all = malloc(map->value_bytes);
	if (!all)
		return bm_err_op(map, BM_OP_UPDATE, -ENOMEM, NULL);
	return bpfmap_percpu_pack(map, kv->value, kv->value_len / map->value_size, all) ?:
	       bpfmap_update(map, kv->key, all, BPF_ANY);
}

int bm_store_map(const struct bpfmap *map, const struct bpfmap_kv *kv)
{
	if (!key_fits(map, kv))
		return misfit(map, "a key of the contents has another size than the map's keys");
	return bpfmap_put_map(map, kv->key, kv->value, BPF_ANY);
}

int bm_store_prog(const struct bpfmap *map, const struct bpfmap_kv *kv)
{
	if (!key_fits(map, kv))
		return misfit(map, "a key of the contents has another size than the map's keys");
	if (!kv->value || kv->value_len != sizeof(int))
		return misfit(map, "needs a program: the value is the fd of one");
	return bpfmap_put_prog(map, kv->key, *(const int *)kv->value, BPF_ANY);
}
