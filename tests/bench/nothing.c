/* SPDX-License-Identifier: MIT */
/*
 * A file system that does nothing but answer: the peer of the driver's rows.
 *
 *   nothing [-n NAMES] [-l BYTES] [-e -a -E -A SECONDS] MOUNTPOINT
 *
 * MOUNTPOINT/m/ holds the names 0 … NAMES-1, and each is a file with one line of
 * the same BYTES bytes. Nothing is stored: a file's inode number is its name plus
 * FIRST_FILE. The timeouts (-e -a of directories' entries and attributes, -E -A of
 * files') are all 0 unless given: give it those of the driver that it stands beside.
 * It stays in the foreground until it is unmounted or told to end.
 */
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOT = FUSE_ROOT_ID, MAP = 2, FIRST_FILE = 3 };

static struct {
	uint64_t names;
	size_t length; /* of a file's text, newline included */
	double dir_entry, dir_attr, file_entry, file_attr;
	char text[4096];
} self = { .names = 1, .length = 2 };

static bool is_dir(fuse_ino_t ino)
{
	return ino < FIRST_FILE;
}

static double attr_of(fuse_ino_t ino, struct stat *ret_st)
{
	*ret_st = (struct stat){
		.st_ino = ino,
		.st_mode = is_dir(ino) ? S_IFDIR | 0700 : S_IFREG | 0600,
		.st_nlink = is_dir(ino) ? 2 : 1,
		.st_size = is_dir(ino) ? 0 : (off_t)self.length,
	};
	return is_dir(ino) ? self.dir_attr : self.file_attr;
}

/* The inode that a name in a directory stands for, 0 where there is none. */
static fuse_ino_t inode_of(fuse_ino_t parent, const char *name)
{
	char *end;
	unsigned long n;

	if (parent == ROOT)
		return strcmp(name, "m") ? 0 : MAP;
	n = strtoul(name, &end, 10);
	return *end || n >= self.names ? 0 : FIRST_FILE + n;
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param e = { .ino = inode_of(parent, name) };

	if (!e.ino) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	e.attr_timeout = attr_of(e.ino, &e.attr);
	e.entry_timeout = is_dir(e.ino) ? self.dir_entry : self.file_entry;
	fuse_reply_entry(req, &e);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct stat st;
	double timeout = attr_of(ino, &st);

	(void)fi;
	fuse_reply_attr(req, &st, timeout);
}

static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->direct_io = 1;
	fuse_reply_open(req, fi);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	size_t at = (size_t)off < self.length ? (size_t)off : self.length;
	size_t left = self.length - at;

	(void)ino, (void)fi;
	fuse_reply_buf(req, self.text + at, left < size ? left : size);
}

/* n in decimal, written backwards from the end of a buffer: what snprintf would cost is no file system's. */
static const char *decimal(uint64_t n, char buf[24])
{
	char *p = buf + 23;

	*p = '\0';
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	return p;
}

/* The entry at an offset: . and .. and then, in the map, the names. NULL past the last. */
static const char *entry_at(fuse_ino_t dir, uint64_t at, char buf[24], struct stat *ret_st)
{
	uint64_t names = dir == MAP ? self.names : 1;

	*ret_st = (struct stat){ .st_mode = S_IFDIR, .st_ino = dir };
	if (at < 2)
		return at ? ".." : ".";
	if (at - 2 >= names)
		return NULL;
	attr_of(dir == MAP ? FIRST_FILE + (at - 2) : MAP, ret_st);
	return dir == MAP ? decimal(at - 2, buf) : "m";
}

static void do_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	char *reply = malloc(size), buf[24];
	const char *name;
	size_t used = 0;
	struct stat st;

	(void)fi;
	if (!reply) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	while ((name = entry_at(ino, (uint64_t)off, buf, &st))) {
		size_t need = fuse_add_direntry(req, reply + used, size - used, name, &st, off + 1);

		if (need > size - used)
			break;
		used += need;
		off++;
	}
	fuse_reply_buf(req, reply, used);
	free(reply);
}

static const struct fuse_lowlevel_ops ops = {
	.lookup = do_lookup,
	.getattr = do_getattr,
	.open = do_open,
	.read = do_read,
	.readdir = do_readdir,
};

static int serve(const char *mountpoint)
{
	char *argv[] = { "nothing", "-o", "default_permissions,fsname=nothing", NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	struct fuse_session *se = fuse_session_new(&args, &ops, sizeof(ops), NULL);
	struct fuse_loop_config *loop = fuse_loop_cfg_create();
	int err = 1;

	if (se && loop && !fuse_set_signal_handlers(se) && !fuse_session_mount(se, mountpoint)) {
		err = fuse_session_loop_mt(se, loop);
		fuse_session_unmount(se);
	}
	fuse_loop_cfg_destroy(loop);
	if (se)
		fuse_session_destroy(se);
	fuse_opt_free_args(&args);
	return err != 0;
}

int main(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "n:l:e:a:E:A:")) != -1;) {
		switch (c) {
		case 'n': self.names = strtoull(optarg, NULL, 10); break;
		case 'l': self.length = strtoul(optarg, NULL, 10); break;
		case 'e': self.dir_entry = atof(optarg); break;
		case 'a': self.dir_attr = atof(optarg); break;
		case 'E': self.file_entry = atof(optarg); break;
		case 'A': self.file_attr = atof(optarg); break;
		default: return 1;
		}
	}
	if (optind != argc - 1 || !self.length || self.length > sizeof(self.text)) {
		fprintf(stderr, "usage: nothing [-n NAMES] [-l BYTES] [-e -a -E -A SECONDS] MOUNTPOINT\n");
		return 1;
	}
	memset(self.text, '7', self.length - 1);
	self.text[self.length - 1] = '\n';
	return serve(argv[optind]);
}
