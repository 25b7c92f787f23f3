// SPDX-License-Identifier: MIT
// E22: where an arena is mapped. Another process maps, writes and reads it: the witness.
#include "kernel.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { PAGES = 4 };

/* Free in this process, also beside the sanitizers' shadows. */
#define ADDRESS ((char *)0x7e9100000000ull)

static size_t size;

static struct bpfmap *arena(uint64_t address)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = 33, .max_entries = PAGES, .flags = BPF_F_MMAPABLE,
	    .map_extra = address);

	if (bpfmap_has_type(33)) {
		print_message("no arenas here\n");
		skip();
	}
	size = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	return create(&spec);
}

/* Another process that has it mapped at `at` until it is told to go: it writes 'w' at 5 and gives back what is at 6. */
struct other {
	pid_t pid;
	int to, from;
};

static struct other start_other(const struct bpfmap *map, char *at)
{
	struct other other;
	int to[2], from[2];
	char c;

	assert_int_equal(pipe(to) | pipe(from), 0);
	other = (struct other){ fork(), to[1], from[0] };
	if (!other.pid) {
		char *mapped = mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpfmap_fd(map), 0);

		close(to[1]);
		if (mapped == MAP_FAILED)
			_exit(1);
		mapped[5] = 'w';
		if (write(from[1], "r", 1) != 1 || read(to[0], &c, 1) != 1 || write(from[1], &mapped[6], 1) != 1)
			_exit(1);
		_exit(read(to[0], &c, 1) > 0);
	}
	close(to[0]);
	close(from[1]);
	assert_int_equal(read(other.from, &c, 1), 1);
	return other;
}

static char ask(struct other *other)
{
	char c = 0;

	assert_int_equal(write(other->to, "?", 1), 1);
	assert_int_equal(read(other->from, &c, 1), 1);
	return c;
}

static void end_other(struct other *other)
{
	close(other->to);
	close(other->from);
	assert_int_equal(waitpid(other->pid, NULL, 0), other->pid);
}

/* Both see the same pages. */
static void exchange_bytes(struct bpfmap *map, struct other *other)
{
	struct bpfmap_memory *mem;
	char c = 0;

	OK(bpfmap_memory_open(map, &mem));
	assert_int_equal(bpfmap_memory_size(mem), size);
	OK(bpfmap_memory_read(mem, 5, &c, 1));
	assert_int_equal(c, 'w');
	OK(bpfmap_memory_writable(mem, true));
	OK(bpfmap_memory_write(mem, 6, "x", 1));
	OK(bpfmap_memory_writable(mem, false));
	assert_int_equal(ask(other), 'x');
	bpfmap_memory_free(mem);
}

static void E22_address_of_creation(void **state)
{
	struct bpfmap *map = arena((uintptr_t)ADDRESS);
	uint64_t address = 0;

	(void)state;
	OK(bpfmap_arena_address(map, &address));
	assert_int_equal(address, (uintptr_t)ADDRESS);
	assert_int_equal(bpfmap_memory_bytes(map), size);
	struct other other = start_other(map, ADDRESS);
	exchange_bytes(map, &other);
	end_other(&other);
	bpfmap_free(map);
}

static void E22_address_chosen_by_another(void **state)
{
	struct bpfmap *map = arena(0);
	struct bpfmap_memory *mem;
	uint64_t address = 1;

	(void)state;
	FAILS(bpfmap_arena_address(map, &address), ENXIO, "nobody has mapped");
	FAILS(bpfmap_arena_address(map, &address), ENXIO, "nobody has mapped"); /* asking chose nothing */
	assert_int_equal(address, 1);
	struct other other = start_other(map, ADDRESS + size);
	OK(bpfmap_arena_address(map, &address));
	assert_int_equal(address, (uintptr_t)ADDRESS + size);
	exchange_bytes(map, &other);
	end_other(&other);
	FAILS(bpfmap_arena_address(map, &address), EADDRNOTAVAIL, "mapped no more");
	FAILS(bpfmap_memory_open(map, &mem), EADDRNOTAVAIL, "mapped no more");
	bpfmap_free(map);
}

static void E22_address_taken(void **state)
{
	struct bpfmap *map = arena((uintptr_t)ADDRESS);
	char *mine = mmap(ADDRESS + size / 2, size / 2, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	struct bpfmap_memory *mem;
	int fds = count_fds();

	(void)state;
	assert_ptr_equal(mine, ADDRESS + size / 2);
	mine[0] = 'm';
	FAILS(bpfmap_memory_open(map, &mem), EBUSY, "one address only");
	assert_int_equal(mine[0], 'm');
	assert_int_equal(count_fds(), fds);
	munmap(mine, size / 2);
	OK(bpfmap_memory_open(map, &mem));
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

static void E22_frozen_arena(void **state)
{
	struct bpfmap *map = arena((uintptr_t)ADDRESS);
	struct bpfmap_memory *mem;
	char c = 'x';

	(void)state;
	OK(bpfmap_memory_open(map, &mem));
	OK(bpfmap_memory_read(mem, 0, &c, 1));
	assert_int_equal(c, 0);
	OK(bpfmap_freeze(map)); /* being read does not keep it from that */
	FAILS(bpfmap_memory_writable(mem, true), EPERM, "frozen");
	FAILS(bpfmap_memory_write(mem, 0, &c, 1), EPERM, "not mapped for writing");
	OK(bpfmap_memory_read(mem, 0, &c, 1)); /* the old mapping is back */
	bpfmap_memory_free(mem);
	bpfmap_free(map);
}

static void E22_others_have_no_address(void **state)
{
	struct bpfmap *hash = make(BPF_MAP_TYPE_HASH, 4, 8, 4), *ring = make(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	uint64_t address;

	(void)state;
	FAILS(bpfmap_arena_address(hash, &address), EOPNOTSUPP, "only arenas");
	FAILS(bpfmap_arena_address(ring, &address), EOPNOTSUPP, "only arenas");
	assert_int_equal(bpfmap_memory_bytes(hash), 0);
	assert_int_equal(bpfmap_memory_bytes(ring), 0);
	bpfmap_free(hash);
	bpfmap_free(ring);
}

MAIN(NULL, NULL, T(E22_address_of_creation), T(E22_address_chosen_by_another), T(E22_address_taken),
    T(E22_frozen_arena), T(E22_others_have_no_address))
