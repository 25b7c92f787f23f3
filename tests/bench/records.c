/* SPDX-License-Identifier: MIT */
/*
 * A ring buffer that a BPF program fills, and what reading it through libbpf alone takes.
 *
 *   records make PROGRAMS PIN       loads the object; pins its map "ring" at PIN, its program "put" at PIN_put
 *   records fill PIN COUNT          so many numbered records of 24 bytes; fails if one finds no room
 *   records libbpf PIN COUNT OUT    reads as many with libbpf's ring_buffer and prints each into OUT, a line
 *                                   of 0x and its bytes: prints the seconds it took
 *   records lines FILE COUNT OUT    copies as many lines from FILE to OUT as they come: the same
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/measure.h"

enum { RECORD = 24, RING = 32 * 1024 * 1024, CHUNK = 128 * 1024 };

static int die(const char *what)
{
	perror(what);
	exit(1);
}

static const char *beside(const char *pin)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s_put", pin);
	return path;
}

static int make(const char *object, const char *pin)
{
	struct bpf_object *obj = bpf_object__open(object);

	if (!obj || bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "ring"), RING) || bpf_object__load(obj))
		return die(object);
	if (bpf_obj_pin(bpf_object__find_map_fd_by_name(obj, "ring"), pin) ||
	    bpf_obj_pin(bpf_program__fd(bpf_object__find_program_by_name(obj, "put")), beside(pin)))
		return die(pin);
	bpf_object__close(obj);
	return 0;
}

static int fill(const char *pin, uint64_t count)
{
	uint64_t args[6] = {RECORD, count, 0, 0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));
	int fd = bpf_obj_get(beside(pin));

	if (fd < 0 || bpf_prog_test_run_opts(fd, &opts))
		return die(pin);
	if (opts.retval)
		fprintf(stderr, "records: %u of %llu found no room\n", opts.retval, (unsigned long long)count);
	return opts.retval != 0;
}

/* ---- libbpf's consumer ---- */

static FILE *out;
static uint64_t seen;

static int print(void *unused, void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;
	char line[2 * RECORD + 3] = "0x", *p = line + 2;
	(void)unused;

	for (size_t i = 0; i < size && i < RECORD; i++) {
		*p++ = digits[bytes[i] >> 4];
		*p++ = digits[bytes[i] & 15];
	}
	*p++ = '\n';
	seen++;
	return fwrite(line, (size_t)(p - line), 1, out) == 1 ? 0 : -EIO;
}

static int with_libbpf(const char *pin, uint64_t count, const char *to)
{
	struct ring_buffer *ring = ring_buffer__new(bpf_obj_get(pin), print, NULL, NULL);
	double start = now();

	out = fopen(to, "w");
	if (!ring || !out)
		return die(to);
	while (seen < count) {
		if (ring_buffer__poll(ring, -1) < 0)
			return die(pin);
	}
	if (fclose(out))
		return die(to);
	printf("%.6f\n", now() - start);
	ring_buffer__free(ring);
	return 0;
}

/* ---- any file of lines ---- */

static uint64_t lines_in(const char *data, ssize_t len)
{
	uint64_t n = 0;

	for (const char *nl = data, *end = data + len; (nl = memchr(nl, '\n', (size_t)(end - nl))); nl++)
		n++;
	return n;
}

static int copy_lines(const char *from, uint64_t count, const char *to)
{
	static char data[CHUNK];
	double start = now();
	int in = open(from, O_RDONLY), copy = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (in < 0 || copy < 0)
		return die(from);
	while (seen < count) {
		ssize_t n = read(in, data, sizeof(data));
		if (n <= 0 || write(copy, data, (size_t)n) != n)
			return die(from);
		seen += lines_in(data, n);
	}
	printf("%.6f\n", now() - start);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "make"))
		return make(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "fill"))
		return fill(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 5 && !strcmp(argv[1], "libbpf"))
		return with_libbpf(argv[2], strtoull(argv[3], NULL, 10), argv[4]);
	if (argc == 5 && !strcmp(argv[1], "lines"))
		return copy_lines(argv[2], strtoull(argv[3], NULL, 10), argv[4]);
	fprintf(stderr, "usage: records make|fill|libbpf|lines …\n");
	return 2;
}
