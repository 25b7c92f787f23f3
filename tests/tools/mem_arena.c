// SPDX-License-Identifier: MIT
// mem_arena: arenas, and what another process than the driver sees in them. An arena can be
// mapped at one address only, the same in every process.
#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TYPE_ARENA 33

static const char usage[] =
	"mem_arena make PIN PAGES ADDRESS [FLAGS]  creates and pins one; exit 77 where there are none\n"
	"mem_arena put PIN ADDRESS OFFSET TEXT     writes TEXT\n"
	"mem_arena get PIN ADDRESS OFFSET LEN      prints LEN bytes\n"
	"mem_arena hold PIN ADDRESS                says \"ready\", has it mapped until its input ends\n"
	"mem_arena sum PIN N                       the sum of N u64 of an array, past the driver\n"
	"ADDRESS 0: none is given, or any.\n";

static int open_pin(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static struct bpf_map_info info_of(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len)) {
		perror("info");
		exit(1);
	}
	return info;
}

static uint64_t number(const char *s)
{
	return strtoull(s, NULL, 0);
}

static char *map_arena(const char *pin, const char *address)
{
	int fd = open_pin(pin);
	size_t size = info_of(fd).max_entries * (size_t)sysconf(_SC_PAGESIZE);
	uint64_t at = number(address);
	void *mapped = mmap((void *)(uintptr_t)at, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | (at ? MAP_FIXED_NOREPLACE : 0), fd, 0);

	if (mapped == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return mapped;
}

static int make(char **argv)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_extra = number(argv[2]),
	    .map_flags = BPF_F_MMAPABLE | (argv[3] ? (uint32_t)number(argv[3]) : 0));
	int fd = bpf_map_create(TYPE_ARENA, "arena", 0, 0, (uint32_t)number(argv[1]), &opts);

	if (fd == -EINVAL)
		return 77;
	if (fd < 0 || bpf_obj_pin(fd, argv[0])) {
		perror("mem_arena make");
		return 1;
	}
	return 0;
}

static int put(char **argv)
{
	memcpy(map_arena(argv[0], argv[1]) + number(argv[2]), argv[3], strlen(argv[3]));
	return 0;
}

static int get(char **argv)
{
	fwrite(map_arena(argv[0], argv[1]) + number(argv[2]), 1, number(argv[3]), stdout);
	return 0;
}

static int hold(char **argv)
{
	char c;

	map_arena(argv[0], argv[1])[0] = 'h';
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}

static int sum(char **argv)
{
	int fd = open_pin(argv[0]);
	uint64_t value, all = 0;

	for (uint32_t i = 0; i < number(argv[1]); i++) {
		if (bpf_map_lookup_elem(fd, &i, &value))
			return 1;
		all += value;
	}
	printf("%llu\n", (unsigned long long)all);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(char **argv);
	} commands[] = { { "make", 3, make }, { "put", 4, put }, { "get", 4, get }, { "hold", 2, hold },
		{ "sum", 2, sum } };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (argc > commands[i].args + 1 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2);
	}
	fputs(usage, stderr);
	return 2;
}
