// SPDX-License-Identifier: MIT
/* compat: does a map have what a specification asks for? (E07) */
#include "err.h"
#include "kind.h"
#include "map.h"
#include "spec.h"

#include <linux/bpf.h>
#include <stdio.h>

/* Rights of the first fd, which are not the map's. */
#define FD_FLAGS ((uint32_t)(BPF_F_RDONLY | BPF_F_WRONLY))

static bool is_devmap(uint32_t type)
{
	return type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
}

/* The kernel sets RDONLY_PROG on device maps itself. */
static uint32_t flags_that_count(uint32_t type, uint32_t flags)
{
	return flags & ~(FD_FLAGS | (is_devmap(type) ? (uint32_t)BPF_F_RDONLY_PROG : 0));
}

/* With lists of their own, LRU maps have a whole number of entries for each CPU. */
static uint32_t entries_created(const struct bpfmap_spec *spec)
{
	int n = bpfmap_possible_cpus();
	uint32_t cpus = n > 0 ? (uint32_t)n : 1, entries = spec->max_entries;

	if (!(bm_kind(spec->type)->traits & BPFMAP_EVICTS) ||
	    !(spec->flags & BPF_F_NO_COMMON_LRU) || entries % cpus == 0)
		return entries;
	return entries > UINT32_MAX - cpus ? entries - entries % cpus
					   : entries - entries % cpus + cpus;
}

static size_t add(char *buf, size_t size, size_t at, const char *what, uint32_t has, uint32_t want)
{
	if (has == want || at >= size)
		return at;
	return at + (size_t)snprintf(buf + at, size - at, "%s%s is %u, not %u", at ? "; " : "",
			what, has, want);
}

static size_t add_type(char *buf, size_t size, uint32_t has, uint32_t want)
{
	if (has == want)
		return 0;
	return (size_t)snprintf(
	    buf, size, "type is %s, not %s", bm_kind(has)->title, bm_kind(want)->title);
}

static size_t add_flags(char *buf, size_t size, size_t at, uint32_t has, uint32_t want)
{
	if (has == want || at >= size)
		return at;
	return at + (size_t)snprintf(buf + at, size - at, "%sflags are %#x, not %#x",
			at ? "; " : "", has, want);
}

int bpfmap_spec_compatible(const struct bpfmap_spec *spec, const struct bpfmap *map)
{
	char diff[512], who[BM_PRINT_SIZE];
	const size_t size = sizeof(diff);
	struct bpfmap_spec want;
	int err = bm_spec_fix(spec, &want);

	if (err)
		return err;
	uint32_t flags = want.flags | (want.has_numa_node ? (uint32_t)BPF_F_NUMA_NODE : 0);
	size_t at = add_type(diff, size, map->type, want.type);
	at = add(diff, size, at, "key_size", map->key_size, want.key_size);
	at = add(diff, size, at, "value_size", map->value_size, want.value_size);
	at = add(diff, size, at, "max_entries", map->max_entries, entries_created(&want));
	at = add_flags(diff, size, at, flags_that_count(map->type, map->flags),
	    flags_that_count(want.type, flags));
	if (!at)
		return 0;
	bpfmap_print(map, who, sizeof(who));
	return bm_err(-BPFMAP_INCOMPATIBLE, "%s differs from its specification: %s", who, diff);
}
