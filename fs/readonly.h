/* SPDX-License-Identifier: MIT */
/* Is the mount read-only now? The kernel keeps writers out, but not reads that consume (R19). */
#ifndef READONLY_H
#define READONLY_H

int readonly_refuses(void); /* 0, or -EROFS with its sentence */

#endif
