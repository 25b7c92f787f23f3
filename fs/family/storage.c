/* SPDX-License-Identifier: MIT */
/* One call each on a storage, by the fd of a thing. */
#include <errno.h>
#include <unistd.h>

#include "fs/family.h"
#include "fs/family/storage.h"
#include "fs/store.h"

int storage_read(const struct live *live, int fd, void *ret_value)
{
	if (fd < 0)
		return fd;
	int err = store_match(live, &fd, ret_value);
	close(fd);
	return err;
}

int storage_lookup(const struct live *live, const void *key, void *ret_value)
{
	return storage_read(live, live->family->open_key(key), ret_value);
}

int storage_update(const struct live *live, const void *key, const void *value, uint64_t flags)
{
	int fd = live->family->open_key(key);

	if (fd < 0)
		return fd;
	int err = bpfmap_update(live->map, &fd, value, flags | live->lock_flag);
	close(fd);
	return err ? store_refused(live, err) : 0;
}

int storage_remove(const struct live *live, const void *key)
{
	int fd = live->family->open_key(key);

	if (fd < 0)
		return fd;
	int err = bpfmap_delete(live->map, &fd);
	close(fd);
	return err ? store_refused(live, err) : 0;
}
