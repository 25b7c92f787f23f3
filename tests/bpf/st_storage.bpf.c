// SPDX-License-Identifier: MIT
// Storages of tasks, cgroups, files and sockets, and programs that put values into the first two.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CGRP_STORAGE 32 // newer than the headers of Debian 12

struct cgroup;
struct css_set {
	struct cgroup *dfl_cgrp;
} __attribute__((preserve_access_index));
struct task_struct {
	struct css_set *cgroups;
} __attribute__((preserve_access_index));

struct seen {
	__u64 hits;
	__u32 last;
	char note[8];
};

struct locked {
	struct bpf_spin_lock lock;
	__u32 a;
	__u64 b;
};

#define STORAGE(name, kind, v)                      \
	struct {                                    \
		__uint(type, kind);                 \
		__uint(map_flags, BPF_F_NO_PREALLOC); \
		__type(key, int);                   \
		__type(value, v);                   \
	} name SEC(".maps")

STORAGE(tasks, BPF_MAP_TYPE_TASK_STORAGE, struct seen);
STORAGE(tasks_locked, BPF_MAP_TYPE_TASK_STORAGE, struct locked);
STORAGE(cgrps, CGRP_STORAGE, struct seen);
STORAGE(inodes, BPF_MAP_TYPE_INODE_STORAGE, struct seen);
STORAGE(sockets, BPF_MAP_TYPE_SK_STORAGE, struct seen);

static void *(*cgrp_storage_get)(void *map, struct cgroup *cgroup, void *value, __u64 flags) = (void *)210;

// Each run counts in the storage of the task that runs it.
SEC("raw_tp/sys_enter")
int see_task(void *ctx)
{
	struct seen *s = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (s) {
		s->hits++;
		s->last = (__u32)bpf_get_current_pid_tgid();
	}
	return 0;
}

// The same in that of its cgroup.
SEC("raw_tp/sys_enter")
int see_cgroup(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct seen *s = cgrp_storage_get(&cgrps, task->cgroups->dfl_cgrp, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (s) {
		s->hits++;
		s->last = (__u32)bpf_get_current_pid_tgid();
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
