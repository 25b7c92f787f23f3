/* SPDX-License-Identifier: MIT */
/* Compare and exchange in the mapped array, until nobody came in between. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "fs/atomic.h"
#include "fs/entry.h"
#include "fs/memory.h"
#include "fs/scratch.h"
#include "fs/why.h"

bool atomic_adds(const struct live *live, const char *line, size_t len)
{
	uint32_t want = BPFMAP_MMAP | BPFMAP_FIXED, offset, size;
	/* Programs do not write a BPF_F_RDONLY_PROG map, and nobody maps it for writing. */
	bool mapped = (live->traits & want) == want && !(bpfmap_flags(live->map) & BPF_F_RDONLY_PROG);

	return mapped && value_is_atomic_add(live->codec, line, len, &offset, &size) && !memory_applies(live);
}

struct addition {
	struct file *file;
	const char *line;
	size_t len;
	void *value; /* of the entry, at last with the line's addition in it */
};

static int add_in_memory(struct bpfmap_memory *mem, void *arg)
{
	struct addition *a = arg;
	const struct live *live = a->file->live;
	struct text_note note = {""};
	uint32_t index, offset, size;
	int err;

	memcpy(&index, a->file->node->id, sizeof(index));
	uint64_t base = index * (((uint64_t)live->value_bytes + 7) & ~7ull);
	value_is_atomic_add(live->codec, a->line, a->len, &offset, &size);
	do {
		uint64_t old = 0, new = 0;
		err = bpfmap_memory_read(mem, base, a->value, live->value_bytes);
		if (err)
			return fail_engine(err);
		memcpy(&old, (char *)a->value + offset, size);
		err = value_parse(live->codec, a->line, a->len, a->value, &note);
		if (err < 0)
			return fail(-err, "%s", note.msg);
		memcpy(&new, (char *)a->value + offset, size);
		err = bpfmap_memory_exchange(mem, base + offset, size, &old, new);
	} while (err == -EAGAIN);
	return err ? fail_engine(err) : 0;
}

int atomic_line(struct file *file, const char *line, size_t len)
{
	struct addition a = {file, line, len, scratch_bytes(SCRATCH_PARSED, file->live->value_bytes)};
	struct memory *memory;
	int err = a.value ? memory_get(file->live, &memory) : -ENOMEM;

	if (err)
		return err;
	err = memory_change(memory, add_in_memory, &a);
	memory_put(memory);
	if (!err)
		entry_stored(file, a.value);
	return err;
}
