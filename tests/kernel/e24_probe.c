// SPDX-License-Identifier: MIT
// E24: what the kernel has.
#include "core/probe.h"
#include "types.h"

static void E24_types(void **state)
{
	(void)state;
	bm_probe_forget();
	for (uint32_t type = 1; type <= 31; type++) {
		int has = libbpf_probe_bpf_map_type(type, NULL); /* libbpf's opinion */
		int err = bpfmap_has_type(type);

		if ((has == 1) != (err == 0))
			fail_msg("%s: libbpf %d, probe %d: %s", bpfmap_type_name(type), has, err,
			    bpfmap_errmsg());
	}
	FAILS(bpfmap_has_type(0), EINVAL, "no map type");
	FAILS(bpfmap_has_type(BPFMAP_TYPE_MAX + 1), EINVAL, "no map type");
}

/* The two types that libbpf does not know: as the kernel's own list of types has it. */
static void E24_the_newest_types(void **state)
{
	struct btf *vmlinux = btf__load_vmlinux_btf();
	int id = btf__find_by_name_kind(vmlinux, "bpf_map_type", BTF_KIND_ENUM);
	bool listed[34] = { false };

	(void)state;
	if (id > 0) {
		const struct btf_type *type = btf__type_by_id(vmlinux, (uint32_t)id);

		for (int i = 0; i < btf_vlen(type); i++) {
			const char *name = btf__name_by_offset(vmlinux, btf_enum(type)[i].name_off);

			if (btf_enum(type)[i].val < 34 && !strstr(name, "MAX"))
				listed[btf_enum(type)[i].val] = true;
		}
		assert_int_equal(bpfmap_has_type(32) == 0, listed[32]);
		assert_int_equal(bpfmap_has_type(33) == 0, listed[33]);
	}
	btf__free(vmlinux);
}

static void E24_features_of_this_kernel(void **state)
{
	(void)state;
	bm_probe_forget();
	/* All of them are older than any kernel that Debian 12 runs on. */
	for (int feature = 0; feature < BPFMAP_FEATURE_COUNT; feature++)
		OK(bpfmap_has_feature((enum bpfmap_feature)feature));
	FAILS(bpfmap_has_feature(BPFMAP_FEATURE_COUNT), EINVAL, "no feature");
}

static unsigned int asked;
static int answer;

static int play(enum bpf_cmd cmd, const struct bm_sys_args *args)
{
	(void)cmd;
	(void)args;
	asked++;
	return answer;
}

static void E24_answers_are_kept(void **state)
{
	(void)state;
	for (int feature = 0; feature < BPFMAP_FEATURE_COUNT; feature++) {
		bm_probe_forget();
		asked = 0;
		answer = -EINVAL;
		bm_sys_hook = play;
		FAILS(bpfmap_has_feature((enum bpfmap_feature)feature), EOPNOTSUPP, "has none");
		assert_int_equal(asked, 1);
		FAILS(bpfmap_has_feature((enum bpfmap_feature)feature), EOPNOTSUPP, "has none");
		assert_int_equal(asked, 1);
		bm_sys_hook = NULL;
		FAILS(bpfmap_has_feature((enum bpfmap_feature)feature), EOPNOTSUPP, "has none");
	}
	bm_probe_forget();
}

static void E24_an_error_is_no_answer(void **state)
{
	(void)state;
	bm_probe_forget();
	answer = -EPERM;
	bm_sys_hook = play;
	FAILS(bpfmap_has_feature(BPFMAP_HAS_MMAPABLE), EPERM, "BPF_F_MMAPABLE");
	FAILS(bpfmap_has_type(BPF_MAP_TYPE_HASH), EPERM, "hash");
	bm_sys_hook = NULL;
	OK(bpfmap_has_feature(BPFMAP_HAS_MMAPABLE));
	OK(bpfmap_has_type(BPF_MAP_TYPE_HASH));
}

static void E24_probing_leaves_nothing(void **state)
{
	int fds = count_fds();

	(void)state;
	bm_probe_forget();
	for (uint32_t type = 1; type <= BPFMAP_TYPE_MAX; type++)
		bpfmap_has_type(type);
	for (int feature = 0; feature < BPFMAP_FEATURE_COUNT; feature++)
		bpfmap_has_feature((enum bpfmap_feature)feature);
	assert_int_equal(count_fds(), fds);
}

MAIN(NULL, NULL, T(E24_types), T(E24_the_newest_types), T(E24_features_of_this_kernel),
    T(E24_answers_are_kept), T(E24_an_error_is_no_answer), T(E24_probing_leaves_nothing))
