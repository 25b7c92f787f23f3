// SPDX-License-Identifier: MIT
// E11: programs by id and by pin, and what they are.
#include "kernel.h"

#include <linux/bpf.h>

static uint32_t id_of(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	return info.id;
}

/* The fd that the engine gave: another one, of the same program, close-on-exec. */
static void check_and_close(int got, int prog)
{
	assert_int_not_equal(got, prog);
	assert_int_equal(id_of(got), id_of(prog));
	assert_int_equal(fcntl(got, F_GETFD), FD_CLOEXEC);
	close(got);
}

static void E11_by_id(void **state)
{
	int prog = load_prog(), fd = -7, fds = count_fds();
	uint32_t id = id_of(prog);

	(void)state;
	OK(bpfmap_prog_open_id(id, &fd));
	check_and_close(fd, prog);
	close(prog);
	fd = -7;
	FAILS(bpfmap_prog_open_id(0, &fd), ENOENT, "program id 0");
	FAILS(bpfmap_prog_open_id(UINT32_MAX, &fd), ENOENT, "program id 4294967295");
	assert_int_equal(fd, -7);
	assert_int_equal(count_fds(), fds - 1);
}

static void E11_by_pin(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_ARRAY, 4, 4, 1);
	int prog = load_prog(), fd = -7, fds = count_fds();

	(void)state;
	assert_int_equal(bpf_obj_pin(prog, pin_path("prog")), 0);
	assert_int_equal(bpf_obj_pin(bpfmap_fd(map), pin_path("map")), 0);
	OK(bpfmap_prog_open_pin(pin_path("prog"), &fd));
	check_and_close(fd, prog);
	fd = -7;
	FAILS(bpfmap_prog_open_pin(pin_path("map"), &fd), EINVAL, "no BPF prog");
	FAILS(bpfmap_prog_open_pin(pin_path("none"), &fd), ENOENT, "none");
	assert_int_equal(fd, -7);
	assert_int_equal(count_fds(), fds);
	assert_int_equal(unlink(pin_path("prog")) | unlink(pin_path("map")), 0);
	close(prog);
	bpfmap_free(map);
}

static void E11_info(void **state)
{
	struct bpfmap *map = make(BPF_MAP_TYPE_ARRAY, 4, 4, 1);
	struct bpfmap_user user = { .size = sizeof(user) }, small = { .size = 4, .id = 9 };
	int prog = load_prog();

	(void)state;
	OK(bpfmap_prog_info(prog, &user));
	assert_int_equal(user.id, id_of(prog));
	assert_int_equal(user.type, BPF_PROG_TYPE_SOCKET_FILTER);
	assert_string_equal(user.name, "zero");
	FAILS(bpfmap_prog_info(prog, &small), EINVAL, "size");
	assert_int_equal(small.id, 9);
	FAILS(bpfmap_prog_info(bpfmap_fd(map), &user), EINVAL, "no BPF prog");
	FAILS(bpfmap_prog_info(-1, &user), EBADF, "");
	close(prog);
	bpfmap_free(map);
}

MAIN(mount_bpffs, umount_bpffs, cmocka_unit_test(E11_by_id), cmocka_unit_test(E11_by_pin), cmocka_unit_test(E11_info))
