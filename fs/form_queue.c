/* SPDX-License-Identifier: MIT */
/* Queues and stacks: M.push adds a line's value, M.peek reads the head, M.pop takes it, once per open. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "fs/forms.h"
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
	int err = bpfmap_lookup_and_delete(live->map, NULL, value, live->value_bytes, 0);
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

static int parse_line(struct file *file, const char *line, size_t len, void **ret_value)
{
	struct text_note note = {""};
	void *value = scratch_bytes(SCRATCH_VALUE, file->live->value_bytes);

	if (!value)
		return -ENOMEM;
	memset(value, 0, file->live->value_bytes); /* a field that is not named is 0: there is no old value */
	*ret_value = value;
	int whole = value_parse(file->live->codec, line, len, value, &note);
	return whole < 0 ? fail(-whole, "%s", note.msg) : 0;
}

static int check_line(struct file *file, const char *line, size_t len)
{
	void *value;
	return parse_line(file, line, len, &value);
}

static int push_line(struct file *file, const char *line, size_t len)
{
	void *value;
	int err = parse_line(file, line, len, &value);
	return err ? err : store_update(file->live, NULL, value, BPF_ANY);
}

/* R21: every line is parsed before the first is pushed. */
static int push_lines(struct file *file, const char *text, size_t len)
{
	int err = file_each_line(file, text, len, check_line);
	return err ? err : file_each_line(file, text, len, push_line);
}

static int push_write(struct file *file, const char *data, size_t size, off_t offset)
{
	(void)offset;
	int err = file_gather_lines(file, data, size, codec_line_limit(file->live->codec), push_lines);
	file_close_work(file, file->pending.len > 0);
	return err;
}

static int push_finish(struct file *file)
{
	return file->pending.len ? push_lines(file, file->pending.data, file->pending.len) : 0;
}

const struct file_ops push_ops = {.write = push_write, .finish = push_finish};
