// SPDX-License-Identifier: MIT
// E11: the programs that use a map.
#include "kernel.h"

#include <linux/bpf.h>

/* A socket filter that looks the map up and returns 0. */
static int load_user_of(const struct bpfmap *map, const char *name)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = bpfmap_fd(map) },
		{ .code = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, name, "GPL", insns, COUNT(insns), NULL);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t prog_id(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	return info.id;
}

static void E11_users(void **state)
{
	struct bpfmap_spec spec = BPFMAP_SPEC(.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1);
	struct bpfmap *used = create(&spec), *unused = create(&spec);
	struct bpfmap_user user = { .size = sizeof(user) }, none = { 0 };
	struct btf *btf;
	int first = load_user_of(used, "first_user"), second = load_user_of(used, "second_user");

	(void)state;
	OK(bpfmap_next_user(used, 0, &user));
	assert_int_equal(user.id, prog_id(first));
	assert_int_equal(user.type, BPF_PROG_TYPE_SOCKET_FILTER);
	assert_string_equal(user.name, "first_user");
	OK(bpfmap_next_user(used, user.id, &user));
	assert_int_equal(user.id, prog_id(second));
	assert_int_equal(bpfmap_next_user(used, user.id, &user), -ENOENT);
	assert_int_equal(user.id, prog_id(second)); /* untouched */
	assert_int_equal(user.btf_id, 0);
	FAILS(bpfmap_user_btf(&user, &btf), EOPNOTSUPP, "without BTF");
	user.btf_id = UINT32_MAX;
	FAILS(bpfmap_user_btf(&user, &btf), ENOENT, "BTF id 4294967295");
	assert_int_equal(bpfmap_next_user(unused, 0, &user), -ENOENT);
	FAILS(bpfmap_next_user(used, 0, &none), EINVAL, "size");
	close(first);
	close(second);
	bpfmap_free(used);
	bpfmap_free(unused);
}

MAIN(NULL, NULL, cmocka_unit_test(E11_users))
