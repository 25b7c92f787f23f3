/* SPDX-License-Identifier: MIT */
/* .errors: the last rejected operations. M.errors: those of one map, for whoever may write it. */
#include <errno.h>

#include "fs/forms.h"
#include "fs/journal.h"
#include "fs/map.h"
#include "fs/why.h"

static int all_render(struct file *file, struct text_buf *out)
{
	(void)file;
	return journal_print("", out);
}

const struct file_ops all_errors_ops = {.render = all_render};

static int map_render(struct file *file, struct text_buf *out)
{
	struct text_buf path = {0};
	int err = node_path(file->node->parent, &path);

	err = err ? err : journal_print(path.data, out);
	text_free(&path);
	return err;
}

const struct file_ops map_errors_ops = {.render = map_render};
