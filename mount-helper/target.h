/* SPDX-License-Identifier: MIT */
/* DIR: what is mounted there now, and changing it. */
#ifndef HELPER_TARGET_H
#define HELPER_TARGET_H

#include <stdbool.h>

struct optmap;

/* dir is a directory, or a dead mount of ours. Returns an exit code, having said why. */
int helper_target_check(const char *dir);

/* Detaches what crashed drivers have left at dir. Returns an exit code, having said why. */
int helper_target_clear(const char *dir);

/* A mount of ours, of exactly this source, is what dir shows now. */
bool helper_target_has(const char *dir, const char *source);

/* Changes the flags of our mount at dir as map asks; keeps the others. Returns an exit code. */
int helper_target_remount(const char *dir, const struct optmap *map);

#endif
