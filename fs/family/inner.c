/* SPDX-License-Identifier: MIT */
/* The kernel's only word about a map that does not fit is EINVAL: here it is compared with one that does. */
#include <errno.h>
#include <linux/bpf.h>

#include "fs/family/inner.h"
#include "fs/why.h"

/* What the kernel takes into no map of maps. */
static const uint32_t never_inner[] = {
	BPF_MAP_TYPE_PROG_ARRAY,     BPF_MAP_TYPE_ARRAY_OF_MAPS,         BPF_MAP_TYPE_HASH_OF_MAPS,
	BPF_MAP_TYPE_CGROUP_STORAGE, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, BPF_MAP_TYPE_STRUCT_OPS,
};

struct bpfmap *inner_any(const struct live *live)
{
	struct bpfmap_iter *iter;
	struct bpfmap *inner = NULL;
	const void *key;

	if (!(live->traits & BPFMAP_HOLDS_MAPS) || bpfmap_iter_new(live->map, BPFMAP_ITER_KEYS, &iter))
		return NULL;
	while (bpfmap_iter_next(iter, &key, NULL) == 1 && bpfmap_get_map(live->map, key, &inner))
		inner = NULL;
	bpfmap_iter_free(iter);
	return inner;
}

/* Appends ", what is IS, not WANTED" where they differ. */
static int differ(struct text_buf *out, const char *what, uint32_t is, uint32_t wanted)
{
	return is == wanted ? 0 : text_printf(out, ", %s is %u, not %u", what, is, wanted);
}

static int differ_in_flags(struct text_buf *out, uint32_t is, uint32_t wanted)
{
	char is_names[200], wanted_names[200];

	if (is == wanted)
		return 0;
	bpfmap_flag_names(is, is_names, sizeof(is_names));
	bpfmap_flag_names(wanted, wanted_names, sizeof(wanted_names));
	return text_printf(out, ", flags are %s, not %s", is ? is_names : "none", wanted ? wanted_names : "none");
}

static int differences(const struct bpfmap *is, const struct bpfmap *wanted, struct text_buf *out)
{
	bool any_length = !(bpfmap_traits(wanted) & BPFMAP_ARRAY) || bpfmap_flags(wanted) & BPF_F_INNER_MAP;
	int err = 0;

	if (bpfmap_type(is) != bpfmap_type(wanted))
		err = text_printf(out, ", type is %s, not %s", bpfmap_type_name(bpfmap_type(is)),
				  bpfmap_type_name(bpfmap_type(wanted)));
	err = err ? err : differ(out, "key_size", bpfmap_key_size(is), bpfmap_key_size(wanted));
	err = err ? err : differ(out, "value_size", bpfmap_value_size(is), bpfmap_value_size(wanted));
	if (!err && !any_length)
		err = differ(out, "max_entries", bpfmap_max_entries(is), bpfmap_max_entries(wanted));
	return err ? err : differ_in_flags(out, bpfmap_flags(is), bpfmap_flags(wanted));
}

static int unlike(const struct bpfmap *inner, const struct bpfmap *wanted)
{
	struct text_buf text = {0};
	int err = differences(inner, wanted, &text);

	if (!err && text.len)
		err = fail(EINVAL, "map %u is not like the maps in it: %s", bpfmap_id(inner), text.data + 2);
	else if (!err)
		err = fail(EINVAL, "map %u is not like the maps in it: its values have other locks, timers or pointers",
			   bpfmap_id(inner));
	text_free(&text);
	return err;
}

int inner_misfit(const struct live *live, const struct bpfmap *inner)
{
	for (size_t i = 0; i < sizeof(never_inner) / sizeof(never_inner[0]); i++) {
		if (bpfmap_type(inner) == never_inner[i])
			return fail(EINVAL, "a map of type %s cannot be in another map",
				    bpfmap_type_name(bpfmap_type(inner)));
	}
	struct bpfmap *wanted = inner_any(live);
	if (!wanted)
		return fail(EINVAL, "map %u must be as this map was created for: type, key_size, value_size, flags, and "
				    "of arrays max_entries", bpfmap_id(inner));
	int err = unlike(inner, wanted);
	bpfmap_free(wanted);
	return err;
}
