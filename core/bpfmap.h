/* SPDX-License-Identifier: MIT */
/*
 * libbpfmap: every eBPF map of a Linux kernel, as one C type.
 *
 * Conventions of every call below
 *  - 0 (or a count that is documented) on success, a negative errno on failure;
 *    the kernel's own number is passed on unchanged but for 524 (ENOTSUPP),
 *    which becomes -EOPNOTSUPP.
 *  - Output parameters (ret_…) are written on success only.
 *  - A failed call leaves a sentence for people in bpfmap_errmsg(), per thread.
 *  - Sizes are bytes. Every fd is close-on-exec. Strings handed in are copied
 *    where they are kept, and never freed.
 *  - Any number of threads may work on one map with calls that take it const.
 *    Those that do not (close, free, pin, unpin) need the handle to themselves;
 *    so do cursors, iterators and memories.
 *  - Common errors: -EBADF the map is closed; -EPERM it is frozen, or its fd has
 *    not the right; -ENOMEM; -EOPNOTSUPP its type, or this kernel, has no such
 *    command. Only others are named at the calls.
 */
#ifndef BPFMAP_H
#define BPFMAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct btf;           /* libbpf's */
struct bpfmap;        /* an open map */
struct bpfmap_cursor; /* where the next batch of one map begins */
struct bpfmap_iter;   /* a walk over a map's entries */
struct bpfmap_memory; /* a map's pages in this process */
struct bpfmap_records; /* a reader of the records that programs put into a map */
struct bpfmap_feed;   /* a writer of records that programs take out */
struct bpfmap_object; /* the definitions in a compiled BPF object */

/* ---- Errors ---- */

/* Those that have no errno of their own. */
#define BPFMAP_ABORTED      ECANCELED   /* a walk was given up: the map changed too fast */
#define BPFMAP_INCOMPATIBLE EMEDIUMTYPE /* an existing pin differs from the specification */

/*
 * What the last call of this thread that failed has to say: what failed, on which
 * map, what to try. Valid until this thread's next failure; never NULL.
 */
const char *bpfmap_errmsg(void);

/* ---- Map types: one table (kind.c) answers every question about them. ---- */

#define BPFMAP_TYPE_MAX 33 /* the newest type that this library knows */

enum bpfmap_trait {
	BPFMAP_KEYED        = 1u << 0,  /* has keys */
	BPFMAP_ITERABLE     = 1u << 1,  /* get_next_key works */
	BPFMAP_READABLE     = 1u << 2,  /* lookup gives a value */
	BPFMAP_WRITABLE     = 1u << 3,  /* update works from user space */
	BPFMAP_DELETABLE    = 1u << 4,  /* delete works on a present entry */
	BPFMAP_PERCPU       = 1u << 5,  /* a value per possible CPU */
	BPFMAP_ARRAY        = 1u << 6,  /* keys are the indices 0 … max_entries-1 */
	BPFMAP_FIXED        = 1u << 7,  /* every index always has a value (array, per-CPU array) */
	BPFMAP_BATCH        = 1u << 8,  /* batch lookup */
	BPFMAP_BATCH_LAD    = 1u << 9,  /* batch lookup-and-delete */
	BPFMAP_BATCH_WRITE  = 1u << 10, /* batch update */
	BPFMAP_BATCH_DELETE = 1u << 11, /* batch delete */
	BPFMAP_STABLE_WALK  = 1u << 12, /* a key that stays is walked exactly once */
	BPFMAP_LAD          = 1u << 13, /* lookup-and-delete */
	BPFMAP_HOLDS_MAPS   = 1u << 14,
	BPFMAP_HOLDS_PROGS  = 1u << 15,
	BPFMAP_HOLDS_FDS    = 1u << 16, /* values are fds of any kind */
	BPFMAP_FD_KEYS      = 1u << 17, /* keys are fds (socket, inode, task, cgroup storage) */
	BPFMAP_QUEUE        = 1u << 18, /* push, peek, pop */
	BPFMAP_MMAP         = 1u << 19, /* can be mapped: MMAPABLE arrays, arenas, ring buffers */
	BPFMAP_EVICTS       = 1u << 20, /* LRU: a full map drops entries instead of ENOSPC */
	BPFMAP_PREFIXES     = 1u << 21, /* keys are prefixes, and lookup gives the longest that matches */
	BPFMAP_RECORDS      = 1u << 22, /* programs put records in, user space reads them */
	BPFMAP_PERF         = 1u << 23, /* of these: rings that the reader brings along, taking the map over */
	BPFMAP_TAKES_RECORDS = 1u << 24, /* user space puts records in, programs read them */
};

const char *bpfmap_type_name(uint32_t type);       /* "hash"; NULL if unknown */
int         bpfmap_type_by_name(const char *name); /* number or -EINVAL */
uint32_t    bpfmap_type_traits(uint32_t type);     /* enum bpfmap_trait bits, 0 if unknown */

/*
 * Flags of creation: BPF_F_NO_PREALLOC is "no_prealloc"; a bit without a name is its
 * number, "0x80000000". Names are parted by commas; the length is returned as by snprintf.
 */
int bpfmap_flag_names(uint32_t flags, char *buf, size_t size);
int bpfmap_flag_by_name(const char *name, uint32_t *ret_flag); /* -EINVAL */

/* Number of possible CPUs (not online ones), which per-CPU values are made for. */
int bpfmap_possible_cpus(void);

/* ---- Specifications ---- */

enum bpfmap_pinning {
	BPFMAP_PIN_NONE = 0,
	BPFMAP_PIN_BY_NAME = 1, /* in a directory given at creation; an existing pin is reused */
};

/* An entry of the initial contents. Lengths must be the map's sizes. */
struct bpfmap_kv {
	const void *key; /* NULL for keyless maps */
	/*
	 * Value bytes; per-CPU maps: up to as many values as there are CPUs, one behind
	 * the other; maps of maps: a struct bpfmap * (value_len does not count); program
	 * arrays: an int fd.
	 */
	const void *value;
	size_t key_len, value_len;
};

struct bpfmap_spec {
	size_t size;      /* sizeof(struct bpfmap_spec): set by BPFMAP_SPEC() */
	const char *name; /* the kernel gets 15 characters of it, others than [A-Za-z0-9_.] as _ */
	uint32_t type, key_size, value_size, max_entries, flags, numa_node;
	bool has_numa_node;
	uint64_t map_extra;
	enum bpfmap_pinning pinning;
	const struct bpfmap_kv *contents; /* stored after creation */
	size_t n_contents;
	bool freeze; /* against user space, after filling; ".rodata*" and ".kconfig" are in any case */
	const struct bpfmap_spec *inner; /* what the maps in a map of maps are like */
	const struct btf *btf; /* borrowed; holds the two types below */
	uint32_t key_type_id, value_type_id;
	uint32_t vmlinux_value_type_id; /* struct_ops alone: the kernel's BTF id of its value */
};
#define BPFMAP_SPEC(...) { .size = sizeof(struct bpfmap_spec), __VA_ARGS__ }

/*
 * A copy that owns all it points to, but for BTF and the maps in contents. One that is
 * its own inner specification becomes one that is so too.
 */
int bpfmap_spec_copy(const struct bpfmap_spec *spec, struct bpfmap_spec **ret_copy);
void bpfmap_spec_free(struct bpfmap_spec *copy); /* NULL is fine */

/* One line for people; its length, as by snprintf. */
int bpfmap_spec_print(const struct bpfmap_spec *spec, char *buf, size_t size);

/* 0, or -BPFMAP_INCOMPATIBLE and a sentence with every difference that counts. */
int bpfmap_spec_compatible(const struct bpfmap_spec *spec, const struct bpfmap *map);

/* ---- Creation ---- */

struct bpfmap_create_opts {
	size_t size;         /* sizeof(struct bpfmap_create_opts) */
	const char *pin_dir; /* directory of a bpffs, for BPFMAP_PIN_BY_NAME */
	uint32_t open_flags; /* BPF_F_RDONLY, BPF_F_WRONLY for a pin that is reused */
};

/*
 * Creates, fills, freezes and pins, or does none of it. opts may be NULL.
 *
 * What the kernel insists on is completed in a copy of the specification: value_size 0
 * of maps of maps and perf event arrays becomes 4, max_entries of perf event arrays and
 * CPU maps the possible CPUs. BTF that the type refuses is left out, names that an old
 * kernel refuses as well.
 *
 * With BPFMAP_PIN_BY_NAME an existing pin of that name is opened instead, filled and
 * frozen, if it is compatible (-BPFMAP_INCOMPATIBLE); nothing is unpinned on failure.
 * -EINVAL and others: the sentence says what the kernel does not like, as far as that
 * can be found out.
 */
int bpfmap_create(const struct bpfmap_spec *spec, const struct bpfmap_create_opts *opts,
		  struct bpfmap **ret_map);

/* ---- Handles ---- */

/* Owns fd from now on, closed on failure too. -EBADF: negative; -EINVAL: no map. */
int bpfmap_open_fd(int fd, struct bpfmap **ret_map);
/* The same for a map whose info is not to be had: sizes and type are taken from *as, unchecked. */
int bpfmap_open_fd_as(int fd, const struct bpfmap_spec *as, struct bpfmap **ret_map);
/* open_flags: 0, BPF_F_RDONLY or BPF_F_WRONLY, else -EINVAL. -ENOENT: no such map. */
int bpfmap_open_id(uint32_t id, uint32_t open_flags, struct bpfmap **ret_map);
/* The same. -EACCES: a user who may only read needs BPF_F_RDONLY. -EINVAL: the pin is no map. */
int bpfmap_open_pin(const char *path, uint32_t open_flags, struct bpfmap **ret_map);
/* The next higher id of a map; start with 0; -ENOENT at the end. */
int bpfmap_next_id(uint32_t id, uint32_t *ret_next);

/* A handle with an fd of its own, not pinned. Of NULL: NULL. */
int bpfmap_clone(const struct bpfmap *map, struct bpfmap **ret_clone);
int bpfmap_close(struct bpfmap *map); /* gives up the fd; later operations are -EBADF */
void bpfmap_free(struct bpfmap *map); /* closes as well; NULL is fine */

int         bpfmap_fd(const struct bpfmap *map); /* borrowed; -1 once closed */
uint32_t    bpfmap_id(const struct bpfmap *map); /* 0 on kernels without ids (before 4.13) */
uint32_t    bpfmap_type(const struct bpfmap *map);
/* Of its type, less what its flags, its sizes and the rights of its fd rule out. */
uint32_t    bpfmap_traits(const struct bpfmap *map);
uint32_t    bpfmap_key_size(const struct bpfmap *map);
uint32_t    bpfmap_value_size(const struct bpfmap *map); /* of one CPU */
/* What lookup fills: value_size; per-CPU maps: CPUs × round_up(value_size, 8). */
size_t      bpfmap_value_bytes(const struct bpfmap *map);
uint32_t    bpfmap_max_entries(const struct bpfmap *map);
uint32_t    bpfmap_flags(const struct bpfmap *map);
const char *bpfmap_name(const struct bpfmap *map); /* as the kernel has it; "" if it has none */
int         bpfmap_print(const struct bpfmap *map, char *buf, size_t size); /* Hash(name)#fd */

struct bpfmap_info {
	size_t size; /* set by the caller to sizeof(struct bpfmap_info) */
	uint32_t id, type, key_size, value_size, max_entries, flags;
	uint64_t map_extra;
	uint64_t memlock; /* bytes */
	bool frozen;
	uint32_t btf_id, btf_key_type_id, btf_value_type_id, btf_vmlinux_value_type_id;
	char name[16];
};
/* Asks the kernel anew: its info command, and /proc/self/fdinfo for memlock and frozen. */
int bpfmap_info(const struct bpfmap *map, struct bpfmap_info *ret_info);
/* The BTF that it was created with; the caller frees it (btf__free). -EOPNOTSUPP: none. */
int bpfmap_btf(const struct bpfmap *map, struct btf **ret_btf);

/*
 * ---- Entries. key is NULL for keyless maps and only for them (-EINVAL). A key is
 * key_size bytes, a value value_bytes. Nothing is allocated. ----
 */

/*
 * -ENOENT: no such key. value_size is the room in ret_value; -EINVAL if it is less than
 * value_bytes. flags: 0 or BPF_F_LOCK. A queue's or stack's head; a bloom filter is asked
 * whether it has the value that ret_value holds. An MMAPABLE array's values may be read from
 * its memory, without a call: by aligned words of 8 bytes, none of which tears.
 */
int bpfmap_lookup(const struct bpfmap *map, const void *key, void *ret_value, size_t value_size,
		  uint64_t flags);
/*
 * flags: BPF_ANY, BPF_NOEXIST (-EEXIST), BPF_EXIST (-ENOENT), BPF_F_LOCK. -E2BIG: full, or
 * an index that is not below max_entries. Where the type holds maps, programs or sockets the
 * value is an fd.
 */
int bpfmap_update(const struct bpfmap *map, const void *key, const void *value, uint64_t flags);
int bpfmap_put(const struct bpfmap *map, const void *key, const void *value); /* with BPF_ANY */
int bpfmap_delete(const struct bpfmap *map, const void *key); /* -ENOENT; -EINVAL: an array */
/* Both in one; pops from a queue or stack. -ENOENT: no such key, or empty. Linux 4.20, hashes 5.14. */
int bpfmap_lookup_and_delete(const struct bpfmap *map, const void *key, void *ret_value,
			     size_t value_size, uint64_t flags);
/*
 * Is exactly this prefix an entry (BPFMAP_PREFIXES)? Lookup does not tell. 1 or 0; a trie that
 * changes meanwhile may give either for a prefix that stays. Others: -EOPNOTSUPP.
 */
int bpfmap_has_prefix(const struct bpfmap *map, const void *key);
/* key NULL: the first; -ENOENT: the end. ret_next may be key itself. */
int bpfmap_next_key(const struct bpfmap *map, const void *key, void *ret_next);

/*
 * ---- Per-CPU values: lookup and update move value_bytes, in which CPU i's value
 * begins at i × bpfmap_percpu_step(). -EINVAL on maps that are not per-CPU, for a CPU
 * that is not possible, and for more values than CPUs. ----
 */

size_t bpfmap_percpu_step(const struct bpfmap *map); /* value_size rounded up to 8 */
/* Lays n values of value_size each out in ret_buf (value_bytes); zeros for the CPUs after them. */
int bpfmap_percpu_pack(const struct bpfmap *map, const void *values, size_t n, void *ret_buf);
int bpfmap_lookup_cpu(const struct bpfmap *map, const void *key, unsigned int cpu,
		      void *ret_value, size_t value_size, uint64_t flags);
/*
 * The other CPUs keep the values that they had when this began: what a program adds to
 * them meanwhile is lost. An absent key gets zeros there.
 */
int bpfmap_update_cpu(const struct bpfmap *map, const void *key, unsigned int cpu,
		      const void *value, uint64_t flags);
int bpfmap_update_all_cpus(const struct bpfmap *map, const void *key, const void *value,
			   uint64_t flags);

/*
 * ---- Maps and programs as values: what is put is a handle or fd, what the kernel gives
 * back is an id, which is opened. -EINVAL: the map holds none, or what is put is none. ----
 */

int bpfmap_put_map(const struct bpfmap *map, const void *key, const struct bpfmap *inner,
		   uint64_t flags);
int bpfmap_get_map(const struct bpfmap *map, const void *key, struct bpfmap **ret_inner);
int bpfmap_put_prog(const struct bpfmap *map, const void *key, int prog_fd, uint64_t flags);
int bpfmap_get_prog(const struct bpfmap *map, const void *key, int *ret_prog_fd); /* caller closes */

/*
 * ---- Batches (Linux 5.6): *count is entries wanted, and on return entries done, with an
 * error too. keys has room for *count × key_size, values for *count × value_bytes.
 * elem_flags: 0 or BPF_F_LOCK. ----
 */

/* A cursor stands at the start of one map; -EINVAL where it is used on another. */
int bpfmap_cursor_new(const struct bpfmap *map, struct bpfmap_cursor **ret_cursor);
void bpfmap_cursor_free(struct bpfmap_cursor *cursor); /* NULL is fine */
/*
 * -ENOENT: that was the last, and *count of them are valid; from then on 0 are.
 * -ENOSPC: a hash bucket holds more than *count entries; ask for more, nothing is skipped.
 */
int bpfmap_lookup_batch(const struct bpfmap *map, struct bpfmap_cursor *cursor, void *keys,
			void *values, uint32_t *count, uint64_t elem_flags);
int bpfmap_lookup_and_delete_batch(const struct bpfmap *map, struct bpfmap_cursor *cursor,
				   void *keys, void *values, uint32_t *count, uint64_t elem_flags);
int bpfmap_update_batch(const struct bpfmap *map, const void *keys, const void *values,
			uint32_t *count, uint64_t elem_flags); /* -E2BIG: full */
/* -ENOENT: stopped at a key that does not exist. */
int bpfmap_delete_batch(const struct bpfmap *map, const void *keys, uint32_t *count,
			uint64_t elem_flags);

/*
 * ---- Iteration: the memory of an MMAPABLE array, batch lookups where the type has them,
 * else next key and lookup, in constant memory. Entries come in no order. A key that stays comes exactly once where
 * the type has BPFMAP_STABLE_WALK; elsewhere repeats are dropped as far as bounded memory
 * allows. Keys that go meanwhile and empty slots are skipped. The map must outlive the
 * walk; several may go at once. ----
 */

enum bpfmap_iter_flags {
	BPFMAP_ITER_KEYS = 1u << 0,  /* values are not wanted (NULL where they cost extra) */
	BPFMAP_ITER_LOCK = 1u << 1,  /* values are read under BPF_F_LOCK */
	BPFMAP_ITER_AHEAD = 1u << 2, /* a thread of the walk's own reads the next batch meanwhile, if it is long */
};
/* -EOPNOTSUPP: the type has no keys, or none that can be walked. */
int bpfmap_iter_new(const struct bpfmap *map, uint32_t flags, struct bpfmap_iter **ret_iter);
/*
 * 1: an entry, borrowed until the next call; its value is NULL where it cannot be read.
 * 0: the end. -BPFMAP_ABORTED: given up, after never more than 16 × (max_entries + 1)
 * steps; entries may be missing. The end and errors stay. ret_value may be NULL.
 */
int bpfmap_iter_next(struct bpfmap_iter *iter, const void **ret_key, const void **ret_value);
void bpfmap_iter_free(struct bpfmap_iter *iter); /* NULL is fine */

/* ---- Users ---- */

/* A program that uses a map. name comes from whoever loaded it: never trust it to be text. */
struct bpfmap_user {
	size_t size;       /* set by the caller to sizeof(struct bpfmap_user) */
	uint32_t id, type; /* type: enum bpf_prog_type */
	char name[16];
	uint32_t btf_id; /* 0: it was loaded without BTF */
};
/*
 * The first program with an id above prog_id (0: of all) that uses the map; -ENOENT: there is
 * none. -EINVAL: size is smaller than that. Needs CAP_SYS_ADMIN, as every open by id does.
 */
int bpfmap_next_user(const struct bpfmap *map, uint32_t prog_id, struct bpfmap_user *ret_user);
/* The types of that program; the caller frees them (btf__free). -EOPNOTSUPP: none; -ENOENT: they have gone. */
int bpfmap_user_btf(const struct bpfmap_user *user, struct btf **ret_btf);

/*
 * ---- Programs, which maps of programs and devices take as fds and give back as ids.
 * The caller closes *ret_fd. -ENOENT: there is none; -EINVAL: something else is pinned there.
 * ----
 */

int bpfmap_prog_open_id(uint32_t id, int *ret_fd);
int bpfmap_prog_open_pin(const char *path, int *ret_fd);
/* Of any program, whether it uses maps or not. -EINVAL: size is too small, or the fd is no program's. */
int bpfmap_prog_info(int prog_fd, struct bpfmap_user *ret_user);

/* ---- Pins and freezing ---- */

/*
 * Pins, or moves the pin that this handle has. -EEXIST: there is another pin; -EINVAL: the
 * path is empty or in another file system than a bpffs.
 */
int bpfmap_pin(struct bpfmap *map, const char *path);
/* Removes the pin that the handle was opened from or pinned at; 0 if it has gone already. */
int bpfmap_unpin(struct bpfmap *map);
bool bpfmap_is_pinned(const struct bpfmap *map); /* by this handle; clones are not */

/* No more writes from user space, for good. -EBUSY: mapped for writing. Linux 5.2. */
int bpfmap_freeze(const struct bpfmap *map);

/*
 * ---- Memory of BPF_F_MMAPABLE arrays (values at steps of 8 bytes) and arenas (pages).
 * Others: -EOPNOTSUPP, and so are arrays whose values have locks, timers and the like.
 * The map may be freed before it. Of an array no more than is looked at is mapped. An arena
 * is mapped at one address in all processes, by the first who maps it unless it was created
 * for one: -EBUSY where that is taken in this process, -EADDRNOTAVAIL where it is not known.
 * ----
 */

int    bpfmap_memory_open(const struct bpfmap *map, struct bpfmap_memory **ret_mem); /* to read */
void   bpfmap_memory_free(struct bpfmap_memory *mem);       /* NULL is fine */
size_t bpfmap_memory_size(const struct bpfmap_memory *mem); /* whole pages */
size_t bpfmap_memory_bytes(const struct bpfmap *map); /* the same without mapping it; 0: it has none */
/*
 * Where an arena is mapped, in whichever process: what it was created for, else what is found in
 * /proc. Maps nothing. -ENXIO: nobody has mapped it yet, and bpfmap_memory_open would choose;
 * -EADDRNOTAVAIL: who chose it cannot be seen, or has it mapped no more; -EOPNOTSUPP: no arena.
 */
int    bpfmap_arena_address(const struct bpfmap *map, uint64_t *ret_address);
/*
 * On: maps the memory for writing as well (-EPERM: frozen or read-only). While it is, the
 * map cannot be frozen (-EBUSY), and an arena never again. Off: drops that mapping.
 */
int    bpfmap_memory_writable(struct bpfmap_memory *mem, bool on);
/* offset + len beyond the size: -ERANGE. Pages that an arena has not read as zeros. */
int    bpfmap_memory_read(struct bpfmap_memory *mem, uint64_t offset, void *ret_buf, size_t len);
/* -EPERM: not mapped for writing. -EFAULT: a page that an arena has not and does not make. */
int    bpfmap_memory_write(struct bpfmap_memory *mem, uint64_t offset, const void *buf, size_t len);
/*
 * Atomically replaces the aligned integer of 1, 2, 4 or 8 bytes at offset, if it holds *expected; else
 * -EAGAIN, and *expected is what it holds. Programs that change it atomically lose nothing. -EPERM:
 * not writable; -EOPNOTSUPP: of an arena.
 */
int    bpfmap_memory_exchange(struct bpfmap_memory *mem, uint64_t offset, size_t size, uint64_t *expected,
			      uint64_t desired);

/*
 * ---- Records: what programs put into a ring buffer (BPFMAP_RECORDS) or, with a ring for each
 * online CPU that the reader brings along, into a perf event array (BPFMAP_PERF as well).
 * They come in the order in which they were put in, of perf in that of each CPU. A map has room
 * for one reader: two of a ring buffer take each other's records, and a perf event array is taken
 * over from whoever read it, for good. A reader is for one thread at a time, and outlives the map.
 * While it is open a ring buffer cannot be frozen (-EBUSY). Linux 5.8, perf event arrays 4.4. ----
 */

struct bpfmap_record {
	const void *data; /* aligned to 8; borrowed until the next call for this reader */
	size_t size;      /* of perf: as the kernel tells it, with up to 7 bytes after what was put in */
	uint64_t lost;    /* not 0: no record, but so many were lost here, as the ring was full (perf) */
	uint64_t mark;    /* for bpfmap_records_release */
};

/* -EPERM: frozen, or without the right to write; -EOPNOTSUPP: a type without records. */
int  bpfmap_records_open(const struct bpfmap *map, struct bpfmap_records **ret_records);
void bpfmap_records_free(struct bpfmap_records *records); /* NULL is fine */
/*
 * To wait on with poll(2), borrowed. It tells that something has come since: read until there is
 * nothing more, and release that, before waiting. A program may ask that a record wakes nobody.
 */
int  bpfmap_records_fd(const struct bpfmap_records *records);
/*
 * 1: the record after the last one. 0: there is none now: none yet, or one that its program has
 * not finished, or (perf) none until those that came are released. -ESTALE: another reader was at
 * the map; what is new comes next.
 */
int  bpfmap_records_next(struct bpfmap_records *records, struct bpfmap_record *ret_record);
/*
 * The record with that mark and all before it are consumed: programs have their room. What is not
 * released when the reader is freed comes once more from a ring buffer, and is gone from perf's.
 */
void bpfmap_records_release(struct bpfmap_records *records, uint64_t mark);

/*
 * The other way round: records that user space puts into a user ring buffer (BPFMAP_TAKES_RECORDS)
 * for programs to take out. One writer at a time, whatever the process: the caller sees to that.
 * Linux 6.1.
 */
int    bpfmap_feed_open(const struct bpfmap *map, struct bpfmap_feed **ret_feed); /* -EPERM as above */
void   bpfmap_feed_free(struct bpfmap_feed *feed); /* NULL is fine */
int    bpfmap_feed_fd(const struct bpfmap_feed *feed); /* poll(2): POLLOUT while there is room; borrowed */
size_t bpfmap_feed_most(const struct bpfmap_feed *feed); /* bytes of the largest record */
/* -ENOSPC: no room until a program takes something out; -EMSGSIZE: there will never be. size may be 0. */
int    bpfmap_feed_put(struct bpfmap_feed *feed, const void *data, size_t size);

/*
 * ---- Global data: the variables in the one value of .data, .rodata, .bss and .kconfig,
 * as its BTF type (a DATASEC) names them. -EOPNOTSUPP: no value type; -EMEDIUMTYPE: the
 * type is not a data section; -EINVAL: a specification without exactly one content. ----
 */

struct bpfmap_variable {
	const char *name;      /* borrowed from the BTF */
	uint32_t offset, size; /* within the value */
	uint32_t type_id;
};
struct bpfmap_rewrite {
	const char *name;
	const void *value;
	size_t len; /* must be the variable's size */
};
/* The variables of a value type, up to room of them; returns how many there are. */
int bpfmap_variables(const struct btf *btf, uint32_t value_type_id,
		     struct bpfmap_variable *ret_vars, size_t room);
/*
 * Rewrites variables before creation, in a specification whose contents are the caller's
 * own (a copy's), or after, in the map. All or none: -ENOENT lists every unknown name,
 * -EINVAL a wrong length, -ERANGE a variable beyond the value.
 */
int bpfmap_spec_rewrite(struct bpfmap_spec *spec, const struct bpfmap_rewrite *rewrites, size_t n);
int bpfmap_rewrite(const struct bpfmap *map, const struct bpfmap_rewrite *rewrites, size_t n);

/*
 * ---- What this kernel has: 0, -EOPNOTSUPP, or the error that kept it from being found
 * out. Found by trying, once per process. ----
 */

enum bpfmap_feature {
	BPFMAP_HAS_NESTED_MAPS, /* arrays and hashes of maps */
	BPFMAP_HAS_MUTABILITY,  /* BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG */
	BPFMAP_HAS_MMAPABLE,    /* BPF_F_MMAPABLE */
	BPFMAP_HAS_INNER_MAP,   /* BPF_F_INNER_MAP */
	BPFMAP_HAS_NO_PREALLOC, /* BPF_F_NO_PREALLOC */
	BPFMAP_HAS_BATCH,       /* the batch commands */
	BPFMAP_HAS_NAMES,       /* names of maps */
	BPFMAP_HAS_BTF,         /* BPF_BTF_LOAD */
	BPFMAP_FEATURE_COUNT
};
int bpfmap_has_feature(enum bpfmap_feature feature);
int bpfmap_has_type(uint32_t type);

/*
 * ---- Specifications from a compiled BPF object: .maps and data sections with their BTF,
 * or the struct bpf_map_def of old objects. No program is loaded, and nothing is resolved:
 * the values of .kconfig are zeros. ----
 */

/* -EINVAL: no ELF object, or an old definition with trailing bytes that are not zero. */
int    bpfmap_object_open(const char *path, struct bpfmap_object **ret_object);
void   bpfmap_object_free(struct bpfmap_object *object); /* NULL is fine */
size_t bpfmap_object_count(const struct bpfmap_object *object);
/*
 * Borrowed from the object, with the BTF they point to. Data sections are called by the
 * section's name. NULL: no such index, no such name.
 */
const struct bpfmap_spec *bpfmap_object_spec(const struct bpfmap_object *object, size_t index);
const struct bpfmap_spec *bpfmap_object_find(const struct bpfmap_object *object, const char *name);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
