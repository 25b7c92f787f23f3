/* SPDX-License-Identifier: MIT */
/* The threads that take requests from the kernel. */
#ifndef LOOP_H
#define LOOP_H

struct fuse_session;

/*
 * Serves until the mount goes or a HUP, INT or TERM comes; blocks those signals in its threads. 0 or a negative
 * errno.
 */
int loop_run(struct fuse_session *session);

/*
 * Returns when every request that was taken from the kernel before the caller's has at least been looked
 * at: a RELEASE among them has called live_closing. Called by a request's thread, rarely: it interrupts
 * the threads that wait for requests.
 */
void loop_barrier(void);

/* Before a wait of unknown length inside a request: another worker takes the next ones meanwhile. */
void loop_leave_turn(void);

#endif
