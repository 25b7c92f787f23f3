/* SPDX-License-Identifier: MIT */
/*
 * Memories by map id. To find an arena's address may take as long as processes have mappings, so it is opened
 * under a lock of its own, that nobody waits for long: one worker is kept busy then, and the list is free.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "fs/memory.h"
#include "fs/why.h"

#ifndef BPF_F_SEGV_ON_FAULT
#define BPF_F_SEGV_ON_FAULT (1u << 17) /* Linux 6.9; not in older headers */
#endif

struct memory {
	uint32_t id;
	pthread_mutex_t lock; /* of engine: it is used by one thread at a time */
	struct bpfmap_memory *engine;
	/* under list_lock */
	struct memory *next;
	unsigned refs;
};

#define PATIENCE_NS 200000000

/* Before list_lock: whoever opens an arena holds it, so that none is mapped twice. */
static pthread_mutex_t arena_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct memory *list;

static bool is_arena(const struct live *live)
{
	return !(live->traits & BPFMAP_ARRAY);
}

static bool kills_readers(const struct live *live)
{
	return is_arena(live) && bpfmap_flags(live->map) & BPF_F_SEGV_ON_FAULT;
}

size_t memory_size(const struct live *live)
{
	return kills_readers(live) ? 0 : bpfmap_memory_bytes(live->map);
}

int memory_applies(const struct live *live)
{
	struct memory *memory;

	if (!bpfmap_memory_bytes(live->map))
		return fail(EOPNOTSUPP, "this %s has no memory to map: arenas and arrays with flags=mmapable have",
			    bpfmap_type_name(bpfmap_type(live->map)));
	if (kills_readers(live))
		return fail(EOPNOTSUPP, "an arena with flags=segv_on_fault kills who touches a page that it has not");
	if (is_arena(live)) /* whether it can be mapped now is another question */
		return 0;
	int err = memory_get(live, &memory);
	if (!err)
		memory_put(memory);
	return err == -EOPNOTSUPP ? err : 0;
}

/* An arena that nobody has mapped gets no address from us: its owner could not map it any more. */
static int open_engine(const struct live *live, struct bpfmap_memory **ret_engine)
{
	uint64_t address;
	int err = is_arena(live) ? bpfmap_arena_address(live->map, &address) : 0;

	err = err ? err : bpfmap_memory_open(live->map, ret_engine);
	return err ? fail_engine(err) : 0;
}

static int make(const struct live *live, struct memory **ret_memory)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	int err = memory ? open_engine(live, &memory->engine) : -ENOMEM;

	if (err) {
		free(memory);
		return err;
	}
	memory->id = live->id;
	pthread_mutex_init(&memory->lock, NULL);
	*ret_memory = memory;
	return 0;
}

/* ---- the list's lock is held ---- */

static struct memory *find(const struct live *live)
{
	struct memory *memory = list;

	while (memory && memory->id != live->id)
		memory = memory->next;
	if (memory)
		memory->refs++;
	return memory;
}

static void list_in(struct memory *memory)
{
	memory->refs = 1;
	memory->next = list;
	list = memory;
}

static int get_array(const struct live *live, struct memory **ret_memory)
{
	struct memory *memory = find(live);
	int err = 0;

	if (!memory) {
		err = make(live, &memory);
		if (!err)
			list_in(memory);
	}
	if (!err)
		*ret_memory = memory;
	return err;
}

/* ---- the arenas' lock is held ---- */

static int get_arena(const struct live *live, struct memory **ret_memory)
{
	pthread_mutex_lock(&list_lock);
	struct memory *memory = find(live);
	pthread_mutex_unlock(&list_lock);
	int err = 0;

	if (!memory) {
		err = make(live, &memory);
		pthread_mutex_lock(&list_lock);
		if (!err)
			list_in(memory);
		pthread_mutex_unlock(&list_lock);
	}
	if (!err)
		*ret_memory = memory;
	return err;
}

/* ---- the interface ---- */

static int lock_arenas(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += PATIENCE_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (pthread_mutex_timedlock(&arena_lock, &until))
		return fail(EBUSY, "an arena's address is being looked for in all processes: try again");
	return 0;
}

int memory_get(const struct live *live, struct memory **ret_memory)
{
	int err;

	if (!is_arena(live)) {
		pthread_mutex_lock(&list_lock);
		err = get_array(live, ret_memory);
		pthread_mutex_unlock(&list_lock);
		return err;
	}
	err = lock_arenas();
	if (err)
		return err;
	err = get_arena(live, ret_memory);
	pthread_mutex_unlock(&arena_lock);
	return err;
}

void memory_put(struct memory *memory)
{
	if (!memory)
		return;
	pthread_mutex_lock(&list_lock);
	if (!--memory->refs) {
		struct memory **p = &list;
		while (*p != memory)
			p = &(*p)->next;
		*p = memory->next;
		bpfmap_memory_free(memory->engine); /* before another may map it */
		pthread_mutex_destroy(&memory->lock);
		free(memory);
	}
	pthread_mutex_unlock(&list_lock);
}

int memory_read(struct memory *memory, size_t offset, void *ret_buf, size_t len)
{
	pthread_mutex_lock(&memory->lock);
	int err = bpfmap_memory_read(memory->engine, offset, ret_buf, len);
	pthread_mutex_unlock(&memory->lock);
	return err ? fail_engine(err) : 0;
}

int memory_change(struct memory *memory, int (*change)(struct bpfmap_memory *engine, void *arg), void *arg)
{
	pthread_mutex_lock(&memory->lock);
	int err = bpfmap_memory_writable(memory->engine, true);
	if (err)
		fail_engine(err);
	else
		err = change(memory->engine, arg);
	bpfmap_memory_writable(memory->engine, false);
	pthread_mutex_unlock(&memory->lock);
	return err;
}
