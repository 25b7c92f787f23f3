// SPDX-License-Identifier: MIT
/*
 * memory: the pages of an MMAPABLE array or an arena.
 *
 * They are mapped for reading once. A writable mapping comes and goes on asking:
 * as a second mapping of an array, but in the place of the first for an arena,
 * which the kernel allows at one address only.
 */
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

struct bpfmap_memory {
	int fd; /* own duplicate of the map's */
	bool arena;
	size_t size, page;
	char *at;    /* where an arena has to be mapped; NULL: anywhere */
	char *read;  /* PROT_READ; for an arena also PROT_WRITE while write is set */
	char *write; /* NULL: not writable */
	char who[BM_PRINT_SIZE];
};

static size_t size_of(const struct bpfmap *map, size_t page)
{
	size_t each = map->traits & BPFMAP_ARRAY ? ((size_t)map->value_size + 7) & ~(size_t)7 : page;

	return ((size_t)map->max_entries * each + page - 1) & ~(page - 1);
}

static int fail(const struct bpfmap_memory *mem, int err, const char *why)
{
	return bm_err(err, "%s: memory: %s", mem->who, why ? why : bm_err_words(err));
}

/* An array's second mapping of the same pages, or an arena's own with other rights. */
static int map_pages(const struct bpfmap_memory *mem, int prot, char **ret_pages)
{
	bool replace = mem->arena && mem->read;
	void *pages = mmap(replace ? mem->read : mem->at, mem->size, prot,
	    MAP_SHARED | (replace ? MAP_FIXED : 0), mem->fd, 0);

	if (pages == MAP_FAILED)
		return -errno;
	*ret_pages = pages;
	return 0;
}

/* An arena may have been created for one address, in this and every process. */
static int find_address(struct bpfmap_memory *mem)
{
	struct bpfmap_info info;
	int err = mem->arena ? bm_info_of(mem->fd, &info) : 0;

	if (!err && mem->arena)
		mem->at = (char *)(uintptr_t)info.map_extra;
	return err;
}

int bpfmap_memory_open(const struct bpfmap *map, struct bpfmap_memory **ret_mem)
{
	bool array = map->traits & BPFMAP_ARRAY;
	bool arena = !array && map->flags & BPF_F_MMAPABLE;

	if (!(map->traits & BPFMAP_MMAP) || !(array || arena))
		return bm_err_op(map, BM_OP_MEMORY, -EOPNOTSUPP,
		    "only arrays with BPF_F_MMAPABLE and arenas have memory to map");
	struct bpfmap_memory *mem = calloc(1, sizeof(*mem));
	if (!mem)
		return bm_err_op(map, BM_OP_MEMORY, -ENOMEM, NULL);
	mem->page = (size_t)sysconf(_SC_PAGESIZE);
	mem->arena = arena;
	mem->size = size_of(map, mem->page);
	bpfmap_print(map, mem->who, sizeof(mem->who));
	mem->fd = fcntl(map->fd, F_DUPFD_CLOEXEC, 0);
	int err = mem->fd < 0 ? -errno : find_address(mem) ?: map_pages(mem, PROT_READ, &mem->read);
	if (err) {
		bpfmap_memory_free(mem);
		return bm_err_op(map, BM_OP_MEMORY, err,
		    arena && (err == -EINVAL || err == -EBUSY)
			? "an arena can be mapped at one address only, and that is taken or not known"
			: NULL);
	}
	*ret_mem = mem;
	return 0;
}

void bpfmap_memory_free(struct bpfmap_memory *mem)
{
	if (!mem)
		return;
	if (mem->write && mem->write != mem->read)
		munmap(mem->write, mem->size);
	if (mem->read)
		munmap(mem->read, mem->size);
	if (mem->fd >= 0)
		close(mem->fd);
	free(mem);
}

size_t bpfmap_memory_size(const struct bpfmap_memory *mem)
{
	return mem->size;
}

/*
 * An arena's mapping is replaced in place. If that fails the old one may be gone:
 * it is put back, and if that fails too the memory is left without any.
 */
static int swap_arena(struct bpfmap_memory *mem, bool on)
{
	char *pages;
	int err = map_pages(mem, PROT_READ | (on ? PROT_WRITE : 0), &pages);

	if (err && map_pages(mem, PROT_READ, &pages))
		mem->size = 0;
	if (!err)
		mem->write = on ? mem->read : NULL;
	return err;
}

int bpfmap_memory_writable(struct bpfmap_memory *mem, bool on)
{
	int err = 0;

	if (on == (mem->write != NULL))
		return 0;
	if (mem->arena) {
		err = swap_arena(mem, on);
	} else if (on) {
		err = map_pages(mem, PROT_READ | PROT_WRITE, &mem->write);
	} else {
		munmap(mem->write, mem->size);
		mem->write = NULL;
	}
	if (err == -EACCES || err == -EPERM)
		return fail(mem, -EPERM, "it is frozen, or open for reading only");
	return err ? fail(mem, err, NULL) : 0;
}

static bool in_bounds(const struct bpfmap_memory *mem, uint64_t offset, size_t len)
{
	return offset <= mem->size && len <= mem->size - offset;
}

/*
 * Copies through the kernel, which reports a page that the arena has not and will
 * not make (BPF_F_SEGV_ON_FAULT) where touching it would kill us.
 */
static int copy_arena(const struct bpfmap_memory *mem, uint64_t offset, char *buf, size_t len,
    bool out)
{
	while (len) {
		size_t in_page = mem->page - offset % mem->page;
		size_t n = len < in_page ? len : in_page;
		struct iovec mine = { buf, n }, theirs = { mem->read + offset, n };
		ssize_t done = out ? process_vm_writev(getpid(), &mine, 1, &theirs, 1, 0)
				   : process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0);

		if (done < 0 && (errno != EFAULT || out))
			return -errno;
		if (done < 0)
			memset(buf, 0, n);
		buf += n;
		offset += n;
		len -= n;
	}
	return 0;
}

int bpfmap_memory_read(struct bpfmap_memory *mem, uint64_t offset, void *buf, size_t len)
{
	if (!in_bounds(mem, offset, len))
		return fail(mem, -ERANGE, "reading beyond its end");
	if (mem->arena) {
		int err = copy_arena(mem, offset, buf, len, false);

		return err ? fail(mem, err, NULL) : 0;
	}
	memcpy(buf, mem->read + offset, len);
	return 0;
}

int bpfmap_memory_write(struct bpfmap_memory *mem, uint64_t offset, const void *buf, size_t len)
{
	if (!mem->write)
		return fail(mem, -EPERM, "it is not mapped for writing");
	if (!in_bounds(mem, offset, len))
		return fail(mem, -ERANGE, "writing beyond its end");
	if (mem->arena) {
		int err = copy_arena(mem, offset, (char *)buf, len, true);

		return err ? fail(mem, err, NULL) : 0;
	}
	memcpy(mem->write + offset, buf, len);
	return 0;
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

int bpfmap_memory_exchange(struct bpfmap_memory *mem, uint64_t offset, size_t size, uint64_t *expected,
    uint64_t desired)
{
	if (mem->arena)
		return fail(mem, -EOPNOTSUPP, "an arena's pages are copied, not touched");
	if (!mem->write)
		return fail(mem, -EPERM, "it is not mapped for writing");
	if ((size != 1 && size != 2 && size != 4 && size != 8) || offset % size || !in_bounds(mem, offset, size))
		return fail(mem, -ERANGE, "no aligned integer within it");
	return exchange(mem->write + offset, size, expected, desired);
}
