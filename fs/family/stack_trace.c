/* SPDX-License-Identifier: MIT */
/* Stack traces: M/ID lists addresses, or build ids and offsets. Programs write them, user space takes them out. */
#include <linux/bpf.h>

#include "fs/entry.h"
#include "fs/family.h"

static int shape(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live;
	shape->content = info->flags & BPF_F_STACK_BUILD_ID ? TEXT_BUILD_IDS : TEXT_STACK;
	return 0;
}

const struct family stack_family = {
	.entry = &entry_kind,
	.no_update = "a stack trace is written by programs only",
	.shape = shape,
};
