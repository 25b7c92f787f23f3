// SPDX-License-Identifier: MIT
// demo_load OBJECT MAPS LINKS: loads a BPF object, pins its maps in the bpffs
// directory MAPS, attaches its programs and pins these links in LINKS: the
// programs run for as long as that bpffs is mounted.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *what)
{
	fprintf(stderr, "demo_load: %s: %s\n", what, strerror(errno));
	return 1;
}

static int pin(struct bpf_map *map, const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, bpf_map__name(map));
	return bpf_map__pin(map, path) ? complain(path) : 0;
}

static int attach(struct bpf_program *prog, const char *dir)
{
	struct bpf_link *link = bpf_program__attach(prog);
	char path[PATH_MAX];
	int bad;

	if (!link)
		return complain(bpf_program__name(prog));
	snprintf(path, sizeof(path), "%s/%s", dir, bpf_program__name(prog));
	bad = bpf_link__pin(link, path) ? complain(path) : 0;
	bpf_link__destroy(link);
	return bad;
}

static int load(struct bpf_object *obj, const char *maps, const char *links)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	int bad = 0;

	if (bpf_object__load(obj))
		return complain("load");
	bpf_object__for_each_map(map, obj)
		bad |= pin(map, maps);
	bpf_object__for_each_program(prog, obj)
		bad |= attach(prog, links);
	return bad;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	int bad;

	if (argc != 4)
		return 2;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	obj = bpf_object__open(argv[1]);
	if (!obj)
		return complain(argv[1]);
	bad = load(obj, argv[2], argv[3]);
	bpf_object__close(obj);
	return bad;
}
