/* SPDX-License-Identifier: MIT */
/* DIR: what is mounted there now, and changing it. */
#ifndef HELPER_TARGET_H
#define HELPER_TARGET_H

#include <stdbool.h>

/* dir is a directory, or a dead mount of ours. Returns an exit code, having said why. */
int helper_target_check(const char *dir);

/* Detaches what crashed drivers have left at dir. Returns an exit code, having said why. */
int helper_target_clear(const char *dir);

/* A mount of ours, of exactly this source, is what dir shows now. */
bool helper_target_has(const char *dir, const char *source);

/*
 * Our mount at dir has these MS_ flags from now on, and no others: mount(8)
 * adds those that are to stay. Returns an exit code, having said why.
 */
int helper_target_remount(const char *dir, unsigned long flags);

/* Adds MS_ flags to those of our mount at dir. Returns an exit code, having said why. */
int helper_target_add(const char *dir, unsigned long flags);

#endif
