/* SPDX-License-Identifier: MIT */
/*
 * A map of u32 → struct of three u64 with BTF, and what the kernel alone takes for it, through libbpf only.
 *
 *   whole_bare make PIN COUNT     pins it, with room for COUNT entries, and empty
 *   whole_bare fill PIN COUNT     stores 0 … COUNT-1 in batches: prints the seconds it took
 *   whole_bare walk PIN SIZE      looks the whole map up in batches of SIZE: prints the seconds it took
 *   whole_bare best PIN           the batch size with which that is fastest
 *   whole_bare clear PIN          deletes everything
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/measure.h"

enum { STEP = 4096 };

struct stats {
	uint64_t packets, bytes, last_seen;
};

static int die(const char *what)
{
	perror(what);
	exit(1);
}

/* The map's types; the ids of the key and of the value. */
static struct btf *types(int *key, int *value)
{
	struct btf *btf = btf__new_empty();
	int u64;

	*key = btf__add_int(btf, "unsigned int", 4, 0);
	u64 = btf__add_int(btf, "unsigned long long", 8, 0);
	*value = btf__add_struct(btf, "stats", sizeof(struct stats));
	btf__add_field(btf, "packets", u64, 0, 0);
	btf__add_field(btf, "bytes", u64, 64, 0);
	btf__add_field(btf, "last_seen", u64, 128, 0);
	if (btf__load_into_kernel(btf))
		die("btf");
	return btf;
}

static int make(const char *pin, uint32_t count)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int key, value, fd;
	struct btf *btf = types(&key, &value);

	opts.btf_fd = (uint32_t)btf__fd(btf);
	opts.btf_key_type_id = (uint32_t)key;
	opts.btf_value_type_id = (uint32_t)value;
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "bench", sizeof(uint32_t), sizeof(struct stats), count, &opts);
	if (fd < 0 || bpf_obj_pin(fd, pin))
		return die(pin);
	btf__free(btf);
	return 0;
}

static double fill(int fd, uint32_t count)
{
	static uint32_t keys[STEP];
	static struct stats values[STEP];
	double start = now();

	for (uint32_t at = 0; at < count; at += STEP) {
		uint32_t n = count - at < STEP ? count - at : STEP;

		for (uint32_t i = 0; i < n; i++) {
			keys[i] = at + i;
			values[i] = (struct stats){ at + i, 1500 * (uint64_t)(at + i), 81234567890 };
		}
		if (bpf_map_update_batch(fd, keys, values, &n, NULL))
			die("update");
	}
	return now() - start;
}

static int clear(int fd)
{
	static uint32_t keys[STEP];
	static struct stats values[STEP];
	uint32_t cursor, n;
	void *in = NULL;

	do {
		n = STEP;
	} while (!bpf_map_lookup_and_delete_batch(fd, in, &cursor, keys, values, &n, NULL) && (in = &cursor));
	return errno == ENOENT ? 0 : die("clear");
}

int main(int argc, char **argv)
{
	uint32_t number = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
	int fd;

	if (argc == 4 && !strcmp(argv[1], "make"))
		return make(argv[2], number);
	if (argc < 3 || (fd = bpf_obj_get(argv[2])) < 0)
		return die(argc < 3 ? "usage: whole_bare make|fill|walk|best|clear PIN [NUMBER]" : argv[2]);
	if (!strcmp(argv[1], "best"))
		printf("%u\n", best(fd, sizeof(struct stats)));
	else if (!strcmp(argv[1], "clear"))
		return clear(fd);
	else if (argc == 4 && !strcmp(argv[1], "fill"))
		printf("%.6f\n", fill(fd, number));
	else if (argc == 4 && !strcmp(argv[1], "walk"))
		printf("%.6f\n", walk(fd, number, sizeof(struct stats)));
	else
		return 1;
	return 0;
}
