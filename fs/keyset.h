/* SPDX-License-Identifier: MIT */
/*
 * A set of keys that remembers 16 bytes of each, however long they are. First all are added, then it is sorted and
 * asked.
 */
#ifndef KEYSET_H
#define KEYSET_H

#include <stdbool.h>
#include <stddef.h>

struct keyset;

int keyset_new(size_t key_size, struct keyset **ret_set);
void keyset_free(struct keyset *set);
int keyset_add(struct keyset *set, const void *key); /* 0 or -ENOMEM */
void keyset_sort(struct keyset *set);
bool keyset_has(const struct keyset *set, const void *key);

#endif
