/* SPDX-License-Identifier: MIT */
/*
 * Helpers of the engine's tests: maps made in a line, a private bpffs, the seam.
 * What a test expects is asked of the kernel through libbpf, not of the engine.
 */
#ifndef TESTS_KERNEL_H
#define TESTS_KERNEL_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bpfmap.h"
#include "core/cpu.h"
#include "core/sys.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Passes when the call gives 0; else shows what the engine says of it. */
#define OK(call)                                                                                   \
	do {                                                                                       \
		int ok_ = (call);                                                                  \
		if (ok_)                                                                           \
			fail_msg("%s: %d: %s", #call, ok_, bpfmap_errmsg());                       \
	} while (0)

/* Passes when the call gives the error and leaves a sentence with the words in it. */
#define FAILS(call, error, words)                                                                  \
	do {                                                                                       \
		int ret_ = (call);                                                                 \
		if (ret_ != -(error))                                                              \
			fail_msg("%s: %d, not %d: %s", #call, ret_, -(error), bpfmap_errmsg());    \
		if (!strstr(bpfmap_errmsg(), words))                                               \
			fail_msg("%s: no \"%s\" in \"%s\"", #call, words, bpfmap_errmsg());        \
	} while (0)

static inline struct bpfmap *create(const struct bpfmap_spec *spec)
{
	struct bpfmap *map = NULL;

	OK(bpfmap_create(spec, NULL, &map));
	return map;
}

static inline struct bpfmap *make(uint32_t type, uint32_t key, uint32_t value, uint32_t entries)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "test", .type = type, .key_size = key,
	    .value_size = value, .max_entries = entries);

	return create(&spec);
}

static inline int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -1; /* the directory's own */

	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* A program that returns 0. */
static inline int load_prog(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "zero", "MIT", insns, COUNT(insns), NULL);

	assert_true(fd >= 0);
	return fd;
}

/* ---- A bpffs of this process alone, in a mount namespace of its own. ---- */

static char bpffs[64]; /* its path while there is one */

static inline int mount_bpffs(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	snprintf(bpffs, sizeof(bpffs), "/tmp/bpfmap-test-XXXXXX");
	return mkdtemp(bpffs) ? mount("bpf", bpffs, "bpf", 0, NULL) : -1;
}

static inline int umount_bpffs(void **state)
{
	(void)state;
	return umount(bpffs) || rmdir(bpffs);
}

/* A path in it; the buffer is reused after four calls. */
static inline const char *pin_path(const char *name)
{
	static char paths[4][192];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", bpffs, name);
	return path;
}

static inline bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- BTF of an integer and more, made on the spot. ---- */

static inline struct btf *int_btf(void)
{
	struct btf *btf = btf__new_empty();

	assert_int_equal(btf__add_int(btf, "int", 4, BTF_INT_SIGNED), 1);
	assert_int_equal(btf__add_int(btf, "u64", 8, 0), 2);
	return btf;
}

/* Not as root there is nothing to test against. */
static inline void need_root(void)
{
	if (geteuid()) {
		puts("needs root");
		exit(77);
	}
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

#define MAIN(setup, teardown, ...)                                                                 \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                 \
                                                                                                   \
		need_root();                                                                       \
		libbpf_set_print(quiet);                                                           \
		return cmocka_run_group_tests(tests, setup, teardown);                             \
	}
#define T(name) cmocka_unit_test(name)

#endif
