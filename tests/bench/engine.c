/* SPDX-License-Identifier: MIT */
/*
 * What libbpfmap adds to the system calls under it.
 *
 *   engine compare                 a line per operation: name, ours and bare libbpf in ns an
 *                                  operation, their ratio, allocations a slice
 *   engine loop OPERATION PIN SECS the operation alone, over and over: how many a second
 *
 * Both count CPU time of this thread: the loops do nothing but compute and call, and other
 * programs on the machine stay out of it. compare goes from one side to the other each
 * millisecond; a ratio is the median of ROUNDS.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bpfmap.h"

enum { ENTRIES = 100000, SLICE = 1000, SLICES = 200, ROUNDS = 5, WIDEST = 65536, MAX_CPUS = 4096 };

/* ---- Allocations: the program's malloc stands before libc's for every library in it. ---- */

static unsigned long allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}

/* ---- One map, seen from both sides. ---- */

static struct {
	struct bpfmap *map;
	int fd;               /* the same map's, for bare calls */
	size_t bytes;         /* of a value, all CPUs */
	uint32_t best;        /* batch size of the fastest bare walk */
} it;

static uint32_t keys[WIDEST];
static char values[(size_t)WIDEST * 8], value[MAX_CPUS * 32];

static void need(bool ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

/* Each takes the keys from … from+n-1. */

static void ours_lookup(uint32_t from, uint32_t n)
{
	for (uint32_t k = from; k < from + n; k++)
		need(bpfmap_lookup(it.map, &k, value, it.bytes, 0) == 0, "bpfmap_lookup");
}

static void bare_lookup(uint32_t from, uint32_t n)
{
	for (uint32_t k = from; k < from + n; k++)
		need(bpf_map_lookup_elem(it.fd, &k, value) == 0, "bpf_map_lookup_elem");
}

static void ours_update(uint32_t from, uint32_t n)
{
	for (uint32_t k = from; k < from + n; k++)
		need(bpfmap_update(it.map, &k, value, BPF_ANY) == 0, "bpfmap_update");
}

static void bare_update(uint32_t from, uint32_t n)
{
	for (uint32_t k = from; k < from + n; k++)
		need(bpf_map_update_elem(it.fd, &k, value, BPF_ANY) == 0, "bpf_map_update_elem");
}

static void ours_delete(uint32_t from, uint32_t n)
{
	for (uint32_t k = from; k < from + n; k++)
		need(bpfmap_delete(it.map, &k) == 0, "bpfmap_delete");
}

static void bare_delete(uint32_t from, uint32_t n)
{
	for (uint32_t k = from; k < from + n; k++)
		need(bpf_map_delete_elem(it.fd, &k) == 0, "bpf_map_delete_elem");
}

static void ours_next(uint32_t from, uint32_t n)
{
	for (uint32_t k = from, i = 0; i < n; i++)
		if (bpfmap_next_key(it.map, &k, &k))
			k = from;
}

static void bare_next(uint32_t from, uint32_t n)
{
	for (uint32_t k = from, i = 0; i < n; i++)
		if (bpf_map_get_next_key(it.fd, &k, &k))
			k = from;
}

static void ours_walk(uint32_t from, uint32_t n)
{
	const void *k, *v;
	struct bpfmap_iter *iter;
	uint32_t seen = 0;
	int more;

	(void)from, (void)n;
	need(bpfmap_iter_new(it.map, 0, &iter) == 0, "bpfmap_iter_new");
	while ((more = bpfmap_iter_next(iter, &k, &v)) > 0)
		seen++;
	need(more == 0 && seen == ENTRIES, "bpfmap_iter_next");
	bpfmap_iter_free(iter);
}

static void batches(uint32_t size)
{
	uint32_t cursor, n, seen = 0;
	void *in = NULL;
	int err;

	do {
		n = size;
		err = bpf_map_lookup_batch(it.fd, in, &cursor, keys, values, &n, NULL);
		in = &cursor;
		seen += n;
	} while (!err);
	need(errno == ENOENT && seen == ENTRIES, "bpf_map_lookup_batch");
}

static void bare_walk(uint32_t from, uint32_t n)
{
	(void)from, (void)n;
	batches(it.best);
}

static void put_back(uint32_t from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		keys[i] = from + i;
	need(bpf_map_update_batch(it.fd, keys, values, &n, NULL) == 0, "bpf_map_update_batch");
}

typedef void side(uint32_t from, uint32_t n);

static const struct row {
	const char *name;
	enum bpf_map_type type;
	uint32_t value_size;
	side *ours, *bare;
	side *before;      /* not timed; may be NULL */
	uint32_t slice, slices; /* operations in a slice, slices of each side in a round */
} rows[] = {
	{ "lookup",   BPF_MAP_TYPE_HASH, 8, ours_lookup, bare_lookup, NULL,     SLICE, SLICES },
	{ "update",   BPF_MAP_TYPE_HASH, 8, ours_update, bare_update, NULL,     SLICE, SLICES },
	{ "delete",   BPF_MAP_TYPE_HASH, 8, ours_delete, bare_delete, put_back, SLICE, SLICES },
	{ "next key", BPF_MAP_TYPE_HASH, 8, ours_next,   bare_next,   NULL,     SLICE, SLICES },
	{ "iterate",  BPF_MAP_TYPE_HASH, 8, ours_walk,   bare_walk,   NULL,     ENTRIES, 20 },
	{ "per-CPU get, 1 byte",   BPF_MAP_TYPE_PERCPU_HASH,  1, ours_lookup, bare_lookup, NULL, SLICE, SLICES },
	{ "per-CPU set, 1 byte",   BPF_MAP_TYPE_PERCPU_HASH,  1, ours_update, bare_update, NULL, SLICE, SLICES },
	{ "per-CPU get, 8 bytes",  BPF_MAP_TYPE_PERCPU_HASH,  8, ours_lookup, bare_lookup, NULL, SLICE, SLICES },
	{ "per-CPU set, 8 bytes",  BPF_MAP_TYPE_PERCPU_HASH,  8, ours_update, bare_update, NULL, SLICE, SLICES },
	{ "per-CPU get, 24 bytes", BPF_MAP_TYPE_PERCPU_HASH, 24, ours_lookup, bare_lookup, NULL, SLICE, SLICES },
	{ "per-CPU set, 24 bytes", BPF_MAP_TYPE_PERCPU_HASH, 24, ours_update, bare_update, NULL, SLICE, SLICES },
};

/* ---- Measuring ---- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double timed(side *run, uint32_t from, uint32_t n)
{
	double start = seconds();

	run(from, n);
	return seconds() - start;
}

static void make_map(const struct row *row)
{
	it.fd = bpf_map_create(row->type, "bench", sizeof(*keys), row->value_size, ENTRIES, NULL);
	need(it.fd >= 0, "bpf_map_create");
	need(bpfmap_open_fd(dup(it.fd), &it.map) == 0, "bpfmap_open_fd");
	it.bytes = bpfmap_value_bytes(it.map);
	need(it.bytes <= sizeof(value), "a value fits");
	bare_update(0, ENTRIES);
}

static void drop_map(void)
{
	bpfmap_free(it.map);
	close(it.fd);
}

static void find_best_batch(void)
{
	double least = 0;

	for (uint32_t size = 256; size <= WIDEST; size *= 2) {
		for (int i = 0; i < 5; i++) {
			double start = seconds(), t;

			batches(size);
			t = seconds() - start;
			if (least == 0 || t < least) {
				least = t;
				it.best = size;
			}
		}
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *of)
{
	qsort(of, ROUNDS, sizeof(*of), by_size);
	return of[ROUNDS / 2];
}

/* One slice of a side; ours also tells the allocations of its dearest slice. */
static double slice(const struct row *row, bool ours, uint32_t from, unsigned long *most)
{
	unsigned long before;
	double t;

	if (row->before)
		row->before(from, row->slice);
	before = allocations;
	t = timed(ours ? row->ours : row->bare, from, row->slice);
	if (row->before)
		row->before(from, row->slice);
	if (ours && allocations - before > *most)
		*most = allocations - before;
	return t;
}

static void compare(const struct row *row)
{
	double ours[ROUNDS], bare[ROUNDS], ratio[ROUNDS], ns = 1e9 / row->slice / row->slices;
	unsigned long most = 0;

	make_map(row);
	if (row->bare == bare_walk)
		find_best_batch();
	for (int r = 0; r < ROUNDS; r++) {
		double sum[2] = { 0, 0 };

		for (uint32_t i = 0; i < 2 * row->slices; i++) {
			bool first = (i ^ (i >> 1)) & 1; /* ours, bare, bare, ours, … */

			sum[first] += slice(row, first, i / 2 * row->slice % ENTRIES, &most);
		}
		ours[r] = sum[1] * ns;
		bare[r] = sum[0] * ns;
		ratio[r] = sum[1] / sum[0];
	}
	printf("%s\t%.0f\t%.0f\t%.4f\t%lu\n", row->name, median(ours), median(bare), median(ratio), most);
	fflush(stdout);
	drop_map();
}

static double rate(const char *name, const char *pin, double length)
{
	const struct row *row = rows;
	double start = seconds(), now = start;
	uint64_t done = 0;

	while (strcmp(row->name, name))
		if (++row == rows + sizeof(rows) / sizeof(*rows))
			return 0;
	need(bpfmap_open_pin(pin, 0, &it.map) == 0, pin);
	it.bytes = bpfmap_value_bytes(it.map);
	for (; now - start < length; now = seconds()) {
		row->ours((uint32_t)(done % ENTRIES), row->slice);
		done += row->slice;
	}
	bpfmap_free(it.map);
	return (double)done / (now - start);
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "loop")) {
		printf("%.0f\n", rate(argv[2], argv[3], atof(argv[4])));
	} else if (argc == 2 && !strcmp(argv[1], "compare")) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			compare(&rows[i]);
	} else {
		return fputs("usage: engine compare | engine loop OPERATION PIN SECONDS\n", stderr), 1;
	}
	return 0;
}
