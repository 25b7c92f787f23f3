// SPDX-License-Identifier: MIT
/*
 * object: specifications from a compiled BPF object. libbpf reads the definitions
 * of .maps and the data sections; it refuses the older form, a struct bpf_map_def
 * for each map in a section "maps", which olddef.c reads.
 */
#include "object.h"
#include "btfcheck.h"
#include "err.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

struct bpfmap_object {
	struct bpf_object *parsed; /* owns names, BTF and initial values; NULL: old definitions */
	struct bm_entry *entries;
	size_t count;
};

/* A specification with what it points to. */
struct bm_entry {
	struct bpfmap_spec spec, inner;
	struct bpfmap_kv content;
	uint32_t key; /* 0: that of a data section's one value */
};

/* A data section is called OBJECT.rodata by libbpf; what it is begins at the dot. */
static const char *name_of(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const char *dot = bpf_map__is_internal(map) ? strchr(name, '.') : NULL;

	return dot ? dot : name;
}

static void read_spec(const struct bpf_map *map, const struct btf *btf, struct bpfmap_spec *spec)
{
	*spec = (struct bpfmap_spec)BPFMAP_SPEC(
	    .name = name_of(map),
	    .type = bpf_map__type(map),
	    .key_size = bpf_map__key_size(map),
	    .value_size = bpf_map__value_size(map),
	    .max_entries = bpf_map__max_entries(map),
	    .flags = bpf_map__map_flags(map),
	    .numa_node = bpf_map__numa_node(map),
	    .has_numa_node = bpf_map__map_flags(map) & BPF_F_NUMA_NODE,
	    .map_extra = bpf_map__map_extra(map),
	    .pinning = bpf_map__pin_path(map) ? BPFMAP_PIN_BY_NAME : BPFMAP_PIN_NONE,
	    .key_type_id = bpf_map__btf_key_type_id(map),
	    .value_type_id = bpf_map__btf_value_type_id(map));
	if (spec->key_type_id || spec->value_type_id)
		spec->btf = btf;
}

static void read_contents(struct bpf_map *map, struct bm_entry *entry)
{
	size_t len;
	const void *value = bpf_map__initial_value(map, &len);

	if (!value)
		return;
	entry->content = (struct bpfmap_kv){ .key = &entry->key, .key_len = sizeof(entry->key),
		.value = value, .value_len = entry->spec.value_size };
	entry->spec.contents = &entry->content;
	entry->spec.n_contents = 1;
	entry->spec.freeze = entry->spec.flags & BPF_F_RDONLY_PROG;
}

static size_t count_maps(const struct bpf_object *parsed)
{
	const struct bpf_map *map;
	size_t n = 0;

	bpf_object__for_each_map (map, parsed)
		n++;
	return n;
}

static int read_maps(struct bpfmap_object *object)
{
	const struct btf *btf = bpf_object__btf(object->parsed);
	struct bpf_map *map;

	object->entries = calloc(count_maps(object->parsed) + 1, sizeof(*object->entries));
	if (!object->entries)
		return bm_err(-ENOMEM, "no memory for specifications");
	bpf_object__for_each_map (map, object->parsed) {
		struct bm_entry *entry = &object->entries[object->count++];
		struct bpf_map *inner = bpf_map__inner_map(map);

		read_spec(map, btf, &entry->spec);
		read_contents(map, entry);
		if (inner) {
			read_spec(inner, btf, &entry->inner);
			entry->spec.inner = &entry->inner;
		}
	}
	return 0;
}

static int read_old(struct bpfmap_object *object, struct bm_olddefs *defs)
{
	object->entries = calloc(defs->count + 1, sizeof(*object->entries));
	if (!object->entries)
		return bm_err(-ENOMEM, "no memory for specifications");
	for (size_t i = 0; i < defs->count; i++) {
		object->entries[i].spec = defs->specs[i];
		defs->specs[i].name = NULL; /* the object's now */
	}
	object->count = defs->count;
	return 0;
}

/* libbpf believes what an object's BTF says. Without any there is nothing to believe. */
static int check_btf(const char *path)
{
	struct btf *btf = btf__parse_elf(path, NULL);
	int err = btf ? bm_btf_check(btf) : 0;

	btf__free(btf);
	return err ? bm_err(err, "object %s: its BTF refers to types or names that it has not", path) : 0;
}

static int parse(const char *path, struct bpfmap_object *object)
{
	int bad = check_btf(path);

	if (bad)
		return bad;
	object->parsed = bpf_object__open_file(path, NULL);
	if (!object->parsed) {
		int err = -errno;

		return bm_err(err, "object %s: %s", path, bm_err_words(err));
	}
	return read_maps(object);
}

int bpfmap_object_open(const char *path, struct bpfmap_object **ret_object)
{
	struct bm_olddefs defs;
	int err = bm_olddefs_read(path, &defs);

	if (err)
		return err;
	struct bpfmap_object *object = calloc(1, sizeof(*object));
	if (!object)
		err = bm_err(-ENOMEM, "no memory for an object");
	else
		err = defs.found ? read_old(object, &defs) : parse(path, object);
	bm_olddefs_clear(&defs);
	if (err) {
		bpfmap_object_free(object);
		return err;
	}
	*ret_object = object;
	return 0;
}

void bpfmap_object_free(struct bpfmap_object *object)
{
	if (!object)
		return;
	for (size_t i = 0; !object->parsed && i < object->count; i++)
		free((void *)object->entries[i].spec.name);
	bpf_object__close(object->parsed);
	free(object->entries);
	free(object);
}

size_t bpfmap_object_count(const struct bpfmap_object *object)
{
	return object->count;
}

const struct bpfmap_spec *bpfmap_object_spec(const struct bpfmap_object *object, size_t index)
{
	return index < object->count ? &object->entries[index].spec : NULL;
}

const struct bpfmap_spec *bpfmap_object_find(const struct bpfmap_object *object, const char *name)
{
	for (size_t i = 0; i < object->count; i++)
		if (!strcmp(object->entries[i].spec.name, name))
			return &object->entries[i].spec;
	return NULL;
}
