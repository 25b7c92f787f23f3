/* SPDX-License-Identifier: MIT */
/*
 * cgroup arrays: a slot takes a cgroup's path, or root's number of one. The kernel takes an fd of 4 bytes and
 * shows nothing; what a line means in between is the cgroup's 64-bit id.
 */
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "fs/family/cgroup.h"
#include "fs/family/slot.h"
#include "fs/store.h"
#include "fs/target.h"
#include "fs/why.h"

static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live, (void)info;
	shape->value_size = sizeof(uint64_t);
	return 0;
}

/* Whether a slot is set nobody can tell: the kernel takes BPF_ANY alone. */
static int update(const struct live *live, const void *key, const void *value, uint64_t flag)
{
	uint64_t id;
	(void)flag;

	memcpy(&id, value, sizeof(id));
	int fd = cgroup_open(id);
	if (fd < 0)
		return fd;
	int err = bpfmap_update(live->map, key, &fd, BPF_ANY);
	close(fd);
	return err ? store_refused(live, err) : 0;
}

static int resolve(struct file *file, const char *line, size_t len, struct text_buf *out)
{
	const struct target t = target_of_file(file);
	char path[PATH_MAX];
	uint64_t id;

	if (len && *line != '/' && (*line < '0' || *line > '9'))
		return fail(EINVAL, "want the absolute path of a cgroup2 directory");
	if (!len || *line != '/') {
		if (!caller_is_root(&t.who))
			return fail(EPERM, "only root may store a cgroup by its id; write its path");
		return text_append(out, line, len);
	}
	if (len >= sizeof(path) || memchr(line, 0, len))
		return fail(EINVAL, "want the path of a cgroup's directory");
	memcpy(path, line, len);
	path[len] = 0;
	int err = cgroup_at(&t.who, path, &id);
	return err ? err : text_printf(out, "%llu", (unsigned long long)id);
}

const struct family cgroup_family = {
	.entry = &slot_kind,
	.no_list = SLOT_NOT_LISTED,
	.no_lookup = "its values are cgroups, which the kernel does not show",
	.shape = shape,
	.update = update,
	.remove = slot_clear,
	.resolve = resolve,
};
