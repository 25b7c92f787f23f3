/* SPDX-License-Identifier: MIT */
/* M.count: how many entries there are. M.clear: 1 deletes them all, or zeroes an array's. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "fs/entries.h"
#include "fs/erase.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/store.h"
#include "fs/why.h"

static int count_one(const struct live *live, const void *key, void *data)
{
	(void)live, (void)key;
	++*(unsigned long long *)data;
	return 0;
}

static int count_render(struct file *file, struct text_buf *out)
{
	unsigned long long n = bpfmap_max_entries(file->live->map);
	int err = family_lists(file->live);

	if (!err && !(file->live->traits & BPFMAP_FIXED)) {
		n = 0;
		err = entries_each_key(file->live, count_one, &n);
	}
	return err ? err : text_printf(out, "%llu\n", n);
}

const struct file_ops count_ops = {.render = count_render};

static int zero_one(const struct live *live, const void *key, void *zero)
{
	return store_update(live, key, zero, BPF_EXIST);
}

int clear_applies(const struct live *live)
{
	int err = family_lists(live);
	return err ? err : live->traits & BPFMAP_FIXED ? family_writes(live) : family_deletes(live);
}

static int clear(struct file *file, const char *text, size_t len)
{
	struct live *live = file->live;
	bool yes = len && text[0] == '1' && (len == 1 || (len == 2 && text[1] == '\n'));
	int err;

	if (!yes)
		return fail(EINVAL, "write 1 to delete every entry (of an array: to zero it)");
	if (!(live->traits & BPFMAP_FIXED))
		return erase(live, NULL, NULL);
	void *zero = calloc(1, live->value_bytes);
	err = zero ? entries_each_key(live, zero_one, zero) : -ENOMEM;
	free(zero);
	return err;
}

static int clear_write(struct file *file, const char *data, size_t size, off_t offset)
{
	(void)offset;
	return file_gather_lines(file, data, size, 16, clear);
}

const struct file_ops clear_ops = {.write = clear_write};
