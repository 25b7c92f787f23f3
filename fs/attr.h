/* SPDX-License-Identifier: MIT */
/* Owners, modes and times of what is shown (R1, R18). */
#ifndef ATTR_H
#define ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>


/* What a file of the map may at most: rw bits for all. */
#define ATTR_READ  0444u
#define ATTR_WRITE 0222u

/* pin: owner and mode of the pin. frozen: nothing can be written. st->st_ino is kept. */
void attr_file(const struct stat *pin, bool frozen, unsigned may, size_t size, struct stat *st);
void attr_dir(const struct stat *pin, bool frozen, struct stat *st);         /* a map as a directory */
void attr_link(const struct stat *pin, size_t size, struct stat *st);
void attr_plain_dir(const struct stat *dir, struct stat *st);                /* a directory of the bpffs */

#endif
