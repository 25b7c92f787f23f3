/* SPDX-License-Identifier: MIT */
/* An open directory of keys: a walk over the map that can step back inside the last reply (R14). */
#ifndef LISTING_H
#define LISTING_H

#include "fs/file.h"

int listing_new(struct file *file, const struct node_kind *kind); /* of file->live; sets ops and state */

#endif
