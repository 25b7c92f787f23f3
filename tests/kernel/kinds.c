// SPDX-License-Identifier: MIT
// The table of map types against the kernel: each trait of each type is tried with bpf(2).
#include "types.h"

#include <arpa/inet.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define OBJECT "build/tests/bpf/engine_kinds.bpf.o"

static struct btf *btf;
static struct bpfmap *inner;
static struct bpf_object *object;
static int prog, cgroup = -1;
static char cgroup_dir[] = "/tmp/bpfmap-cgroup-XXXXXX";

/* ---- An entry of each type: what its key and value are made of. ---- */

union bytes {
	uint32_t word;
	uint32_t words[2];
	uint64_t all[16 * 64];
};

static int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) ? -1 : fd;
}

static int perf_event(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT, .sample_type = PERF_SAMPLE_RAW };

	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

/*
 * The key and value of an entry to put; 0 if there is one. -1: only a program can
 * put one, or this machine lacks what it takes. *fd is to be closed after use.
 */
static int entry_for(uint32_t type, union bytes *key, union bytes *value, int *fd)
{
	*fd = -1;
	switch (type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
		value->word = (uint32_t)prog;
		return 0;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		*fd = perf_event();
		break;
	case BPF_MAP_TYPE_CGROUP_ARRAY:
		*fd = cgroup < 0 ? -1 : dup(cgroup);
		break;
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		value->word = (uint32_t)bpfmap_fd(inner);
		return 0;
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
		value->word = if_nametoindex("lo");
		return 0;
	case BPF_MAP_TYPE_CPUMAP:
		value->word = 192;
		return 0;
	case BPF_MAP_TYPE_XSKMAP:
		*fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
		break;
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
		*fd = udp_socket();
		break;
	case BPF_MAP_TYPE_SK_STORAGE:
		key->word = (uint32_t)(*fd = udp_socket());
		return *fd < 0 ? -1 : 0;
	case BPF_MAP_TYPE_INODE_STORAGE:
		key->word = (uint32_t)(*fd = open("/tmp", O_RDONLY | O_CLOEXEC));
		return *fd < 0 ? -1 : 0;
	case BPF_MAP_TYPE_TASK_STORAGE:
		key->word = (uint32_t)(*fd = (int)syscall(SYS_pidfd_open, getpid(), 0));
		return *fd < 0 ? -1 : 0;
	case 32:
		key->word = (uint32_t)(*fd = cgroup < 0 ? -1 : dup(cgroup));
		return *fd < 0 ? -1 : 0;
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case BPF_MAP_TYPE_STRUCT_OPS:
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
	case 33:
		return -1;
	case BPF_MAP_TYPE_LPM_TRIE:
		key->word = 32;
		return 0;
	default:
		return 0;
	}
	value->all[0] = (uint64_t)*fd;
	return *fd < 0 ? -1 : 0;
}

static const void *key_of(const struct bpfmap *map, const union bytes *key)
{
	return bpfmap_key_size(map) ? key : NULL;
}

/* ---- The cells. ---- */

static void cell(const struct sample_type *t, uint32_t trait, const char *what, bool works)
{
	bool claimed = bpfmap_type_traits(t->type) & trait;

	if (claimed != works)
		fail_msg("%s: %s: the table says %s, the kernel %s", t->name, what,
		    claimed ? "yes" : "no", works ? "yes" : "no");
}

/* A batch of none is refused only where there are no batches. */
static void try_batches(const struct sample_type *t, int fd)
{
	union bytes in = { 0 }, out, keys, values = { 0 };
	uint32_t n = 0;
	const int unsupported = -524;

	cell(t, BPFMAP_BATCH, "batch lookup",
	    bpf_map_lookup_batch(fd, NULL, &out, &keys, &values, &n, NULL) != unsupported);
	cell(t, BPFMAP_BATCH_LAD, "batch lookup and delete",
	    bpf_map_lookup_and_delete_batch(fd, NULL, &out, &keys, &values, &n, NULL) != unsupported);
	cell(t, BPFMAP_BATCH_WRITE, "batch update",
	    bpf_map_update_batch(fd, &in, &values, &n, NULL) != unsupported);
	cell(t, BPFMAP_BATCH_DELETE, "batch delete",
	    bpf_map_delete_batch(fd, &in, &n, NULL) != unsupported);
}

static void try_entry(const struct sample_type *t, const struct bpfmap *map)
{
	union bytes key = { 0 }, value = { 0 }, read;
	int held, fd = bpfmap_fd(map);

	if (entry_for(t->type, &key, &value, &held)) {
		print_message("%s: no entry to try with\n", t->name);
		return;
	}
	const void *k = key_of(map, &key);
	cell(t, BPFMAP_WRITABLE, "update", bpf_map_update_elem(fd, k, &value, 0) == 0);
	cell(t, BPFMAP_READABLE, "lookup",
	    t->type != BPF_MAP_TYPE_BLOOM_FILTER && /* takes the value, gives none */
		bpf_map_lookup_elem(fd, k, &read) == 0);
	cell(t, BPFMAP_HOLDS_MAPS, "holds maps", t->needs == NESTED && read.word == bpfmap_id(inner));
	bool took = bpf_map_lookup_and_delete_elem(fd, k, &read) == 0;
	cell(t, BPFMAP_LAD, "lookup and delete", took);
	if (took)
		bpf_map_update_elem(fd, k, &value, 0);
	cell(t, BPFMAP_DELETABLE, "delete", bpf_map_delete_elem(fd, k) == 0);
	if (held >= 0)
		close(held);
}

static void try_keys(const struct sample_type *t, const struct bpfmap *map)
{
	union bytes key = { 0 }, next = { 0 };
	int fd = bpfmap_fd(map), err = bpf_map_get_next_key(fd, NULL, &next);
	uint32_t n = 0;
	bool indices = true;

	cell(t, BPFMAP_KEYED, "keys", bpfmap_key_size(map) != 0);
	cell(t, BPFMAP_ITERABLE, "next key", err == 0 || err == -ENOENT);
	for (; !err && n < 1000; n++) {
		indices &= next.word == n;
		key = next;
		err = bpf_map_get_next_key(fd, &key, &next);
	}
	if (t->needs != STRUCT_OPS) /* a single key 0 is no array of one */
		cell(t, BPFMAP_ARRAY, "keys are the indices",
		    indices && n == bpfmap_max_entries(map) && n > 0);
}

static void try_mmap(const struct sample_type *t, const struct bpfmap *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = t->type == 33 ? t->entries * page : page;
	void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, bpfmap_fd(map), 0);

	cell(t, BPFMAP_MMAP, "mmap", p != MAP_FAILED);
	if (p != MAP_FAILED)
		munmap(p, size);
}

static bool maps(const struct bpfmap *map, int prot, int page)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, size, prot, MAP_SHARED, bpfmap_fd(map), (off_t)size * page);

	if (p != MAP_FAILED)
		munmap(p, size);
	return p != MAP_FAILED;
}

/* Whose pages the reader may write (its position) or the writer (its position, and the data); perf's rings are fds. */
static void try_records(const struct sample_type *t, const struct bpfmap *map)
{
	const int rw = PROT_READ | PROT_WRITE;
	int event = perf_event();
	uint32_t zero = 0;
	bool perf = t->key == 4 && bpf_map_update_elem(bpfmap_fd(map), &zero, &event, 0) == 0 &&
	    bpf_map_update_elem(bpfmap_fd(map), &zero, &prog, 0) != 0;

	close(event);
	cell(t, BPFMAP_PERF, "takes perf events and nothing else", perf);
	cell(t, BPFMAP_RECORDS, "records to be read",
	    perf || (maps(map, rw, 0) && maps(map, PROT_READ, 1) && !maps(map, rw, 1)));
	cell(t, BPFMAP_TAKES_RECORDS, "records to be written",
	    maps(map, PROT_READ, 0) && !maps(map, rw, 0) && maps(map, rw, 1));
}

static void every_cell(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sample_types); i++) {
		struct sample_type t = sample_types[i];

		assert_string_equal(bpfmap_type_name(t.type), t.name);
		assert_int_equal(bpfmap_type_by_name(t.name), t.type);
		if (t.type == BPF_MAP_TYPE_ARRAY)
			t.flags = BPF_F_MMAPABLE;
		struct bpfmap *map = make_sample(&t, btf, &(struct bpfmap_spec)BPFMAP_SPEC(
		    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1));
		if (!map)
			continue;
		assert_int_equal(bpfmap_traits(map), bpfmap_type_traits(t.type));
		try_keys(&t, map);
		try_batches(&t, bpfmap_fd(map));
		try_entry(&t, map);
		try_mmap(&t, map);
		try_records(&t, map);
		bpfmap_free(map);
	}
}

static void per_cpu_values(void **state)
{
	size_t cpus = (size_t)libbpf_num_possible_cpus();

	(void)state;
	if (cpus < 2)
		skip();
	for (size_t i = 0; i < COUNT(sample_types); i++) {
		const struct sample_type *t = &sample_types[i];
		uint64_t key = 0, *value = malloc(cpus * 8);

		if (t->needs != PLAIN || !(bpfmap_type_traits(t->type) & BPFMAP_WRITABLE) ||
		    t->value != 8 || !t->entries || t->type == BPF_MAP_TYPE_BLOOM_FILTER) {
			free(value);
			continue;
		}
		struct bpfmap *map = make_sample(t, NULL, NULL);
		memset(value, 0, cpus * 8);
		bpf_map_update_elem(bpfmap_fd(map), t->key ? &key : NULL, value, 0);
		memset(value, 0xff, cpus * 8);
		/* Is the second CPU's value written as well? */
		if (!bpf_map_lookup_elem(bpfmap_fd(map), t->key ? &key : NULL, value))
			cell(t, BPFMAP_PERCPU, "per-CPU", value[1] != UINT64_MAX);
		bpfmap_free(map);
		free(value);
	}
}

static void full_maps(void **state)
{
	static const uint32_t types[] = { 1, 5, 9, 10 };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct bpfmap *map = make(types[i], 4, 4, 8);
		uint64_t *value = calloc((size_t)libbpf_num_possible_cpus(), 8);
		bool evicts = true;

		for (uint32_t key = 0; key < 100; key++)
			evicts &= bpf_map_update_elem(bpfmap_fd(map), &key, value, 0) == 0;
		cell(&sample_types[types[i] - 1], BPFMAP_EVICTS, "evicts", evicts);
		free(value);
		bpfmap_free(map);
	}
}

static void indices_that_always_have_a_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sample_types); i++) {
		const struct sample_type *t = &sample_types[i];
		uint64_t value[256];
		uint32_t zero = 0;

		if (!(bpfmap_type_traits(t->type) & BPFMAP_ARRAY) || t->needs != PLAIN)
			continue;
		struct bpfmap *map = make_sample(t, NULL, NULL);
		if (!map)
			continue; /* AF_XDP may be missing */
		cell(t, BPFMAP_FIXED, "a value everywhere",
		    bpf_map_lookup_elem(bpfmap_fd(map), &zero, value) == 0);
		bpfmap_free(map);
	}
}

/* Traits of an open map: less what its flags, sizes and rights rule out. */
static void traits_of_one_map(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_ARRAY, 4, 8, 4);

	(void)state;
	assert_false(bpfmap_traits(map) & BPFMAP_MMAP);
	bpfmap_free(map);
	map = make(BPF_MAP_TYPE_SOCKMAP, 4, 4, 4);
	assert_false(bpfmap_traits(map) & BPFMAP_READABLE);
	bpfmap_free(map);
	map = make(BPF_MAP_TYPE_SOCKMAP, 4, 8, 4);
	assert_true(bpfmap_traits(map) & BPFMAP_READABLE);
	bpfmap_free(map);
	assert_int_equal(bpfmap_type_traits(0), 0);
	assert_int_equal(bpfmap_type_traits(34), 0);
	assert_null(bpfmap_type_name(34));
	FAILS(bpfmap_type_by_name("hush"), EINVAL, "hush");
}

/* ---- Types whose entries only a program makes. ---- */

static struct bpfmap *map_of_object(const char *name)
{
	struct bpfmap *map = NULL;

	OK(bpfmap_open_fd(dup(bpf_object__find_map_fd_by_name(object, name)), &map));
	return map;
}

static int run(const char *name)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct bpf_program *p = bpf_object__find_program_by_name(object, name);

	return bpf_prog_test_run_opts(bpf_program__fd(p), &opts) ?: (int)opts.retval;
}

static void stack_traces(void **state)
{
	struct bpfmap *map = map_of_object("stacks");
	uint64_t value[8];
	uint32_t key;

	(void)state;
	if (run("take_stack"))
		skip();
	OK(bpfmap_next_key(map, NULL, &key));
	OK(bpfmap_lookup(map, &key, value, sizeof(value), 0));
	assert_int_not_equal(value[0], 0);
	assert_int_equal(bpf_map_update_elem(bpfmap_fd(map), &key, value, 0), -EINVAL);
	OK(bpfmap_delete(map, &key));
	assert_int_equal(run("take_stack"), 0);
	OK(bpfmap_next_key(map, NULL, &key));
	OK(bpfmap_lookup_and_delete(map, &key, value, sizeof(value), 0));
	bpfmap_free(map);
}

static void walk_storage(const char *name)
{
	struct bpfmap *map = map_of_object(name);
	uint64_t value[256] = { 77, 77 };
	struct bpfmap_iter *iter;
	const void *key, *read;
	int more, n = 0;

	OK(bpfmap_iter_new(map, 0, &iter));
	while ((more = bpfmap_iter_next(iter, &key, &read)) == 1) {
		OK(bpfmap_update(map, key, value, BPF_EXIST));
		n++;
	}
	assert_int_equal(more, 0);
	assert_int_equal(n, 1);
	bpfmap_iter_free(iter);
	OK(bpfmap_iter_new(map, 0, &iter));
	assert_int_equal(bpfmap_iter_next(iter, &key, &read), 1);
	assert_int_equal(*(const uint64_t *)read, 77);
	assert_int_equal(bpf_map_delete_elem(bpfmap_fd(map), key), -EINVAL);
	bpfmap_iter_free(iter);
	bpfmap_free(map);
}

static void cgroup_storages(void **state)
{
	struct bpf_program *p = bpf_object__find_program_by_name(object, "use_storage");

	(void)state;
	if (cgroup < 0 || bpf_prog_attach(bpf_program__fd(p), cgroup, BPF_CGROUP_INET_EGRESS, 0))
		skip();
	walk_storage("shared");
	walk_storage("percpu");
	bpf_prog_detach2(bpf_program__fd(p), cgroup, BPF_CGROUP_INET_EGRESS);
}

/* A cgroup of our own, in a mount that only we see. */
static void make_cgroup(void)
{
	char own[80];

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(cgroup_dir) || mount("cgroup", cgroup_dir, "cgroup2", 0, NULL))
		return;
	snprintf(own, sizeof(own), "%s/bpfmap-test-%d", cgroup_dir, getpid());
	if (!mkdir(own, 0700))
		cgroup = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int set_up(void **state)
{
	(void)state;
	make_cgroup();
	btf = int_btf();
	prog = load_prog();
	inner = make(BPF_MAP_TYPE_ARRAY, 4, 4, 1);
	object = bpf_object__open_file(OBJECT, NULL);
	return object ? bpf_object__load(object) : -1;
}

static int tear_down(void **state)
{
	char own[80];

	(void)state;
	bpf_object__close(object);
	bpfmap_free(inner);
	btf__free(btf);
	close(prog);
	if (cgroup >= 0)
		close(cgroup);
	snprintf(own, sizeof(own), "%s/bpfmap-test-%d", cgroup_dir, getpid());
	rmdir(own);
	umount(cgroup_dir);
	rmdir(cgroup_dir);
	return 0;
}

MAIN(set_up, tear_down, T(every_cell), T(per_cpu_values), T(full_maps),
    T(indices_that_always_have_a_value), T(traits_of_one_map), T(stack_traces),
    T(cgroup_storages))
