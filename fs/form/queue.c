/* SPDX-License-Identifier: MIT */
/* Queues and stacks: M.peek reads the head, M.pop takes it, once per open, M.push adds a line's value. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "fs/forms.h"
#include "fs/form/push.h"
#include "fs/scratch.h"
#include "fs/store.h"
#include "fs/why.h"

int queue_applies(const struct live *live)
{
	if (live->traits & BPFMAP_QUEUE)
		return 0;
	return fail(EOPNOTSUPP, "a map of type %s is no queue and no stack", bpfmap_type_name(bpfmap_type(live->map)));
}

static int empty(int err)
{
	return err == -ENOENT ? fail(ENOENT, "it is empty") : err;
}

static int print_line(const struct live *live, const void *value, struct text_buf *out)
{
	int err = value_print(live->codec, value, out);
	return err ? err : text_append(out, "\n", 1);
}

/* ---- M.peek ---- */

static int peek_render(struct file *file, struct text_buf *out)
{
	struct live *live = file->live;
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);
	int err = value ? store_lookup(live, NULL, value) : -ENOMEM;

	return err ? empty(err) : print_line(live, value, out);
}

const struct file_ops peek_ops = {.render = peek_render};

/* ---- M.pop: the first read takes the head, whatever its size; the same open takes no other ---- */

static int pop_open(struct file *file)
{
	(void)file;
	return form_check_consumes();
}

static int take(struct file *file)
{
	struct live *live = file->live;
	void *value = scratch_bytes(SCRATCH_VALUE, live->value_bytes);

	if (!value)
		return -ENOMEM;
	int err = form_check_consumes();
	if (err)
		return err;
	err = bpfmap_lookup_and_delete(live->map, NULL, value, live->value_bytes, 0);
	if (err)
		return err == -ENOENT ? empty(err) : fail_engine(err);
	err = print_line(live, value, &file->snapshot);
	file->has_snapshot = !err;
	return err;
}

static int pop_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	int err = file->has_snapshot ? 0 : take(file);

	if (err)
		return err;
	size_t have = file->snapshot.len, at = (size_t)offset < have ? (size_t)offset : have;
	*ret_data = file->snapshot.data + at;
	*ret_len = size < have - at ? size : have - at;
	return 0;
}

const struct file_ops pop_ops = {.open = pop_open, .read = pop_read};

/* ---- M.push ---- */

static size_t limit(const struct file *file)
{
	return codec_line_limit(file->live->codec);
}

static int parse(struct file *file, const char *line, size_t len, const void **ret_bytes, size_t *ret_size)
{
	struct text_note note = {""};
	void *value = scratch_bytes(SCRATCH_VALUE, file->live->value_bytes);

	if (!value)
		return -ENOMEM;
	memset(value, 0, file->live->value_bytes); /* a field that is not named is 0: there is no old value */
	int whole = value_parse(file->live->codec, line, len, value, &note);
	if (whole < 0)
		return fail(-whole, "%s", note.msg);
	*ret_bytes = value;
	*ret_size = file->live->value_bytes;
	return 0;
}

static int put(struct file *file, const void *bytes, size_t size)
{
	(void)size;
	return store_update(file->live, NULL, bytes, BPF_ANY);
}

const struct push_target queue_target = {.trait = BPFMAP_QUEUE, .limit = limit, .parse = parse, .put = put};
