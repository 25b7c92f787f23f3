/* SPDX-License-Identifier: MIT */
/* Text → path below SOURCE, or the id at the end of ".id/N" → what is there. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/live.h"
#include "fs/map.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/scratch.h"
#include "fs/target.h"
#include "fs/why.h"

struct target target_of_file(const struct file *file)
{
	bool roots = !file->who || caller_is_root(file->who);
	return (struct target){.node = file->node->parent, .who = roots ? file->tail : *file->who};
}

bool target_is_number(const char *word, size_t len)
{
	bool hex = len > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	size_t i = hex ? 2 : 0;

	while (i < len && (hex ? isxdigit((unsigned char)word[i]) : isdigit((unsigned char)word[i])))
		i++;
	return i == len && len;
}

/* "N" behind the last "/.id/", or NULL. */
static const char *behind_id(const char *path)
{
	const char *last = strrchr(path, '/');

	if (!last || last - path < 3 || strncmp(last - 3, ".id", 3) || (last - path > 3 && last[-4] != '/'))
		return NULL;
	return last + 1;
}

static int parse_id(const char *text, uint32_t *ret_id)
{
	char *end;
	unsigned long id = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || id > UINT32_MAX)
		return fail(EINVAL, "'%s': want an id, as bpftool map list or .id show them", text);
	*ret_id = (uint32_t)id;
	return 1;
}

/* Where below SOURCE, if it is an absolute path; NULL: elsewhere. */
static const char *below_tops(const char *path)
{
	const char *tops[] = {the_mount.opt.mountpoint, the_mount.opt.source};

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(tops[i]) - 1; /* both begin with the slash that folding drops */
		if (!strncmp(path, tops[i] + 1, n) && path[n] == '/')
			return path + n + 1;
	}
	return NULL;
}

static int fold_relative(const struct target *t, const char *text, char ret_path[PATH_MAX])
{
	struct node *map = map_node(t->node);
	struct text_buf path = {0};
	int err = map ? node_names(map, &path) : -EINVAL;

	err = err ? err : text_printf(&path, "/%s%s", t->base == TARGET_FROM_DIRECTORY ? "../" : "", text);
	err = err ? err : path_fold(path.data, ret_path);
	text_free(&path);
	return err == -EINVAL ? fail(EINVAL, "'%s' leads out of %s", text, the_mount.opt.source) : err;
}

/* The path below SOURCE that a text names. */
static int fold(const struct target *t, const char *text, char ret_path[PATH_MAX])
{
	char path[PATH_MAX];

	if (*text != '/')
		return fold_relative(t, text, ret_path);
	int err = path_fold(text, path);
	const char *below = err ? NULL : below_tops(path);
	if (!below)
		return fail(EINVAL, "'%s' is neither below %s nor below %s", text, the_mount.opt.mountpoint,
			    the_mount.opt.source);
	memmove(ret_path, below, strlen(below) + 1);
	return 0;
}

int target_id(const struct target *t, const char *text, uint32_t *ret_id)
{
	char path[PATH_MAX];
	size_t len = strlen(text);

	if (!strncmp(text, "id:", 3))
		return parse_id(text + 3, ret_id);
	while (len && text[len - 1] == '/')
		len--;
	if (len >= sizeof(path))
		return 0;
	memcpy(path, text, len);
	path[len] = 0;
	const char *id = behind_id(path); /* also of a path that climbs above the root: a copy of a link from elsewhere */
	if (!id && !fold(t, text, path))
		id = behind_id(path);
	return id ? parse_id(id, ret_id) : 0;
}

int target_open_path(const struct target *t, const char *text)
{
	char path[PATH_MAX];
	int err = fold(t, text, path);
	int fd = err ? err : path_open_as(&t->who, path, 6);

	if (fd == -ENOTDIR && *text != '/')
		return fail(ENOTDIR, "'%s' is taken from the map's directory, and leads below a pin: ../NAME is what "
				     "stands beside the map", text);
	return fd;
}

static int open_id(const struct target *t, uint32_t id, struct bpfmap **ret_map)
{
	if (!caller_is_root(&t->who))
		return fail(EPERM, "only root may reach maps by id");
	int err = bpfmap_open_id(id, 0, ret_map);
	return err ? fail_engine(err) : 0;
}

/* A handle that does not count as pinned there: pinning it adds a pin, and moves none. */
static int open_beside(int fd, const char *name, struct bpfmap **ret_map)
{
	char path[PATH_OF_FD];
	struct bpfmap *pinned;

	path_of_fd(fd, NULL, path);
	int err = bpfmap_open_pin(path, 0, &pinned);
	if (err == -EINVAL || err == -EACCES || err == -EPERM) /* a program; a directory */
		return fail(EINVAL, "'%s' is no pinned map", name);
	if (err)
		return fail_engine(err);
	err = bpfmap_clone(pinned, ret_map);
	bpfmap_free(pinned);
	return err ? fail_engine(err) : 0;
}

static int open_pin(const struct target *t, const char *path, struct bpfmap **ret_map)
{
	int fd = path_open_as(&t->who, path, 6);
	int err = fd < 0 ? fd : open_beside(fd, path, ret_map);

	if (fd >= 0)
		close(fd);
	return err;
}

static int open_numbered(const struct target *t, const char *number, struct bpfmap **ret_map)
{
	uint32_t id;
	int err = parse_id(number, &id);

	return err < 0 ? err : open_id(t, id, ret_map);
}

/* The map that is at a key of a map of maps now. */
static int get_inner(struct live *live, const char *name, struct bpfmap **ret_map)
{
	struct text_note note = {""};
	void *key = scratch_bytes(SCRATCH_CHECK, live->key_size);

	if (!(live->traits & BPFMAP_HOLDS_MAPS))
		return fail(EINVAL, "'%s' is an entry of a map, and no map", name);
	int err = key ? name_parse(live->codec, name, strlen(name), key, &note) : -ENOMEM;
	if (err)
		return fail(-err, "%s", note.msg);
	err = bpfmap_get_map(live->map, key, ret_map);
	return err ? fail_engine(err) : 0;
}

/* OUTER/KEY, which is a link itself. What it leads to is reached by its id: root's. */
static int open_inner(const struct target *t, char *path, struct bpfmap **ret_map)
{
	char *slash = strrchr(path, '/');
	struct bpfmap *outer;
	struct live *live;

	*slash = 0;
	const char *number = behind_id(path);
	int err = number ? open_numbered(t, number, &outer) : open_pin(t, path, &outer);
	err = err ? err : live_adopt(outer, &live);
	if (err)
		return err;
	err = get_inner(live, slash + 1, ret_map);
	live_put(live);
	return err;
}

int target_open_map(const struct target *t, const char *text, struct bpfmap **ret_map)
{
	char path[PATH_MAX];
	uint32_t id;
	int err = target_id(t, text, &id);

	if (err)
		return err < 0 ? err : open_id(t, id, ret_map);
	err = fold(t, text, path);
	if (err)
		return err;
	if (!strncmp(path, ".id/", 4))
		return open_inner(t, path, ret_map);
	err = open_pin(t, path, ret_map);
	return err == -ENOTDIR && caller_is_root(&t->who) ? open_inner(t, path, ret_map) : err;
}
