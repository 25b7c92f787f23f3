/* SPDX-License-Identifier: MIT */
/* M.users: the programs that use the map, and the processes that hold it, a line each. */
#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/forms.h"
#include "fs/why.h"

/* Names of programs and processes are anyone's: only plain characters are printed. */
static void clean(char *name)
{
	for (; *name; name++) {
		if (!isgraph((unsigned char)*name))
			*name = '_';
	}
}

static int print_programs(const struct live *live, struct text_buf *out)
{
	struct bpfmap_user user = {.size = sizeof(user)};
	int err;

	while (!(err = bpfmap_next_user(live->map, user.id, &user))) {
		const char *type = libbpf_bpf_prog_type_str(user.type);
		clean(user.name);
		err = text_printf(out, "prog id=%u type=%s name=%s\n", user.id, type ? type : "unknown", user.name);
		if (err)
			return err;
	}
	return err == -ENOENT ? 0 : fail_engine(err);
}

/* Does one line of an fdinfo say "map_id:\tN"? */
static bool fd_is_map(int dir, const char *fd, uint32_t id)
{
	char line[128];
	unsigned found = 0;
	int file = openat(dir, fd, O_RDONLY | O_CLOEXEC);
	FILE *info = file < 0 ? NULL : fdopen(file, "r");

	while (info && !found && fgets(line, sizeof(line), info)) {
		if (sscanf(line, "map_id: %u", &found) != 1)
			found = 0;
	}
	if (info)
		fclose(info);
	else if (file >= 0)
		close(file);
	return found == id;
}

/* How many of the process's fds are the map. */
static unsigned fds_of(const char *pid, uint32_t id)
{
	char path[64];
	struct dirent *fd;
	unsigned n = 0;

	snprintf(path, sizeof(path), "/proc/%.20s/fdinfo", pid);
	DIR *fds = opendir(path);
	while (fds && (fd = readdir(fds))) {
		if (isdigit((unsigned char)*fd->d_name))
			n += fd_is_map(dirfd(fds), fd->d_name, id);
	}
	if (fds)
		closedir(fds);
	return n;
}

static void comm_of(const char *pid, char comm[32])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	strcpy(comm, "?");
	FILE *file = fopen(path, "re");
	if (file && fgets(comm, 32, file))
		comm[strcspn(comm, "\n")] = 0;
	if (file)
		fclose(file);
	clean(comm);
}

static int print_processes(const struct live *live, struct text_buf *out)
{
	struct dirent *entry;
	char comm[32];
	int err = 0;
	DIR *proc = opendir("/proc");

	while (proc && !err && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)*entry->d_name) || atoi(entry->d_name) == getpid())
			continue; /* we hold it only to look */
		unsigned fds = fds_of(entry->d_name, live->id);
		if (!fds)
			continue;
		comm_of(entry->d_name, comm);
		err = text_printf(out, "process pid=%s fds=%u comm=%s\n", entry->d_name, fds, comm);
	}
	if (proc)
		closedir(proc);
	return err;
}

static int render(struct file *file, struct text_buf *out)
{
	int err = print_programs(file->live, out);
	return err ? err : print_processes(file->live, out);
}

const struct file_ops users_ops = {.render = render};
