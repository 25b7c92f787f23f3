// SPDX-License-Identifier: MIT
/* users: the programs that use a map. */
#include "btfcheck.h"
#include "cleanup.h"
#include "err.h"
#include "map.h"
#include "sys.h"

#include <errno.h>
#include <stdlib.h>

/* The kernel lets a program use no more than that (MAX_USED_MAPS). */
#define MAPS_MOST 64

/* 1: the program uses the map, 0: it does not, or a negative errno. */
static int uses(int fd, uint32_t map_id)
{
	uint32_t ids[MAPS_MOST], count = MAPS_MOST;
	int err = bm_sys_prog_maps(fd, ids, &count);

	if (err)
		return err;
	for (uint32_t i = 0; i < count && i < MAPS_MOST; i++)
		if (ids[i] == map_id)
			return 1;
	return 0;
}

int bpfmap_next_user(const struct bpfmap *map, uint32_t prog_id, struct bpfmap_user *ret_user)
{
	struct bpfmap_user user = { .size = sizeof(user) };
	int err = 0, found = 0;

	if (!map)
		return bm_err_op(map, BM_OP_INFO, -EBADF, NULL);
	if (ret_user->size < sizeof(user))
		return bm_err_op(map, BM_OP_INFO, -EINVAL, "the caller's struct bpfmap_user has no size");
	while (!found && !(err = bm_sys_next_prog_id(prog_id, &prog_id))) {
		int fd = bm_sys_open_prog(prog_id);
		if (fd == -ENOENT) /* it has gone meanwhile */
			continue;
		if (fd < 0)
			return bm_err_op(map, BM_OP_INFO, fd, NULL);
		found = uses(fd, bpfmap_id(map));
		if (found > 0)
			err = bm_describe_prog(fd, &user);
		close(fd);
		if (found < 0 || err)
			return bm_err_op(map, BM_OP_INFO, found < 0 ? found : err, NULL);
	}
	if (!found)
		return bm_err_op(map, BM_OP_INFO, err, NULL);
	*ret_user = user;
	return 0;
}

int bpfmap_user_btf(const struct bpfmap_user *user, struct btf **ret_btf)
{
	struct btf *btf;

	if (!user->btf_id)
		return bm_err(-EOPNOTSUPP, "program id %u was loaded without BTF", user->id);
	int err = bm_sys_btf_by_id(user->btf_id, &btf);
	if (!err && bm_btf_check(btf)) {
		btf__free(btf);
		err = -EINVAL;
	}
	if (err)
		return bm_err(err, "BTF id %u of program id %u: %s", user->btf_id, user->id, bm_err_words(err));
	*ret_btf = btf;
	return 0;
}
