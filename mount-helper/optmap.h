/* SPDX-License-Identifier: MIT */
/*
 * The options of mount(8), fstab and systemd → what the driver takes, and the
 * flags of mount(2) for a remount. One table feeds the parser and the help.
 */
#ifndef OPTMAP_H
#define OPTMAP_H

#include <stdbool.h>
#include <stdio.h>

struct optmap {
	char *driver;        /* the driver's -o, in the order given; NULL for none; optmap_free */
	unsigned long flags; /* MS_ flags asked for; of contraries the last one counts */
	unsigned long late;  /* those of the flags that the driver cannot give to the kernel */
	bool remount;
};

/*
 * Adds a comma-separated list to *map, which starts zeroed. A comma between
 * double quotes parts nothing. Unknown options are dropped if `sloppy`;
 * otherwise -EINVAL, and *ret_unknown is the first of them (the caller frees).
 * -ENOMEM; *map can be freed in any case.
 */
int optmap_add(struct optmap *map, const char *list, bool sloppy, char **ret_unknown);
void optmap_free(struct optmap *map);

/* The options that do something, one a line. */
void optmap_help(FILE *out);

#endif
