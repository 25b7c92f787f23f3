/* SPDX-License-Identifier: MIT */
/* The bpffs directory that is to be mirrored. */
#ifndef HELPER_SOURCE_H
#define HELPER_SOURCE_H

#include <stdbool.h>

/* "none" and its like, written where the source does not matter: the host's bpffs is meant. */
bool helper_source_is_alias(const char *source);

/*
 * Makes sure that `source` is a directory of a bpffs. Only the host's own,
 * /sys/fs/bpf, is mounted where it is missing. Returns an exit code, having
 * said why.
 */
int helper_source_prepare(const char *source);

#endif
