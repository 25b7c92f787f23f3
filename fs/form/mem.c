/* SPDX-License-Identifier: MIT */
/* M.mem: the memory of an MMAPABLE array or an arena as a file of fixed size, read and written in place. */
#include <errno.h>

#include "fs/forms.h"
#include "fs/memory.h"
#include "fs/scratch.h"
#include "fs/why.h"

static int open_mem(struct file *file)
{
	struct memory *memory;
	int err = memory_get(file->live, &memory);

	if (!err)
		file->state = memory;
	return err;
}

static void free_mem(struct file *file)
{
	memory_put(file->state);
}

/* Bytes of [offset, offset + len) that are within. */
static size_t within(const struct file *file, off_t offset, size_t len)
{
	size_t size = memory_size(file->live), at = (size_t)offset < size ? (size_t)offset : size;
	return len < size - at ? len : size - at;
}

/* No snapshot: what is there at each read, and no open file keeps any of it. */
static int read_mem(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	size_t len = within(file, offset, size);
	char *data = scratch_bytes(SCRATCH_VALUE, len);
	int err = !data ? -ENOMEM : len ? memory_read(file->state, (size_t)offset, data, len) : 0;

	if (err)
		return err;
	*ret_data = data;
	*ret_len = len;
	return 0;
}

struct piece {
	const char *data;
	size_t offset, len;
};

static int store(struct bpfmap_memory *engine, void *arg)
{
	const struct piece *piece = arg;
	int err = bpfmap_memory_write(engine, piece->offset, piece->data, piece->len);
	return err ? fail_engine(err) : 0;
}

static int write_mem(struct file *file, const char *data, size_t size, off_t offset)
{
	struct piece piece = {data, (size_t)offset, within(file, offset, size)};

	if (!size)
		return 0;
	if (!piece.len)
		return fail(ENOSPC, "offset %lld: the memory has %zu bytes, and keeps that size", (long long)offset,
			    memory_size(file->live));
	pthread_mutex_lock(&file->live->write_lock);
	int err = memory_change(file->state, store, &piece);
	pthread_mutex_unlock(&file->live->write_lock);
	return err ? err : piece.len < size ? (int)piece.len : 0;
}

const struct file_ops mem_ops = {.open = open_mem, .read = read_mem, .write = write_mem, .free = free_mem};
