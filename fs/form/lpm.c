/* SPDX-License-Identifier: MIT */
/* M.lpm/ADDRESS: what a trie answers for an address, the value of the longest prefix that matches. Not listed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fs/attr.h"
#include "fs/entry.h"
#include "fs/file.h"
#include "fs/forms.h"
#include "fs/keydir.h"
#include "fs/map.h"
#include "fs/names.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

int lpm_applies(const struct live *live)
{
	if (live->traits & BPFMAP_PREFIXES)
		return 0;
	return fail(EOPNOTSUPP, "a map of type %s has no prefixes to match", bpfmap_type_name(bpfmap_type(live->map)));
}

/* ---- M.lpm/ADDRESS ---- */

static int match(const struct node *node, const struct live *live, void **ret_value)
{
	*ret_value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);
	return *ret_value ? store_match(live, node->id, *ret_value) : -ENOMEM;
}

static int render(struct file *file, struct text_buf *out)
{
	void *value;
	int err = match(file->node, file->live, &value);

	if (err)
		return err == -ENOENT ? fail(ENOENT, "no prefix matches this address") : err;
	err = value_print(file->live->codec, value, out);
	return err ? err : text_append(out, "\n", 1);
}

static const struct file_ops match_ops = {.render = render};

static int match_getattr(struct node *node, struct stat *ret_st)
{
	struct live *live;
	struct stat pin;
	size_t size = 0;
	void *value;
	int err = live_by_id(node->map_id, &live);

	if (err)
		return err;
	live_wait(live, false);
	err = match(node, live, &value);
	err = err ? err : entry_size(node->kind, live, value, &size);
	err = err ? err : map_owner(node, &pin);
	ret_st->st_ino = node->ino;
	if (!err)
		attr_file(&pin, live_frozen(live), ATTR_READ, size, ret_st);
	live_put(live);
	return err;
}

static int match_open(struct node *node, struct file *file)
{
	if ((file->flags & O_ACCMODE) != O_RDONLY)
		return fail(EACCES, "what an address matches is read only; write the prefix's own entry");
	file->ops = &match_ops;
	return live_by_id(node->map_id, &file->live);
}

static const struct node_kind match_kind = {
	.name = "match",
	.getattr = match_getattr,
	.setattr = node_setattr_nothing,
	.open = match_open,
	.path = entry_path,
};

/* ---- M.lpm/ ---- */

/* An address alone is the prefix of all its bits. */
static int key_of_address(const struct live *live, const char *name, void **ret_key)
{
	struct text_buf *full = scratch_text(SCRATCH_NAME);
	struct text_note note = {""};
	void *key = scratch_bytes(SCRATCH_KEY, live->key_size);
	int err = key ? text_append(full, name, strlen(name)) : -ENOMEM;

	if (!err && !strchr(name, '_'))
		err = text_printf(full, "_%zu", (live->key_size - 4) * 8);
	if (err)
		return err;
	*ret_key = key;
	err = name_parse(live->codec, full->data, full->len, key, &note);
	return err == -EINVAL ? -ENOENT : err;
}

static int lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st)
{
	struct live *live;
	struct node *node;
	void *key;
	int err = map_live(dir, &live);

	if (err)
		return err;
	err = lpm_applies(live) ? -ENOENT : key_of_address(live, name, &key);
	err = err ? err : entry_node(dir, &match_kind, live, key, &node);
	live_put(live);
	if (err)
		return err;
	err = match_getattr(node, ret_st);
	if (err)
		node_put(node);
	else
		*ret_node = node;
	return err;
}

static int opendir(struct node *dir, struct file *file)
{
	int err = file->live ? 0 : map_live(dir, &file->live);
	err = err ? err : lpm_applies(file->live);
	return err ? err : names_new(file);
}

const struct node_kind lpm_dir_kind = {
	.name = "form",
	.getattr = keydir_getattr,
	.setattr = node_setattr_nothing,
	.lookup = lookup,
	.opendir = opendir,
	.rename = keydir_rename,
	.path = form_path,
};
