/* SPDX-License-Identifier: MIT */
/* The names in a map's directory → keys: looked up, created, deleted. listing.c walks them. */
#include <errno.h>
#include <string.h>

#include "fs/entry.h"
#include "fs/file.h"
#include "fs/listing.h"
#include "fs/map.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

static int no_entries(const struct live *live)
{
	return fail(EOPNOTSUPP, "a map of type %s has no entries that are shown as files",
		    bpfmap_type_name(bpfmap_type(live->map)));
}

/* R11: the key whose name, being too long, is listed by this shortened one. */
static int find_shortened(struct live *live, const char *name, void *ret_key)
{
	struct text_buf *full = scratch_text(SCRATCH_NAME);
	char shortened[NAME_LIMIT + 1];
	struct bpfmap_iter *iter;
	const void *key, *value;
	int more, err = bpfmap_iter_new(live->map, BPFMAP_ITER_KEYS, &iter);

	if (err)
		return fail_engine(err);
	while ((more = bpfmap_iter_next(iter, &key, &value)) == 1) {
		full->len = 0;
		more = name_print(live->codec, key, full);
		if (more)
			break;
		if (full->len <= NAME_LIMIT)
			continue;
		name_shorten(full->data, full->len, shortened);
		if (!strcmp(shortened, name)) {
			memcpy(ret_key, key, live->key_size);
			more = 1;
			break;
		}
	}
	bpfmap_iter_free(iter);
	return more == 1 ? 0 : more < 0 ? more : -ENOENT;
}

/* A name → its key in SCRATCH_KEY. -ENOENT: no key of this map can have that name. */
static int key_of(struct live *live, const char *name, void **ret_key)
{
	struct text_note note = {""};
	size_t len = strlen(name);
	void *key = scratch_bytes(SCRATCH_KEY, live->key_size);
	int err;

	if (!key)
		return -ENOMEM;
	if (!live->has_entries)
		return -ENOENT;
	*ret_key = key;
	err = name_parse(live->codec, name, len, key, &note);
	if (err == -EINVAL && name_is_short_form(name, len))
		return find_shortened(live, name, key);
	if (err == -EINVAL)
		return fail(ENOENT, "%s", note.msg);
	return err;
}

int keys_lookup(struct node *dir, struct live *live, const struct node_kind *kind, const char *name,
		struct node **ret_node, struct stat *ret_st)
{
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes), *key;
	struct node *node;
	int err = value ? key_of(live, name, &key) : -ENOMEM;

	err = err ? err : store_lookup(live, key, value);
	err = err ? err : entry_node(dir, kind, live, key, &node);
	if (err)
		return err;
	err = entry_stat(node, live, value, ret_st);
	if (err)
		node_put(node);
	else
		*ret_node = node;
	return err;
}

int keys_create(struct node *dir, struct live *live, const struct node_kind *kind, const char *name,
		struct file *file, struct node **ret_node, struct stat *ret_st)
{
	struct node *node;
	void *key;
	int err;

	if (!live->has_entries)
		return no_entries(live);
	if (name_is_short_form(name, strlen(name)))
		return fail(EINVAL, "a shortened name finds keys that exist and makes none; write the key to the map's "
				    ".tsv or through bpftool");
	err = key_of(live, name, &key);
	if (err)
		return err == -ENOENT ? -EINVAL : err;
	err = entry_node(dir, kind, live, key, &node);
	if (err)
		return err;
	err = entry_stat_unwritten(node, live, ret_st);
	if (err) {
		node_put(node);
		return err;
	}
	file->live = live_ref(live);
	*ret_node = node;
	return 0;
}

int keys_opendir(struct node *dir, struct live *live, const struct node_kind *kind, struct file *file)
{
	file->live = live;
	(void)dir;
	return listing_new(file, kind);
}

int keys_unlink(struct live *live, const char *name)
{
	void *key;
	int err = key_of(live, name, &key);
	return err ? err : store_delete(live, key);
}

int keys_empty(struct live *live)
{
	void *key = scratch_bytes(SCRATCH_KEY, live->key_size + 1);

	if (!key)
		return -ENOMEM;
	if (!(live->traits & BPFMAP_ITERABLE) || !(live->traits & BPFMAP_KEYED))
		return 0;
	int err = bpfmap_next_key(live->map, NULL, key);
	return err == -ENOENT ? 1 : err ? fail_engine(err) : 0;
}
