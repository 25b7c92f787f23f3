/* SPDX-License-Identifier: MIT */
/* The option table of mount.bpfmapfs, and its parser. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "mount-helper/optmap.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

enum action {
	DRIVER,  /* handed to the driver */
	LATE,    /* a flag that the driver cannot set: done by a remount once it is ready */
	REMOUNT, /* change the flags of a mount that is there */
	DROP,    /* means nothing to the driver */
};

/*
 * A name that ends in '=' has a value, one that ends in '*' is a prefix. Rows
 * without a help text are not shown.
 */
static const struct row {
	const char *name;
	enum action action;
	unsigned long set, clear;
	const char *help;
} rows[] = {
	/* the driver's own */
	{"allow_other", DRIVER, 0, 0, "other users too, as owners and modes of the pins allow"},
	{"uid=", DRIVER, 0, 0, "show all files as owned by this user"},
	{"gid=", DRIVER, 0, 0, "show all files as owned by this group"},
	{"fmode=", DRIVER, 0, 0, "show files with these permissions (octal)"},
	{"dmode=", DRIVER, 0, 0, "show directories with these permissions (octal)"},
	{"views=", DRIVER, 0, 0, "list these forms of each map, such as json+prom"},
	{"takeover", DRIVER, 0, 0, "M.events may take perf event arrays over from their readers"},
	{"auto_unmount", DRIVER, 0, 0, "unmount when the driver dies"},

	/* flags of mount(2) */
	{"ro", DRIVER, MS_RDONLY, 0, "no writing"},
	{"rw", DRIVER, 0, MS_RDONLY, "writing (the default)"},
	{"nosuid", DRIVER, MS_NOSUID, 0, NULL},
	{"suid", DRIVER, 0, MS_NOSUID, NULL},
	{"nodev", DRIVER, MS_NODEV, 0, NULL},
	{"dev", DRIVER, 0, MS_NODEV, NULL},
	{"noexec", DRIVER, MS_NOEXEC, 0, NULL},
	{"exec", DRIVER, 0, MS_NOEXEC, NULL},
	{"sync", DRIVER, MS_SYNCHRONOUS, 0, NULL},
	{"async", DRIVER, 0, MS_SYNCHRONOUS, NULL},
	{"dirsync", DRIVER, MS_DIRSYNC, 0, NULL},
	{"noatime", DRIVER, MS_NOATIME, 0, NULL},
	{"atime", DRIVER, 0, MS_NOATIME, NULL},
	{"nodiratime", LATE, MS_NODIRATIME, 0, NULL},
	{"diratime", DROP, 0, MS_NODIRATIME, NULL},
	{"strictatime", LATE, MS_STRICTATIME, MS_RELATIME | MS_NOATIME, NULL},
	{"nostrictatime", DROP, 0, MS_STRICTATIME, NULL},
	{"relatime", DROP, MS_RELATIME, MS_STRICTATIME | MS_NOATIME, NULL},
	{"norelatime", DROP, 0, MS_RELATIME, NULL},
	{"nosymfollow", LATE, MS_NOSYMFOLLOW, 0, NULL},
	{"symfollow", DROP, 0, MS_NOSYMFOLLOW, NULL},
	{"remount", REMOUNT, 0, 0, "change ro, rw, nosuid, ... of the mount that is there"},

	/* between mount(8), fstab and systemd */
	{"defaults", DROP, 0, 0, NULL},
	{"auto", DROP, 0, 0, NULL},
	{"noauto", DROP, 0, 0, NULL},
	{"nofail", DROP, 0, 0, NULL},
	{"_netdev", DROP, 0, 0, NULL},
	{"user", DROP, 0, 0, NULL},
	{"user=", DROP, 0, 0, NULL},
	{"nouser", DROP, 0, 0, NULL},
	{"users", DROP, 0, 0, NULL},
	{"nousers", DROP, 0, 0, NULL},
	{"owner", DROP, 0, 0, NULL},
	{"noowner", DROP, 0, 0, NULL},
	{"group", DROP, 0, 0, NULL},
	{"nogroup", DROP, 0, 0, NULL},
	{"comment=", DROP, 0, 0, NULL},
	{"x-*", DROP, 0, 0, NULL},
	{"X-*", DROP, 0, 0, NULL},
	{"helper=", DROP, 0, 0, NULL},
	{"uhelper=", DROP, 0, 0, NULL},

	/* true of any file system, and of no effect here */
	{"silent", DROP, 0, 0, NULL},
	{"loud", DROP, 0, 0, NULL},
	{"lazytime", DROP, 0, 0, NULL},
	{"nolazytime", DROP, 0, 0, NULL},
	{"mand", DROP, 0, 0, NULL},
	{"nomand", DROP, 0, 0, NULL},
	{"iversion", DROP, 0, 0, NULL},
	{"noiversion", DROP, 0, 0, NULL},

	/* what mountinfo shows of a mount of ours: a remount brings it back */
	{"default_permissions", DROP, 0, 0, NULL},
	{"user_id=", DROP, 0, 0, NULL},
	{"group_id=", DROP, 0, 0, NULL},
	{"rootmode=", DROP, 0, 0, NULL},
	{"max_read=", DROP, 0, 0, NULL},
	{"fsname=", DROP, 0, 0, NULL},
	{"subtype=", DROP, 0, 0, NULL},
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static bool row_matches(const struct row *row, const char *opt, size_t len)
{
	size_t n = strlen(row->name);

	switch (row->name[n - 1]) {
	case '*':
		return len >= n - 1 && !strncmp(opt, row->name, n - 1);
	case '=':
		return len >= n && !strncmp(opt, row->name, n);
	default:
		return len == n && !strncmp(opt, row->name, n);
	}
}

static const struct row *find_row(const char *opt, size_t len)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (row_matches(&rows[i], opt, len))
			return &rows[i];
	return NULL;
}

/* The length of the option at the start of `list`. */
static size_t option_length(const char *list)
{
	bool quoted = false;
	size_t n = 0;

	for (; list[n] && (quoted || list[n] != ','); n++)
		if (list[n] == '"')
			quoted = !quoted;
	return n;
}

static int append(char **list, const char *opt, size_t len)
{
	size_t have = *list ? strlen(*list) : 0;
	char *grown = realloc(*list, have + len + 2);

	if (!grown)
		return -ENOMEM;
	*list = grown;
	if (have)
		grown[have++] = ',';
	memcpy(grown + have, opt, len);
	grown[have + len] = '\0';
	return 0;
}

static int apply(struct optmap *map, const struct row *row, const char *opt, size_t len)
{
	map->flags = (map->flags & ~row->clear) | row->set;
	map->late &= map->flags;
	switch (row->action) {
	case DRIVER:
		return append(&map->driver, opt, len);
	case LATE:
		map->late |= row->set;
		return 0;
	case REMOUNT:
		map->remount = true;
		return 0;
	case DROP:
		return 0;
	}
	return 0;
}

static int refuse(const char *opt, size_t len, char **ret_unknown)
{
	char *copy = strndup(opt, len);

	if (!copy)
		return -ENOMEM;
	*ret_unknown = copy;
	return -EINVAL;
}

int optmap_add(struct optmap *map, const char *list, bool sloppy, char **ret_unknown)
{
	for (;;) {
		size_t len = option_length(list);
		const struct row *row = find_row(list, len);
		int err = 0;

		if (row)
			err = apply(map, row, list, len);
		else if (len && !sloppy)
			err = refuse(list, len, ret_unknown);
		if (err || !list[len])
			return err;
		list += len + 1;
	}
}

void optmap_free(struct optmap *map)
{
	free(map->driver);
	map->driver = NULL;
}

void optmap_help(FILE *out)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].help)
			fprintf(out, "    %-14s %s\n", rows[i].name, rows[i].help);
}
