/* SPDX-License-Identifier: MIT */
/* What the tests of the driver's modules share: the mount that its main would define, nodes, sink for stderr. */
#ifndef FS_HELP_H
#define FS_HELP_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#undef fail /* the driver has a function of that name */

#include "fs/mount.h"
#include "fs/node.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct mount the_mount = { .source_fd = -1 };

static inline struct node *node_named(struct node *parent, const struct node_kind *kind, const char *name)
{
	struct node_id id = { .parent = parent, .kind = kind, .bytes = name, .len = strlen(name) };
	struct node *node = NULL;

	assert_int_equal(node_get(&id, &node), 0);
	assert_non_null(node);
	return node;
}

#endif
