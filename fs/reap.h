/* SPDX-License-Identifier: MIT */
/* Lets go of what nobody uses: maps after a second, and nodes, also from the kernel's caches (R17). */
#ifndef REAP_H
#define REAP_H

#include <stdbool.h>

struct fuse_session;

int reap_start(struct fuse_session *session); /* a thread of its own */
void reap_stop(void);
void reap_soon(void);  /* something was used: there may be something to do in a while. Cheap */
bool reap_can_prune(void); /* the kernel takes node ids; else it wants names as it spelled them */
void reap_nodes(void); /* called before a node is handed to the kernel: keeps their number bounded */

#endif
