// SPDX-License-Identifier: MIT
// Counts the system calls of each process and of each CPU, as they happen.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct process {
	__u64 count;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32); /* the process's pid */
	__type(value, struct process);
} syscalls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} by_cpu SEC(".maps");

static void count_process(__u32 pid)
{
	struct process *process = bpf_map_lookup_elem(&syscalls, &pid);
	struct process first = {};

	if (!process) {
		first.count = 1;
		bpf_get_current_comm(first.comm, sizeof(first.comm));
		bpf_map_update_elem(&syscalls, &pid, &first, BPF_NOEXIST);
		return;
	}
	__sync_fetch_and_add(&process->count, 1);
	bpf_get_current_comm(process->comm, sizeof(process->comm)); /* execve changes it */
}

SEC("raw_tp/sys_enter")
int count_syscall(void *ctx)
{
	__u32 zero = 0;
	__u64 *here = bpf_map_lookup_elem(&by_cpu, &zero);

	if (here)
		(*here)++;
	count_process(bpf_get_current_pid_tgid() >> 32);
	return 0;
}

char _license[] SEC("license") = "Dual MIT/GPL";
