/* SPDX-License-Identifier: MIT */
/* Programs in the values of maps: a word → the id that is shown → the fd that the kernel takes. */
#ifndef PROG_H
#define PROG_H

#include "bpfmap.h"
#include "fs/file.h"

/*
 * Appends the number of the program that a word names: a number as it is (root's, but 0), anything else is
 * the path of a pin, which needs rw on that pin (R19). A negative errno with its sentence.
 */
int prog_resolve(struct file *file, const char *word, size_t len, struct text_buf *out);

/* An fd of the program, which the caller closes. -EINVAL with its sentence: there is none. */
int prog_open(uint32_t id, int *ret_fd);

/* "program 17 of type xdp", for a sentence; of an open program. */
#define PROG_TITLE 64
const char *prog_title(int fd, char title[PROG_TITLE]);
const char *prog_type_name(uint32_t type);

#endif
