/* SPDX-License-Identifier: MIT */
/*
 * The maps of the rows, and what the kernel alone takes for them, through libbpf only.
 *
 *   barebpf make PIN COUNT    a hash of u32 → u64, keys 0 … COUNT-1, each value 7777777, pinned at PIN
 *   barebpf best PIN          the batch size with which the whole map is looked up fastest
 *   barebpf walk PIN SIZE     looks the whole map up in batches of SIZE: prints the seconds it took
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/measure.h"

enum { STEP = 4096, VALUE = 7777777 };

static int die(const char *what)
{
	perror(what);
	exit(1);
}

static int make(const char *pin, uint32_t count)
{
	static uint32_t keys[STEP];
	static uint64_t values[STEP];
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "bench", sizeof(*keys), sizeof(*values), count, NULL);

	if (fd < 0)
		return die("create");
	for (uint32_t at = 0; at < count; at += STEP) {
		uint32_t n = count - at < STEP ? count - at : STEP;

		for (uint32_t i = 0; i < n; i++) {
			keys[i] = at + i;
			values[i] = VALUE;
		}
		if (bpf_map_update_batch(fd, keys, values, &n, NULL))
			return die("update");
	}
	return bpf_obj_pin(fd, pin) ? die(pin) : 0;
}

int main(int argc, char **argv)
{
	int fd;

	if (argc == 4 && !strcmp(argv[1], "make"))
		return make(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
	if (argc < 3 || (fd = bpf_obj_get(argv[2])) < 0)
		return die(argc < 3 ? "usage: barebpf make|best|walk PIN [NUMBER]" : argv[2]);
	if (!strcmp(argv[1], "best"))
		printf("%u\n", best(fd, sizeof(uint64_t)));
	else if (argc == 4 && !strcmp(argv[1], "walk"))
		printf("%.6f\n", walk(fd, (uint32_t)strtoul(argv[3], NULL, 10), sizeof(uint64_t)));
	else
		return 1;
	return 0;
}
