/* SPDX-License-Identifier: MIT */
/*
 * M.spec: what a map is created with, as one line, and back.
 *
 *     type=hash key=u32 value={packets:u64,bytes:u64} max_entries=1024 flags=no_prealloc
 *
 * Fields, in any order: type key value key_size value_size max_entries flags inner map_extra
 * numa_node name btf key_type_id value_type_id kernel_value. Types:
 *
 *     u8 u16 u32 u64 s8 s16 s32 s64 bool char be16 be32 be64    (be32 is __be32)
 *     ipv4 ipv6    struct in_addr and struct in6_addr
 *     mac          bytes[6]
 *     char[N]      text
 *     bytes[N]     unsigned char[N]
 *     T[N]         as in C, the outermost dimension first
 *     {a:T,b:T}    a struct, laid out as C does it
 *
 * A type is printed so if parsing that gives the same layout and the same text; names of structs
 * and typedefs are not kept. If one of a map's types cannot be said, both are printed as
 * btf=BASE64 key_type_id= value_type_id=, a BTF of nothing but them and what they are made of.
 * The value of a struct_ops map is a struct of the kernel's, and goes by its name:
 * kernel_value=bpf_struct_ops_tcp_congestion_ops.
 */
#ifndef SPECTEXT_H
#define SPECTEXT_H

#include "bpfmap.h"
#include "text.h"

struct btf;

/* A specification that owns all that it points to. */
struct spec_parsed {
	struct bpfmap_spec spec; /* spec.name, spec.btf and spec.inner are those below, or NULL */
	char name[16];
	struct btf *btf;
	struct spec_parsed *inner;
};
void spec_parsed_free(struct spec_parsed *parsed);

/*
 * One specification; a newline at its end is ignored. -ENOMEM, -EINVAL or -ERANGE with note filled in:
 * what was wrong, where, what would be right. What a type of map needs is checked only where the
 * kernel's refusal would not say it: the rest is for creation to explain.
 */
int spec_parse(const char *line, size_t len, struct spec_parsed **ret_parsed, struct text_note *note);

/* A map that is there. Borrowed. */
struct spec_source {
	const struct bpfmap_info *info;
	const struct btf *btf;           /* NULL: no types */
	const struct spec_source *inner; /* NULL: none, or not to be known */
};

/*
 * Its line, without a newline, appended to out. What the kernel does not tell (numa_node) is left
 * out. -ENOMEM.
 */
int spec_print(const struct spec_source *source, struct text_buf *out);

/* ---- what it is made of ---- */

/* spec_type.c: types are added to btf; the size is in bytes. Errors and notes as those of spec_parse. */
int spec_type_parse(struct btf *btf, const char *text, size_t len, int *ret_id, uint32_t *ret_size,
		    struct text_note *note);
/* spec_show.c. -ENOENT: the grammar cannot say it (out is then as before); -ENOMEM. */
int spec_type_print(const struct btf *btf, uint32_t id, struct text_buf *out);

/*
 * spec_btf.c. A BTF of the two types (0: none) and what they are made of; the ids become those in it.
 * -ENOMEM, -EINVAL.
 */
int spec_btf_extract(const struct btf *btf, uint32_t *key_id, uint32_t *value_id, struct btf **ret_btf);
/* A BTF from bytes that anyone may have written: its offsets and ids lead to something. -EINVAL, -ENOMEM. */
int spec_btf_read(const void *bytes, size_t size, struct btf **ret_btf);

/*
 * spec_kernel.c: types of struct_ops values in the running kernel. A type of that id and size as an id in a
 * BTF of it alone, its name appended, or the type by its name. -ENOENT: the kernel proper has none such;
 * -ENOMEM.
 */
int spec_kernel_value(uint32_t id, uint32_t size, uint32_t *ret_id, struct btf **ret_btf);
int spec_kernel_print(uint32_t id, uint32_t size, struct text_buf *out);
int spec_kernel_find(const char *name, uint32_t *ret_id, uint32_t *ret_size);

/* base64.c. */
int base64_print(const void *bytes, size_t size, struct text_buf *out);
/* bytes: room for len / 4 * 3. -EINVAL: not base64, padded to a multiple of four. */
int base64_parse(const char *text, size_t len, void *bytes, size_t *ret_size);

#endif
