/* SPDX-License-Identifier: MIT */
/* M.info: live state of the map, name=value a line. M.frozen: 0 or 1; writing 1 freezes it for good. */
#include <errno.h>
#include <string.h>

#include "fs/forms.h"
#include "fs/why.h"

static int info_of(const struct live *live, struct bpfmap_info *info)
{
	*info = (struct bpfmap_info){.size = sizeof(*info)};
	int err = bpfmap_info(live->map, info);
	return err ? fail_engine(err) : 0;
}

/* A map's name comes from whoever made it: only what the kernel allows in names is printed. */
static void clean_name(char *name, size_t size)
{
	name[size - 1] = 0;
	for (; *name; name++) {
		if (*name <= ' ' || *name > '~')
			*name = '?';
	}
}

static int info_render(struct file *file, struct text_buf *out)
{
	struct bpfmap_info i;
	char flags[256] = "";
	int err = info_of(file->live, &i);

	if (err)
		return err;
	clean_name(i.name, sizeof(i.name));
	if (bpfmap_flag_names(i.flags, flags, sizeof(flags)) < 0 || !*flags)
		strcpy(flags, "0");
	const char *type = bpfmap_type_name(i.type);
	err = text_printf(out, "id=%u\nname=%s\n", i.id, i.name);
	err = err ? err : type ? text_printf(out, "type=%s\n", type) : text_printf(out, "type=%u\n", i.type);
	err = err ? err : text_printf(out, "key_size=%u\nvalue_size=%u\nmax_entries=%u\nflags=%s\n", i.key_size,
				      i.value_size, i.max_entries, flags);
	err = err ? err : text_printf(out, "memlock=%llu\nfrozen=%d\nbtf_id=%u\n", (unsigned long long)i.memlock,
				      i.frozen, i.btf_id);
	return err;
}

const struct file_ops info_ops = {.render = info_render};

static int frozen_render(struct file *file, struct text_buf *out)
{
	struct bpfmap_info i;
	int err = info_of(file->live, &i);
	return err ? err : text_append(out, i.frozen ? "1\n" : "0\n", 2);
}

static int freeze(struct file *file, const char *text, size_t len)
{
	bool yes = len && text[0] == '1' && (len == 1 || (len == 2 && text[1] == '\n'));

	if (!yes)
		return fail(EINVAL, "write 1 to freeze the map against user space; that cannot be undone");
	pthread_mutex_lock(&file->live->write_lock); /* no memory is mapped for writing by us (R32) */
	int err = bpfmap_freeze(file->live->map);
	pthread_mutex_unlock(&file->live->write_lock);
	if (err == -EOPNOTSUPP)
		return fail(EOPNOTSUPP, "the kernel freezes no values with locks, timers or kernel pointers, and no "
					"struct_ops");
	if (err)
		return fail_engine(err);
	live_is_frozen(file->live);
	return 0;
}

static int frozen_write(struct file *file, const char *data, size_t size, off_t offset)
{
	(void)offset;
	return file_gather_lines(file, data, size, 16, freeze);
}

const struct file_ops frozen_ops = {.render = frozen_render, .write = frozen_write};
