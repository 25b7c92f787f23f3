/* SPDX-License-Identifier: MIT */
/* cpu: the possible CPUs, and the layout of per-CPU values over them. */
#ifndef BPFMAP_CPU_H
#define BPFMAP_CPU_H

#include <stddef.h>
#include <stdint.h>

/* The seam: while above 0, the number of possible CPUs that this library believes in. */
extern int bm_cpu_played;

/* Bytes from one CPU's value to the next: value_size rounded up to 8. */
size_t bm_cpu_step(uint32_t value_size);

/* Bytes of a per-CPU value: possible CPUs × step. */
size_t bm_cpu_bytes(uint32_t value_size);

#endif
