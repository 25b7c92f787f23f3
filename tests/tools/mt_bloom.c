// SPDX-License-Identifier: MIT
// mt_bloom PIN "HEX..."|-: asks a bloom filter for a value, given as hex bytes or on stdin; prints present,
// absent, or the errno's name. (bpftool cannot.)
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char value[4 << 20];

static void take_hex(const char *hex)
{
	size_t n = 0;
	int used;
	unsigned byte;

	for (; n < sizeof(value) && sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used)
		value[n++] = (unsigned char)byte;
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? bpf_obj_get(argv[1]) : -1;

	if (fd < 0) {
		perror(argc == 3 ? argv[1] : "usage: mt_bloom PIN HEX|-");
		return 2;
	}
	if (strcmp(argv[2], "-"))
		take_hex(argv[2]);
	else if (!fread(value, 1, sizeof(value), stdin))
		return 2;
	int err = bpf_map_lookup_elem(fd, NULL, value) ? errno : 0;
	puts(!err ? "present" : err == ENOENT ? "absent" : strerrorname_np(err));
	return 0;
}
