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
	"mt_map random PIN N SEED      stores N random values at random keys\n"
	"mt_map dump PIN               keys and values in hex, sorted, without padding\n"
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

static int per_cpu(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_PERCPU_HASH || info->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       info->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static int has_indices(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_ARRAY || info->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static unsigned char keybuf[4096], valuebuf[1 << 16];

// Bytes of many kinds: any, small numbers, letters, runs of 0 and of 0xff.
static void scramble(unsigned char *p, size_t n)
{
	long kind = random() % 5;

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(kind == 0   ? random() :
				       kind == 1   ? random() % 3 :
				       kind == 2   ? " a:,=\"\\%.-'\n\0z"[random() % 14] :
				       kind == 3   ? (random() % 8 ? 0 : random()) :
						     (random() % 8 ? 0xff : random()));
}

// Of a per-CPU value, what lies between the shares is nobody's: 0.
static void scramble_value(const struct bpf_map_info *info)
{
	size_t stride = (info->value_size + 7u) & ~7u;
	int n = per_cpu(info) ? libbpf_num_possible_cpus() : 1;

	memset(valuebuf, 0, sizeof(valuebuf));
	for (int cpu = 0; cpu < n; cpu++)
		scramble(valuebuf + (size_t)cpu * stride, info->value_size);
}

static int fill_random(char **argv)
{
	int fd = open_pin(argv[0]);
	struct bpf_map_info info = info_of(fd);

	srandom(number(argv[2]) * 7919 + info.id % 97);
	for (uint32_t i = 0; i < number(argv[1]); i++) {
		scramble(keybuf, info.key_size);
		if (has_indices(&info))
			*(uint32_t *)(void *)keybuf = i % info.max_entries;
		scramble_value(&info);
		bpf_map_update_elem(fd, keybuf, valuebuf, BPF_ANY);
	}
	return 0;
}

static char *append_hex(char *out, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out += sprintf(out, "%02x", p[i]);
	return out;
}

static char *line_of(const struct bpf_map_info *info)
{
	size_t stride = (info->value_size + 7u) & ~7u;
	int n = per_cpu(info) ? libbpf_num_possible_cpus() : 1;
	char *line = malloc(2 * (info->key_size + (size_t)n * (info->value_size + 1)) + 2);
	char *end = append_hex(line, keybuf, info->key_size);

	for (int cpu = 0; cpu < n; cpu++) {
		*end++ = ' ';
		end = append_hex(end, valuebuf + (size_t)cpu * stride, info->value_size);
	}
	*end = 0;
	return line;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int dump(char **argv)
{
	static char *lines[4096];
	int fd = open_pin(argv[0]), n = 0;
	struct bpf_map_info info = info_of(fd);
	void *last = NULL;

	while (n < 4096 && !bpf_map_get_next_key(fd, last, keybuf)) {
		if (!bpf_map_lookup_elem(fd, keybuf, valuebuf))
			lines[n++] = line_of(&info);
		last = keybuf;
	}
	qsort(lines, (size_t)n, sizeof(lines[0]), by_text);
	for (int i = 0; i < n; i++)
		puts(lines[i]);
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
	{ "random", 3, fill_random },
	{ "dump", 1, dump },
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
