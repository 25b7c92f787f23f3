/* SPDX-License-Identifier: MIT */
/*
 * Owner, group, others, as the kernel does it. The supplementary groups are read from /proc here, since
 * libfuse 3.14's fuse_req_getgroups looks for them in a buffer that nothing ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/caller.h"

bool caller_is_root(const struct caller *who)
{
	return who->uid == 0;
}

/* "Groups:" and numbers parted by blanks. */
static bool has_number(const char *numbers, gid_t gid)
{
	char *end;

	for (;; numbers = end) {
		unsigned long n = strtoul(numbers, &end, 10);
		if (end == numbers)
			return false;
		if (n == gid)
			return true;
	}
}

static bool in_group(const struct caller *who, gid_t gid)
{
	char path[64], *line = NULL;
	size_t room = 0;
	bool found = who->gid == gid;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)who->pid);
	FILE *status = found ? NULL : fopen(path, "re");
	while (status && !found && getline(&line, &room, status) > 0) {
		if (!strncmp(line, "Groups:", 7))
			found = has_number(line + 7, gid);
	}
	if (status)
		fclose(status);
	free(line);
	return found;
}

bool caller_may(const struct caller *who, const struct stat *st, unsigned rights)
{
	unsigned others = st->st_mode & 7, group = st->st_mode >> 3 & 7, may = others;

	if (caller_is_root(who))
		return true;
	if (who->uid == st->st_uid)
		may = st->st_mode >> 6 & 7;
	else if (in_group(who, st->st_gid))
		may = group;
	else if (!who->pid) /* his other groups are not known any more: what he may in any case */
		may = group & others;
	return (may & rights) == rights;
}
