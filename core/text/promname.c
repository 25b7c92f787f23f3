/* SPDX-License-Identifier: MIT */
/* Names for Prometheus: what other characters become, and what happens when two become the same. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "promname.h"

struct taken {
	unsigned last; /* the suffix that the last clash with this name got */
	char name[];
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct taken *)a)->name, ((const struct taken *)b)->name);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Room for a suffix is left behind it. A label must not begin with a digit or with two underscores. */
static struct taken *clean(const char *prefix, struct slice path)
{
	size_t len = strlen(prefix);
	struct taken *t = calloc(1, sizeof(*t) + len + path.len + 24);
	char *p;

	if (!t)
		return NULL;
	memcpy(t->name, prefix, len);
	p = t->name + len;
	if (!len && path.len && path.s[0] >= '0' && path.s[0] <= '9')
		*p++ = '_';
	for (size_t i = 0; i < path.len; i++) {
		char c = is_plain(path.s[i]) ? path.s[i] : '_';

		if (!len && c == '_' && p == t->name + 1 && t->name[0] == '_')
			continue;
		*p++ = c;
	}
	t->last = 1;
	return t;
}

/* Adds "_2", "_3", … until the name is nobody's. */
static struct taken **with_suffix(struct prom_names *names, struct taken *t, struct taken *holder)
{
	char *end = t->name + strlen(t->name);
	struct taken **slot;

	do {
		char *p = end;

		*p++ = '_';
		*put_decimal(p, ++holder->last) = '\0';
		slot = tsearch(t, &names->tree, by_name);
	} while (slot && *slot != t);
	return slot;
}

int prom_name(struct prom_names *names, const char *prefix, struct slice path, const char **ret_name)
{
	struct taken *t = clean(prefix, path), **slot;

	if (!t)
		return -ENOMEM;
	slot = tsearch(t, &names->tree, by_name);
	if (slot && *slot != t)
		slot = with_suffix(names, t, *slot);
	if (!slot) {
		free(t);
		return -ENOMEM;
	}
	*ret_name = t->name;
	return 0;
}

void prom_names_free(struct prom_names *names)
{
	tdestroy(names->tree, free);
	names->tree = NULL;
}
