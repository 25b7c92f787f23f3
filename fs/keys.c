/* SPDX-License-Identifier: MIT */
/* The names in a map's directory → keys: looked up, created, deleted. listing.c walks them. */
#include <errno.h>
#include <string.h>

#include "fs/entries.h"
#include "fs/entry.h"
#include "fs/family.h"
#include "fs/file.h"
#include "fs/listing.h"
#include "fs/map.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

/* R11: the key whose name, being too long, is listed by this shortened one. */
static int find_shortened(struct live *live, const char *name, void *ret_key)
{
	struct text_buf *full = scratch_text(SCRATCH_NAME);
	char shortened[NAME_LIMIT + 1];
	struct entries *walk;
	const void *key, *value;
	int more, err = entries_new(live, true, &walk);

	if (err)
		return err == -EOPNOTSUPP ? -ENOENT : err;
	while ((more = entries_next(walk, &key, &value)) == 1) {
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
	entries_free(walk);
	return more == 1 ? 0 : more < 0 ? more : -ENOENT;
}

int keys_parse(struct live *live, const char *name, void **ret_key)
{
	struct text_note note = {""};
	size_t len = strlen(name);
	void *key = scratch_bytes(SCRATCH_KEY, live->key_size);
	int err;

	if (!key)
		return -ENOMEM;
	if (live->family->no_entries)
		return -ENOENT;
	*ret_key = key;
	err = name_parse(live->codec, name, len, key, &note);
	if (err == -EINVAL && live->family->spelled && !live->family->spelled(live, name, key))
		return 0;
	if (err == -EINVAL && name_is_short_form(name, len))
		return find_shortened(live, name, key);
	if (err == -EINVAL)
		return fail(ENOENT, "%s", note.msg);
	return err;
}

/* The entry's node, if the kind finds that it is there. */
static int node_with_stat(struct node *dir, struct live *live, const struct node_kind *kind, const void *key,
			  struct node **ret_node, struct stat *ret_st)
{
	struct node *node;
	int err = entry_node(dir, kind, live, key, &node);

	if (err)
		return err;
	err = kind->getattr(node, ret_st);
	if (err)
		node_put(node);
	else
		*ret_node = node;
	return err;
}

/* The same in one lookup, where the node is one with a value. */
static int valued_node(struct node *dir, struct live *live, const struct node_kind *kind, const void *key,
		       struct node **ret_node, struct stat *ret_st)
{
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);
	struct node *node;
	int err = value ? store_lookup(live, key, value) : -ENOMEM;

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

int keys_lookup(struct node *dir, struct live *live, const struct node_kind *kind, const char *name,
		struct node **ret_node, struct stat *ret_st)
{
	bool valued = kind == &entry_kind || kind == &raw_kind;
	void *key;
	int err = keys_parse(live, name, &key);

	if (err == -ENOENT && live->family->held)
		return live->family->held(dir, name, ret_node, ret_st);
	if (err)
		return err;
	return (valued ? valued_node : node_with_stat)(dir, live, kind, key, ret_node, ret_st);
}

int keys_create(struct node *dir, struct live *live, const struct node_kind *kind, const char *name,
		struct file *file, struct node **ret_node, struct stat *ret_st)
{
	struct node *node;
	void *key;
	int err = family_writes(live);

	if (err)
		return err;
	if (!kind->open)
		return fail(EPERM, "the entries of this map are symlinks: ln -s MAP NAME stores a map");
	if (name_is_short_form(name, strlen(name)))
		return fail(EINVAL, "a shortened name finds keys that exist and makes none; write the key to the map's "
				    ".tsv or through bpftool");
	err = keys_parse(live, name, &key);
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

int keys_unlink(struct node *dir, struct live *live, const char *name)
{
	void *key;
	int err = keys_parse(live, name, &key);

	if (err == -ENOENT && live->family->unhold)
		return live->family->unhold(dir, name);
	return err ? err : store_delete(live, key);
}

int keys_symlink(struct node *dir, struct live *live, const char *name, const char *target, const struct caller *who)
{
	if (!live->family->symlink)
		return fail(EOPNOTSUPP, "a map of type %s holds no links", bpfmap_type_name(bpfmap_type(live->map)));
	return live->family->symlink(dir, live, name, target, who);
}

int keys_rename(struct node *dir, struct live *live, const char *name, struct node *to_dir, const char *to_name,
		unsigned flags, const struct caller *who)
{
	if (dir != to_dir || !live->family->rename)
		return fail(EXDEV, "an entry cannot be renamed, only copied and deleted");
	return live->family->rename(dir, live, name, to_name, flags, who);
}

int keys_empty(struct live *live)
{
	struct entries *walk;
	const void *key, *value;

	if (family_lists(live))
		return 0;
	int more = entries_new(live, true, &walk);
	if (more)
		return more;
	more = entries_next(walk, &key, &value);
	entries_free(walk);
	return more < 0 ? more : !more;
}
