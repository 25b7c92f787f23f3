/* SPDX-License-Identifier: MIT */
/* Command line and -o options → struct mount_options; what is libfuse's or the kernel's stays in the args. */
#include <errno.h>
#include <fuse_opt.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/options.h"

enum { KEY_UID = 1, KEY_GID, KEY_FMODE, KEY_DMODE, KEY_VIEWS, KEY_TAKEOVER, KEY_FOREGROUND,
	 KEY_DEBUG, KEY_HELP, KEY_VERSION, KEY_DROP };

static const struct fuse_opt known[] = {
	FUSE_OPT_KEY("uid=", KEY_UID),
	FUSE_OPT_KEY("gid=", KEY_GID),
	FUSE_OPT_KEY("fmode=", KEY_FMODE),
	FUSE_OPT_KEY("dmode=", KEY_DMODE),
	FUSE_OPT_KEY("views=", KEY_VIEWS),
	FUSE_OPT_KEY("takeover", KEY_TAKEOVER),
	FUSE_OPT_KEY("-f", KEY_FOREGROUND),
	FUSE_OPT_KEY("-d", KEY_DEBUG),
	FUSE_OPT_KEY("debug", KEY_DEBUG),
	FUSE_OPT_KEY("-h", KEY_HELP),
	FUSE_OPT_KEY("--help", KEY_HELP),
	FUSE_OPT_KEY("-V", KEY_VERSION),
	FUSE_OPT_KEY("--version", KEY_VERSION),
	/* What mountinfo shows of a mount of ours and a remount or a copied line brings back. */
	FUSE_OPT_KEY("default_permissions", KEY_DROP),
	FUSE_OPT_KEY("user_id=", KEY_DROP),
	FUSE_OPT_KEY("group_id=", KEY_DROP),
	FUSE_OPT_KEY("fsname=", KEY_DROP),
	FUSE_OPT_KEY("subtype=", KEY_DROP),
	FUSE_OPT_KEY("rw", KEY_DROP),
	FUSE_OPT_END,
};

void options_help(void)
{
	printf("usage: bpfmapfs [-f] [-d] [-o OPTIONS] [SOURCE] MOUNTPOINT\n"
	       "\n"
	       "Mounts the eBPF maps that are pinned below SOURCE (a directory of a bpffs,\n"
	       DEFAULT_SOURCE " if left out) as directories of MOUNTPOINT.\n"
	       "\n"
	       "    -f                stay in the foreground\n"
	       "    -d                as -f, and print every request\n"
	       "    -o ro             no writing\n"
	       "    -o allow_other    other users too, as the pins' owners and modes allow\n"
	       "    -o uid=N,gid=N    show all files as owned by that user, that group\n"
	       "    -o fmode=M        show files with these permissions (octal)\n"
	       "    -o dmode=M        show directories with these permissions (octal)\n"
	       "    -o views=A+B      list these forms beside each map: json csv tsv prom info spec count h\n"
	       "    -o takeover       M.events may take perf event arrays over from their readers\n"
	       "    -o auto_unmount   unmount when the driver dies\n"
	       "\n"
	       "See bpfmapfs(8) and bpfmapfs(5), and README.txt at the top of the mount.\n");
}

static int bad(const char *arg, const char *want)
{
	fprintf(stderr, "bpfmapfs: option '%s': %s\n", arg, want);
	return -1;
}

static int parse_number(const char *text, int base, unsigned max, unsigned *ret)
{
	char *end;
	errno = 0;
	unsigned long n = strtoul(text, &end, base);
	if (errno || end == text || *end || n > max || *text == '-')
		return -EINVAL;
	*ret = (unsigned)n;
	return 0;
}

static int parse_uid(const char *text, unsigned *ret)
{
	struct passwd *pw;
	if (!parse_number(text, 10, 0xfffffffe, ret))
		return 0;
	pw = getpwnam(text);
	if (pw)
		*ret = pw->pw_uid;
	return pw ? 0 : -ENOENT;
}

static int parse_gid(const char *text, unsigned *ret)
{
	struct group *gr;
	if (!parse_number(text, 10, 0xfffffffe, ret))
		return 0;
	gr = getgrnam(text);
	if (gr)
		*ret = gr->gr_gid;
	return gr ? 0 : -ENOENT;
}

static int set_string(char **to, const char *arg)
{
	free(*to);
	*to = strdup(arg);
	return *to ? 0 : -1;
}

/* One name is the mount point, two are source and mount point. */
static int positional(struct mount_options *opt, const char *arg)
{
	if (!opt->mountpoint)
		return set_string(&opt->mountpoint, arg);
	if (opt->source)
		return bad(arg, "one SOURCE and one MOUNTPOINT is all that can be given");
	opt->source = opt->mountpoint;
	opt->mountpoint = NULL;
	return set_string(&opt->mountpoint, arg);
}

/* The forms that may be listed: those that neither block nor consume, and that say something of any map. */
static int check_views(const char *views)
{
	static const char *const allowed[] = {"json", "csv", "tsv", "prom", "info", "spec", "count", "h"};

	for (size_t n; ; views += n + 1) {
		bool found = false;
		n = strcspn(views, "+");
		for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
			found |= strlen(allowed[i]) == n && !strncmp(allowed[i], views, n);
		if (!found)
			return -EINVAL;
		if (!views[n])
			return 0;
	}
}

static int one_option(void *data, const char *arg, int key, struct fuse_args *out)
{
	struct mount_options *opt = data;
	const char *value = strchr(arg, '=') ? strchr(arg, '=') + 1 : "";
	(void)out;

	switch (key) {
	case KEY_UID:
		opt->has_uid = true;
		return parse_uid(value, &opt->uid) ? bad(arg, "no such user; give a name or a number") : 0;
	case KEY_GID:
		opt->has_gid = true;
		return parse_gid(value, &opt->gid) ? bad(arg, "no such group; give a name or a number") : 0;
	case KEY_FMODE:
		opt->has_fmode = true;
		return parse_number(value, 8, 0777, &opt->fmode) ? bad(arg, "want octal permissions, 0 to 0777") : 0;
	case KEY_DMODE:
		opt->has_dmode = true;
		return parse_number(value, 8, 0777, &opt->dmode) ? bad(arg, "want octal permissions, 0 to 0777") : 0;
	case KEY_VIEWS:
		return check_views(value) ? bad(arg, "want names of json csv tsv prom info spec count h, parted by '+'")
					  : set_string(&opt->views, value);
	case KEY_TAKEOVER:
		opt->takeover = true;
		return 0;
	case KEY_DEBUG:
		opt->debug = true;
		opt->foreground = true;
		return 0;
	case KEY_FOREGROUND:
		opt->foreground = true;
		return 0;
	case KEY_HELP:
		opt->help = true;
		return 0;
	case KEY_VERSION:
		opt->version = true;
		return 0;
	case KEY_DROP:
		return 0;
	case FUSE_OPT_KEY_NONOPT:
		return positional(opt, arg);
	case FUSE_OPT_KEY_OPT:
		return strcmp(arg, "--") ? 1 : 0;
	default:
		return 1; /* libfuse's, or refused by it */
	}
}

int options_parse(struct fuse_args *args, struct mount_options *opt)
{
	if (fuse_opt_parse(args, opt, known, one_option) == -1)
		return -EINVAL;
	if (opt->help || opt->version)
		return 0;
	if (!opt->mountpoint) {
		fprintf(stderr, "bpfmapfs: no mount point given; see bpfmapfs --help\n");
		return -EINVAL;
	}
	if (!opt->source && set_string(&opt->source, DEFAULT_SOURCE))
		return -EINVAL;
	return opt->debug ? fuse_opt_add_arg(args, "-odebug") : 0;
}

void options_free(struct mount_options *opt)
{
	free(opt->source);
	free(opt->mountpoint);
	free(opt->views);
	opt->source = opt->mountpoint = opt->views = NULL;
}
