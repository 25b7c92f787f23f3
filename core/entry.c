// SPDX-License-Identifier: MIT
/* entry: operations on one entry. They cost what the bpf(2) call costs, or less where a value is in memory. */
#include "map.h"
#include "sys.h"
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A key where the type has keys, none where it has not: the kernel's EFAULT says too little. */
static inline const char *key_fault(const struct bpfmap *map, const void *key)
{
	if (!!key == !!(map->kind->traits & BPFMAP_KEYED))
		return NULL;
	return key ? "this type has no keys: the key must be NULL" : "needs a key";
}

int bpfmap_lookup(
    const struct bpfmap *map, const void *key, void *ret_value, size_t value_size, uint64_t flags)
{
	const char *fault = key_fault(map, key);

	if (fault)
		return bm_err_op(map, BM_OP_LOOKUP, -EINVAL, fault);
	if (value_size < map->value_bytes)
		return bm_err_op(map, BM_OP_LOOKUP, -EINVAL, "the buffer is shorter than a value");
	if (map->view && !flags) {
		uint32_t index;

		memcpy(&index, key, sizeof(index));
		if (bm_view_lookup(map->view, index, ret_value))
			return 0;
	}
	int err = bm_sys_lookup(map->fd, key, ret_value, flags);
	return err ? bm_err_op(map, BM_OP_LOOKUP, err, NULL) : 0;
}

int bpfmap_lookup_and_delete(
    const struct bpfmap *map, const void *key, void *ret_value, size_t value_size, uint64_t flags)
{
	const enum bm_op op = BM_OP_LOOKUP_AND_DELETE;
	const char *fault = key_fault(map, key);

	if (fault)
		return bm_err_op(map, op, -EINVAL, fault);
	if (value_size < map->value_bytes)
		return bm_err_op(map, op, -EINVAL, "the buffer is shorter than a value");
	int err = bm_sys_lookup_and_delete(map->fd, key, ret_value, flags);
	return err ? bm_err_op(map, op, err, NULL) : 0;
}

int bpfmap_update(const struct bpfmap *map, const void *key, const void *value, uint64_t flags)
{
	const char *fault = key_fault(map, key);

	if (fault)
		return bm_err_op(map, BM_OP_UPDATE, -EINVAL, fault);
	int err = bm_sys_update(map->fd, key, value, flags);
	return err ? bm_err_op(map, BM_OP_UPDATE, err, NULL) : 0;
}

int bpfmap_put(const struct bpfmap *map, const void *key, const void *value)
{
	return bpfmap_update(map, key, value, BPF_ANY);
}

int bpfmap_delete(const struct bpfmap *map, const void *key)
{
	const char *fault = key_fault(map, key);

	if (fault)
		return bm_err_op(map, BM_OP_DELETE, -EINVAL, fault);
	int err = bm_sys_delete(map->fd, key);
	return err ? bm_err_op(map, BM_OP_DELETE, err, NULL) : 0;
}

/*
 * Kernels before 4.4.132 refuse NULL but give the first key for one that does
 * not exist: guesses until one is found that does not.
 */
static int first_key_by_guess(const struct bpfmap *map, void *ret_next)
{
	static const int patterns[] = { 0x00, 0xff, 0x55, -1 };
	uint8_t *guess = malloc(map->key_size + map->value_bytes);
	int err = -ENOMEM;

	for (size_t i = 0; guess && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (patterns[i] >= 0)
			memset(guess, patterns[i], map->key_size);
		else if (getrandom(guess, map->key_size, 0) != (ssize_t)map->key_size)
			break;
		err = bm_sys_lookup(map->fd, guess, guess + map->key_size, 0);
		if (err == -ENOENT) {
			err = bm_sys_next_key(map->fd, guess, ret_next);
			break;
		}
		err = err ?: -EFAULT; /* every guess so far exists */
	}
	free(guess);
	return err;
}

int bm_next_key(const struct bpfmap *map, const void *key, void *ret_next)
{
	int err = bm_sys_next_key(map->fd, key, ret_next);

	if (err == -EFAULT && !key)
		return first_key_by_guess(map, ret_next);
	return err;
}

int bpfmap_next_key(const struct bpfmap *map, const void *key, void *ret_next)
{
	int err = bm_next_key(map, key, ret_next);

	return err ? bm_err_op(map, BM_OP_NEXT_KEY, err, NULL) : 0;
}

int bpfmap_freeze(const struct bpfmap *map)
{
	int err = bm_sys_freeze(map->fd);

	if (err == -EINVAL) /* what a kernel before 5.2 says to the command */
		err = -EOPNOTSUPP;
	return err ? bm_err_op(map, BM_OP_FREEZE, err, NULL) : 0;
}
