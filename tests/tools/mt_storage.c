// SPDX-License-Identifier: MIT
// mt_storage: storages through bpf(2), by fds of tasks, cgroups and files.
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char usage[] =
	"mt_storage get PIN WHOSE      the value's bytes in hex, or the errno's name\n"
	"mt_storage set PIN WHOSE HEX  stores them; 0, or the errno's name\n"
	"mt_storage del PIN WHOSE      the same\n"
	"mt_storage hold PROG          runs a raw tracepoint program in this process and in another\n"
	"                              thread, prints pid and tid, waits to be killed\n"
	"mt_storage cgroup PATH        the id of a cgroup\n"
	"WHOSE is a pid, or the path of a directory or file\n";

static unsigned char value[1 << 16];
static uint32_t value_size;

static int open_pin(const char *path)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_obj_get(path);

	if (fd < 0) {
		perror(path);
		exit(2);
	}
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		value_size = info.value_size;
	return fd;
}

static int open_whose(const char *whose)
{
	int fd = *whose == '/' ? open(whose, O_RDONLY | O_NONBLOCK)
			       : (int)syscall(SYS_pidfd_open, atoi(whose), 0);

	if (fd < 0) {
		perror(whose);
		exit(2);
	}
	return fd;
}

static int answer(int result)
{
	puts(result ? strerrorname_np(errno) : "0");
	return 0;
}

static int get(char **argv)
{
	int map = open_pin(argv[0]), fd = open_whose(argv[1]);

	if (bpf_map_lookup_elem(map, &fd, value))
		return answer(-1);
	for (uint32_t i = 0; i < value_size; i++)
		printf("%02x", value[i]);
	puts("");
	return 0;
}

static int set(char **argv)
{
	int map = open_pin(argv[0]), fd = open_whose(argv[1]), used;
	const char *hex = argv[2];
	unsigned byte;

	for (uint32_t n = 0; n < value_size && sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used)
		value[n++] = (unsigned char)byte;
	return answer(bpf_map_update_elem(map, &fd, value, BPF_ANY));
}

static int del(char **argv)
{
	int map = open_pin(argv[0]), fd = open_whose(argv[1]);

	return answer(bpf_map_delete_elem(map, &fd));
}

static int prog;

static void run_prog(void)
{
	struct bpf_test_run_opts opts = { .sz = sizeof(opts) };

	if (bpf_prog_test_run_opts(prog, &opts)) {
		perror("mt_storage hold");
		exit(1);
	}
}

static void *thread(void *arg)
{
	run_prog();
	printf("%d %d\n", getpid(), gettid());
	fflush(stdout);
	pause();
	return arg;
}

static int hold(char **argv)
{
	pthread_t t;

	prog = open_pin(argv[0]);
	run_prog();
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	return 0;
}

static int cgroup(char **argv)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount;
	uint64_t id;

	if (name_to_handle_at(AT_FDCWD, argv[0], &h.handle, &mount, 0)) {
		perror(argv[0]);
		return 1;
	}
	memcpy(&id, h.handle.f_handle, sizeof(id));
	printf("%llu\n", (unsigned long long)id);
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} commands[] = {
	{ "get", 2, get }, { "set", 3, set }, { "del", 2, del }, { "hold", 1, hold }, { "cgroup", 1, cgroup },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc == commands[i].args + 2 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
