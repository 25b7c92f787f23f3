/* SPDX-License-Identifier: MIT */
/* Compare and exchange in the mapped array, until nobody came in between. */
#include <errno.h>
#include <string.h>

#include "fs/atomic.h"
#include "fs/entry.h"
#include "fs/scratch.h"
#include "fs/why.h"

bool atomic_adds(const struct live *live, const char *line, size_t len)
{
	uint32_t want = BPFMAP_MMAP | BPFMAP_FIXED, offset, size;

	return (live->traits & want) == want && !(live->traits & BPFMAP_PERCPU) &&
	       value_is_atomic_add(live->codec, line, len, &offset, &size);
}

static int add_in_memory(struct file *file, struct bpfmap_memory *mem, const char *line, size_t len, void *value)
{
	struct live *live = file->live;
	struct text_note note = {""};
	uint32_t index, offset, size;
	int err;

	memcpy(&index, file->node->id, sizeof(index));
	uint64_t base = index * (((uint64_t)live->value_bytes + 7) & ~7ull);
	value_is_atomic_add(live->codec, line, len, &offset, &size);
	do {
		uint64_t old = 0, new = 0;
		err = bpfmap_memory_read(mem, base, value, live->value_bytes);
		if (err)
			return fail_engine(err);
		memcpy(&old, (char *)value + offset, size);
		err = value_parse(live->codec, line, len, value, &note);
		if (err < 0)
			return fail(-err, "%s", note.msg);
		memcpy(&new, (char *)value + offset, size);
		err = bpfmap_memory_exchange(mem, base + offset, size, &old, new);
	} while (err == -EAGAIN);
	if (err)
		return fail_engine(err);
	entry_stored(file, value);
	return 0;
}

int atomic_line(struct file *file, const char *line, size_t len)
{
	void *value = scratch_bytes(SCRATCH_PARSED, file->live->value_bytes);
	struct bpfmap_memory *mem;
	int err = value ? bpfmap_memory_open(file->live->map, &mem) : -ENOMEM;

	if (err)
		return err == -ENOMEM ? err : fail_engine(err);
	err = bpfmap_memory_writable(mem, true); /* for this moment alone: it keeps others from freezing */
	err = err ? fail_engine(err) : add_in_memory(file, mem, line, len, value);
	bpfmap_memory_free(mem);
	return err;
}
