// SPDX-License-Identifier: MIT
// Struct_ops maps of the kernel's tcp_congestion_ops, each registered under a
// name of its own, so that tests can run side by side.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BPF_F_LINK
#define BPF_F_LINK (1u << 13) /* newer than the headers of Debian 12 */
#endif

static const char usage[] =
	"mt_ops empty PIN              pins a map with nothing in it\n"
	"mt_ops register PIN OBJ NAME  pins one that puts OBJ's programs in use as NAME\n"
	"mt_ops link PIN OBJ NAME      pins one that is filled and waits for a link\n"
	"mt_ops unregister PIN         takes the programs out\n";

struct ops {
	struct btf *kernel;
	const struct btf_type *value, *data;
	int id, map;
	unsigned data_at;
};

static void die(const char *what)
{
	fprintf(stderr, "mt_ops: %s: %s\n", what, strerror(errno));
	exit(errno == ENOTSUP || errno == ENOENT ? 77 : 1);
}

/* The byte at which a member of a struct is, or -1. */
static int member_at(const struct ops *o, const struct btf_type *t, const char *name)
{
	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(o->kernel, btf_members(t)[i].name_off), name))
			return (int)btf_member_bit_offset(t, i) / 8;
	return -1;
}

static void find_types(struct ops *o)
{
	int data;

	o->kernel = btf__load_vmlinux_btf();
	if (!o->kernel)
		die("the kernel's BTF");
	o->id = btf__find_by_name_kind(o->kernel, "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT);
	data = btf__find_by_name_kind(o->kernel, "tcp_congestion_ops", BTF_KIND_STRUCT);
	errno = ENOENT;
	if (o->id < 0 || data < 0)
		die("tcp_congestion_ops");
	o->value = btf__type_by_id(o->kernel, (unsigned)o->id);
	o->data = btf__type_by_id(o->kernel, (unsigned)data);
	o->data_at = (unsigned)member_at(o, o->value, "data");
}

/* The map's own BTF does not matter, but the kernel wants one. */
static void make_map(struct ops *o, const char *pin, unsigned flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	struct btf *own = btf__new_empty();

	find_types(o);
	btf__add_int(own, "int", 4, BTF_INT_SIGNED);
	if (btf__load_into_kernel(own))
		die("loading BTF");
	opts.btf_fd = (unsigned)btf__fd(own);
	opts.btf_vmlinux_value_type_id = (unsigned)o->id;
	o->map = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "ops", 4, o->value->size, 1, &opts);
	if (o->map < 0)
		die("creating the map");
	if (bpf_obj_pin(o->map, pin))
		die(pin);
	btf__free(own);
}

static void put_programs(const struct ops *o, const struct bpf_object *obj, char *data)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		int at = member_at(o, o->data, bpf_program__name(prog));
		unsigned long fd = (unsigned long)bpf_program__fd(prog);

		memcpy(data + at, &fd, sizeof(fd));
	}
}

static void fill(const struct ops *o, const char *object, const char *name)
{
	struct bpf_object *obj = bpf_object__open(object);
	char *value = calloc(1, o->value->size), *data = value + o->data_at;
	int key = 0;

	if (!obj || bpf_object__load(obj))
		die(object);
	put_programs(o, obj, data);
	strncpy(data + member_at(o, o->data, "name"), name, 15);
	if (bpf_map_update_elem(o->map, &key, value, 0))
		die(name);
	bpf_object__close(obj);
	free(value);
}

static int unregister(const char *pin)
{
	int key = 0, fd = bpf_obj_get(pin);

	return fd < 0 || bpf_map_delete_elem(fd, &key) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct ops o = { 0 };

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(NULL);
	if (argc == 3 && !strcmp(argv[1], "empty")) {
		make_map(&o, argv[2], 0);
	} else if (argc == 5 && (!strcmp(argv[1], "register") || !strcmp(argv[1], "link"))) {
		make_map(&o, argv[2], argv[1][0] == 'l' ? BPF_F_LINK : 0);
		fill(&o, argv[3], argv[4]);
	} else if (argc == 3 && !strcmp(argv[1], "unregister")) {
		return unregister(argv[2]);
	} else {
		fputs(usage, stderr);
		return 2;
	}
	btf__free(o.kernel);
	return 0;
}
