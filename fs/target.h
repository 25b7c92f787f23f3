/* SPDX-License-Identifier: MIT */
/*
 * What a text names: a map by id, or what is pinned at a path (R19, R20). All is done by the text, never by
 * walking our own mount: it would wait for itself.
 */
#ifndef TARGET_H
#define TARGET_H

#include "bpfmap.h"
#include "fs/file.h"

/* What relative paths start from: M/, where its links are, or the directory that M is in, where its pin is. */
enum target_base { TARGET_FROM_MAP, TARGET_FROM_DIRECTORY };

struct target {
	struct node *node; /* M's, or one below it */
	enum target_base base;
	struct caller who; /* whose rights count */
};

/*
 * The target of what is written to a file of M: the rights are those of whoever is not root among its opener,
 * its writer, and who wrote the beginning of the line before.
 */
struct target target_of_file(const struct file *file);

/* Does the codec read it as a number, or refuse it as one? Then it is an id, and no path. */
bool target_is_number(const char *word, size_t len);

/*
 * The map's id in "id:17", in anything that ends in ".id/17" or leads there: 1. 0: a path then. -EINVAL with
 * its sentence: it should be an id and is none.
 */
int target_id(const struct target *t, const char *text, uint32_t *ret_id);

/*
 * An O_PATH fd of the pin (or whatever is there) at a path below MOUNTPOINT, below SOURCE, or relative. The
 * caller needs search permission on the way, and r and w on it; no symlinks. A negative errno with its sentence.
 */
int target_open_path(const struct target *t, const char *text);

/*
 * The map that the text names; needs root for an id and for OUTER/KEY, what a map of maps has there (-EPERM),
 * else what target_open_path does. The handle does not count as pinned. A negative errno with its sentence.
 */
int target_open_map(const struct target *t, const char *text, struct bpfmap **ret_map);

#endif
