/* SPDX-License-Identifier: MIT */
/* Words and ids → programs. A pinned program is not shown as a file, but its path names it. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/path.h"
#include "fs/family/prog.h"
#include "fs/target.h"
#include "fs/why.h"

static int info_of_pin(int pin, struct bpfmap_user *ret_prog)
{
	char path[PATH_OF_FD];
	int fd;

	path_of_fd(pin, NULL, path);
	int err = bpfmap_prog_open_pin(path, &fd);
	if (err)
		return err;
	err = bpfmap_prog_info(fd, ret_prog);
	close(fd);
	return err;
}

static int resolve_path(const struct target *t, const char *path, struct text_buf *out)
{
	struct bpfmap_user prog = {.size = sizeof(prog)};
	int pin = target_open_path(t, path);

	if (pin < 0)
		return pin;
	int err = info_of_pin(pin, &prog);
	close(pin);
	return err ? fail(EINVAL, "'%s' is no pinned program", path) : text_printf(out, "%u", prog.id);
}

int prog_resolve(struct file *file, const char *word, size_t len, struct text_buf *out)
{
	const struct target t = target_of_file(file);
	char path[PATH_MAX];

	if (!len || target_is_number(word, len)) {
		bool none = !len || (len == 1 && *word == '0');
		if (!none && !caller_is_root(&t.who))
			return fail(EPERM, "only root may store a program by its id; write the path of its pin");
		return text_append(out, word, len);
	}
	if (len >= sizeof(path) || memchr(word, 0, len))
		return fail(EINVAL, "want a program's id or the path of its pin");
	memcpy(path, word, len);
	path[len] = 0;
	return resolve_path(&t, path, out);
}

int prog_open(uint32_t id, int *ret_fd)
{
	int err = id ? bpfmap_prog_open_id(id, ret_fd) : -ENOENT;

	if (err == -ENOENT)
		return fail(EINVAL, "there is no program with the id %u; bpftool prog list shows those that are", id);
	return err ? fail_engine(err) : 0;
}

const char *prog_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_prog_type_str(type);
	return name ? name : "unknown";
}

const char *prog_title(int fd, char title[PROG_TITLE])
{
	struct bpfmap_user prog = {.size = sizeof(prog)};

	if (bpfmap_prog_info(fd, &prog))
		return "this program";
	snprintf(title, PROG_TITLE, "program %u of type %s", prog.id, prog_type_name(prog.type));
	return title;
}
