/* SPDX-License-Identifier: MIT */
/* cleanup: fds and memory that their scope owns. */
#ifndef BPFMAP_CLEANUP_H
#define BPFMAP_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void bm_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void bm_freep(void *p)
{
	free(*(void **)p);
}

#define bm_close_fd __attribute__((cleanup(bm_closep))) /* closed at the end of scope if >= 0 */
#define bm_free __attribute__((cleanup(bm_freep)))

/* Takes the fd out of its scope's hands. */
static inline int bm_keep_fd(int *fd)
{
	int kept = *fd;

	*fd = -1;
	return kept;
}

#endif
