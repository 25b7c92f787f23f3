// SPDX-License-Identifier: MIT
/* err: what failed, on which map, what to try; formatted on asking. */
#include "err.h"
#include "kind.h"
#include "map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 1024

struct note {
	bool pending; /* text is to be made from the fields below */
	enum bm_op op;
	int err;
	const char *why; /* a literal, or NULL */
	uint32_t type;
	int fd;
	char name[BM_NAME_SIZE];
};

static _Thread_local struct note note;
static _Thread_local char text[TEXT_SIZE];

static const char *const op_words[BM_OP_COUNT] = {
	[BM_OP_LOOKUP] = "lookup",
	[BM_OP_UPDATE] = "update",
	[BM_OP_DELETE] = "delete",
	[BM_OP_LOOKUP_AND_DELETE] = "lookup and delete",
	[BM_OP_NEXT_KEY] = "next key",
	[BM_OP_LOOKUP_BATCH] = "batch lookup",
	[BM_OP_LOOKUP_AND_DELETE_BATCH] = "batch lookup and delete",
	[BM_OP_UPDATE_BATCH] = "batch update",
	[BM_OP_DELETE_BATCH] = "batch delete",
	[BM_OP_ITERATE] = "iteration",
	[BM_OP_FREEZE] = "freeze",
	[BM_OP_INFO] = "info",
	[BM_OP_BTF] = "type information",
	[BM_OP_PIN] = "pin",
	[BM_OP_UNPIN] = "unpin",
	[BM_OP_CLONE] = "clone",
	[BM_OP_MEMORY] = "memory",
	[BM_OP_RECORDS] = "records",
};

#define OP(name) (1u << BM_OP_##name)
#define ANY_LOOKUP (OP(LOOKUP) | OP(LOOKUP_AND_DELETE))
#define ANY_WRITE                                                                                  \
	(OP(UPDATE) | OP(DELETE) | OP(LOOKUP_AND_DELETE) | OP(UPDATE_BATCH) | OP(DELETE_BATCH) |   \
	    OP(LOOKUP_AND_DELETE_BATCH))
#define ANY_UPDATE (OP(UPDATE) | OP(UPDATE_BATCH))

/* The first row that fits says what the errno means: op, errno, traits that the type needs. */
static const struct {
	uint32_t ops;
	int err;
	uint32_t traits;
	const char *words;
} hints[] = {
	{ ANY_LOOKUP, ENOENT, BPFMAP_QUEUE, "it is empty" },
	{ ANY_LOOKUP, ENOENT, BPFMAP_ARRAY, "no entry there; indices end below max_entries" },
	{ ANY_LOOKUP | OP(DELETE), ENOENT, 0, "no such key" },
	{ OP(DELETE_BATCH), ENOENT, 0, "a key does not exist; the ones before it are deleted" },
	{ OP(UPDATE), ENOENT, 0, "no such key, and the flag says that it must exist" },
	{ OP(NEXT_KEY), ENOENT, 0, "that was the last key" },
	{ OP(LOOKUP_BATCH) | OP(LOOKUP_AND_DELETE_BATCH), ENOENT, 0, "that was the last batch" },
	{ OP(LOOKUP_BATCH) | OP(LOOKUP_AND_DELETE_BATCH), ENOSPC, 0,
	    "a hash bucket holds more entries than the batch: ask for more at a time" },
	{ OP(LOOKUP), ENOSPC, BPFMAP_HOLDS_FDS,
	    "its values can be read only where value_size is 8" },
	{ ANY_UPDATE, EEXIST, BPFMAP_ARRAY, "the key exists; in an array every key does" },
	{ ANY_UPDATE, EEXIST, 0, "the key exists, and the flag says that it must not" },
	{ ANY_UPDATE, E2BIG, BPFMAP_ARRAY, "the index is not below max_entries" },
	{ ANY_UPDATE, E2BIG, 0, "it is full; delete entries, or create it with more max_entries" },
	{ ANY_UPDATE, ENOSPC, 0, "it is full; delete entries, or create it with more max_entries" },
	{ ANY_UPDATE, EBADF, BPFMAP_HOLDS_MAPS, "needs a map: the value is the fd of one" },
	{ ANY_UPDATE, EBADF, BPFMAP_HOLDS_PROGS, "needs a program: the value is the fd of one" },
	{ ANY_UPDATE, EINVAL, BPFMAP_HOLDS_MAPS,
	    "needs a map that is like the inner map it was created with" },
	{ ANY_UPDATE, EINVAL, BPFMAP_HOLDS_PROGS,
	    "needs a program of the type that it already holds" },
	{ OP(DELETE), EINVAL, BPFMAP_ARRAY, "entries of an array cannot be deleted; write zeros" },
	{ ANY_WRITE, EPERM, 0, "it is frozen, or open for reading only" },
	{ OP(LOOKUP) | OP(LOOKUP_BATCH) | OP(NEXT_KEY) | OP(ITERATE), EPERM, 0,
	    "it is open for writing only" },
	{ OP(FREEZE), EBUSY, 0, "it is frozen already, or mapped for writing" },
	{ OP(FREEZE), EPERM, 0, "it is frozen already, or open for reading only" },
	{ OP(RECORDS), EPERM, 0, "it is frozen, or not open for reading and writing" },
	{ OP(PIN), EEXIST, 0, "there is another pin at that path" },
	{ OP(ITERATE), BPFMAP_ABORTED, 0,
	    "given up: keys were deleted as fast as they were read; try again" },
};

const char *bm_err_words(int err)
{
	switch (-err) {
	case EOPNOTSUPP:
		return "not supported by this kernel for this type of map";
	case BPFMAP_ABORTED:
		return "given up";
	case BPFMAP_INCOMPATIBLE:
		return "incompatible";
	default:
		return strerrordesc_np(-err) ?: "unknown error";
	}
}

static const char *words_of(const struct note *n)
{
	uint32_t traits = bpfmap_type_traits(n->type);

	if (n->why)
		return n->why;
	if (n->err == -EBADF && n->fd < 0)
		return "it is closed";
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].ops & 1u << n->op && hints[i].err == -n->err &&
		    (hints[i].traits & traits) == hints[i].traits)
			return hints[i].words;
	return bm_err_words(n->err);
}

int bm_err_op(const struct bpfmap *map, enum bm_op op, int err, const char *why)
{
	struct note *n = &note;

	n->pending = true;
	n->op = op;
	n->err = err;
	n->why = why;
	n->type = map ? map->type : 0;
	n->fd = map ? map->fd : -1;
	if (map)
		memcpy(n->name, map->name, sizeof(n->name));
	else
		n->name[0] = '\0';
	return err;
}

int bm_err(int err, const char *fmt, ...)
{
	va_list args;

	note.pending = false;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err;
}

const char *bpfmap_errmsg(void)
{
	char who[BM_PRINT_SIZE];

	if (!note.pending)
		return text;
	bm_print(who, sizeof(who), note.type, note.name, note.fd);
	snprintf(text, sizeof(text), "%s: %s: %s", who, op_words[note.op], words_of(&note));
	note.pending = false;
	return text;
}
