// SPDX-License-Identifier: MIT
/* spec: specifications: copies that own what they point to, and their printed form. */
#include "spec.h"
#include "err.h"
#include "kind.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values that are handles, not bytes: copied as the pointer that they are. */
static bool holds_handles(const struct bpfmap_spec *spec)
{
	return bm_kind(spec->type)->traits & BPFMAP_HOLDS_MAPS;
}

/* A copy of bytes; NULL stays NULL. *ok is cleared where there is no memory. */
static const void *copy_bytes(const void *from, size_t len, bool *ok)
{
	if (!from)
		return NULL;
	void *to = malloc(len ? len : 1);
	if (!to)
		*ok = false;
	else
		memcpy(to, from, len);
	return to;
}

static bool copy_contents(const struct bpfmap_spec *from, struct bpfmap_spec *to)
{
	struct bpfmap_kv *kvs = calloc(from->n_contents, sizeof(*kvs));
	bool ok = kvs != NULL;

	for (size_t i = 0; kvs && i < from->n_contents; i++) {
		kvs[i] = from->contents[i];
		kvs[i].key = copy_bytes(kvs[i].key, kvs[i].key_len, &ok);
		if (!holds_handles(from))
			kvs[i].value = copy_bytes(kvs[i].value, kvs[i].value_len, &ok);
	}
	to->contents = kvs;
	to->n_contents = kvs ? from->n_contents : 0;
	return ok;
}

/* What the flat copy points to, copied as well. */
static bool copy_parts(const struct bpfmap_spec *from, struct bpfmap_spec *to)
{
	struct bpfmap_spec *inner = NULL;
	bool ok = true;

	to->name = copy_bytes(from->name, from->name ? strlen(from->name) + 1 : 0, &ok);
	to->contents = NULL;
	to->n_contents = 0;
	if (from->n_contents)
		ok &= copy_contents(from, to);
	if (from->inner == from)
		inner = to; /* a specification that is its own inner one */
	else if (from->inner)
		ok &= !bpfmap_spec_copy(from->inner, &inner);
	to->inner = inner;
	return ok;
}

int bpfmap_spec_copy(const struct bpfmap_spec *spec, struct bpfmap_spec **ret_copy)
{
	struct bpfmap_spec *copy = malloc(sizeof(*copy));

	if (!copy)
		return bm_err(-ENOMEM, "no memory for a specification");
	int err = bm_spec_read(spec, copy);
	if (err) {
		free(copy);
		return err;
	}
	if (!copy_parts(spec, copy)) {
		bpfmap_spec_free(copy);
		return bm_err(-ENOMEM, "no memory for a specification");
	}
	*ret_copy = copy;
	return 0;
}

void bpfmap_spec_free(struct bpfmap_spec *copy)
{
	if (!copy)
		return;
	if (copy->inner != copy)
		bpfmap_spec_free((struct bpfmap_spec *)copy->inner);
	for (size_t i = 0; i < copy->n_contents; i++) {
		free((void *)copy->contents[i].key);
		if (!holds_handles(copy))
			free((void *)copy->contents[i].value);
	}
	free((void *)copy->contents);
	free((void *)copy->name);
	free(copy);
}

/* A string that is put together like snprintf: len goes on past the end of the buffer. */
struct out {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *out, const char *fmt, ...)
{
	size_t room = out->len < out->size ? out->size - out->len : 0;
	va_list args;

	va_start(args, fmt);
	out->len += (size_t)vsnprintf(room ? out->buf + out->len : NULL, room, fmt, args);
	va_end(args);
}

static void put_spec(struct out *out, const struct bpfmap_spec *spec)
{
	const struct bm_kind *kind = bm_kind(spec->type);
	char flags[256];

	if (kind->name)
		put(out, "%s(%s", kind->title, spec->name ?: "");
	else
		put(out, "Type%u(%s", spec->type, spec->name ?: "");
	put(out, ", key_size=%u, value_size=%u, max_entries=%u", spec->key_size, spec->value_size,
	    spec->max_entries);
	if (spec->flags) {
		bpfmap_flag_names(spec->flags, flags, sizeof(flags));
		put(out, ", flags=%s", flags);
	}
	if (spec->map_extra)
		put(out, ", map_extra=%" PRIu64, spec->map_extra);
	if (spec->has_numa_node)
		put(out, ", numa_node=%u", spec->numa_node);
	if (spec->pinning == BPFMAP_PIN_BY_NAME)
		put(out, ", pinning=by_name");
	if (spec->n_contents)
		put(out, ", contents=%zu", spec->n_contents);
	if (spec->freeze)
		put(out, ", freeze");
	if (spec->btf)
		put(out, ", key_type_id=%u, value_type_id=%u", spec->key_type_id,
		    spec->value_type_id);
	if (spec->inner == spec)
		put(out, ", inner=itself");
	else if (spec->inner) {
		put(out, ", inner=");
		put_spec(out, spec->inner);
	}
	put(out, ")");
}

int bpfmap_spec_print(const struct bpfmap_spec *spec, char *buf, size_t size)
{
	struct out out = { .buf = buf, .size = size };
	struct bpfmap_spec whole;
	int err = bm_spec_read(spec, &whole);

	if (err)
		return err;
	if (spec->inner == spec)
		whole.inner = &whole;
	put_spec(&out, &whole);
	return (int)out.len;
}

int bm_spec_read(const struct bpfmap_spec *spec, struct bpfmap_spec *ret_spec)
{
	/* Everything up to inner is what a map cannot be described without. */
	if (!spec || spec->size < offsetof(struct bpfmap_spec, btf) ||
	    spec->size > sizeof(*spec))
		return bm_err(-EINVAL, "size of struct bpfmap_spec not set: use BPFMAP_SPEC()");
	memset(ret_spec, 0, sizeof(*ret_spec));
	memcpy(ret_spec, spec, spec->size);
	ret_spec->size = sizeof(*ret_spec);
	return 0;
}

int bm_spec_fix(const struct bpfmap_spec *spec, struct bpfmap_spec *ret_spec)
{
	struct bpfmap_spec fixed;
	int err = bm_spec_read(spec, &fixed);
	int (*fix)(struct bpfmap_spec *) = err ? NULL : bm_kind(fixed.type)->family->fix;

	if (!err && fix)
		err = fix(&fixed);
	if (!err)
		*ret_spec = fixed;
	return err;
}
