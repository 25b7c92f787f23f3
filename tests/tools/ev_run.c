// SPDX-License-Identifier: MIT
// ev_run PROGRAM [-c CPU] [ARGUMENT...]: runs a pinned raw tracepoint program once with these numbers
// as its arguments, on that CPU, and prints what it returns.
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	uint64_t args[6] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));
	int fd = argc > 1 ? bpf_obj_get(argv[1]) : -EINVAL, at = 2;

	if (argc > at + 1 && !strcmp(argv[at], "-c")) {
		opts.cpu = (uint32_t)atoi(argv[at + 1]);
		opts.flags = BPF_F_TEST_RUN_ON_CPU;
		at += 2;
	}
	for (int i = 0; at + i < argc && i < 6; i++)
		args[i] = strtoull(argv[at + i], NULL, 0);
	if (fd < 0 || bpf_prog_test_run_opts(fd, &opts)) {
		fprintf(stderr, "ev_run: %s: %s\n", argc > 1 ? argv[1] : "no program", strerror(errno));
		return 1;
	}
	printf("%d\n", (int)opts.retval);
	return 0;
}
