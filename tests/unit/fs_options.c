/* SPDX-License-Identifier: MIT */
/* The driver's command line: what it takes, what it leaves to libfuse, what it refuses and how it says so. */
#include "fs_help.h"

#include <fuse_opt.h>
#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>

#include "fs/options.h"

#define MAX_ARGS 8

struct parsed {
	int err;
	struct mount_options opt;
	struct fuse_args args;
	char said[512]; /* on stderr */
};

static struct parsed parse(const char *const *words)
{
	struct parsed p = { 0 };
	char *argv[MAX_ARGS + 1] = { (char *)"bpfmapfs" };
	int argc = 1, keep = dup(2), to = memfd_create("stderr", 0);

	while (argc <= MAX_ARGS && words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	p.args = (struct fuse_args)FUSE_ARGS_INIT(argc, argv);
	fflush(stderr);
	dup2(to, 2);
	p.err = options_parse(&p.args, &p.opt);
	fflush(stderr);
	dup2(keep, 2);
	assert_true(pread(to, p.said, sizeof(p.said) - 1, 0) >= 0);
	close(to);
	close(keep);
	return p;
}
#define PARSE(...) parse((const char *const[MAX_ARGS + 1]){ __VA_ARGS__ })

static void done(struct parsed *p)
{
	options_free(&p->opt);
	fuse_opt_free_args(&p->args);
}

/* Is text somewhere in what libfuse would get? */
static bool left_over(const struct parsed *p, const char *text)
{
	for (int i = 1; i < p->args.argc; i++) {
		if (strstr(p->args.argv[i], text))
			return true;
	}
	return false;
}

static void one_name_is_the_mount_point(void **state)
{
	(void)state;
	struct parsed p = PARSE("/mnt");

	assert_int_equal(p.err, 0);
	assert_string_equal(p.opt.source, "/sys/fs/bpf");
	assert_string_equal(p.opt.mountpoint, "/mnt");
	assert_false(p.opt.foreground || p.opt.debug || p.opt.help || p.opt.version);
	assert_false(p.opt.has_uid || p.opt.has_gid || p.opt.has_fmode || p.opt.has_dmode);
	assert_string_equal(p.said, "");
	done(&p);
}

static void two_names_are_source_and_mount_point(void **state)
{
	(void)state;
	struct parsed p = PARSE("-f", "/b", "-o", "ro", "/m");

	assert_int_equal(p.err, 0);
	assert_string_equal(p.opt.source, "/b");
	assert_string_equal(p.opt.mountpoint, "/m");
	assert_true(p.opt.foreground);
	assert_false(p.opt.debug);
	assert_true(left_over(&p, "ro")); /* the kernel's */
	assert_false(left_over(&p, "/m"));
	done(&p);
}

static void debug_stays_in_the_foreground(void **state)
{
	(void)state;
	static const char *const ways[][3] = { { "-d", "/m" }, { "-odebug", "/m" } };

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct parsed p = PARSE(ways[i][0], ways[i][1]);
		assert_int_equal(p.err, 0);
		assert_true(p.opt.debug && p.opt.foreground);
		assert_true(left_over(&p, "debug")); /* libfuse prints the requests */
		done(&p);
	}
}

static void takeover(void **state)
{
	(void)state;
	struct parsed p = PARSE("-o", "takeover,ro", "/m"), without = PARSE("/m");

	assert_int_equal(p.err, 0);
	assert_true(p.opt.takeover);
	assert_false(left_over(&p, "takeover")); /* libfuse would refuse it */
	assert_false(without.opt.takeover);
	done(&p);
	done(&without);
}

static void numbers(void **state)
{
	(void)state;
	struct parsed p = PARSE("-o", "uid=1000,gid=65534,fmode=640", "-o", "dmode=0750,allow_other", "/m");

	assert_int_equal(p.err, 0);
	assert_true(p.opt.has_uid && p.opt.has_gid && p.opt.has_fmode && p.opt.has_dmode);
	assert_int_equal(p.opt.uid, 1000);
	assert_int_equal(p.opt.gid, 65534);
	assert_int_equal(p.opt.fmode, 0640);
	assert_int_equal(p.opt.dmode, 0750);
	assert_true(left_over(&p, "allow_other"));
	assert_false(left_over(&p, "uid") || left_over(&p, "gid") || left_over(&p, "mode"));
	done(&p);
}

static void names_of_users_and_groups(void **state)
{
	(void)state;
	struct passwd *pw = getpwnam("daemon");
	struct group *gr = getgrnam("daemon");

	if (!pw || !gr)
		skip();
	struct parsed p = PARSE("-ouid=daemon,gid=daemon", "/m");
	assert_int_equal(p.err, 0);
	assert_int_equal(p.opt.uid, pw->pw_uid);
	assert_int_equal(p.opt.gid, gr->gr_gid);
	done(&p);
}

/* A mount that is copied or remounted brings them back, and mount(8) adds rw. */
static void what_mountinfo_shows_is_taken(void **state)
{
	(void)state;
	struct parsed p = PARSE("-orw,user_id=0,group_id=0,default_permissions,fsname=x,subtype=bpfmapfs", "/m");

	assert_int_equal(p.err, 0);
	assert_false(left_over(&p, "user_id") || left_over(&p, "group_id") || left_over(&p, "fsname"));
	assert_false(left_over(&p, "rw") || left_over(&p, "subtype") || left_over(&p, "default_permissions"));
	done(&p);
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	static const struct { const char *option, *named; } bad[] = {
		{ "-ouid=", "uid=" }, { "-ouid=-1", "uid=-1" }, { "-ouid=4294967295", "uid=4294967295" },
		{ "-ouid=99999999999999999999", "uid=9999" }, { "-ouid=1x", "uid=1x" },
		{ "-ouid=-18446744073709551615", "uid=-184" },
		{ "-ouid=no-such-user", "no-such-user" }, { "-ogid=", "gid=" }, { "-ogid=no-such-group", "no-such-group" },
		{ "-ofmode=", "fmode=" }, { "-ofmode=8", "fmode=8" }, { "-ofmode=1000", "fmode=1000" },
		{ "-ofmode=-1", "fmode=-1" }, { "-odmode=rwx", "dmode=rwx" }, { "-odmode=01777", "dmode=01777" },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct parsed p = PARSE(bad[i].option, "/m");
		assert_int_equal(p.err, -EINVAL);
		if (!strstr(p.said, bad[i].named))
			fail_msg("%s: \"%s\" does not name it", bad[i].option, p.said);
		done(&p);
	}
}

static void too_few_and_too_many_names(void **state)
{
	(void)state;
	struct parsed none = PARSE("-f"), three = PARSE("/a", "/b", "/c");

	assert_int_equal(none.err, -EINVAL);
	assert_non_null(strstr(none.said, "mount point"));
	assert_int_equal(three.err, -EINVAL);
	assert_non_null(strstr(three.said, "MOUNTPOINT"));
	done(&none);
	done(&three);
}

static void help_and_version_need_no_mount_point(void **state)
{
	(void)state;
	struct parsed help = PARSE("--help"), h = PARSE("-h"), version = PARSE("--version"), v = PARSE("-V");

	assert_true(!help.err && help.opt.help && !help.opt.version);
	assert_true(!h.err && h.opt.help);
	assert_true(!version.err && version.opt.version && !version.opt.help);
	assert_true(!v.err && v.opt.version);
	done(&help);
	done(&h);
	done(&version);
	done(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_is_the_mount_point),
		cmocka_unit_test(two_names_are_source_and_mount_point),
		cmocka_unit_test(debug_stays_in_the_foreground),
		cmocka_unit_test(takeover),
		cmocka_unit_test(numbers),
		cmocka_unit_test(names_of_users_and_groups),
		cmocka_unit_test(what_mountinfo_shows_is_taken),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(too_few_and_too_many_names),
		cmocka_unit_test(help_and_version_need_no_mount_point),
	};

	return cmocka_run_group_tests_name("fs_options", tests, NULL, NULL);
}
