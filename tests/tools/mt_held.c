// SPDX-License-Identifier: MIT
// mt_held: sockets and events in maps, and what programs answer that look into them.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char usage[] =
	"mt_held run PIN           runs the pinned program once and prints what it returns\n"
	"mt_held hold PIN:KEY...   puts a socket (or a perf event, as the map wants) into each map, at the key,\n"
	"                          and prints its cookie, then \"ready\"; closes them at its first line of input,\n"
	"                          prints \"closed\", ends with its input\n";

static int complain(const char *what)
{
	fprintf(stderr, "mt_held: %s: %s\n", what, strerror(errno));
	return 1;
}

static int run(char **pins)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	char packet[64] = { 0 };
	struct bpf_test_run_opts opts = { .sz = sizeof(opts) };
	int fd = bpf_obj_get(pins[0]);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return complain(pins[0]);
	if (info.type == BPF_PROG_TYPE_XDP) {
		opts.data_in = packet;
		opts.data_size_in = sizeof(packet);
		opts.repeat = 1;
	}
	if (bpf_prog_test_run_opts(fd, &opts))
		return complain("run");
	printf("%d\n", (int)opts.retval);
	return 0;
}

static int make_event(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT,
					.size = sizeof(attr), .sample_type = PERF_SAMPLE_RAW };

	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

// On a port of the kernel's choice: TCP that listens, or UDP.
static int make_inet(int type)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, type, 0), yes = 1;

	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) ||
	    bind(s, (struct sockaddr *)&at, sizeof(at)) || (type == SOCK_STREAM && listen(s, 1)))
		return -1;
	return s;
}

static int make_for(uint32_t map_type)
{
	switch (map_type) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return make_event();
	case BPF_MAP_TYPE_XSKMAP:
		return socket(AF_XDP, SOCK_RAW, 0);
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
		return make_inet(SOCK_DGRAM);
	default:
		return make_inet(SOCK_STREAM);
	}
}

// The map stays open: a perf event goes with the fd that stored it.
static int put(char *pin, int *ret_held)
{
	char *colon = strrchr(pin, ':');
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), cookie_len = sizeof(uint64_t);
	uint32_t key[128] = { colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0 };
	uint64_t cookie = 0, value;
	int fd, held;

	if (colon)
		*colon = 0;
	fd = bpf_obj_get(pin);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return complain(pin);
	held = make_for(info.type);
	if (held < 0 || (getsockopt(held, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_len) && errno != ENOTSOCK))
		return complain("what it is to hold");
	value = (uint32_t)held; // little-endian: of 4 bytes the first
	if (bpf_map_update_elem(fd, key, &value, BPF_ANY))
		return complain(pin);
	printf("%" PRIu64 "\n", cookie);
	*ret_held = held;
	return 0;
}

static int hold(char **pins)
{
	int all[16], n = 0;
	char line[64];

	for (; n < 16 && pins[n]; n++)
		if (put(pins[n], &all[n]))
			return 1;
	puts("ready");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin)) {
		while (n)
			close(all[--n]);
		puts("closed");
		fflush(stdout);
	}
	while (fgets(line, sizeof(line), stdin))
		;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	if (argc >= 3 && !strcmp(argv[1], "hold"))
		return hold(argv + 2);
	fputs(usage, stderr);
	return 2;
}
