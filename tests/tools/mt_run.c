// SPDX-License-Identifier: MIT
// mt_run PIN [N]: runs the pinned raw tracepoint program once, or N times,
// from within functions of its own, whose addresses a user's stack has.
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>

static int run(int fd)
{
	struct bpf_test_run_opts opts = { .sz = sizeof(opts) };

	return bpf_prog_test_run_opts(fd, &opts);
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? bpf_obj_get(argv[1]) : -1;

	if (fd < 0) {
		perror(argc > 1 ? argv[1] : "mt_run PIN [N]");
		return 1;
	}
	for (int n = argc > 2 ? atoi(argv[2]) : 1; n > 0; n--)
		if (run(fd)) {
			perror("mt_run");
			return 1;
		}
	return 0;
}
