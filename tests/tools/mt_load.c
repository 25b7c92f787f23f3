// SPDX-License-Identifier: MIT
// mt_load OBJECT DIR: loads a BPF object and pins each of its maps and
// programs in DIR under its name (dots become _).
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static int pin(const char *dir, const char *name, int fd)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *c = path + strlen(dir) + 1; *c; c++)
		if (*c == '.')
			*c = '_';
	if (!bpf_obj_pin(fd, path))
		return 0;
	fprintf(stderr, "mt_load: %s: %s\n", path, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_map *map;
	int bad = 0;

	if (argc != 3)
		return 2;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	obj = bpf_object__open(argv[1]);
	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "mt_load: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	bpf_object__for_each_map(map, obj)
		bad |= pin(argv[2], bpf_map__name(map), bpf_map__fd(map));
	bpf_object__for_each_program(prog, obj)
		bad |= pin(argv[2], bpf_program__name(prog), bpf_program__fd(prog));
	bpf_object__close(obj);
	return bad;
}
