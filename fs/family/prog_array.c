/* SPDX-License-Identifier: MIT */
/* Program arrays: an entry reads as the program's id; an id or the path of a pin is written. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/family/prog.h"
#include "fs/store.h"
#include "fs/why.h"

/* The type that the first program has made the array's own; fdinfo alone tells. -1: none yet. */
static int type_of_owner(const struct live *live)
{
	char path[48], line[128];
	int type = -1;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", bpfmap_fd(live->map));
	FILE *info = fopen(path, "re");
	while (info && type < 0 && fgets(line, sizeof(line), info)) {
		if (sscanf(line, "owner_prog_type: %d", &type) != 1)
			type = -1;
	}
	if (info)
		fclose(info);
	return type;
}

/* The kernel says EINVAL: what it means. */
static int misfit(const struct live *live, int fd)
{
	char title[PROG_TITLE];
	int owner = type_of_owner(live);

	prog_title(fd, title);
	if (owner < 0)
		return fail(EINVAL, "the kernel takes no %s into a program array", title);
	return fail(EINVAL, "%s does not fit: the array takes programs of type %s alone, as the first that was stored "
			    "or that uses it, and alike in attach type, JIT and XDP fragments",
		    title, prog_type_name((uint32_t)owner));
}

static int update(const struct live *live, const void *key, const void *value, uint64_t flag)
{
	uint32_t id;
	int fd, err = store_admits(live, key, flag);

	memcpy(&id, value, sizeof(id));
	err = err ? err : prog_open(id, &fd);
	if (err)
		return err;
	err = bpfmap_put_prog(live->map, key, fd, BPF_ANY);
	if (err)
		err = err == -EINVAL ? misfit(live, fd) : store_refused(live, err);
	close(fd);
	return err;
}

/* A program's id is a number, whatever type the values were given. */
static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live, (void)info;
	shape->value_type = 0;
	return 0;
}

const struct family prog_family = {.entry = &entry_kind, .shape = shape, .update = update, .resolve = prog_resolve};
