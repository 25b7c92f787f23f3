// SPDX-License-Identifier: MIT
// wt_map: what the tests of the whole-map forms need beside the driver: maps of
// a million u32 → three u64 checked past it, a program that is run, a holder.
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"wt_map fill PIN N     stores, at 0..N-1, packets=3k+1 bytes=k*1000003 last_seen=~k\n"
	"wt_map text N         prints these as lines of .tsv\n"
	"wt_map check PIN N    the map holds exactly these\n"
	"wt_map run PROG N     runs a program N times\n"
	"wt_map hold PIN       opens PIN, prints a line and waits to be killed\n"
	"wt_map gulp PATH N    reads PATH to its end with read(2)s of N bytes, to stdout\n";

struct stats {
	uint64_t packets, bytes, last_seen;
};

enum { STEP = 4096 };

static struct stats stats_of(uint32_t key)
{
	return (struct stats){ 3 * (uint64_t)key + 1, key * UINT64_C(1000003), ~(uint64_t)key };
}

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

static int fill(char **argv)
{
	static uint32_t keys[STEP];
	static struct stats values[STEP];
	uint32_t count = number(argv[1]);
	int fd = open_pin(argv[0]);

	for (uint32_t at = 0; at < count; at += STEP) {
		uint32_t n = count - at < STEP ? count - at : STEP;

		for (uint32_t i = 0; i < n; i++) {
			keys[i] = at + i;
			values[i] = stats_of(at + i);
		}
		if (bpf_map_update_batch(fd, keys, values, &n, NULL)) {
			perror("wt_map fill");
			return 1;
		}
	}
	return 0;
}

static int text(char **argv)
{
	for (uint32_t key = 0; key < number(argv[0]); key++) {
		struct stats s = stats_of(key);

		printf("%" PRIu32 "\tpackets=%" PRIu64 " bytes=%" PRIu64 " last_seen=%" PRIu64 "\n",
		       key, s.packets, s.bytes, s.last_seen);
	}
	return 0;
}

static int check(char **argv)
{
	uint32_t count = number(argv[1]), n = 0, key, *last = NULL;
	int fd = open_pin(argv[0]);

	while (!bpf_map_get_next_key(fd, last, &key)) {
		last = &key;
		n++;
	}
	if (n != count) {
		printf("%" PRIu32 " entries\n", n);
		return 1;
	}
	for (key = 0; key < count; key++) {
		struct stats is, should = stats_of(key);

		if (bpf_map_lookup_elem(fd, &key, &is) || memcmp(&is, &should, sizeof(is))) {
			printf("the entry of %" PRIu32 "\n", key);
			return 1;
		}
	}
	puts("exactly");
	return 0;
}

static int run(char **argv)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));
	int fd = open_pin(argv[0]);

	for (uint32_t i = 0; i < number(argv[1]); i++)
		if (bpf_prog_test_run_opts(fd, &opts)) {
			perror("wt_map run");
			return 1;
		}
	return 0;
}

static int hold(char **argv)
{
	open_pin(argv[0]);
	puts("held");
	fflush(stdout);
	return pause();
}

static int gulp(char **argv)
{
	size_t size = number(argv[1]);
	char *data = malloc(size);
	FILE *f = fopen(argv[0], "r");
	ssize_t n;

	if (!f || !data) {
		perror(argv[0]);
		return 1;
	}
	while ((n = read(fileno(f), data, size)) > 0)
		fwrite(data, 1, (size_t)n, stdout);
	if (n < 0)
		perror("read");
	return n < 0;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} commands[] = {
	{ "fill", 2, fill }, { "text", 1, text }, { "check", 2, check },
	{ "run", 2, run },   { "hold", 1, hold }, { "gulp", 2, gulp },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 == commands[i].args)
			return commands[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
