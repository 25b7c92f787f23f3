// SPDX-License-Identifier: MIT
/* percpu: one CPU's share of a per-CPU value. */
#include "cpu.h"
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STACK_BYTES 4096 /* a value of all CPUs that is no larger is not allocated */

/* Room for the values of all CPUs; mine is used where it is enough. */
static void *borrow(const struct bpfmap *map, void *mine, size_t size)
{
	return map->value_bytes <= size ? mine : malloc(map->value_bytes);
}

static void give_back(void *buf, const void *mine)
{
	if (buf != mine)
		free(buf);
}

static int check(const struct bpfmap *map, enum bm_op op, size_t cpu)
{
	if (!(map->kind->traits & BPFMAP_PERCPU))
		return bm_err_op(map, op, -EINVAL, "its values are not per CPU");
	if (cpu * bm_cpu_step(map->value_size) >= map->value_bytes)
		return bm_err_op(map, op, -EINVAL, "there is no such CPU");
	return 0;
}

size_t bpfmap_percpu_step(const struct bpfmap *map)
{
	return bm_cpu_step(map->value_size);
}

int bpfmap_percpu_pack(const struct bpfmap *map, const void *values, size_t n, void *ret_buf)
{
	size_t step = bm_cpu_step(map->value_size);

	if (!(map->kind->traits & BPFMAP_PERCPU))
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, "its values are not per CPU");
	if (n > map->value_bytes / step)
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, "more values than possible CPUs");
	memset(ret_buf, 0, map->value_bytes);
	for (size_t i = 0; i < n; i++)
		memcpy((char *)ret_buf + i * step, (const char *)values + i * map->value_size,
		    map->value_size);
	return 0;
}

int bpfmap_lookup_cpu(const struct bpfmap *map, const void *key, unsigned int cpu,
    void *ret_value, size_t value_size, uint64_t flags)
{
	uint64_t mine[STACK_BYTES / sizeof(uint64_t)];
	int err = check(map, BM_OP_LOOKUP, cpu);

	if (err)
		return err;
	if (value_size < map->value_size)
		return bm_err_op(
		    map, BM_OP_LOOKUP, -EINVAL, "the buffer is shorter than a value");
	char *all = borrow(map, mine, sizeof(mine));
	if (!all)
		return bm_err_op(map, BM_OP_LOOKUP, -ENOMEM, NULL);
	err = bpfmap_lookup(map, key, all, map->value_bytes, flags);
	if (!err)
		memcpy(ret_value, all + cpu * bm_cpu_step(map->value_size), map->value_size);
	give_back(all, mine);
	return err;
}

int bpfmap_update_cpu(const struct bpfmap *map, const void *key, unsigned int cpu,
    const void *value, uint64_t flags)
{
	uint64_t mine[STACK_BYTES / sizeof(uint64_t)];
	int err = check(map, BM_OP_UPDATE, cpu);

	if (err)
		return err;
	char *all = borrow(map, mine, sizeof(mine));
	if (!all)
		return bm_err_op(map, BM_OP_UPDATE, -ENOMEM, NULL);
	err = bpfmap_lookup(map, key, all, map->value_bytes, 0);
	if (err == -ENOENT) {
		memset(all, 0, map->value_bytes);
		err = 0;
	}
	if (!err) {
		memcpy(all + cpu * bm_cpu_step(map->value_size), value, map->value_size);
		err = bpfmap_update(map, key, all, flags);
	}
	give_back(all, mine);
	return err;
}

int bpfmap_update_all_cpus(
    const struct bpfmap *map, const void *key, const void *value, uint64_t flags)
{
	uint64_t mine[STACK_BYTES / sizeof(uint64_t)];
	size_t step = bm_cpu_step(map->value_size);
	int err = check(map, BM_OP_UPDATE, 0);

	if (err)
		return err;
	char *all = borrow(map, mine, sizeof(mine));
	if (!all)
		return bm_err_op(map, BM_OP_UPDATE, -ENOMEM, NULL);
	memset(all, 0, map->value_bytes);
	for (size_t at = 0; at < map->value_bytes; at += step)
		memcpy(all + at, value, map->value_size);
	err = bpfmap_update(map, key, all, flags);
	give_back(all, mine);
	return err;
}
