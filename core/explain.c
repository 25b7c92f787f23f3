// SPDX-License-Identifier: MIT
/* explain: the usual reasons of a failed creation, as rows; the first that applies is told. */
#include "explain.h"
#include "err.h"
#include "kind.h"

#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

static bool no_type(const struct bpfmap_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_UNSPEC;
}

static bool type_missing(const struct bpfmap_spec *spec)
{
	return spec->type > BPFMAP_TYPE_MAX || bpfmap_has_type(spec->type) == -EOPNOTSUPP;
}

static bool is_ringbuf(const struct bpfmap_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_RINGBUF || spec->type == BPF_MAP_TYPE_USER_RINGBUF;
}

static bool bad_ringbuf(const struct bpfmap_spec *spec)
{
	uint32_t n = spec->max_entries;

	return is_ringbuf(spec) && (!n || n & (n - 1) || n % (uint32_t)sysconf(_SC_PAGESIZE));
}

/* Storages hang on sockets, tasks, inodes and cgroups: there is no number of entries. */
static bool is_storage(uint32_t type)
{
	return bpfmap_type_traits(type) & BPFMAP_FD_KEYS || type == BPF_MAP_TYPE_CGROUP_STORAGE ||
	       type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static bool no_entries(const struct bpfmap_spec *spec)
{
	return !spec->max_entries && !is_storage(spec->type);
}

static bool too_many_entries(const struct bpfmap_spec *spec)
{
	return spec->max_entries && is_storage(spec->type);
}

static bool may_skip_prealloc(uint32_t type)
{
	return bpfmap_type_traits(type) & BPFMAP_FD_KEYS || type == BPF_MAP_TYPE_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_HASH_OF_MAPS ||
	       type == BPF_MAP_TYPE_LPM_TRIE;
}

static bool needs_no_prealloc(const struct bpfmap_spec *spec)
{
	return !(spec->flags & BPF_F_NO_PREALLOC) &&
	       (bpfmap_type_traits(spec->type) & BPFMAP_FD_KEYS ||
		   spec->type == BPF_MAP_TYPE_LPM_TRIE);
}

static bool no_prealloc_misplaced(const struct bpfmap_spec *spec)
{
	return spec->flags & BPF_F_NO_PREALLOC && !may_skip_prealloc(spec->type);
}

static bool lacks(enum bpfmap_feature feature)
{
	return bpfmap_has_feature(feature) == -EOPNOTSUPP;
}

static bool no_prealloc_missing(const struct bpfmap_spec *spec)
{
	return spec->flags & BPF_F_NO_PREALLOC && lacks(BPFMAP_HAS_NO_PREALLOC);
}

static bool mutability_missing(const struct bpfmap_spec *spec)
{
	return spec->flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG) &&
	       lacks(BPFMAP_HAS_MUTABILITY);
}

static bool mmapable_missing(const struct bpfmap_spec *spec)
{
	return spec->flags & BPF_F_MMAPABLE && lacks(BPFMAP_HAS_MMAPABLE);
}

static bool inner_map_missing(const struct bpfmap_spec *spec)
{
	return spec->flags & BPF_F_INNER_MAP && lacks(BPFMAP_HAS_INNER_MAP);
}

static bool nested_missing(const struct bpfmap_spec *spec)
{
	return bpfmap_type_traits(spec->type) & BPFMAP_HOLDS_MAPS && lacks(BPFMAP_HAS_NESTED_MAPS);
}

static bool always(const struct bpfmap_spec *spec)
{
	(void)spec;
	return true;
}

static const struct {
	int err; /* 0: any */
	bool (*applies)(const struct bpfmap_spec *spec);
	const char *words;
} reasons[] = {
	{ EPERM, always,
	    "not permitted: needs CAP_BPF, or the memlock limit is too low (ulimit -l; setrlimit "
	    "RLIMIT_MEMLOCK)" },
	{ EINVAL, no_type, "no type is set" },
	{ EINVAL, nested_missing, "this kernel has no maps of maps" },
	{ EINVAL, mutability_missing,
	    "this kernel has no BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG" },
	{ EINVAL, mmapable_missing, "this kernel has no BPF_F_MMAPABLE" },
	{ EINVAL, inner_map_missing, "this kernel has no BPF_F_INNER_MAP" },
	{ EINVAL, no_prealloc_missing, "this kernel has no BPF_F_NO_PREALLOC" },
	{ 0, type_missing, "this kernel has no such type" },
	{ EINVAL, bad_ringbuf,
	    "the size of a ring buffer (max_entries) must be a power of two and a multiple of the "
	    "page size" },
	{ EINVAL, no_entries, "max_entries is 0" },
	{ EINVAL, too_many_entries, "max_entries must be 0 for this type" },
	{ 0, no_prealloc_misplaced,
	    "BPF_F_NO_PREALLOC is set, which this type does not have" },
	{ EINVAL, needs_no_prealloc, "this type needs BPF_F_NO_PREALLOC" },
	{ E2BIG, always, "key, value or max_entries are larger than the kernel allows" },
	{ ENOMEM, always, "no memory for so many entries" },
};

int bm_explain(const struct bpfmap_spec *spec, int err)
{
	const char *words = NULL;

	for (size_t i = 0; !words && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if ((!reasons[i].err || reasons[i].err == -err) && reasons[i].applies(spec))
			words = reasons[i].words;
	return bm_err(err, "creating %s \"%s\": %s", bm_kind(spec->type)->title, spec->name ?: "",
	    words ?: bm_err_words(err));
}
