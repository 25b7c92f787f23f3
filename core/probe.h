/* SPDX-License-Identifier: MIT */
/* probe: the seam of feature probing. */
#ifndef BPFMAP_PROBE_H
#define BPFMAP_PROBE_H

/* Forgets what was found out, so that a test can play another kernel. */
void bm_probe_forget(void);

#endif
