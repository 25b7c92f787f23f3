/* SPDX-License-Identifier: MIT */
/* M.pin: the pin's path in the bpffs; written where no M exists it pins a map as M, removed it unpins M. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "fs/bpffs.h"
#include "fs/forms.h"
#include "fs/map.h"
#include "fs/mount.h"
#include "fs/target.h"
#include "fs/why.h"

static int pin_render(struct file *file, struct text_buf *out)
{
	int err = text_printf(out, "%s/", the_mount.opt.source);
	err = err ? err : node_names(file->node->parent, out);
	return err ? err : text_append(out, "\n", 1);
}

static int pin_line(struct file *file, const char *text, size_t len)
{
	struct target target = target_of_file(file);
	char what[PATH_MAX];
	struct bpfmap *map;
	int err;

	len -= len && text[len - 1] == '\n';
	if (!len || len >= sizeof(what) || memchr(text, '\n', len) || memchr(text, 0, len))
		return fail(EINVAL, "want one line: id:N or the path of a pin");
	memcpy(what, text, len);
	what[len] = 0;
	target.base = TARGET_FROM_DIRECTORY;
	err = target_open_map(&target, what, &map);
	if (err)
		return err;
	err = bpffs_pin(file->node->parent, map, file->who);
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
