/* SPDX-License-Identifier: MIT */
/*
 * Many entries written as lines (M.tsv, M.replace; R21): parsed as they come, stored in batches. A bad
 * line is the error of the write(2) that carries it and of every later one; the lines before it stay.
 */
#ifndef BULK_H
#define BULK_H

#include "fs/file.h"

int bulk_open(struct file *file, bool replace); /* replace: entries that no line named are deleted at the end */
int bulk_write(struct file *file, const char *data, size_t size, off_t offset);
int bulk_finish(struct file *file);
void bulk_free(struct file *file);

#endif
