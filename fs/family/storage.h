/* SPDX-License-Identifier: MIT */
/*
 * Storages: values that hang on tasks, cgroups and files. The kernel wants an fd of the thing for a key, which
 * is opened for one call; what is shown as the key is the family's business.
 */
#ifndef STORAGE_H
#define STORAGE_H

#include "fs/live.h"

/* A family's lookup, update and remove by its open_key. -ENOENT of a lookup is silent: the thing has no value. */
int storage_lookup(const struct live *live, const void *key, void *ret_value);
int storage_update(const struct live *live, const void *key, const void *value, uint64_t flags);
int storage_remove(const struct live *live, const void *key);

/* The value of the thing behind fd, which is closed; a negative fd is the error that is returned. */
int storage_read(const struct live *live, int fd, void *ret_value);

#endif
