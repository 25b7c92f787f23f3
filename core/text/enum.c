/* SPDX-License-Identifier: MIT */
/*
 * Enumerators by value and by name. The names are the BTF's own. Of equal values the first
 * names them; a name that is no identifier, or that an earlier enumerator has, is left out.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

#define MAX_ENUMS 1024 /* in one plan: they are searched one after the other while it is made */

struct enumerator {
	uint64_t value; /* cut to the enum's size; sign-extended where the enum is signed */
	const char *name;
	uint32_t order;
};

struct enum_names {
	struct enum_names *next;
	uint32_t id, n_values, n_names;
	size_t widest;
	struct enumerator *by_value, *by_name;
};

static int order_by_value(const void *a, const void *b)
{
	const struct enumerator *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int order_by_name(const void *a, const void *b)
{
	const struct enumerator *x = a, *y = b;
	int order = x->name == y->name ? 0 : strcmp(x->name, y->name);

	return order ? order : x->order < y->order ? -1 : x->order > y->order;
}

#define MAX_NAME 512 /* the kernel's own limit */

static bool is_identifier(const char *s)
{
	if (!s || !*s || (*s >= '0' && *s <= '9') || strnlen(s, MAX_NAME) == MAX_NAME)
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      (*s >= '0' && *s <= '9') || *s == '_'))
			return false;
	return true;
}

/* Enumerators as the BTF lists them, identifiers only. */
static uint32_t read_enumerators(const struct btf *btf, const struct btf_type *t, struct enumerator *to)
{
	unsigned unused = 64 - t->size * 8;
	bool wide = btf_kind(t) == BTF_KIND_ENUM64;
	uint32_t used = 0;

	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		uint32_t off = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;
		uint64_t value = wide ? btf_enum64_value(&btf_enum64(t)[i]) :
					(uint64_t)(int64_t)btf_enum(t)[i].val;
		const char *name = btf__name_by_offset(btf, off);

		value <<= unused;
		value = btf_kflag(t) ? (uint64_t)((int64_t)value >> unused) : value >> unused;
		if (is_identifier(name))
			to[used++] = (struct enumerator){ value, name, i };
	}
	return used;
}

static uint32_t drop_repeated_names(struct enumerator *e, uint32_t n)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!used || strcmp(e[i].name, e[used - 1].name))
			e[used++] = e[i];
	return used;
}

static size_t longest_name(const struct enum_names *names)
{
	size_t longest = 24; /* a number's text */

	for (uint32_t i = 0; i < names->n_names; i++) {
		size_t len = strlen(names->by_name[i].name);

		longest = len > longest ? len : longest;
	}
	return longest;
}

static struct enum_names *read_enum(const struct btf *btf, uint32_t id, const struct btf_type *t)
{
	size_t room = (btf_vlen(t) + 1u) * sizeof(struct enumerator);
	struct enum_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->id = id;
	names->by_name = malloc(room);
	names->by_value = malloc(room);
	if (!names->by_name || !names->by_value) {
		enum_names_free(names);
		return NULL;
	}
	names->n_names = read_enumerators(btf, t, names->by_name);
	qsort(names->by_name, names->n_names, sizeof(struct enumerator), order_by_name);
	names->n_names = drop_repeated_names(names->by_name, names->n_names);
	names->widest = longest_name(names);
	names->n_values = names->n_names;
	memcpy(names->by_value, names->by_name, names->n_names * sizeof(struct enumerator));
	qsort(names->by_value, names->n_values, sizeof(struct enumerator), order_by_value);
	return names;
}

int enum_names_get(struct plan *plan, const struct btf *btf, uint32_t id, const struct btf_type *t,
		   const struct enum_names **ret_names)
{
	struct enum_names *names;
	unsigned n = 0;

	for (names = plan->enums; names; names = names->next, n++)
		if (names->id == id)
			goto out;
	if (n == MAX_ENUMS)
		return -EINVAL;
	names = read_enum(btf, id, t);
	if (!names)
		return -ENOMEM;
	names->next = plan->enums;
	plan->enums = names;
out:
	*ret_names = names;
	return 0;
}

void enum_names_free(struct enum_names *all)
{
	while (all) {
		struct enum_names *next = all->next;

		free(all->by_name);
		free(all->by_value);
		free(all);
		all = next;
	}
}

const char *enum_name(const struct enum_names *names, uint64_t value)
{
	uint32_t low = 0, high = names->n_values;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (names->by_value[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names->n_values && names->by_value[low].value == value ? names->by_value[low].name : NULL;
}

/* As strcmp, with a text that is not NUL-terminated. */
static int compare_name(struct slice text, const char *name)
{
	size_t len = strlen(name);
	int order = memcmp(text.s, name, text.len < len ? text.len : len);

	return order ? order : text.len < len ? -1 : text.len > len;
}

bool enum_value(const struct enum_names *names, struct slice name, uint64_t *ret_value)
{
	uint32_t low = 0, high = names->n_names;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_name(name, names->by_name[middle].name);

		if (!order) {
			*ret_value = names->by_name[middle].value;
			return true;
		}
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

size_t enum_widest(const struct enum_names *names)
{
	return names->widest;
}
