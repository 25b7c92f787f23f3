// SPDX-License-Identifier: MIT
/*
 * memory: the pages of an MMAPABLE array or an arena, read and written at offsets.
 *
 * An array is looked at through two windows, one to read and, between writable(on) and
 * writable(off), one to write. An arena can be mapped once only, and changes its rights.
 */
#include "arena.h"
#include "sys.h"
#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct bpfmap_memory {
	int fd; /* own duplicate of the map's */
	size_t size;
	bool writable;
	const struct ways *ways;
	struct bm_window reading, writing; /* an array's */
	struct bm_arena arena;
	char who[BM_PRINT_SIZE];
};

/* How one and the other are reached; bounds and rights are checked. 0 or a negative errno, no sentence. */
struct ways {
	int (*open)(struct bpfmap_memory *mem, const struct bpfmap *map, const char **ret_why);
	void (*close)(struct bpfmap_memory *mem);
	int (*writable)(struct bpfmap_memory *mem, bool on);
	int (*read)(struct bpfmap_memory *mem, size_t offset, char *ret_buf, size_t len);
	int (*write)(struct bpfmap_memory *mem, size_t offset, const char *buf, size_t len);
	/* Where an integer can be changed in place; NULL: none can. */
	int (*integer)(struct bpfmap_memory *mem, size_t offset, size_t size, char **ret_at);
};

/* ---- arrays ---- */

static int array_open(struct bpfmap_memory *mem, const struct bpfmap *map, const char **ret_why)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at;

	(void)map;
	mem->reading = (struct bm_window){ .fd = mem->fd, .prot = PROT_READ, .size = mem->size,
		.span = BM_WINDOW_BYTES };
	mem->writing = (struct bm_window){ .fd = mem->fd, .prot = PROT_READ | PROT_WRITE,
		.size = mem->size, .span = page };
	int err = bm_window_at(&mem->reading, 0, 1, &at);
	if (err == -EOPNOTSUPP)
		*ret_why = "values with locks, timers or kernel pointers are not mapped";
	else if (err == -EINVAL)
		*ret_why = "it cannot be mapped through an fd that is open for reading only";
	return err;
}

static void array_close(struct bpfmap_memory *mem)
{
	bm_window_close(&mem->reading);
	bm_window_close(&mem->writing);
}

static int array_writable(struct bpfmap_memory *mem, bool on)
{
	char *at;

	if (on)
		return bm_window_at(&mem->writing, 0, 1, &at);
	bm_window_close(&mem->writing);
	return 0;
}

/* As much as the window takes at once. */
static size_t piece(size_t offset, size_t len)
{
	size_t left = BM_WINDOW_BYTES - offset % BM_WINDOW_BYTES;

	return len < left ? len : left;
}

static int array_read(struct bpfmap_memory *mem, size_t offset, char *ret_buf, size_t len)
{
	while (len) {
		size_t n = piece(offset, len);
		char *at;
		int err = bm_window_at(&mem->reading, offset, n, &at);

		if (err)
			return err;
		bm_load(ret_buf, at, n);
		ret_buf += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int array_write(struct bpfmap_memory *mem, size_t offset, const char *buf, size_t len)
{
	while (len) {
		size_t n = piece(offset, len);
		char *at;
		int err = bm_window_at(&mem->writing, offset, n, &at);

		if (err)
			return err;
		bm_store(at, buf, n);
		buf += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int array_integer(struct bpfmap_memory *mem, size_t offset, size_t size, char **ret_at)
{
	return bm_window_at(&mem->writing, offset, size, ret_at);
}

static const struct ways array_ways = { array_open, array_close, array_writable, array_read,
	array_write, array_integer };

/* ---- arenas ---- */

static int arena_open(struct bpfmap_memory *mem, const struct bpfmap *map, const char **ret_why)
{
	int err = bm_arena_open(&mem->arena, map, ret_why);

	mem->arena.fd = mem->fd;
	return err;
}

static void arena_close(struct bpfmap_memory *mem)
{
	bm_arena_close(&mem->arena);
}

static int arena_writable(struct bpfmap_memory *mem, bool on)
{
	return bm_arena_writable(&mem->arena, on);
}

static int arena_read(struct bpfmap_memory *mem, size_t offset, char *ret_buf, size_t len)
{
	return bm_arena_read(&mem->arena, offset, ret_buf, len);
}

static int arena_write(struct bpfmap_memory *mem, size_t offset, const char *buf, size_t len)
{
	return bm_arena_write(&mem->arena, offset, buf, len);
}

static const struct ways arena_ways = { arena_open, arena_close, arena_writable, arena_read,
	arena_write, NULL };

/* ---- both ---- */

static const struct ways *ways_of(const struct bpfmap *map)
{
	if (!(map->traits & BPFMAP_MMAP))
		return NULL;
	if (map->traits & BPFMAP_ARRAY)
		return &array_ways;
	return map->flags & BPF_F_MMAPABLE ? &arena_ways : NULL; /* ring buffers are without that flag */
}

size_t bpfmap_memory_bytes(const struct bpfmap *map)
{
	return ways_of(map) ? bm_memory_bytes(map) : 0;
}

static int fail(const struct bpfmap_memory *mem, int err, const char *why)
{
	return bm_err(err, "%s: memory: %s", mem->who, why ? why : bm_err_words(err));
}

int bpfmap_memory_open(const struct bpfmap *map, struct bpfmap_memory **ret_mem)
{
	const struct ways *ways = ways_of(map);
	const char *why = NULL;

	if (!ways)
		return bm_err_op(map, BM_OP_MEMORY, -EOPNOTSUPP,
		    "only arrays with BPF_F_MMAPABLE and arenas have memory to map");
	struct bpfmap_memory *mem = calloc(1, sizeof(*mem));
	if (!mem)
		return bm_err_op(map, BM_OP_MEMORY, -ENOMEM, NULL);
	mem->ways = ways;
	mem->size = bm_memory_bytes(map);
	bpfmap_print(map, mem->who, sizeof(mem->who));
	mem->fd = fcntl(map->fd, F_DUPFD_CLOEXEC, 0);
	int err = mem->fd < 0 ? -errno : ways->open(mem, map, &why);
	if (err) {
		bpfmap_memory_free(mem);
		return bm_err_op(map, BM_OP_MEMORY, err, why);
	}
	*ret_mem = mem;
	return 0;
}

void bpfmap_memory_free(struct bpfmap_memory *mem)
{
	if (!mem)
		return;
	mem->ways->close(mem);
	if (mem->fd >= 0)
		close(mem->fd);
	free(mem);
}

size_t bpfmap_memory_size(const struct bpfmap_memory *mem)
{
	return mem->size;
}

int bpfmap_memory_writable(struct bpfmap_memory *mem, bool on)
{
	int err = on == mem->writable ? 0 : mem->ways->writable(mem, on);

	if (err == -EACCES || err == -EPERM)
		return fail(mem, -EPERM, "it is frozen, created with BPF_F_RDONLY_PROG, or open for reading only");
	if (err)
		return fail(mem, err, NULL);
	mem->writable = on;
	return 0;
}

static bool in_bounds(const struct bpfmap_memory *mem, uint64_t offset, size_t len)
{
	return offset <= mem->size && len <= mem->size - offset;
}

int bpfmap_memory_read(struct bpfmap_memory *mem, uint64_t offset, void *ret_buf, size_t len)
{
	if (!in_bounds(mem, offset, len))
		return fail(mem, -ERANGE, "reading beyond its end");
	int err = mem->ways->read(mem, offset, ret_buf, len);
	return err ? fail(mem, err, NULL) : 0;
}

static const char not_writable[] = "it is not mapped for writing";

int bpfmap_memory_write(struct bpfmap_memory *mem, uint64_t offset, const void *buf, size_t len)
{
	if (!mem->writable)
		return fail(mem, -EPERM, not_writable);
	if (!in_bounds(mem, offset, len))
		return fail(mem, -ERANGE, "writing beyond its end");
	int err = mem->ways->write(mem, offset, buf, len);
	return err ? fail(mem, err, NULL) : 0;
}

#define EXCHANGE(type)                                                                             \
	do {                                                                                       \
		type old = (type)*expected;                                                        \
		if (!__atomic_compare_exchange_n((type *)(void *)at, &old, (type)desired, false,   \
			__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {                                     \
			*expected = old;                                                           \
			return -EAGAIN;                                                            \
		}                                                                                  \
		return 0;                                                                          \
	} while (0)

static int exchange(char *at, size_t size, uint64_t *expected, uint64_t desired)
{
	switch (size) {
	case 1:
		EXCHANGE(uint8_t);
	case 2:
		EXCHANGE(uint16_t);
	case 4:
		EXCHANGE(uint32_t);
	default:
		EXCHANGE(uint64_t);
	}
}

int bpfmap_memory_exchange(struct bpfmap_memory *mem, uint64_t offset, size_t size,
    uint64_t *expected, uint64_t desired)
{
	char *at;

	if (!mem->ways->integer)
		return fail(mem, -EOPNOTSUPP, "an arena's pages are copied, not touched");
	if (!mem->writable)
		return fail(mem, -EPERM, not_writable);
	if ((size != 1 && size != 2 && size != 4 && size != 8) || offset % size ||
	    !in_bounds(mem, offset, size))
		return fail(mem, -ERANGE, "no aligned integer within it");
	int err = mem->ways->integer(mem, offset, size, &at);
	return err ? fail(mem, err, NULL) : exchange(at, size, expected, desired);
}
