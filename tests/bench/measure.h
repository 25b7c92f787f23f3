/* SPDX-License-Identifier: MIT */
/* What the programs of this directory measure with: a clock, and a map of u32 keys that is read in bare batches. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds for the whole map, or a negative number where `size` entries are less than a bucket holds. */
static inline double walk(int fd, uint32_t size, size_t value_size)
{
	uint32_t *keys = calloc(size, sizeof(*keys)), cursor, n;
	void *values = calloc(size, value_size), *in = NULL;
	double start = now();
	int err;

	do {
		n = size;
		err = bpf_map_lookup_batch(fd, in, &cursor, keys, values, &n, NULL);
		in = &cursor;
	} while (!err);
	err = errno;
	free(keys);
	free(values);
	return err == ENOENT ? now() - start : -1;
}

/* The batch with which it is fastest. */
static inline uint32_t best(int fd, size_t value_size)
{
	uint32_t found = 0;
	double least = 0;

	for (uint32_t size = 256; size <= 65536; size *= 2) {
		for (int i = 0; i < 3; i++) {
			double t = walk(fd, size, value_size);

			if (t >= 0 && (!found || t < least)) {
				least = t;
				found = size;
			}
		}
	}
	return found;
}

#endif
