/* SPDX-License-Identifier: MIT */
/* The last rejected operations, as .errors and M.errors show them. Bounded: the oldest goes first. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <sys/types.h>
#include "text.h"

/* path: as below the mount point. err: positive errno. Thread-safe. */
void journal_add(pid_t pid, const char *path, int err, const char *sentence);

/* Appends a line per rejection, oldest first, of path itself, path/… and path.… ("" is everything). */
int journal_print(const char *path, struct text_buf *out);
void journal_clear(void);

#endif
