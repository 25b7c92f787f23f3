/* SPDX-License-Identifier: MIT */
/* Starting bpfmapfs. */
#ifndef HELPER_DRIVER_H
#define HELPER_DRIVER_H

#include <stdbool.h>

/*
 * Runs `bpfmapfs -o options source dir` and waits until the mount is ready
 * (the driver's first process ends then, and leaves a daemon) or has failed.
 * options: NULL for none. What the driver prints is passed on as the helper's
 * own sentences. Returns an exit code.
 */
int helper_driver_run(const char *options, const char *source, const char *dir, bool verbose);

#endif
