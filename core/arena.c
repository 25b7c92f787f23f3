// SPDX-License-Identifier: MIT
/*
 * arena: where it is mapped, mapping it, and copies that cannot kill us.
 *
 * The address is given at creation (map_extra) or chosen by the first process that maps
 * the arena. The kernel does not tell a chosen one, but it refuses every other: the
 * address is looked for among what processes have mapped, and tried with a request that
 * fails in any case: for the address first, and for its flags only after that.
 */
#include "arena.h"
#include "sys.h"
#include "window.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MAP_SYNC
#define MAP_SYNC 0x80000 /* no map has it: -EOPNOTSUPP */
#endif

/* 0: the arena belongs at this address; -EEXIST: so it does, but something is there; -EINVAL: elsewhere. */
static int try_address(const struct bm_arena *arena, uint64_t address)
{
	int fixed = address ? MAP_FIXED_NOREPLACE : 0;
	void *at = mmap((void *)(uintptr_t)address, arena->size, PROT_READ,
	    MAP_SHARED_VALIDATE | MAP_SYNC | fixed, arena->fd, 0);

	if (at != MAP_FAILED) {
		munmap(at, arena->size);
		return -EINVAL;
	}
	return errno == EOPNOTSUPP ? 0 : -errno;
}

/* The address in a line of /proc/PID/maps that may be the arena's; 0: it is another thing. */
static uint64_t candidate(const struct bm_arena *arena, const char *line)
{
	unsigned long long from, to, offset;

	if (!strstr(line, "bpf-map") || sscanf(line, "%llx-%llx %*s %llx", &from, &to, &offset) != 3)
		return 0;
	return to - from == arena->size && offset == 0 ? from : 0;
}

static uint64_t find_in_process(const struct bm_arena *arena, const char *pid)
{
	char path[32], line[512];
	uint64_t found = 0;

	snprintf(path, sizeof(path), "/proc/%.16s/maps", pid);
	FILE *maps = fopen(path, "re");
	if (!maps)
		return 0;
	while (!found && fgets(line, sizeof(line), maps)) {
		uint64_t address = candidate(arena, line);
		int err = address ? try_address(arena, address) : -EINVAL;

		if (!err || err == -EEXIST)
			found = address;
	}
	fclose(maps);
	return found;
}

static uint64_t find_among_processes(const struct bm_arena *arena)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t found = 0;

	while (proc && !found && (entry = readdir(proc)))
		if (isdigit((unsigned char)*entry->d_name))
			found = find_in_process(arena, entry->d_name);
	if (proc)
		closedir(proc);
	return found;
}

static int find_address(const struct bm_arena *arena, uint64_t *ret_address)
{
	struct bpfmap_info info;
	int err = bm_info_of(arena->fd, &info);

	if (err)
		return err;
	uint64_t address = info.map_extra;
	if (!address && !try_address(arena, 0))
		return -ENXIO;
	address = address ?: find_among_processes(arena);
	if (!address)
		return -EADDRNOTAVAIL;
	*ret_address = address;
	return 0;
}

static bool is_arena(const struct bpfmap *map)
{
	return map->traits & BPFMAP_MMAP && !(map->traits & BPFMAP_ARRAY) && map->flags & BPF_F_MMAPABLE;
}

static const char unborn[] =
    "nobody has mapped this arena yet: the first who does chooses its address for all";
static const char lost[] =
    "the process that chose its address has it mapped no more, and it can be mapped at no other";

static const char taken[] =
    "an arena can be mapped at one address only, and that is taken in this process";

int bpfmap_arena_address(const struct bpfmap *map, uint64_t *ret_address)
{
	struct bm_arena arena = { .fd = map->fd, .size = bm_memory_bytes(map) };

	if (!is_arena(map))
		return bm_err_op(map, BM_OP_MEMORY, -EOPNOTSUPP, "only arenas have an address");
	int err = find_address(&arena, ret_address);
	if (!err)
		return 0;
	return bm_err_op(map, BM_OP_MEMORY, err,
	    err == -ENXIO           ? unborn
	    : err == -EADDRNOTAVAIL ? lost
				    : NULL);
}

int bm_arena_open(struct bm_arena *arena, const struct bpfmap *map, const char **ret_why)
{
	uint64_t address = 0;

	*arena = (struct bm_arena){ .fd = map->fd, .size = bm_memory_bytes(map) };
	int err = find_address(arena, &address);
	if (err && err != -ENXIO) {
		*ret_why = err == -EADDRNOTAVAIL ? lost : NULL;
		return err;
	}
	char *at = mmap((void *)(uintptr_t)address, arena->size, PROT_READ,
	    MAP_SHARED | (address ? MAP_FIXED_NOREPLACE : 0), arena->fd, 0);
	if (at == MAP_FAILED) {
		err = errno == EEXIST ? -EBUSY : -errno;
		*ret_why = err == -EBUSY ? taken : NULL;
		return err;
	}
	arena->at = at;
	return 0;
}

void bm_arena_close(struct bm_arena *arena)
{
	if (arena->at)
		munmap(arena->at, arena->size);
	arena->at = NULL;
}

/* In place of the old mapping, which may be gone when this fails. */
static int map_again(const struct bm_arena *arena, int prot)
{
	void *at = mmap(arena->at, arena->size, prot, MAP_SHARED | MAP_FIXED, arena->fd, 0);

	return at == MAP_FAILED ? -errno : 0;
}

int bm_arena_writable(struct bm_arena *arena, bool on)
{
	if (!arena->at)
		return -EFAULT;
	int err = map_again(arena, PROT_READ | (on ? PROT_WRITE : 0));

	if (!err)
		arena->writable = on;
	else if (map_again(arena, PROT_READ))
		arena->at = NULL;
	else
		arena->writable = false;
	return err;
}

/*
 * Page by page through the kernel, which reports a page that the arena has not and will
 * not make (BPF_F_SEGV_ON_FAULT, no memory) where touching it would kill us.
 */
static int copy(const struct bm_arena *arena, uint64_t offset, char *buf, size_t len, bool in)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	while (len) {
		size_t in_page = page - offset % page, n = len < in_page ? len : in_page;
		struct iovec mine = { buf, n }, theirs = { arena->at + offset, n };
		ssize_t done = in ? process_vm_writev(getpid(), &mine, 1, &theirs, 1, 0)
				  : process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0);

		if (done < 0 && (errno != EFAULT || in))
			return -errno;
		if (done < 0)
			memset(buf, 0, n);
		buf += n;
		offset += n;
		len -= n;
	}
	return 0;
}

int bm_arena_read(const struct bm_arena *arena, uint64_t offset, void *ret_buf, size_t len)
{
	return arena->at ? copy(arena, offset, ret_buf, len, false) : -EFAULT;
}

int bm_arena_write(const struct bm_arena *arena, uint64_t offset, const void *buf, size_t len)
{
	return arena->at ? copy(arena, offset, (char *)buf, len, true) : -EFAULT;
}
