// SPDX-License-Identifier: MIT
// Options of mount(8), fstab and systemd: what reaches the driver, what a
// remount would set, what is refused.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "mount-helper/optmap.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

static struct optmap parsed(const char *list)
{
	struct optmap map = {0};
	char *unknown = NULL;

	assert_int_equal(optmap_add(&map, list, false, &unknown), 0);
	assert_null(unknown);
	return map;
}

static void assert_driver(const char *list, const char *expected)
{
	struct optmap map = parsed(list);

	assert_string_equal(map.driver ? map.driver : "", expected);
	optmap_free(&map);
}

static void assert_flags(const char *list, unsigned long flags)
{
	struct optmap map = parsed(list);

	assert_int_equal(map.flags, flags);
	optmap_free(&map);
}

static void assert_refused(const char *list, const char *which)
{
	struct optmap map = {0};
	char *unknown = NULL;

	assert_int_equal(optmap_add(&map, list, false, &unknown), -EINVAL);
	assert_string_equal(unknown, which);
	free(unknown);
	optmap_free(&map);
}

static void the_drivers_options_pass(void **state)
{
	(void)state;
	assert_driver("allow_other", "allow_other");
	assert_driver("uid=1000,gid=7,fmode=0640,dmode=750", "uid=1000,gid=7,fmode=0640,dmode=750");
	assert_driver("views=json+prom,takeover,auto_unmount", "views=json+prom,takeover,auto_unmount");
	assert_driver("ro,nosuid,nodev,noexec,noatime", "ro,nosuid,nodev,noexec,noatime");
	assert_driver("rw,suid,dev,exec,atime,sync,async,dirsync", "rw,suid,dev,exec,atime,sync,async,dirsync");
}

static void order_is_kept(void **state)
{
	(void)state;
	assert_driver("uid=1,ro,uid=2,rw", "uid=1,ro,uid=2,rw");
}

static void fstabs_own_are_dropped(void **state)
{
	(void)state;
	assert_driver("defaults", "");
	assert_driver("nofail,_netdev,auto,noauto", "");
	assert_driver("user,users,nouser,nousers,owner,noowner,group,nogroup,user=joe", "");
	assert_driver("comment=anything at all,relatime,strictatime,lazytime,silent", "");
	assert_driver("x-systemd.automount,x-systemd.requires=/run,X-mount.mkdir=0755", "");
	assert_driver("nofail,ro,_netdev,uid=3,x-a", "ro,uid=3");
}

static void what_mountinfo_shows_is_dropped(void **state)
{
	(void)state;
	assert_driver("rw,user_id=0,group_id=0,default_permissions,allow_other", "rw,allow_other");
	assert_driver("fsname=/sys/fs/bpf,subtype=bpfmapfs,rootmode=40000,max_read=131072", "");
}

static void empty_options_are_nothing(void **state)
{
	(void)state;
	assert_driver("", "");
	assert_driver(",,ro,,", "ro");
}

static void quotes_hold_commas(void **state)
{
	(void)state;
	assert_driver("comment=\"a,b,unheard_of\",ro", "ro");
	assert_refused("unheard=\"a,b\",ro", "unheard=\"a,b\"");
}

static void several_lists_add_up(void **state)
{
	struct optmap map = {0};
	char *unknown = NULL;

	(void)state;
	assert_int_equal(optmap_add(&map, "ro,uid=1", false, &unknown), 0);
	assert_int_equal(optmap_add(&map, "nofail,gid=2", false, &unknown), 0);
	assert_string_equal(map.driver, "ro,uid=1,gid=2");
	optmap_free(&map);
	assert_null(map.driver);
}

static void unknown_options_are_named(void **state)
{
	(void)state;
	assert_refused("ro,bogus,rw", "bogus");
	assert_refused("nosuch=1", "nosuch=1");
	assert_refused("allow_others", "allow_others");
	assert_refused("allow_othe", "allow_othe");
	assert_refused("uid", "uid");
	assert_refused("ro=1", "ro=1");
	assert_refused("xsystemd", "xsystemd");
	assert_refused("RO", "RO");
}

static void sloppy_drops_them(void **state)
{
	struct optmap map = {0};
	char *unknown = NULL;

	(void)state;
	assert_int_equal(optmap_add(&map, "bogus,ro,nosuch=1,uid=5", true, &unknown), 0);
	assert_null(unknown);
	assert_string_equal(map.driver, "ro,uid=5");
	optmap_free(&map);
}

static void flags_of_a_remount(void **state)
{
	(void)state;
	assert_flags("allow_other", 0);
	assert_flags("ro", MS_RDONLY);
	assert_flags("rw", 0);
	assert_flags("ro,rw", 0);
	assert_flags("rw,ro", MS_RDONLY);
	assert_flags("nosuid,nodev,noexec", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	assert_flags("nosuid,noexec,nodev,exec,suid", MS_NODEV);
	assert_flags("noatime", MS_NOATIME);
	assert_flags("noatime,relatime", MS_RELATIME);
	assert_flags("sync", MS_SYNCHRONOUS);
	assert_flags("sync,async", 0);
}

static void remount_is_told_apart(void **state)
{
	struct optmap map = parsed("rw,remount,user_id=0,group_id=0,default_permissions");

	(void)state;
	assert_true(map.remount);
	optmap_free(&map);
	map = parsed("rw");
	assert_false(map.remount);
	optmap_free(&map);
}

/* libfuse refuses them, so they are set when the mount is there. */
static void some_flags_come_late(void **state)
{
	struct optmap map = parsed("nosymfollow,ro");

	(void)state;
	assert_string_equal(map.driver, "ro");
	assert_int_equal(map.late, MS_NOSYMFOLLOW);
	optmap_free(&map);
	map = parsed("nosymfollow,symfollow");
	assert_int_equal(map.late, 0);
	optmap_free(&map);
	map = parsed("ro,nosuid");
	assert_int_equal(map.late, 0);
	optmap_free(&map);
}

static void help_names_the_drivers_options(void **state)
{
	static const char *const expected[] = {"allow_other", "uid=", "gid=", "fmode=", "dmode=",
		"views=", "takeover", "auto_unmount", "ro", "rw", "remount"};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	optmap_help(out);
	fclose(out);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		char word[32];
		snprintf(word, sizeof(word), " %s ", expected[i]);
		assert_non_null(strstr(text, word));
	}
	assert_null(strstr(text, "nofail"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_drivers_options_pass),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(fstabs_own_are_dropped),
		cmocka_unit_test(what_mountinfo_shows_is_dropped),
		cmocka_unit_test(empty_options_are_nothing),
		cmocka_unit_test(quotes_hold_commas),
		cmocka_unit_test(several_lists_add_up),
		cmocka_unit_test(unknown_options_are_named),
		cmocka_unit_test(sloppy_drops_them),
		cmocka_unit_test(flags_of_a_remount),
		cmocka_unit_test(remount_is_told_apart),
		cmocka_unit_test(some_flags_come_late),
		cmocka_unit_test(help_names_the_drivers_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
