/* SPDX-License-Identifier: MIT */
/* .id/: every map in the kernel by its id, pinned or not; root's. */
#ifndef ID_H
#define ID_H

#include <stdint.h>
#include "fs/node.h"

extern const struct node_kind id_kind; /* .id/N */
uint32_t id_of(const struct node *node);

#endif
