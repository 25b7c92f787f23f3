/* SPDX-License-Identifier: MIT */
/* Memories by map id. The list's lock is held while one is opened, so that no arena is mapped twice. */
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdlib.h>

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
		return fail(EOPNOTSUPP, "this %s has no memory to map: arenas and arrays with flags=mmapable have", bpfmap_type_name(bpfmap_type(live->map)));
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

/* The list's lock is held. */
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
	memory->next = list;
	list = memory;
	*ret_memory = memory;
	return 0;
}

int memory_get(const struct live *live, struct memory **ret_memory)
{
	int err = 0;

	pthread_mutex_lock(&list_lock);
	struct memory *memory = list;
	while (memory && memory->id != live->id)
		memory = memory->next;
	if (!memory)
		err = make(live, &memory);
	if (!err) {
		memory->refs++;
		*ret_memory = memory;
	}
	pthread_mutex_unlock(&list_lock);
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
