// SPDX-License-Identifier: MIT
/* batch: many entries in one call. */
#include "batch.h"
#include "sys.h"

#include <errno.h>
#include <stdlib.h>

int bpfmap_cursor_new(const struct bpfmap *map, struct bpfmap_cursor **ret_cursor)
{
	size_t room = map->key_size > 4 ? map->key_size : 4;
	struct bpfmap_cursor *cursor = calloc(1, sizeof(*cursor) + room);

	if (!cursor)
		return bm_err_op(map, BM_OP_LOOKUP_BATCH, -ENOMEM, NULL);
	cursor->map = map;
	cursor->map_id = map->id;
	*ret_cursor = cursor;
	return 0;
}

void bpfmap_cursor_free(struct bpfmap_cursor *cursor)
{
	free(cursor);
}

int bm_batch_read(const struct bpfmap *map, struct bpfmap_cursor *cursor, void *keys,
    void *values, uint32_t *count, uint64_t elem_flags, bool take)
{
	const void *in = cursor->started ? cursor->at : NULL;
	int err;

	if (cursor->ended) {
		*count = 0;
		return -ENOENT;
	}
	if (take)
		err = bm_sys_lookup_and_delete_batch(
		    map->fd, in, cursor->at, keys, values, count, elem_flags);
	else
		err = bm_sys_lookup_batch(map->fd, in, cursor->at, keys, values, count, elem_flags);
	if (err == -ENOENT)
		cursor->ended = true;
	else if (!err || *count)
		cursor->started = true;
	return err;
}

/* EINVAL is also what a kernel says that does not know the commands. */
static int failed(const struct bpfmap *map, enum bm_op op, int err)
{
	if (err == -EINVAL && bpfmap_has_feature(BPFMAP_HAS_BATCH) == -EOPNOTSUPP)
		return bm_err_op(map, op, -EOPNOTSUPP, "this kernel has no batch commands");
	return bm_err_op(map, op, err, NULL);
}

static bool same_map(const struct bpfmap *map, const struct bpfmap_cursor *cursor)
{
	return map->id ? map->id == cursor->map_id : map == cursor->map;
}

static int read_batch(const struct bpfmap *map, struct bpfmap_cursor *cursor, void *keys,
    void *values, uint32_t *count, uint64_t elem_flags, bool take)
{
	enum bm_op op = take ? BM_OP_LOOKUP_AND_DELETE_BATCH : BM_OP_LOOKUP_BATCH;

	if (!same_map(map, cursor)) {
		*count = 0;
		return bm_err_op(map, op, -EINVAL, "the cursor belongs to another map");
	}
	int err = bm_batch_read(map, cursor, keys, values, count, elem_flags, take);
	return err ? failed(map, op, err) : 0;
}

int bpfmap_lookup_batch(const struct bpfmap *map, struct bpfmap_cursor *cursor, void *keys,
    void *values, uint32_t *count, uint64_t elem_flags)
{
	return read_batch(map, cursor, keys, values, count, elem_flags, false);
}

int bpfmap_lookup_and_delete_batch(const struct bpfmap *map, struct bpfmap_cursor *cursor,
    void *keys, void *values, uint32_t *count, uint64_t elem_flags)
{
	return read_batch(map, cursor, keys, values, count, elem_flags, true);
}

int bpfmap_update_batch(const struct bpfmap *map, const void *keys, const void *values,
    uint32_t *count, uint64_t elem_flags)
{
	int err = bm_sys_update_batch(map->fd, keys, values, count, elem_flags);

	return err ? failed(map, BM_OP_UPDATE_BATCH, err) : 0;
}

int bpfmap_delete_batch(
    const struct bpfmap *map, const void *keys, uint32_t *count, uint64_t elem_flags)
{
	int err = bm_sys_delete_batch(map->fd, keys, count, elem_flags);

	return err ? failed(map, BM_OP_DELETE_BATCH, err) : 0;
}
