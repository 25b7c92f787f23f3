// SPDX-License-Identifier: MIT
// mt_every: a map of every type, with entries, and a witness of what is in them. It holds the sockets, events
// and attachments that the entries live by, and no map.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char usage[] =
	"mt_every DIR PROGS CGROUP OBJECT [btf|empty]\n"
	"  pins a map of each type in DIR, under the type's name, and programs in PROGS,\n"
	"  and prints, parted by tabs:\n"
	"    map TYPE ID KEY VALUE WRITE   the name of an entry, its text, what may be written\n"
	"                                  there (? not for this test to say, - nothing)\n"
	"    id map|prog ID                everything else that it made\n"
	"    none TYPE REASON              what this kernel has not\n"
	"  then a line \"ready\". With btf: BTF where the type takes it; with empty: no entries. Then it\n"
	"  does what it reads, a word a line, and ends its answers with a line \".\":\n"
	"    witness     what is in the maps, a line for each\n"
	"    record      puts one more record into the ring buffer\n"
	"    pop         takes all from the queue and the stack, and prints it\n"
	"    alive       which of the maps and programs are there still\n"
	"    release     lets go of all that it holds\n"
	"    quit        no answer; the end of its input is the same\n";

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { U32 = 1, U64, STATS, BYTE, BYTES, PREFIX, CGROUP_KEY }; /* ids in the BTF that make_btf() makes */

static const char *dir, *progs, *cgroup_path;
static bool with_btf, empty;
static int cgroup = -1, btf_fd, tail = -1, inner = -1, sock = -1, cpus;
static struct bpf_object *object;
static struct { bool prog; uint32_t id; } made[128];
static size_t n_made;

static struct { void *at; size_t size; } arena;

/* What fill() says of an entry. */
struct said {
	char key[64], value[1 << 15], write[PATH_MAX]; /* a value has room for 1024 CPUs */
};

struct every {
	uint32_t type;
	const char *name;
	uint32_t key, value, entries, flags;
	uint32_t btf_key, btf_value, btf_size; /* with BTF, where that can be left out; the size of such a value */
	int (*fill)(const struct every *e, int fd, struct said *said);
};

static void say(char *where, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(where, size, format, args);
	va_end(args);
}
#define SAY(field, ...) say(said->field, sizeof(said->field), __VA_ARGS__)

static void note(bool prog, uint32_t id)
{
	if (n_made < COUNT(made))
		made[n_made].prog = prog, made[n_made++].id = id;
}

static uint32_t id_of_map(int fd)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static uint32_t id_of_prog(int fd)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

/* ---- things that entries are made of ---- */

static int udp_socket(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) ? -1 : fd;
}

static int perf_event(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT, .sample_type = PERF_SAMPLE_RAW};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0) /* never read: it is full some day */
		mmap(NULL, 9 * (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return fd;
}

static int run(const char *name)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	char path[PATH_MAX], packet[64] = {0};

	snprintf(path, sizeof(path), "%s/%s", progs, name);
	int fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	if (!strcmp(name, "see_xsk"))
		opts.data_in = packet, opts.data_size_in = sizeof(packet);
	else
		opts.flags = BPF_F_TEST_RUN_ON_CPU;
	int err = bpf_prog_test_run_opts(fd, &opts);
	close(fd);
	return err ? err : (int)opts.retval;
}

/* ---- entries ---- */

static const uint64_t *number(uint64_t n)
{
	static uint64_t value[256];

	memset(value, 0, sizeof(value));
	value[0] = n;
	return value;
}

static int fill_plain(const struct every *e, int fd, struct said *said)
{
	bool stats = with_btf && e->btf_value == STATS;
	int err = 0;

	for (uint32_t key = 1; key <= 3; key++) {
		uint64_t value[2] = {100 + key, 200 + key};
		err |= bpf_map_update_elem(fd, &key, value, BPF_ANY);
	}
	SAY(key, "1");
	SAY(value, stats ? "packets=101 bytes=201" : "101");
	SAY(write, stats ? "packets=7 bytes=9" : "7");
	return err;
}

static int fill_percpu(const struct every *e, int fd, struct said *said)
{
	uint64_t value[1024] = {0}, total = 0;
	char text[1 << 15] = "";
	int err = 0;

	(void)e;
	for (int i = 0; i < cpus && i < 1024; i++) {
		value[i] = 10 + (uint64_t)i;
		total += value[i];
		sprintf(text + strlen(text), " cpu%d=%" PRIu64, i, value[i]);
	}
	for (uint32_t key = 1; key <= 3; key++)
		err |= bpf_map_update_elem(fd, &key, value, BPF_ANY);
	SAY(key, "1");
	SAY(value, "total=%" PRIu64 "%.32000s", total, text);
	SAY(write, "cpu0=77");
	return err;
}

static int fill_prefix(const struct every *e, int fd, struct said *said)
{
	static const unsigned char keys[2][8] = {{8, 0, 0, 0, 10}, {16, 0, 0, 0, 10, 1}};

	(void)e;
	SAY(key, "10.1.0.0_16");
	SAY(value, "16");
	SAY(write, "7");
	return bpf_map_update_elem(fd, keys[0], number(8), BPF_ANY) |
	       bpf_map_update_elem(fd, keys[1], number(16), BPF_ANY);
}

static int fill_word(int fd, uint32_t key, uint32_t word)
{
	return bpf_map_update_elem(fd, &key, number(word), BPF_ANY);
}

static int fill_prog(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(key, "0");
	SAY(value, "%u", id_of_prog(tail));
	SAY(write, "%s/tail", progs);
	return fill_word(fd, 0, (uint32_t)tail) | fill_word(fd, 2, (uint32_t)tail);
}

static int fill_maps(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(key, "1");
	SAY(value, ".id/%u", id_of_map(inner)); /* how the symlink's target ends */
	return fill_word(fd, 1, (uint32_t)inner);
}

static int fill_device(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(key, "1");
	SAY(value, "lo");
	SAY(write, "lo");
	return fill_word(fd, 1, if_nametoindex("lo"));
}

static int fill_cpu(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(key, "0");
	SAY(value, "192");
	SAY(write, "256");
	return fill_word(fd, 0, 192);
}

static int fill_sockets(const struct every *e, int fd, struct said *said)
{
	int s = udp_socket();
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	(void)e;
	SAY(key, "1");
	if (s < 0 || fill_word(fd, 1, (uint32_t)s) || getsockopt(s, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return -1;
	SAY(value, "%" PRIu64, cookie);
	return 0;
}

static int fill_xsk(const struct every *e, int fd, struct said *said)
{
	int s = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	(void)e;
	SAY(key, "0");
	return s < 0 ? -1 : fill_word(fd, 0, (uint32_t)s);
}

static int fill_cgroup(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(key, "0");
	SAY(write, "%s", cgroup_path);
	return fill_word(fd, 0, (uint32_t)cgroup);
}

static int fill_perf(const struct every *e, int fd, struct said *said)
{
	int event = perf_event();

	(void)e, (void)said;
	return event < 0 ? -1 : fill_word(fd, 0, (uint32_t)event);
}

static int fill_queue(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(value, e->type == BPF_MAP_TYPE_QUEUE ? "11" : "33");
	SAY(write, "44");
	return bpf_map_update_elem(fd, NULL, number(11), 0) | bpf_map_update_elem(fd, NULL, number(22), 0) |
	       bpf_map_update_elem(fd, NULL, number(33), 0);
}

static int fill_bloom(const struct every *e, int fd, struct said *said)
{
	uint64_t value[2] = {5, 5};

	(void)e;
	SAY(key, with_btf ? "packets=5,bytes=5" : "5");
	return bpf_map_update_elem(fd, NULL, value, 0);
}

/* The storage of what an fd stands for. */
static int fill_storage(int fd, int of)
{
	uint64_t value[2] = {101, 201};

	return of < 0 ? -1 : bpf_map_update_elem(fd, &of, value, BPF_ANY);
}

static void said_stats(struct said *said)
{
	SAY(value, with_btf ? "packets=101 bytes=201" : "101");
	SAY(write, with_btf ? "packets=7 bytes=9" : "7");
}

static int fill_socket_storage(const struct every *e, int fd, struct said *said)
{
	(void)e, (void)said;
	return fill_storage(fd, sock = udp_socket());
}

static int fill_inode_storage(const struct every *e, int fd, struct said *said)
{
	(void)e, (void)said;
	return fill_storage(fd, cgroup); /* a directory has an inode, too */
}

static int own_pidfd(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

static int fill_task_storage(const struct every *e, int fd, struct said *said)
{
	int pidfd = own_pidfd(), err = fill_storage(fd, pidfd);

	(void)e;
	close(pidfd);
	SAY(key, "%d", getpid());
	said_stats(said);
	return err;
}

static uint64_t cgroup_id(void)
{
	struct stat st;

	return fstat(cgroup, &st) ? 0 : st.st_ino;
}

static int fill_cgroup_storage(const struct every *e, int fd, struct said *said)
{
	(void)e;
	SAY(key, "%" PRIu64, cgroup_id());
	said_stats(said);
	return fill_storage(fd, cgroup);
}

/* Filled by programs, later. */
static int fill_later(const struct every *e, int fd, struct said *said)
{
	(void)fd;
	if (e->type == BPF_MAP_TYPE_STACK_TRACE)
		SAY(key, "?");
	if (e->type == BPF_MAP_TYPE_CGROUP_STORAGE || e->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE) {
		SAY(key, with_btf ? "?" : "%" PRIu64, cgroup_id());
		SAY(write, "7");
	}
	return 0;
}

/*
 * Mapped where its pages are to be: only then others may map it. It can never be frozen then. The address is one
 * that is free in other processes, too, under any sanitizer: below where maps are put on their own.
 */
static int fill_arena(const struct every *e, int fd, struct said *said)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	SAY(write, "text");
	if (!with_btf) /* nobody has mapped this one */
		return 0;
	arena.size = e->entries * page;
	arena.at = mmap((void *)0x7e9000000000, arena.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (arena.at == MAP_FAILED)
		return -1;
	strcpy((char *)arena.at + page, "every");
	return 0;
}

static int fill_nothing(const struct every *e, int fd, struct said *said)
{
	(void)fd;
	if (e->type == BPF_MAP_TYPE_STRUCT_OPS)
		SAY(key, "0");
	if (e->type == BPF_MAP_TYPE_USER_RINGBUF)
		SAY(write, "0x010203");
	return 0;
}

static const struct every types[] = {
	{1, "hash", 4, 8, 8, 0, U32, STATS, 16, fill_plain},
	{2, "array", 4, 8, 4, 0, U32, STATS, 16, fill_plain},
	{3, "prog_array", 4, 4, 4, 0, U32, U32, 4, fill_prog},
	{4, "perf_event_array", 4, 4, 1, BPF_F_PRESERVE_ELEMS, 0, 0, 0, fill_perf},
	{5, "percpu_hash", 4, 8, 8, 0, U32, U64, 8, fill_percpu},
	{6, "percpu_array", 4, 8, 4, 0, U32, U64, 8, fill_percpu},
	{7, "stack_trace", 4, 64, 8, 0, 0, 0, 0, fill_later},
	{8, "cgroup_array", 4, 4, 4, 0, 0, 0, 0, fill_cgroup},
	{9, "lru_hash", 4, 8, 64, 0, U32, STATS, 16, fill_plain},
	{10, "lru_percpu_hash", 4, 8, 64, 0, U32, U64, 8, fill_percpu},
	{11, "lpm_trie", 8, 8, 8, BPF_F_NO_PREALLOC, PREFIX, U64, 8, fill_prefix},
	{12, "array_of_maps", 4, 4, 4, 0, 0, 0, 0, fill_maps},
	{13, "hash_of_maps", 4, 4, 8, 0, 0, 0, 0, fill_maps},
	{14, "devmap", 4, 4, 4, 0, 0, 0, 0, fill_device},
	{15, "sockmap", 4, 8, 4, 0, 0, 0, 0, fill_sockets},
	{16, "cpumap", 4, 4, 1, 0, 0, 0, 0, fill_cpu},
	{17, "xskmap", 4, 4, 4, 0, 0, 0, 0, fill_xsk},
	{18, "sockhash", 4, 8, 8, 0, 0, 0, 0, fill_sockets},
	{19, "cgroup_storage", 8, 8, 0, 0, CGROUP_KEY, U64, 8, fill_later},
	{20, "reuseport_sockarray", 4, 8, 4, 0, U32, U64, 8, fill_sockets},
	{21, "percpu_cgroup_storage", 8, 8, 0, 0, CGROUP_KEY, U64, 8, fill_later},
	{22, "queue", 0, 8, 8, 0, 0, 0, 0, fill_queue},
	{23, "stack", 0, 8, 8, 0, 0, 0, 0, fill_queue},
	{24, "sk_storage", 4, 8, 0, BPF_F_NO_PREALLOC, U32, STATS, 16, fill_socket_storage},
	{25, "devmap_hash", 4, 4, 8, 0, 0, 0, 0, fill_device},
	{26, "struct_ops", 4, 0, 1, 0, 0, 0, 0, fill_nothing},
	{27, "ringbuf", 0, 0, 4096, 0, 0, 0, 0, fill_later},
	{28, "inode_storage", 4, 8, 0, BPF_F_NO_PREALLOC, U32, STATS, 16, fill_inode_storage},
	{29, "task_storage", 4, 8, 0, BPF_F_NO_PREALLOC, U32, STATS, 16, fill_task_storage},
	{30, "bloom_filter", 0, 8, 8, 0, 0, STATS, 16, fill_bloom},
	{31, "user_ringbuf", 0, 0, 4096, 0, 0, 0, 0, fill_nothing},
	{32, "cgrp_storage", 4, 8, 0, BPF_F_NO_PREALLOC, U32, STATS, 16, fill_cgroup_storage},
	{33, "arena", 0, 0, 4, 1u << 10, 0, 0, 0, fill_arena},
};

/* ---- making them ---- */

static int make_btf(void)
{
	struct btf *btf = btf__new_empty();

	btf__add_int(btf, "unsigned int", 4, 0);
	btf__add_int(btf, "unsigned long long", 8, 0);
	btf__add_struct(btf, "stats", 16);
	btf__add_field(btf, "packets", U64, 0, 0);
	btf__add_field(btf, "bytes", U64, 64, 0);
	btf__add_int(btf, "unsigned char", 1, 0);
	btf__add_array(btf, U32, BYTE, 4);
	btf__add_struct(btf, "prefix", 8);
	btf__add_field(btf, "prefixlen", U32, 0, 0);
	btf__add_field(btf, "data", BYTES, 32, 0);
	btf__add_struct(btf, "bpf_cgroup_storage_key", 16);
	btf__add_field(btf, "cgroup_inode_id", U64, 0, 0);
	btf__add_field(btf, "attach_type", U32, 64, 0);
	return btf__load_into_kernel(btf) ? -1 : btf__fd(btf); /* held until the end */
}

static void struct_ops(struct bpf_map_create_opts *opts, uint32_t *ret_size)
{
	struct btf *vmlinux = btf__load_vmlinux_btf();
	int id = btf__find_by_name_kind(vmlinux, "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT);

	if (id > 0) {
		*ret_size = btf__type_by_id(vmlinux, (uint32_t)id)->size;
		opts->btf_fd = (uint32_t)btf_fd;
		opts->btf_vmlinux_value_type_id = (uint32_t)id;
	}
	btf__free(vmlinux);
}

static int create(const struct every *e)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = e->flags);
	bool storage = e->flags & BPF_F_NO_PREALLOC && !e->entries;
	uint32_t key = e->key, value = e->value;
	char name[16];

	snprintf(name, sizeof(name), "%.15s", e->name);
	if (e->type == BPF_MAP_TYPE_ARRAY && with_btf)
		opts.map_flags |= BPF_F_MMAPABLE;
	if (e->type == BPF_MAP_TYPE_STRUCT_OPS)
		struct_ops(&opts, &value);
	if (e->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || e->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		opts.inner_map_fd = (uint32_t)inner;
	if (storage || (with_btf && e->btf_value)) {
		opts.btf_fd = (uint32_t)btf_fd;
		opts.btf_key_type_id = e->btf_key;
		opts.btf_value_type_id = with_btf ? e->btf_value : U64;
		value = with_btf ? e->btf_size : value;
		key = e->btf_key == CGROUP_KEY ? 16 : key;
	}
	return bpf_map_create(e->type, name, key, value, e->entries, &opts);
}

static void make(const struct every *e)
{
	struct said said = {"-", "?", "-"};
	char path[PATH_MAX];
	int fd = create(e);

	if (fd < 0) {
		printf("none\t%s\t%s\n", e->name, strerror(errno));
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, e->name);
	note(false, id_of_map(fd));
	if (!empty && e->fill(e, fd, &said))
		fprintf(stderr, "mt_every: %s: no entry: %s\n", e->name, strerror(errno));
	if (bpf_obj_pin(fd, path))
		fprintf(stderr, "mt_every: %s: %s\n", path, strerror(errno));
	else
		printf("map\t%s\t%u\t%s\t%s\t%s\n", e->name, id_of_map(fd), said.key, said.value, said.write);
	close(fd);
}

static int load_tail(void)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "every_tail", "MIT", insns, COUNT(insns), NULL);
}

static void pin_prog(int fd, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", progs, name);
	if (bpf_obj_pin(fd, path))
		fprintf(stderr, "mt_every: %s: %s\n", path, strerror(errno));
	note(true, id_of_prog(fd));
	printf("id\tprog\t%u\n", id_of_prog(fd));
}

/* The object's programs with the maps that were made; those whose map is missing are left out. */
static int load_programs(const char *file)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	char path[PATH_MAX];

	object = bpf_object__open_file(file, NULL);
	if (!object)
		return -1;
	bpf_object__for_each_map(map, object) {
		snprintf(path, sizeof(path), "%s/%s", dir, bpf_map__name(map));
		int fd = bpf_obj_get(path);
		if (fd < 0 && !strcmp(bpf_map__name(map), "xskmap")) {
			bpf_map__set_autocreate(map, false);
			bpf_program__set_autoload(bpf_object__find_program_by_name(object, "see_xsk"), false);
		} else if (fd < 0 || bpf_map__reuse_fd(map, fd)) {
			return -1;
		}
		close(fd);
	}
	if (bpf_object__load(object))
		return -1;
	bpf_object__for_each_program(prog, object)
		if (bpf_program__fd(prog) >= 0)
			pin_prog(bpf_program__fd(prog), bpf_program__name(prog));
	return 0;
}

/* The link is held; it holds its program, and that the two maps. */
static void fill_by_programs(void)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(object, "put_storage");
	struct bpf_link *link = bpf_program__attach_cgroup(prog, cgroup);

	if (!link)
		fprintf(stderr, "mt_every: put_storage: %s\n", strerror(errno));
	if (run("put_stack") || run("put_record") || run("put_record"))
		fprintf(stderr, "mt_every: programs that put entries fail\n");
}

/* ---- witness ---- */

static int open_pin(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return bpf_obj_get(path);
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	for (const unsigned char *p = data; len--; p++)
		hash = (hash ^ *p) * UINT64_C(0x100000001b3);
	return hash;
}

static void see_entries(const struct bpf_map_info *info, int fd)
{
	size_t size = info->type == BPF_MAP_TYPE_STRUCT_OPS ? 0 : info->value_size; /* there is a count of references */
	char *value = calloc((size_t)cpus, (info->value_size + 7) & ~7u);
	unsigned char key[64] = {0};
	uint64_t sum = 0;
	unsigned n = 0;

	for (bool first = true; n < 1000 && !bpf_map_get_next_key(fd, first ? NULL : key, key); first = false) {
		if (bpf_map_lookup_elem(fd, key, value))
			continue;
		if (strstr(info->name, "percpu"))
			sum += mix(1, value, size * (size_t)cpus);
		sum += mix(mix(1, key, info->key_size), value, size);
		n++;
	}
	printf("%u entries, %016" PRIx64 "\n", n, sum);
	free(value);
}

static void see_storage(int fd, int of)
{
	uint64_t value[2] = {0};

	if (of < 0 || bpf_map_lookup_elem(fd, &of, value))
		printf("nothing: %s\n", strerror(errno));
	else
		printf("%" PRIu64 "\n", value[0]);
}

/* A ring's two positions: the consumer's page and the producer's. */
static void see_ring(int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t *consumer = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	uint64_t *producer = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)page);

	if (consumer == MAP_FAILED || producer == MAP_FAILED) {
		printf("no ring: %s\n", strerror(errno));
		return;
	}
	printf("read to %" PRIu64 " of %" PRIu64 "\n", *consumer, *producer);
	munmap(consumer, page);
	munmap(producer, page);
}

static void see_head(int fd)
{
	uint64_t value = 0;
	int err = bpf_map_lookup_elem(fd, NULL, &value);

	printf("head %" PRIu64 " %d\n", value, err);
}

static void see_bloom(int fd)
{
	uint64_t there[2] = {5, 5}, other[2] = {6, 6};

	printf("has %d %d\n", !bpf_map_lookup_elem(fd, NULL, there), !bpf_map_lookup_elem(fd, NULL, other));
}

/* In its own mapping: to make another would be the first, where there is none. */
static void see_arena(void)
{
	if (arena.size)
		printf("memory \"%s\"\n", (char *)arena.at + arena.size / 4);
	else
		puts("memory");
}

static void see(const struct every *e)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);
	int fd = open_pin(e->name), of;

	if (fd < 0)
		return;
	printf("%s: ", e->name);
	bpf_obj_get_info_by_fd(fd, &info, &len);
	switch (e->type) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY: printf("output: %d\n", run("put_event")); break;
	case BPF_MAP_TYPE_CGROUP_ARRAY: printf("under: %d\n", run("see_cgroup")); break;
	case BPF_MAP_TYPE_XSKMAP: printf("socket: %d\n", run("see_xsk")); break;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK: see_head(fd); break;
	case BPF_MAP_TYPE_BLOOM_FILTER: see_bloom(fd); break;
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF: see_ring(fd); break;
	case BPF_MAP_TYPE_TASK_STORAGE:
		of = own_pidfd();
		see_storage(fd, of);
		close(of);
		break;
	case BPF_MAP_TYPE_SK_STORAGE: see_storage(fd, sock); break;
	case BPF_MAP_TYPE_INODE_STORAGE:
	case 32: see_storage(fd, cgroup); break;
	case 33: see_arena(); break;
	default: see_entries(&info, fd); break;
	}
	close(fd);
}

static void pop_all(const char *name)
{
	uint64_t value;
	int fd = open_pin(name);

	printf("%s:", name);
	while (fd >= 0 && !bpf_map_lookup_and_delete_elem(fd, NULL, &value))
		printf(" %" PRIu64, value);
	puts("");
	if (fd >= 0)
		close(fd);
}

static void alive(void)
{
	for (size_t i = 0; i < n_made; i++) {
		int fd = made[i].prog ? bpf_prog_get_fd_by_id(made[i].id) : bpf_map_get_fd_by_id(made[i].id);
		if (fd < 0)
			continue;
		printf("%s %u\n", made[i].prog ? "prog" : "map", made[i].id);
		close(fd);
	}
}

static void release(void)
{
	if (arena.size)
		munmap(arena.at, arena.size);
	close_range(STDERR_FILENO + 1, ~0u, 0);
}

static void obey(const char *word)
{
	if (!strcmp(word, "witness\n"))
		for (size_t i = 0; i < COUNT(types); i++)
			see(&types[i]);
	if (!strcmp(word, "record\n"))
		run("put_record");
	if (!strcmp(word, "pop\n"))
		pop_all("queue"), pop_all("stack");
	if (!strcmp(word, "alive\n"))
		alive();
	if (!strcmp(word, "release\n"))
		release();
	puts(".");
	fflush(stdout);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

int main(int argc, char **argv)
{
	char line[64];

	if (argc < 5) {
		fputs(usage, stderr);
		return 2;
	}
	dir = argv[1], progs = argv[2], cgroup_path = argv[3];
	with_btf = argc > 5 && !strcmp(argv[5], "btf");
	empty = argc > 5 && !strcmp(argv[5], "empty");
	cpus = libbpf_num_possible_cpus();
	libbpf_set_print(quiet);
	cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	btf_fd = make_btf();
	tail = load_tail();
	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "every_inner", 4, 4, 1, NULL);
	if (cgroup < 0 || btf_fd < 0 || tail < 0 || inner < 0) {
		perror("mt_every");
		return 1;
	}
	note(false, id_of_map(inner));
	printf("id\tmap\t%u\n", id_of_map(inner));
	pin_prog(tail, "tail");
	for (size_t i = 0; i < COUNT(types); i++)
		make(&types[i]);
	close(inner);
	close(tail);
	if (load_programs(argv[4])) {
		fprintf(stderr, "mt_every: %s: %s\n", argv[4], strerror(errno));
		return 1;
	}
	if (!empty)
		fill_by_programs();
	bpf_object__close(object);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n"))
		obey(line);
	return 0;
}
