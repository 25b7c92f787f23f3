/* SPDX-License-Identifier: MIT */
/*
 * mount.bpfmapfs: what mount(8) runs for -t bpfmapfs and -t fuse.bpfmapfs.
 *
 *   arguments → optmap → bpffs at SOURCE → DIR clear → driver → exit code
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mount-helper/driver.h"
#include "mount-helper/helper.h"
#include "mount-helper/optmap.h"
#include "mount-helper/source.h"
#include "mount-helper/target.h"

/* The command line; the strings are argv's. */
struct call {
	const char *source, *dir;
	const char *options[16]; /* each -o; mount(8) gives one */
	int n_options;
	const char *namespace;
	bool sloppy, fake, verbose, help, version;
};

static void print_help(void)
{
	printf("usage: " HELPER_NAME " SOURCE DIR [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE]\n"
	       "\n"
	       "Run by mount(8): mounts the eBPF maps that are pinned below SOURCE at DIR.\n"
	       "SOURCE is a directory of a bpffs; \"none\" means " HELPER_SOURCE ".\n"
	       "\n"
	       "    -s  ignore unknown options      -f  check, but mount nothing\n"
	       "    -v  say what is run             -N  mount in this mount namespace\n"
	       "    -n  (ignored)                   -t  bpfmapfs or fuse.bpfmapfs\n"
	       "\n"
	       "Options, besides the general ones of mount(8):\n");
	optmap_help(stdout);
}

static int usage(const char *reason)
{
	return helper_fail(HELPER_USAGE, "%s; see " HELPER_NAME " --help", reason);
}

static int check_type(const char *type)
{
	if (!strcmp(type, "bpfmapfs") || !strcmp(type, HELPER_FSTYPE))
		return HELPER_OK;
	return helper_fail(HELPER_USAGE, "type %s is not one of this helper's", type);
}

static int add_options(struct call *call, const char *list)
{
	if (call->n_options == sizeof(call->options) / sizeof(call->options[0]))
		return usage("too many -o");
	call->options[call->n_options++] = list;
	return HELPER_OK;
}

/* One option letter; optarg is its value. */
static int take_letter(struct call *call, int letter)
{
	switch (letter) {
	case 's':
		call->sloppy = true;
		return HELPER_OK;
	case 'f':
		call->fake = true;
		return HELPER_OK;
	case 'n':
		return HELPER_OK;
	case 'v':
		call->verbose = true;
		return HELPER_OK;
	case 'N':
		call->namespace = optarg;
		return HELPER_OK;
	case 'o':
		return add_options(call, optarg);
	case 't':
		return check_type(optarg);
	case 'h':
		call->help = true;
		return HELPER_OK;
	case 'V':
		call->version = true;
		return HELPER_OK;
	case ':':
		return helper_fail(HELPER_USAGE, "-%c needs a value", optopt);
	default:
		return helper_fail(HELPER_USAGE, "unknown option -%c; see " HELPER_NAME " --help", optopt);
	}
}

static int read_arguments(int argc, char **argv, struct call *call)
{
	int letter, code = HELPER_OK;

	if (argc == 2 && !strcmp(argv[1], "--help"))
		call->help = true;
	if (argc == 2 && !strcmp(argv[1], "--version"))
		call->version = true;
	opterr = 0;
	while (!call->help && !call->version && (letter = getopt(argc, argv, ":sfnvN:o:t:hV")) != -1)
		if ((code = take_letter(call, letter)))
			return code;
	if (call->help || call->version)
		return HELPER_OK;
	if (argc - optind != 2)
		return usage("give SOURCE and DIR");
	call->source = argv[optind];
	call->dir = argv[optind + 1];
	return HELPER_OK;
}

static int read_options(const struct call *call, struct optmap *map)
{
	for (int i = 0; i < call->n_options; i++) {
		char *unknown = NULL;
		int err = optmap_add(map, call->options[i], call->sloppy, &unknown);

		if (err == -EINVAL) {
			helper_fail(HELPER_USAGE, "unknown option '%s'", unknown);
			free(unknown);
			return HELPER_USAGE;
		}
		if (err)
			return helper_fail(HELPER_SYSTEM, "%s", strerror(-err));
	}
	return HELPER_OK;
}

/* mount(8) runs its helpers in the original namespace and leaves the change to them. */
static int enter_namespace(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0 || setns(fd, CLONE_NEWNS))
		err = errno;
	if (fd >= 0)
		close(fd);
	return err ? helper_fail(HELPER_SYSTEM, "cannot enter namespace %s: %s", path, strerror(err))
		   : HELPER_OK;
}

/*
 * mount -a leaves out what is mounted already by comparing sources. An alias
 * never equals the source that the kernel shows, so it is done here.
 */
static int mount_new(const struct call *call, const struct optmap *map)
{
	bool alias = helper_source_is_alias(call->source);
	const char *source = alias ? HELPER_SOURCE : call->source;
	bool mounted = helper_target_has(call->dir, source);
	int code;

	if (mounted && alias) {
		if (call->verbose)
			helper_note("%s is mounted already", source);
		return HELPER_OK;
	}
	if (mounted)
		return helper_fail(HELPER_FAILED, "%s is already mounted there", source);
	if (call->fake)
		return helper_target_check(call->dir);
	if ((code = helper_target_clear(call->dir)) || (code = helper_source_prepare(source)))
		return code;
	code = helper_driver_run(map->driver, source, call->dir, call->verbose);
	if (!code && map->late)
		code = helper_target_add(call->dir, map->late);
	return code;
}

static int run(const struct call *call, struct optmap *map)
{
	int code = read_options(call, map);

	if (!code && call->namespace)
		code = enter_namespace(call->namespace);
	if (code)
		return code;
	if (!map->remount)
		return mount_new(call, map);
	return call->fake ? HELPER_OK : helper_target_remount(call->dir, map->flags);
}

int main(int argc, char **argv)
{
	struct call call = {0};
	struct optmap map = {0};
	int code = read_arguments(argc, argv, &call);

	if (code)
		return code;
	if (call.help) {
		print_help();
		return HELPER_OK;
	}
	if (call.version) {
		printf(HELPER_NAME " " BPFMAPFS_VERSION "\n");
		return HELPER_OK;
	}
	helper_about(call.dir);
	code = run(&call, &map);
	optmap_free(&map);
	return code;
}
