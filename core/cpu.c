// SPDX-License-Identifier: MIT
/* cpu: possible CPUs, not online ones: the kernel lays out a value for each. */
#include "cpu.h"
#include "err.h"

#include <bpf/libbpf.h>

int bm_cpu_played;

int bpfmap_possible_cpus(void)
{
	int n = bm_cpu_played > 0 ? bm_cpu_played : libbpf_num_possible_cpus();

	return n > 0 ? n : bm_err(n, "the possible CPUs cannot be read from sysfs");
}

size_t bm_cpu_step(uint32_t value_size)
{
	return ((size_t)value_size + 7) & ~(size_t)7;
}

size_t bm_cpu_bytes(uint32_t value_size)
{
	int n = bpfmap_possible_cpus();

	return n > 0 ? (size_t)n * bm_cpu_step(value_size) : 0;
}
