/* SPDX-License-Identifier: MIT */
/* All 33 map types with what one needs to be created, as the kernel documents it. */
#ifndef TESTS_TYPES_H
#define TESTS_TYPES_H

#include "kernel.h"

struct sample_type {
	uint32_t type;
	const char *name;
	uint32_t key, value, entries, flags;
	enum { PLAIN, NESTED, STORAGE, STRUCT_OPS } needs;
};

static const struct sample_type sample_types[] = {
	{ 1, "hash", 4, 8, 8, 0, PLAIN },
	{ 2, "array", 4, 8, 8, 0, PLAIN },
	{ 3, "prog_array", 4, 4, 8, 0, PLAIN },
	{ 4, "perf_event_array", 4, 4, 1, 0, PLAIN },
	{ 5, "percpu_hash", 4, 8, 8, 0, PLAIN },
	{ 6, "percpu_array", 4, 8, 8, 0, PLAIN },
	{ 7, "stack_trace", 4, 64, 8, 0, PLAIN },
	{ 8, "cgroup_array", 4, 4, 8, 0, PLAIN },
	{ 9, "lru_hash", 4, 8, 8, 0, PLAIN },
	{ 10, "lru_percpu_hash", 4, 8, 8, 0, PLAIN },
	{ 11, "lpm_trie", 8, 8, 8, BPF_F_NO_PREALLOC, PLAIN },
	{ 12, "array_of_maps", 4, 4, 8, 0, NESTED },
	{ 13, "hash_of_maps", 4, 4, 8, 0, NESTED },
	{ 14, "devmap", 4, 4, 8, 0, PLAIN },
	{ 15, "sockmap", 4, 8, 8, 0, PLAIN },
	{ 16, "cpumap", 4, 4, 1, 0, PLAIN },
	{ 17, "xskmap", 4, 4, 8, 0, PLAIN },
	{ 18, "sockhash", 4, 8, 8, 0, PLAIN },
	{ 19, "cgroup_storage", 16, 8, 0, 0, PLAIN },
	{ 20, "reuseport_sockarray", 4, 8, 8, 0, PLAIN },
	{ 21, "percpu_cgroup_storage", 16, 8, 0, 0, PLAIN },
	{ 22, "queue", 0, 8, 8, 0, PLAIN },
	{ 23, "stack", 0, 8, 8, 0, PLAIN },
	{ 24, "sk_storage", 4, 8, 0, BPF_F_NO_PREALLOC, STORAGE },
	{ 25, "devmap_hash", 4, 4, 8, 0, PLAIN },
	{ 26, "struct_ops", 4, 0, 1, 0, STRUCT_OPS },
	{ 27, "ringbuf", 0, 0, 4096, 0, PLAIN },
	{ 28, "inode_storage", 4, 8, 0, BPF_F_NO_PREALLOC, STORAGE },
	{ 29, "task_storage", 4, 8, 0, BPF_F_NO_PREALLOC, STORAGE },
	{ 30, "bloom_filter", 0, 8, 8, 0, PLAIN },
	{ 31, "user_ringbuf", 0, 0, 4096, 0, PLAIN },
	{ 32, "cgrp_storage", 4, 8, 0, BPF_F_NO_PREALLOC, STORAGE },
	{ 33, "arena", 0, 0, 4, BPF_F_MMAPABLE, PLAIN },
};

/* The kernel's type of a struct_ops value; its size goes into the specification. */
static inline uint32_t struct_ops_type(uint32_t *ret_size)
{
	struct btf *vmlinux = btf__load_vmlinux_btf();
	int id = btf__find_by_name_kind(
	    vmlinux, "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT);

	if (id > 0)
		*ret_size = btf__type_by_id(vmlinux, (uint32_t)id)->size;
	btf__free(vmlinux);
	return id > 0 ? (uint32_t)id : 0;
}

/* NULL where this kernel has no such map. btf is int_btf(); inner a specification. */
static inline struct bpfmap *make_sample(
    const struct sample_type *t, const struct btf *btf, const struct bpfmap_spec *inner)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.name = "sample", .type = t->type,
	    .key_size = t->key, .value_size = t->value, .max_entries = t->entries,
	    .flags = t->flags, .inner = t->needs == NESTED ? inner : NULL);
	struct bpfmap *map = NULL;

	if (t->needs == STORAGE) {
		spec.btf = btf;
		spec.key_type_id = 1;
		spec.value_type_id = 2;
	}
	if (t->needs == STRUCT_OPS) {
		spec.btf = btf;
		spec.vmlinux_value_type_id = struct_ops_type(&spec.value_size);
		if (!spec.vmlinux_value_type_id)
			return NULL;
	}
	int err = bpfmap_create(&spec, NULL, &map);
	if (err)
		print_message("%s: %s\n", t->name, bpfmap_errmsg());
	return err ? NULL : map;
}

#endif
