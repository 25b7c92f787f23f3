/* SPDX-License-Identifier: MIT */
/* Directories whose names are few and are all gathered at opendir: bpffs directories, .id, M.forms. */
#ifndef NAMES_H
#define NAMES_H

#include "fs/file.h"

int names_new(struct file *file); /* sets file->ops and file->state; "." and ".." are in */
int names_add(struct file *file, const char *name, uint64_t ino, mode_t type);

#endif
