// SPDX-License-Identifier: MIT
// E26: objects that are truncated, flipped or without BTF give errors and no crash. Each
// is opened in a process of its own, so that a crash is one failed object and says which.
#include "kernel.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define OBJECT "build/tests/bpf/engine_object.bpf.o"
#define FLIPS 1500

static char *object;
static size_t size;

static int read_object(void **state)
{
	FILE *file = fopen(OBJECT, "re");

	(void)state;
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	object = malloc(size);
	assert_non_null(object);
	assert_int_equal(fread(object, 1, size, file), size);
	fclose(file);
	return 0;
}

static int free_object(void **state)
{
	(void)state;
	free(object);
	return 0;
}

/* Opens an object and looks at all that it says. */
static void use(int fd)
{
	struct bpfmap_object *opened = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (bpfmap_object_open(path, &opened))
		_exit(*bpfmap_errmsg() ? 1 : 2);
	for (size_t i = 0; i < bpfmap_object_count(opened); i++) {
		char line[512];
		bpfmap_spec_print(bpfmap_object_spec(opened, i), line, sizeof(line));
	}
	bpfmap_object_free(opened);
	_exit(0);
}

/* 0: opened, 1: refused with a sentence. */
static int outcome(const char *bytes, size_t n, const char *what, size_t at)
{
	int fd = memfd_create("object", MFD_CLOEXEC), status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGSEGV, SIG_DFL); /* cmocka catches it */
		signal(SIGBUS, SIG_DFL);
		alarm(120);
		use(fd);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		fail_msg("%s at %zu of %zu: status %#x", what, at, size, (unsigned)status);
	return WEXITSTATUS(status);
}

static void E26_whole(void **state)
{
	(void)state;
	assert_int_equal(outcome(object, size, "whole", 0), 0);
}

static void E26_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n < size; n += 1 + size / 300)
		assert_int_equal(outcome(object, n, "truncated", n), 1);
}

static void E26_flipped(void **state)
{
	char *copy = malloc(size);
	unsigned seed = 26;

	(void)state;
	assert_non_null(copy);
	for (int i = 0; i < FLIPS; i++) {
		memcpy(copy, object, size);
		size_t at = i < 64 ? (size_t)i : (size_t)rand_r(&seed) % size; /* all of the ELF header, then anywhere */
		copy[at] ^= (char)(1 + rand_r(&seed) % 255);
		outcome(copy, size, "flipped", at);
	}
	free(copy);
}

/* The section's name is spoilt, so that nobody finds it. */
static void E26_without_btf(void **state)
{
	char *copy = malloc(size), *name;

	(void)state;
	assert_non_null(copy);
	memcpy(copy, object, size);
	while ((name = memmem(copy, size, ".BTF", 4)))
		memcpy(name, ".XXX", 4);
	assert_int_equal(outcome(copy, size, "without BTF", 0), 1);
	free(copy);
}

MAIN(read_object, free_object, cmocka_unit_test(E26_whole), cmocka_unit_test(E26_truncated),
    cmocka_unit_test(E26_flipped), cmocka_unit_test(E26_without_btf))
