/* SPDX-License-Identifier: MIT */
/*
 * The node table. One lock guards chains, counts, parents, names and the list of idle nodes; finding or
 * making a node and counting it happen under the same hold of it, as do uncounting and freeing.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fs/hash.h"
#include "fs/node.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct node **buckets;
static size_t n_buckets, n_nodes;
static struct node idle = {.older = &idle, .newer = &idle}; /* idle.newer is the oldest node */

static pthread_mutex_t stripes[64] = {[0 ... 63] = PTHREAD_MUTEX_INITIALIZER};

struct node root = {.refs = 1, .nlookup = 1, .ino = 1, .id = "", .hash = 1};

static unsigned now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (unsigned)ts.tv_sec;
}

void node_lock(struct node *node)
{
	pthread_mutex_lock(&stripes[((uintptr_t)node >> 6) % 64]);
}

void node_unlock(struct node *node)
{
	pthread_mutex_unlock(&stripes[((uintptr_t)node >> 6) % 64]);
}

static uint64_t hash_id(const struct node_id *id)
{
	uint64_t seed = hash_mix((uintptr_t)id->parent, (uintptr_t)id->kind);
	return hash_bytes(hash_mix(seed, (uintptr_t)id->form ^ id->map_id), id->bytes, id->len);
}

uint64_t node_ino(const struct node_id *id)
{
	uint64_t kind = hash_bytes(0, id->kind->name, strlen(id->kind->name));
	uint64_t ino = hash_bytes(hash_mix(id->parent->ino, kind), id->bytes, id->len);
	return ino > 1 ? ino : ino + 2;
}

/* ---- chains; the lock is held ---- */

static int grow(void)
{
	size_t n = n_buckets ? n_buckets * 2 : 256;
	struct node **new = calloc(n, sizeof(struct node *));

	if (!new)
		return n_buckets ? 0 : -ENOMEM;
	for (size_t i = 0; i < n_buckets; i++) {
		for (struct node *node = buckets[i], *next; node; node = next) {
			next = node->chain;
			node->chain = new[node->hash & (n - 1)];
			new[node->hash & (n - 1)] = node;
		}
	}
	free(buckets);
	buckets = new;
	n_buckets = n;
	return 0;
}

static bool is(const struct node *node, const struct node_id *id, uint64_t hash)
{
	return node->hash == hash && node->parent == id->parent && node->kind == id->kind && node->form == id->form &&
	       node->map_id == id->map_id && node->len == id->len && !memcmp(node->id, id->bytes, id->len);
}

static struct node *find(const struct node_id *id, uint64_t hash)
{
	struct node *node = n_buckets ? buckets[hash & (n_buckets - 1)] : NULL;
	while (node && !is(node, id, hash))
		node = node->chain;
	return node;
}

static void chain_in(struct node *node)
{
	struct node **bucket = &buckets[node->hash & (n_buckets - 1)];
	node->chain = *bucket;
	*bucket = node;
	node->hashed = true;
	n_nodes++;
}

static void chain_out(struct node *node)
{
	if (!node->hashed)
		return;
	struct node **p = &buckets[node->hash & (n_buckets - 1)];
	while (*p != node)
		p = &(*p)->chain;
	*p = node->chain;
	node->hashed = false;
	n_nodes--;
}

static void unlist(struct node *node)
{
	if (!node->listed)
		return;
	node->older->newer = node->newer;
	node->newer->older = node->older;
	node->listed = false;
}

static void touch(struct node *node)
{
	unlist(node);
	node->touched = now();
	node->newer = &idle;
	node->older = idle.older;
	idle.older->newer = node;
	idle.older = node;
	node->listed = true;
}

static struct node *make(const struct node_id *id, uint64_t hash)
{
	struct node *node = calloc(1, sizeof(*node));
	char *bytes = malloc(id->len + 1);

	if (!node || !bytes || (n_nodes >= n_buckets && grow())) {
		free(node);
		free(bytes);
		return NULL;
	}
	memcpy(bytes, id->bytes, id->len);
	bytes[id->len] = 0;
	*node = (struct node){.parent = id->parent, .kind = id->kind, .form = id->form, .map_id = id->map_id,
			      .len = (uint32_t)id->len, .id = bytes, .hash = hash};
	node->parent->refs++;
	chain_in(node);
	return node;
}

/* Frees the node where nothing holds it any longer, and then perhaps its parents. */
static void release(struct node *node)
{
	while (node != &root && !node->refs && !node->nlookup) {
		struct node *parent = node->parent;
		chain_out(node);
		unlist(node);
		if (node->kind->forget)
			node->kind->forget(node);
		free(node->spelling);
		free(node->id);
		free(node);
		parent->refs--;
		node = parent;
	}
}

/* ---- the interface ---- */

int node_get(const struct node_id *id, struct node **ret_node)
{
	uint64_t hash = hash_id(id);

	pthread_mutex_lock(&table_lock);
	struct node *node = find(id, hash);
	if (!node)
		node = make(id, hash);
	if (node) {
		node->refs++;
		uint64_t ino = node_ino(id);
		if (node->ino != ino) /* new, or an ancestor has moved */
			node->ino = ino;
		touch(node);
		*ret_node = node;
	}
	pthread_mutex_unlock(&table_lock);
	return node ? 0 : -ENOMEM;
}

struct node *node_find(const struct node_id *id)
{
	pthread_mutex_lock(&table_lock);
	struct node *node = find(id, hash_id(id));
	if (node)
		node->refs++;
	pthread_mutex_unlock(&table_lock);
	return node;
}

struct node *node_ref(struct node *node)
{
	pthread_mutex_lock(&table_lock);
	node->refs++;
	pthread_mutex_unlock(&table_lock);
	return node;
}

void node_put(struct node *node)
{
	if (!node)
		return;
	pthread_mutex_lock(&table_lock);
	node->refs--;
	release(node);
	pthread_mutex_unlock(&table_lock);
}

void node_known(struct node *node)
{
	pthread_mutex_lock(&table_lock);
	node->nlookup++;
	pthread_mutex_unlock(&table_lock);
}

void node_forget(struct node *node, uint64_t nlookup)
{
	pthread_mutex_lock(&table_lock);
	node->nlookup -= nlookup < node->nlookup ? nlookup : node->nlookup;
	release(node);
	pthread_mutex_unlock(&table_lock);
}

void node_detach(struct node *node)
{
	pthread_mutex_lock(&table_lock);
	chain_out(node);
	pthread_mutex_unlock(&table_lock);
}

int node_move(struct node *node, struct node *to_dir, const char *to_name)
{
	struct node_id to = {.parent = to_dir, .kind = node->kind, .bytes = to_name, .len = strlen(to_name)};
	char *name = strdup(to_name);
	if (!name)
		return -ENOMEM;

	pthread_mutex_lock(&table_lock);
	uint64_t hash = hash_id(&to);
	struct node *there = find(&to, hash), *old_parent = node->parent;
	if (there && there != node)
		chain_out(there);
	chain_out(node);
	free(node->id);
	node->id = name;
	node->len = (uint32_t)to.len;
	node->hash = hash;
	node->parent = to_dir;
	to_dir->refs++;
	old_parent->refs--;
	chain_in(node);
	node->ino = node_ino(&to);
	release(old_parent);
	pthread_mutex_unlock(&table_lock);
	return 0;
}

static int names(const struct node *node, struct text_buf *out)
{
	if (node == &root)
		return 0;
	int err = names(node->parent, out);
	if (!err && node->parent != &root)
		err = text_append(out, "/", 1);
	return err ? err : text_append(out, node->id, node->len);
}

int node_names(struct node *node, struct text_buf *out)
{
	pthread_mutex_lock(&table_lock);
	int err = names(node, out);
	pthread_mutex_unlock(&table_lock);
	return err;
}

int node_path(struct node *node, struct text_buf *out)
{
	return node->kind->path ? node->kind->path(node, out) : node_names(node, out);
}

int node_name(struct node *node, struct text_buf *out)
{
	pthread_mutex_lock(&table_lock);
	int err = text_append(out, node->id, node->len);
	pthread_mutex_unlock(&table_lock);
	return err;
}

uint64_t node_parent_ino(struct node *node)
{
	pthread_mutex_lock(&table_lock);
	uint64_t ino = node == &root ? node->ino : node->parent->ino;
	pthread_mutex_unlock(&table_lock);
	return ino;
}

int node_spelled(struct node *node, const char *name)
{
	char *copy = strdup(name), *old;

	if (!copy)
		return -ENOMEM;
	pthread_mutex_lock(&table_lock);
	old = node->spelling;
	node->spelling = copy;
	pthread_mutex_unlock(&table_lock);
	free(old);
	return 0;
}

int node_spelling(struct node *node, struct text_buf *out, struct node **ret_parent)
{
	pthread_mutex_lock(&table_lock);
	int err = node->spelling ? text_append(out, node->spelling, strlen(node->spelling)) : -ENOENT;
	if (!err) {
		*ret_parent = node->parent;
		node->parent->refs++;
	}
	pthread_mutex_unlock(&table_lock);
	return err;
}

int node_setattr_nothing(struct node *node, const struct stat *want, int to_set, const struct caller *who)
{
	(void)node, (void)want, (void)to_set, (void)who;
	return 0;
}

size_t node_idle(unsigned min_idle, struct node **ret, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&table_lock);
	unsigned t = now();
	for (size_t seen = n_nodes; seen && n < max; seen--) {
		struct node *node = idle.newer;
		if (node == &idle || t - node->touched < min_idle)
			break;
		touch(node); /* asked about again only after another idle time */
		if (node->nlookup) {
			node->refs++;
			ret[n++] = node;
		}
	}
	pthread_mutex_unlock(&table_lock);
	return n;
}

size_t node_count(void)
{
	pthread_mutex_lock(&table_lock);
	size_t n = n_nodes;
	pthread_mutex_unlock(&table_lock);
	return n;
}

/* At the end of the process, when no request can come any more: forgets are not guaranteed at unmount. */
void node_table_free(void)
{
	struct node *node;

	while ((node = idle.newer) != &idle) {
		unlist(node);
		chain_out(node);
		if (node->kind->forget)
			node->kind->forget(node);
		free(node->spelling);
		free(node->id);
		free(node);
	}
	free(buckets);
	buckets = NULL;
	n_buckets = n_nodes = 0;
}
