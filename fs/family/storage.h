/* SPDX-License-Identifier: MIT */
/*
 * Storages: values that hang on tasks, cgroups and files. The kernel wants an fd of the thing for a key, which
 * is opened for one call; what is shown as the key is the family's business.
 */
#ifndef STORAGE_H
#define STORAGE_H

#include "fs/live.h"

/*
 * The engine's calls on the thing behind fd, which they close; a negative fd is the error that they return.
 * -ENOENT of a lookup is silent: the thing has no value.
 */
int storage_lookup(const struct live *live, int fd, void *ret_value);
int storage_update(const struct live *live, int fd, const void *value, uint64_t flags);
int storage_delete(const struct live *live, int fd);

#endif
