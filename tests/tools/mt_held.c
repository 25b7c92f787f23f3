// SPDX-License-Identifier: MIT
// mt_held: sockets in maps, and what programs answer that look into them.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] =
	"mt_held run PIN          runs the pinned program once and prints what it returns\n"
	"mt_held sockets PIN:KEY... puts a socket into each map, at the key, and prints its cookie;\n"
	"                         closes them at its first line of input, prints \"closed\", ends with its input\n";

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

// A TCP socket that listens, or of an array for SO_REUSEPORT a UDP socket, on a port of the kernel's choice.
static int make_socket(uint32_t map_type)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int tcp = map_type != BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, yes = 1;
	int s = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);

	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) ||
	    bind(s, (struct sockaddr *)&at, sizeof(at)) || (tcp && listen(s, 1)))
		return -1;
	return s;
}

static int put_socket(char *pin, int *ret_socket)
{
	char *colon = strrchr(pin, ':');
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), len_cookie;
	uint32_t key[128] = { 0 };
	uint64_t cookie = 0, value;
	int fd, s;

	if (colon) {
		*colon = 0;
		key[0] = (uint32_t)strtoul(colon + 1, NULL, 10);
	}
	fd = bpf_obj_get(pin);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return complain(pin);
	s = make_socket(info.type);
	len_cookie = sizeof(cookie);
	if (s < 0 || getsockopt(s, SOL_SOCKET, SO_COOKIE, &cookie, &len_cookie))
		return complain("socket");
	value = (uint32_t)s; // little-endian: of 4 bytes the first
	if (bpf_map_update_elem(fd, key, &value, BPF_ANY))
		return complain(pin);
	close(fd);
	printf("%" PRIu64 "\n", cookie);
	*ret_socket = s;
	return 0;
}

static int sockets(char **pins)
{
	int all[16], n = 0;
	char line[64];

	for (; n < 16 && pins[n]; n++)
		if (put_socket(pins[n], &all[n]))
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
	if (argc >= 3 && !strcmp(argv[1], "sockets"))
		return sockets(argv + 2);
	fputs(usage, stderr);
	return 2;
}
