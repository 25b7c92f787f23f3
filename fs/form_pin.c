/* SPDX-License-Identifier: MIT */
/* M.pin: the pin's path in the bpffs; written where no M exists it pins a map as M, removed it unpins M. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/bpffs.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/place.h"
#include "fs/scratch.h"
#include "fs/why.h"

static int pin_render(struct file *file, struct text_buf *out)
{
	int err = text_printf(out, "%s/", the_mount.opt.source);
	err = err ? err : node_names(file->node->parent, out);
	return err ? err : text_append(out, "\n", 1);
}

static int open_by_id(const char *text, const struct caller *who, struct bpfmap **ret_map)
{
	char *end;
	unsigned long id = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || id > UINT32_MAX)
		return fail(EINVAL, "'id:%s': want id: and a map's number, as bpftool map list or .id show it", text);
	if (!caller_is_root(who))
		return fail(EPERM, "only root may reach maps by id");
	int err = bpfmap_open_id((uint32_t)id, 0, ret_map);
	return err ? fail_engine(err) : 0;
}

/* The path below SOURCE that a text names (R20): below MOUNTPOINT, below SOURCE, or relative to the new pin's directory. */
static int below_source(struct node *place, const char *text, struct text_buf *out)
{
	const char *tops[] = {the_mount.opt.mountpoint, the_mount.opt.source};

	if (*text != '/') {
		int err = node_names(place, out);
		err = err ? err : text_append(out, "/../", 4);
		return err ? err : text_append(out, text, strlen(text));
	}
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(tops[i]);
		if (!strncmp(text, tops[i], n) && text[n] == '/')
			return text_append(out, text + n + 1, strlen(text + n + 1));
	}
	return fail(EINVAL, "'%s' is neither below %s nor below %s", text, tops[0], tops[1]);
}

/* A handle that does not count as pinned there: pinning it adds a pin, and moves none. */
static int open_beside(int fd, struct bpfmap **ret_map)
{
	char path[PATH_OF_FD];
	struct bpfmap *pinned;

	path_of_fd(fd, NULL, path);
	int err = bpfmap_open_pin(path, 0, &pinned);
	if (err)
		return fail_engine(err);
	err = bpfmap_clone(pinned, ret_map);
	bpfmap_free(pinned);
	return err ? fail_engine(err) : 0;
}

static int open_by_path(struct node *place, const char *text, const struct caller *who, struct bpfmap **ret_map)
{
	struct text_buf *path = scratch_text(SCRATCH_NAME);
	int err = below_source(place, text, path);
	int fd = err ? err : path_open_as(who, path->data, 6);

	if (fd < 0)
		return fd;
	err = open_beside(fd, ret_map);
	close(fd);
	return err;
}

/* .id/N and anything that ends so is an id as well. */
static const char *id_in(const char *text)
{
	const char *last = strrchr(text, '/');

	if (!strncmp(text, "id:", 3))
		return text + 3;
	if (last && last - text >= 3 && !strncmp(last - 3, ".id", 3) && (last - text == 3 || last[-4] == '/'))
		return last + 1;
	return NULL;
}

static int pin_line(struct file *file, const char *text, size_t len)
{
	struct node *place = file->node->parent;
	char what[PATH_MAX];
	struct bpfmap *map;
	int err;

	len -= len && text[len - 1] == '\n';
	if (!len || len >= sizeof(what) || memchr(text, '\n', len) || memchr(text, 0, len))
		return fail(EINVAL, "want one line: id:N or the path of a pin");
	memcpy(what, text, len);
	what[len] = 0;
	const char *id = id_in(what);
	err = id ? open_by_id(id, file->who, &map) : open_by_path(place, what, file->who, &map);
	if (err)
		return err;
	err = bpffs_pin(place, map, file->who);
	bpfmap_free(map);
	return err;
}

static int pin_write(struct file *file, const char *data, size_t size, off_t offset)
{
	(void)offset;
	return file_gather_lines(file, data, size, PATH_MAX, pin_line);
}

int pin_unlink(struct node *place, const struct caller *who)
{
	struct live *live;
	(void)who;
	int err = map_live(place, &live);

	if (err)
		return err;
	live_put(live);
	return bpffs_unpin(place);
}

const struct file_ops pin_ops = {.render = pin_render, .write = pin_write};
