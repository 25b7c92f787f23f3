/* SPDX-License-Identifier: MIT */
/* A small table, oldest first, that one lock guards; a directory is known by its st_ino. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs/attr.h"
#include "fs/family/held.h"
#include "fs/map.h"
#include "fs/reap.h"

#define HELD_MAX 64
#define HELD_S 60

struct held {
	uint64_t dir;
	uint32_t map_id;
	uid_t uid;
	time_t since; /* monotonic */
	char *name, *target;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct held all[HELD_MAX];
static size_t n_held;

static time_t now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

/* ---- the lock is held ---- */

static void take_out(struct held *h)
{
	free(h->name);
	free(h->target);
	n_held--;
	memmove(h, h + 1, (size_t)(all + n_held - h) * sizeof(*h));
}

static void take_out_old(void)
{
	while (n_held && now() - all[0].since >= HELD_S)
		take_out(&all[0]);
}

static struct held *find(const struct node *dir, const char *name)
{
	take_out_old();
	for (struct held *h = all; h < all + n_held; h++) {
		if (h->dir == dir->ino && !strcmp(h->name, name))
			return h;
	}
	return NULL;
}

/* ---- the interface ---- */

int held_add(struct node *dir, const char *name, uint32_t map_id, const char *target, uid_t uid)
{
	struct held h = {.dir = dir->ino, .map_id = map_id, .uid = uid, .since = now(),
			 .name = strdup(name), .target = strdup(target)};
	int err = h.name && h.target ? 0 : -ENOMEM;

	pthread_mutex_lock(&lock);
	if (!err && find(dir, name))
		err = -EEXIST;
	if (!err && n_held == HELD_MAX)
		take_out(&all[0]);
	if (!err)
		all[n_held++] = h;
	pthread_mutex_unlock(&lock);
	if (err) {
		free(h.name);
		free(h.target);
	}
	reap_soon();
	return err;
}

int held_find(struct node *dir, const char *name, struct held_link *ret_link)
{
	pthread_mutex_lock(&lock);
	const struct held *h = find(dir, name);
	struct held_link link = {0};
	if (h)
		link = (struct held_link){.target = strdup(h->target), .map_id = h->map_id, .uid = h->uid};
	pthread_mutex_unlock(&lock);
	if (!h)
		return -ENOENT;
	if (!link.target)
		return -ENOMEM;
	*ret_link = link;
	return 0;
}

int held_remove(struct node *dir, const char *name)
{
	pthread_mutex_lock(&lock);
	struct held *h = find(dir, name);
	if (h)
		take_out(h);
	pthread_mutex_unlock(&lock);
	return h ? 0 : -ENOENT;
}

bool held_reap(void)
{
	pthread_mutex_lock(&lock);
	take_out_old();
	bool left = n_held > 0;
	pthread_mutex_unlock(&lock);
	return left;
}

/* ---- as a node ---- */

static int held_readlink(struct node *node, struct text_buf *out)
{
	struct held_link link;
	int err = held_find(node->parent, node->id, &link);

	if (err)
		return err;
	err = text_append(out, link.target, strlen(link.target));
	free(link.target);
	return err;
}

static int held_getattr(struct node *node, struct stat *ret_st)
{
	struct held_link link;
	struct stat pin;
	int err = held_find(node->parent, node->id, &link);

	if (err)
		return err;
	err = map_owner(node, &pin);
	ret_st->st_ino = node->ino;
	if (!err)
		attr_link(&pin, strlen(link.target), ret_st);
	free(link.target);
	return err;
}

static const struct node_kind held_kind = {
	.name = "held",
	.type = S_IFLNK,
	.getattr = held_getattr,
	.setattr = node_setattr_nothing,
	.readlink = held_readlink,
};

int held_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	struct node_id id = {.parent = dir, .kind = &held_kind, .bytes = name, .len = strlen(name)};
	struct node *node;
	int err = node_get(&id, &node);

	if (err)
		return err;
	err = held_getattr(node, ret_st);
	if (err)
		node_put(node);
	else
		*ret_node = node;
	return err;
}
