/* SPDX-License-Identifier: MIT */
/* The type of a map's records: one that a program which uses the map has in its BTF, by name. */
#ifndef RECTYPE_H
#define RECTYPE_H

#include "fs/live.h"

struct rectype;

/* "event" or "struct event"; the first program that has it. -ENOENT: none has. */
int rectype_find(const struct live *live, const char *name, struct rectype **ret_type);
void rectype_free(struct rectype *type); /* NULL is fine */
/* Is a record of so many bytes of that type? */
bool rectype_fits(const struct rectype *type, size_t size);
int rectype_print(const struct rectype *type, const void *record, struct text_buf *out);

#endif
