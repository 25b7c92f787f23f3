// SPDX-License-Identifier: MIT
// mt_map: what happens to pinned maps behind the driver's back, fast enough
// to race with it. Keys are u32, values u64.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"mt_map cpus                   the number of possible CPUs\n"
	"mt_map fill PIN FROM TO BASE  stores BASE + key at the keys FROM..TO-1\n"
	"mt_map churn PIN FROM TO      inserts and deletes those keys until killed\n"
	"mt_map many DIR N             pins N maps in DIR, each with one entry 0 = 7\n"
	"mt_map swap DIR A B NAME      makes NAME a pin of A, then of B, until killed\n";

static uint32_t number(const char *s)
{
	return (uint32_t)strtoul(s, NULL, 0);
}

static int open_pin(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static int cpus(char **argv)
{
	(void)argv;
	printf("%d\n", libbpf_num_possible_cpus());
	return 0;
}

static int fill(char **argv)
{
	int fd = open_pin(argv[0]);

	for (uint32_t key = number(argv[1]); key < number(argv[2]); key++) {
		uint64_t value = strtoull(argv[3], NULL, 0) + key;

		if (bpf_map_update_elem(fd, &key, &value, BPF_ANY)) {
			perror("mt_map fill");
			return 1;
		}
	}
	return 0;
}

static int churn(char **argv)
{
	int fd = open_pin(argv[0]);
	uint32_t from = number(argv[1]), n = number(argv[2]) - from;

	for (;;) {
		uint32_t key = from + (uint32_t)random() % n;
		uint64_t value = key;

		if (random() % 2)
			bpf_map_update_elem(fd, &key, &value, BPF_ANY);
		else
			bpf_map_delete_elem(fd, &key);
	}
	return 0;
}

// A rename puts each map in place: NAME is there at every moment.
static int swap(char **argv)
{
	char name[PATH_MAX], next[PATH_MAX], source[PATH_MAX];

	snprintf(name, sizeof(name), "%s/%s", argv[0], argv[3]);
	snprintf(next, sizeof(next), "%s/%s-next", argv[0], argv[3]);
	for (unsigned i = 0;; i++) {
		int fd;

		snprintf(source, sizeof(source), "%s/%s", argv[0], argv[1 + i % 2]);
		fd = open_pin(source);
		unlink(next);
		if (bpf_obj_pin(fd, next) || rename(next, name)) {
			perror("mt_map swap");
			return 1;
		}
		close(fd);
	}
	return 0;
}

static int many(char **argv)
{
	for (uint32_t i = 0; i < number(argv[1]); i++) {
		char path[PATH_MAX];
		uint32_t key = 0;
		uint64_t value = 7;
		int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "many", sizeof(key), sizeof(value), 1, NULL);

		snprintf(path, sizeof(path), "%s/m%u", argv[0], i);
		if (fd < 0 || bpf_map_update_elem(fd, &key, &value, BPF_ANY) || bpf_obj_pin(fd, path)) {
			perror("mt_map many");
			return 1;
		}
		close(fd);
	}
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} commands[] = {
	{ "cpus", 0, cpus },
	{ "fill", 4, fill },
	{ "churn", 3, churn },
	{ "many", 2, many },
	{ "swap", 4, swap },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 == commands[i].args)
			return commands[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
