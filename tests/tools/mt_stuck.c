// SPDX-License-Identifier: MIT
// mt_stuck DIR: mounts a file system whose root is there and whose names are never answered for.
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <sys/stat.h>

static void stuck_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	const struct stat st = { .st_ino = ino, .st_mode = S_IFDIR | 0755, .st_nlink = 2 };

	(void)fi;
	fuse_reply_attr(req, &st, 3600);
}

static void stuck_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)parent;
	(void)name;
	(void)req; /* for ever: until this process is killed */
}

int main(int argc, char **argv)
{
	const struct fuse_lowlevel_ops ops = { .getattr = stuck_getattr, .lookup = stuck_lookup };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	struct fuse_session *session = argc == 2 ? fuse_session_new(&args, &ops, sizeof(ops), NULL) : NULL;

	if (!session || fuse_session_mount(session, argv[1]))
		return 1;
	puts("mounted");
	fflush(stdout);
	return fuse_session_loop(session) != 0;
}
