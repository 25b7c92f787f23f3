/* SPDX-License-Identifier: MIT */
/*
 * Task storage (R29): M/PID. Pids are those of the driver's pid namespace, as its /proc has them. The kernel
 * does not tell which tasks have a value: each process is asked. Threads are not listed, but can be named.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/family/storage.h"
#include "fs/why.h"

#ifndef PIDFD_THREAD /* Linux 6.9 */
#define PIDFD_THREAD O_EXCL
#endif

static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live;
	(void)info;
	shape->key_size = sizeof(uint32_t); /* as the pidfd; but a number without the sign that its type has */
	shape->key_type = 0;
	return 0;
}

/* A pidfd; -ENOENT: there is no such task. */
static int open_task(uint32_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 && (errno == EINVAL || errno == ENOENT)) /* it leads no process */
		fd = (int)syscall(SYS_pidfd_open, pid, PIDFD_THREAD);
	if (fd >= 0)
		return fd;
	return errno == ESRCH || errno == EINVAL ? -ENOENT : -errno;
}

static int open_key(const void *key)
{
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	int fd = open_task(pid);
	return fd == -ENOENT ? fail(ENOENT, "there is no task %u", pid) : fd;
}

/* ---- the walk: the processes in /proc that have a value ---- */

struct walk {
	DIR *proc;
	uint32_t pid;
	_Alignas(8) unsigned char value[];
};

static int walk_start(const struct live *live, void **ret_walk)
{
	struct walk *w = calloc(1, sizeof(*w) + live->value_bytes);

	if (!w)
		return -ENOMEM;
	w->proc = opendir("/proc");
	if (!w->proc) {
		int err = errno;
		free(w);
		return fail(err, "the processes cannot be listed: /proc is not there");
	}
	*ret_walk = w;
	return 0;
}

/* Is the name in /proc that of a process? */
static bool is_pid(const char *name, uint32_t *ret_pid)
{
	char *end;
	unsigned long pid = strtoul(name, &end, 10);

	*ret_pid = (uint32_t)pid;
	return *name >= '1' && *name <= '9' && !*end && pid <= INT32_MAX;
}

static int walk_next(const struct live *live, void *walk, const void **ret_key, const void **ret_value)
{
	struct walk *w = walk;
	struct dirent *entry;

	while ((entry = readdir(w->proc))) {
		if (!is_pid(entry->d_name, &w->pid))
			continue;
		int err = storage_read(live, open_task(w->pid), w->value);
		if (err == -ENOENT) /* it has none, or has gone */
			continue;
		*ret_key = &w->pid;
		*ret_value = w->value;
		return err ? err : 1;
	}
	return 0;
}

static void walk_end(void *walk)
{
	struct walk *w = walk;

	closedir(w->proc);
	free(w);
}

const struct family task_family = {
	.entry = &entry_kind,
	.shape = shape,
	.lookup = storage_lookup,
	.update = storage_update,
	.remove = storage_remove,
	.open_key = open_key,
	.walk = walk_start,
	.next = walk_next,
	.walked = walk_end,
};
