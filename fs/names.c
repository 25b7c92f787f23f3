/* SPDX-License-Identifier: MIT */
/* A list of names as an open directory; offset N is the N-th name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/names.h"

struct name {
	char *name;
	uint64_t ino;
	mode_t type;
};

struct names {
	struct name *all;
	size_t n, room;
	bool begun;
};

static void names_free(struct file *file)
{
	struct names *names = file->state;
	for (size_t i = 0; i < names->n; i++)
		free(names->all[i].name);
	free(names->all);
	free(names);
}

/* rewinddir: as the directory is now. */
static int again(struct file *file, struct dir_reply *reply)
{
	names_free(file);
	file->state = NULL;
	file->ops = NULL;
	int err = file->node->kind->opendir(file->node, file);
	return err ? err : file->ops->readdir(file, 0, reply);
}

static int names_readdir(struct file *file, off_t offset, struct dir_reply *reply)
{
	struct names *names = file->state;

	if (offset == 0 && names->begun)
		return again(file, reply);
	names->begun = true;

	for (size_t i = (size_t)offset; i < names->n; i++) {
		struct stat st = {.st_ino = names->all[i].ino, .st_mode = names->all[i].type};
		if (!dir_reply_add(reply, names->all[i].name, &st, (off_t)i + 1, NULL))
			break;
	}
	return 0;
}

static const struct file_ops ops = {
	.readdir = names_readdir,
	.free = names_free,
};

int names_new(struct file *file)
{
	file->state = calloc(1, sizeof(struct names));
	if (!file->state)
		return -ENOMEM;
	file->ops = &ops;
	int err = names_add(file, ".", file->node->ino, S_IFDIR);
	return err ? err : names_add(file, "..", node_parent_ino(file->node), S_IFDIR);
}

static int make_room(struct names *names)
{
	size_t room = names->room ? names->room * 2 : 32;
	struct name *all = reallocarray(names->all, room, sizeof(*all));

	if (!all)
		return -ENOMEM;
	names->all = all;
	names->room = room;
	return 0;
}

int names_add(struct file *file, const char *name, uint64_t ino, mode_t type)
{
	struct names *names = file->state;
	char *copy;

	if (names->n == names->room && make_room(names))
		return -ENOMEM;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	names->all[names->n++] = (struct name){.name = copy, .ino = ino, .type = type};
	return 0;
}
