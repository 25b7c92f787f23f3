/* SPDX-License-Identifier: MIT */
/* Names for Prometheus: letters, digits and underscores; every one once. */
#ifndef PROMNAME_H
#define PROMNAME_H

#include "plan.h"

struct prom_names {
	void *tree; /* of the names given out so far */
};

/*
 * prefix and the cleaned path, "_2" and so on behind it where that is taken. Owned by the names.
 * -ENOMEM.
 */
int prom_name(struct prom_names *names, const char *prefix, struct slice path, const char **ret_name);
void prom_names_free(struct prom_names *names);

#endif
