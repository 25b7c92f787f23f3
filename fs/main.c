/* SPDX-License-Identifier: MIT */
/*
 * bpfmapfs [-f] [-d] [-o OPTIONS] [SOURCE] MOUNTPOINT
 *
 * Start: options, SOURCE checked, fork; the child mounts and serves, and says through a pipe how that
 * went once the kernel has sent INIT. The parent's exit status is the answer: 0 means that the mount is
 * there and works.
 */
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/magic.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bpfmap.h"
#include "fs/file.h"
#include "fs/journal.h"
#include "fs/live.h"
#include "fs/loop.h"
#include "fs/mount.h"
#include "fs/mounts.h"
#include "fs/node.h"
#include "fs/ops.h"
#include "fs/options.h"
#include "fs/place.h"
#include "fs/scratch.h"

enum { EXIT_USAGE = 1, EXIT_SYSTEM = 2 };

struct mount the_mount = {.source_fd = -1};

static int ready_fd = -1; /* the parent waits at its other end */

static int complain(const char *what, int err)
{
	fprintf(stderr, "bpfmapfs: %s: %s\n", what, strerror(-err));
	return err;
}

static int make_absolute(char **path)
{
	char *full = realpath(*path, NULL);
	if (!full)
		return complain(*path, -errno);
	free(*path);
	*path = full;
	return 0;
}

static int open_source(void)
{
	struct statfs fs;
	const char *source = the_mount.opt.source;
	int fd = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return complain(source, -errno);
	the_mount.source_fd = fd;
	if (fstatfs(fd, &fs))
		return complain(source, -errno);
	if (fs.f_type == BPF_FS_MAGIC)
		return 0;
	fprintf(stderr, "bpfmapfs: %s is not a directory of a bpffs; mount one with: mount -t bpf bpf %s\n", source,
		source);
	return -EINVAL;
}

/*
 * What a driver that was killed left behind: still mounted, but nobody answers. statfs always asks the
 * driver; a stat may still be answered from the kernel's cache.
 */
static void detach_dead_mount(void)
{
	struct statfs fs;
	bool ro;

	while (statfs(the_mount.opt.mountpoint, &fs) && errno == ENOTCONN && mounts_ours(the_mount.opt.mountpoint, &ro)) {
		if (umount2(the_mount.opt.mountpoint, MNT_DETACH))
			return;
	}
}

static int check_mountpoint(void)
{
	struct stat st;
	if (stat(the_mount.opt.mountpoint, &st))
		return complain(the_mount.opt.mountpoint, -errno);
	return S_ISDIR(st.st_mode) ? 0 : complain(the_mount.opt.mountpoint, -ENOTDIR);
}

static int prepare(void)
{
	int err = make_absolute(&the_mount.opt.source);
	err = err ? err : open_source();
	if (!err)
		detach_dead_mount();
	err = err ? err : make_absolute(&the_mount.opt.mountpoint);
	err = err ? err : check_mountpoint();
	clock_gettime(CLOCK_REALTIME, &the_mount.started);
	root.kind = &place_kind;
	root.parent = &root;
	return err;
}

/* default_permissions always: the kernel enforces the modes that we show, since the driver itself may do anything. */
static int add_mount_options(struct fuse_args *args)
{
	struct text_buf o = {0};
	int err = text_printf(&o, "-odefault_permissions,subtype=bpfmapfs,fsname=");

	for (const char *s = the_mount.opt.source; *s && !err; s++) {
		if (*s == ',' || *s == '\\')
			err = text_append(&o, "\\", 1);
		err = err ? err : text_append(&o, s, 1);
	}
	if (!err && fuse_opt_add_arg(args, o.data))
		err = -ENOMEM;
	text_free(&o);
	return err;
}

static void say_ready(int err)
{
	if (ready_fd < 0)
		return;
	while (write(ready_fd, &err, sizeof(err)) < 0 && errno == EINTR)
		;
	close(ready_fd);
	ready_fd = -1;
}

/*
 * From now on nobody reads what we would print. Not earlier: an automounter recognises the processes that
 * may walk below its mount point by their group.
 */
static void leave_terminal(void)
{
	setsid();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		close(null);
	}
}

static void mount_is_ready(void)
{
	if (!the_mount.opt.foreground)
		leave_terminal();
	say_ready(0);
}

static int serve(struct fuse_args *args)
{
	struct fuse_session *session = fuse_session_new(args, &ops, sizeof(ops), NULL);
	int err = -EINVAL;

	if (!session)
		return err;
	the_mount.session = session;
	ops_ready = mount_is_ready;
	err = fuse_session_mount(session, the_mount.opt.mountpoint) ? -EIO : loop_run(session);
	if (err != -EIO)
		fuse_session_unmount(session);
	fuse_session_destroy(session);
	return err;
}

static void free_all(void)
{
	file_free_all();
	node_table_free();
	live_free_all();
	journal_clear();
	scratch_free();
	if (the_mount.source_fd >= 0)
		close(the_mount.source_fd);
	options_free(&the_mount.opt);
}

/* In the parent: the child's answer. */
static int wait_ready(int fd)
{
	int err = -EIO;
	ssize_t n;

	do {
		n = read(fd, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	close(fd);
	return n == sizeof(err) ? err : -EIO;
}

/* 0 in the process that serves; the parent exits here. */
static int to_background(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return complain("pipe", -errno);
	pid_t pid = fork();
	if (pid < 0)
		return complain("fork", -errno);
	if (pid > 0) {
		close(fds[1]);
		_exit(wait_ready(fds[0]) ? EXIT_SYSTEM : 0);
	}
	close(fds[0]);
	ready_fd = fds[1];
	return chdir("/") ? complain("/", -errno) : 0;
}

/* Every map in use is an fd. */
static void allow_many_files(void)
{
	struct rlimit limit;
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Large values go back to the system when they are freed, also after the first of them. */
static void give_memory_back(void)
{
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

static int run(struct fuse_args *args)
{
	int err = prepare();

	err = err ? err : add_mount_options(args);
	if (err)
		return err;
	umask(0);
	allow_many_files();
	give_memory_back();
	if (!the_mount.opt.foreground)
		err = to_background();
	err = err ? err : serve(args);
	if (err)
		say_ready(err);
	return err;
}

int main(int argc, char **argv)
{
	struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
	int err = 0;

	if (options_parse(&args, &the_mount.opt)) {
		free_all();
		fuse_opt_free_args(&args);
		return EXIT_USAGE;
	}
	if (the_mount.opt.help)
		options_help();
	else if (the_mount.opt.version)
		printf("bpfmapfs %s\n", BPFMAPFS_VERSION);
	else
		err = run(&args);
	fuse_opt_free_args(&args);
	free_all();
	return err ? EXIT_SYSTEM : 0;
}
