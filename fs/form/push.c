/* SPDX-License-Identifier: MIT */
/* M.push: each line is added, to whatever this map is. */
#include <errno.h>

#include "fs/forms.h"
#include "fs/form/push.h"
#include "fs/why.h"

static const struct push_target *const targets[] = {&queue_target, &feed_target};

static const struct push_target *target_of(const struct live *live)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (live->traits & targets[i]->trait)
			return targets[i];
	}
	return NULL;
}

int push_applies(const struct live *live)
{
	if (target_of(live))
		return 0;
	return fail(EOPNOTSUPP, "nothing can be pushed to a map of type %s", bpfmap_type_name(bpfmap_type(live->map)));
}

static int push_open(struct file *file)
{
	const struct push_target *to = target_of(file->live);
	return to->open ? to->open(file) : 0;
}

static void push_free(struct file *file)
{
	const struct push_target *to = file->live ? target_of(file->live) : NULL;

	if (to && to->free)
		to->free(file);
}

static int check_line(struct file *file, const char *line, size_t len)
{
	const void *bytes;
	size_t size;
	return target_of(file->live)->parse(file, line, len, &bytes, &size);
}

static int push_line(struct file *file, const char *line, size_t len)
{
	const struct push_target *to = target_of(file->live);
	const void *bytes;
	size_t size;
	int err = to->parse(file, line, len, &bytes, &size);
	return err ? err : to->put(file, bytes, size);
}

/* R21: every line is parsed before the first is pushed. */
static int push_lines(struct file *file, const char *text, size_t len)
{
	int err = file_each_line(file, text, len, check_line);
	return err ? err : file_each_line(file, text, len, push_line);
}

static int push_write(struct file *file, const char *data, size_t size, off_t offset)
{
	(void)offset;
	int err = file_gather_lines(file, data, size, target_of(file->live)->limit(file), push_lines);
	file_close_work(file, file->pending.len > 0);
	return err;
}

static int push_finish(struct file *file)
{
	return file->pending.len ? push_lines(file, file->pending.data, file->pending.len) : 0;
}

const struct file_ops push_ops = {.open = push_open, .write = push_write, .finish = push_finish, .free = push_free};
