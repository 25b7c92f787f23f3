// SPDX-License-Identifier: MIT
/* prog: programs, as far as maps hold them: an id or a pin → an fd, and what it is the fd of. */
#include "cleanup.h"
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <string.h>

int bm_describe_prog(int fd, struct bpfmap_user *user)
{
	struct bpf_prog_info info;
	int err = bm_sys_prog_info(fd, &info);

	if (err)
		return err;
	user->id = info.id;
	user->type = info.type;
	user->btf_id = info.btf_id;
	memcpy(user->name, info.name, sizeof(user->name));
	user->name[sizeof(user->name) - 1] = 0;
	return 0;
}

int bpfmap_prog_info(int prog_fd, struct bpfmap_user *ret_user)
{
	struct bpfmap_user user = { .size = sizeof(user) };

	if (ret_user->size < sizeof(user))
		return bm_err(-EINVAL, "the caller's struct bpfmap_user has no size");
	int err = bm_check_fd(prog_fd, "prog");
	if (err)
		return err;
	err = bm_describe_prog(prog_fd, &user);
	if (err)
		return bm_err(err, "info of the program at fd %d: %s", prog_fd, bm_err_words(err));
	*ret_user = user;
	return 0;
}

int bpfmap_prog_open_id(uint32_t id, int *ret_fd)
{
	int fd = bm_sys_open_prog(id);

	if (fd < 0)
		return bm_err(fd, "program id %u: %s", id, bm_err_words(fd));
	*ret_fd = fd;
	return 0;
}

int bpfmap_prog_open_pin(const char *path, int *ret_fd)
{
	bm_close_fd int fd = bm_sys_open_pin(path, 0);

	if (fd < 0)
		return bm_err(fd, "pin %s: %s", path, bm_err_words(fd));
	int err = bm_check_fd(fd, "prog");
	if (!err)
		*ret_fd = bm_keep_fd(&fd);
	return err;
}
