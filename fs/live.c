/* SPDX-License-Identifier: MIT */
/* The open maps by id. One lock guards the chain, counts and times; opening happens outside it. */
#include <assert.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs/family.h"
#include "fs/live.h"
#include "fs/loop.h"
#include "fs/why.h"

#define LINGER_MS 1000
#define FROZEN_MS 1000
#define IDLE_MAX 64 /* more are closed before their second is over: fds are few, types are large */

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t closed = PTHREAD_COND_INITIALIZER;
static struct live *all;
static unsigned n_idle;

static long long now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static void destroy(struct live *live)
{
	codec_free(live->codec);
	btf__free(live->types);
	btf__free(live->btf);
	bpfmap_free(live->map);
	pthread_mutex_destroy(&live->write_lock);
	free(live);
}

static int compile(struct live *live, const struct bpfmap_info *info)
{
	struct text_shape shape = {
		.key_size = info->key_size,
		.value_size = info->value_size,
		.cpus = live->traits & BPFMAP_PERCPU ? (uint32_t)bpfmap_possible_cpus() : 0,
		.lpm = live->traits & BPFMAP_PREFIXES,
		.keys_are_indices = live->traits & BPFMAP_ARRAY,
		.max_entries = info->max_entries,
		.key_type = info->btf_key_type_id,
		.value_type = info->btf_value_type_id,
	};
	int err = info->btf_id ? bpfmap_btf(live->map, &live->btf) : 0;
	if (err && err != -EOPNOTSUPP)
		return fail_engine(err);
	shape.btf = live->btf;
	err = live->family->shape ? live->family->shape(live, info, &shape) : 0;
	err = err ? err : codec_new(&shape, &live->codec);
	if (err)
		return err;
	live->key_size = shape.key_size;
	live->value_bytes = codec_value_bytes(live->codec);
	if (codec_has_lock(live->codec))
		live->lock_flag = BPF_F_LOCK;
	return 0;
}

/* Takes the handle, also on failure. */
static int build(struct bpfmap *map, struct live **ret_live)
{
	struct bpfmap_info info = {.size = sizeof(info)};
	struct live *live = calloc(1, sizeof(*live));
	int err;

	if (!live) {
		bpfmap_free(map);
		return -ENOMEM;
	}
	pthread_mutex_init(&live->write_lock, NULL);
	live->map = map;
	err = bpfmap_info(map, &info);
	if (err) {
		destroy(live);
		return fail_engine(err);
	}
	live->id = info.id;
	live->traits = bpfmap_traits(map);
	live->family = family_of(map);
	live->frozen = info.frozen;
	live->frozen_asked_ms = now_ms();
	err = compile(live, &info);
	if (err) {
		destroy(live);
		return err;
	}
	*ret_live = live;
	return 0;
}

static struct live *find(uint32_t id)
{
	struct live *live = all;
	while (live && live->id != id)
		live = live->chain;
	if (live && !live->refs++)
		n_idle--;
	return live;
}

struct live *live_cached(uint32_t id)
{
	pthread_mutex_lock(&table_lock);
	struct live *live = find(id);
	pthread_mutex_unlock(&table_lock);
	return live;
}

int live_adopt(struct bpfmap *map, struct live **ret_live)
{
	struct live *live = live_cached(bpfmap_id(map)), *built = NULL;

	if (live) {
		bpfmap_free(map);
		*ret_live = live;
		return 0;
	}
	int err = build(map, &built);
	if (err)
		return err;
	pthread_mutex_lock(&table_lock);
	live = find(built->id); /* another thread may have been faster */
	if (!live) {
		live = built;
		live->refs = 1;
		live->chain = all;
		all = live;
	}
	pthread_mutex_unlock(&table_lock);
	if (live != built)
		destroy(built);
	*ret_live = live;
	return 0;
}

int live_by_id(uint32_t id, struct live **ret_live)
{
	struct bpfmap *map;
	struct live *live = live_cached(id);

	if (live) {
		*ret_live = live;
		return 0;
	}
	int err = bpfmap_open_id(id, 0, &map);
	return err ? fail_engine(err) : live_adopt(map, ret_live);
}

struct live *live_ref(struct live *live)
{
	pthread_mutex_lock(&table_lock);
	live->refs++;
	pthread_mutex_unlock(&table_lock);
	return live;
}

/* Takes the one that has been idle for longest out of the table; the lock is held. */
static struct live *take_oldest_idle(void)
{
	struct live **oldest = NULL;

	for (struct live **p = &all; *p; p = &(*p)->chain) {
		if (!(*p)->refs && (!oldest || (*p)->last_used_ms <= (*oldest)->last_used_ms))
			oldest = p;
	}
	struct live *live = *oldest;
	*oldest = live->chain;
	n_idle--;
	return live;
}

void live_put(struct live *live)
{
	struct live *dead = NULL;

	if (!live)
		return;
	pthread_mutex_lock(&table_lock);
	assert(live->refs);
	live->last_used_ms = now_ms();
	if (!--live->refs && ++n_idle > IDLE_MAX)
		dead = take_oldest_idle();
	pthread_mutex_unlock(&table_lock);
	if (dead)
		destroy(dead);
}

bool live_frozen(struct live *live)
{
	struct bpfmap_info info = {.size = sizeof(info)};

	pthread_mutex_lock(&table_lock);
	long long t = now_ms();
	bool frozen = live->frozen, ask = !frozen && t - live->frozen_asked_ms >= FROZEN_MS;
	if (ask)
		live->frozen_asked_ms = t;
	pthread_mutex_unlock(&table_lock);
	if (!ask || bpfmap_info(live->map, &info))
		return frozen;
	if (info.frozen) /* there is no way back */
		live_is_frozen(live);
	return info.frozen;
}

void live_is_frozen(struct live *live)
{
	pthread_mutex_lock(&table_lock);
	live->frozen = true;
	pthread_mutex_unlock(&table_lock);
}

void live_closing(struct live *live, struct closing *closing, uint64_t order)
{
	pthread_mutex_lock(&table_lock);
	closing->order = order;
	closing->next = live->closing;
	live->closing = closing;
	pthread_mutex_unlock(&table_lock);
}

void live_closed(struct live *live, struct closing *closing)
{
	pthread_mutex_lock(&table_lock);
	struct closing **p = &live->closing;
	while (*p != closing)
		p = &(*p)->next;
	*p = closing->next;
	pthread_cond_broadcast(&closed);
	pthread_mutex_unlock(&table_lock);
}

/* The lock is held. */
static bool is_closing_before(const struct live *live, uint64_t order)
{
	const struct closing *c = live->closing;
	while (c && c->order >= order)
		c = c->next;
	return c != NULL;
}

static void wait_for_closing(struct live *live, uint64_t order)
{
	loop_leave_turn();
	loop_barrier();
	pthread_mutex_lock(&table_lock);
	while (is_closing_before(live, order))
		pthread_cond_wait(&closed, &table_lock);
	pthread_mutex_unlock(&table_lock);
}

void live_close_turn(struct live *live, struct closing *closing)
{
	if (atomic_load(&live->close_work) > 1)
		wait_for_closing(live, closing->order);
}

void live_wait(struct live *live, bool own_close_work)
{
	if (atomic_load(&live->close_work) > own_close_work)
		wait_for_closing(live, UINT64_MAX);
}

int live_reap(void)
{
	struct live *dead = NULL, **p = &all;
	int wait = -1;

	pthread_mutex_lock(&table_lock);
	while (*p) {
		struct live *live = *p;
		long long left = live->last_used_ms + LINGER_MS - now_ms();
		if (!live->refs && left <= 0) {
			*p = live->chain;
			n_idle--;
			live->chain = dead;
			dead = live;
			continue;
		}
		int again = live->refs ? LINGER_MS : (int)left;
		wait = wait < 0 || again < wait ? again : wait;
		p = &live->chain;
	}
	pthread_mutex_unlock(&table_lock);
	while (dead) {
		struct live *next = dead->chain;
		destroy(dead);
		dead = next;
	}
	return wait;
}

void live_free_all(void)
{
	while (all) {
		struct live *next = all->chain;
		destroy(all);
		all = next;
	}
}
