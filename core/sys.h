/* SPDX-License-Identifier: MIT */
/*
 * sys: bpf(2), one function per command. sys.c is the only file of the engine
 * that issues it, and so the only place where tests put faults in.
 *
 * Every function returns 0 (or an fd) or a negative errno; the kernel's 524
 * (ENOTSUPP) has become -EOPNOTSUPP. None allocates, none leaves a sentence.
 */
#ifndef BPFMAP_SYS_H
#define BPFMAP_SYS_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <stdint.h>

/* What a hook may look at; fields that a command has no use for are zero. */
struct bm_sys_args {
	int fd;
	const void *key;
	const void *value;
	uint64_t flags;
	const char *name; /* of a map that is created, or a path */
	uint32_t type;    /* of a map that is created */
	uint32_t count;   /* of a batch: entries wanted */
	const struct bpf_map_create_opts *create;
};

/*
 * The seam: while set, asked before each command. BM_SYS_GO lets the command go
 * on to the kernel, any other answer is returned in its place. Set it while no
 * other thread is inside the library.
 */
#define BM_SYS_GO 1
typedef int bm_sys_hook_fn(enum bpf_cmd cmd, const struct bm_sys_args *args);
extern bm_sys_hook_fn *bm_sys_hook;

int bm_sys_map_create(uint32_t type, const char *name, uint32_t key_size, uint32_t value_size,
    uint32_t max_entries, const struct bpf_map_create_opts *opts);
int bm_sys_btf_load(const void *data, uint32_t size);
/* The BTF object of an id; the caller frees it. */
int bm_sys_btf_by_id(uint32_t id, struct btf **ret_btf);

int bm_sys_lookup(int fd, const void *key, void *value, uint64_t flags);
int bm_sys_update(int fd, const void *key, const void *value, uint64_t flags);
int bm_sys_delete(int fd, const void *key);
int bm_sys_lookup_and_delete(int fd, const void *key, void *value, uint64_t flags);
int bm_sys_next_key(int fd, const void *key, void *next);
int bm_sys_freeze(int fd);

/*
 * The batch commands. *count is what the kernel left there; where it refused
 * the command as a whole, 0. in may be NULL (the start) and may equal out.
 */
int bm_sys_lookup_batch(int fd, const void *in, void *out, void *keys, void *values,
    uint32_t *count, uint64_t elem_flags);
int bm_sys_lookup_and_delete_batch(int fd, const void *in, void *out, void *keys, void *values,
    uint32_t *count, uint64_t elem_flags);
int bm_sys_update_batch(
    int fd, const void *keys, const void *values, uint32_t *count, uint64_t elem_flags);
int bm_sys_delete_batch(int fd, const void *keys, uint32_t *count, uint64_t elem_flags);

int bm_sys_pin(int fd, const char *path);
int bm_sys_open_pin(const char *path, uint32_t open_flags);
int bm_sys_open_map(uint32_t id, uint32_t open_flags);
int bm_sys_open_prog(uint32_t id);
int bm_sys_next_map_id(uint32_t id, uint32_t *ret_next);
/* *info is cleared first: fields that the kernel does not know are 0. */
int bm_sys_map_info(int fd, struct bpf_map_info *info);
int bm_sys_prog_info(int fd, struct bpf_prog_info *info);
/* The maps that a program uses: at most *count of their ids, and *count becomes how many there are. */
int bm_sys_prog_maps(int fd, uint32_t *ret_ids, uint32_t *count);
int bm_sys_next_prog_id(uint32_t id, uint32_t *ret_next);

#endif
