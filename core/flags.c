// SPDX-License-Identifier: MIT
/* flags: creation flags by name, as BPF_F_NAME in lower case without the prefix. */
#include "bpfmap.h"
#include "err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	"no_prealloc", "no_common_lru", "numa_node", "rdonly", "wronly", "stack_build_id",
	"zero_seed", "rdonly_prog", "wronly_prog", "clone", "mmapable", "preserve_elems",
	"inner_map", "link", "path_fd", "vtype_btf_obj_fd", "token_fd", "segv_on_fault",
	"no_user_conv",
};
#define KNOWN (sizeof(names) / sizeof(names[0]))

/* Appends like snprintf: returns the length so far, also past the end of the buffer. */
static size_t append(char *buf, size_t size, size_t at, const char *word)
{
	size_t room = at < size ? size - at : 0;

	return at + (size_t)snprintf(room ? buf + at : NULL, room, "%s%s", at ? "," : "", word);
}

int bpfmap_flag_names(uint32_t flags, char *buf, size_t size)
{
	size_t at = 0;

	if (size)
		buf[0] = '\0';
	for (unsigned int bit = 0; bit < 32; bit++) {
		char number[16];

		if (!(flags & 1u << bit))
			continue;
		snprintf(number, sizeof(number), "%#x", 1u << bit);
		at = append(buf, size, at, bit < KNOWN ? names[bit] : number);
	}
	return (int)at;
}

int bpfmap_flag_by_name(const char *name, uint32_t *ret_flag)
{
	for (unsigned int bit = 0; name && bit < KNOWN; bit++)
		if (!strcmp(names[bit], name)) {
			*ret_flag = 1u << bit;
			return 0;
		}
	if (name && !strncmp(name, "0x", 2)) {
		char *end;
		unsigned long number = strtoul(name, &end, 16);

		if (!*end && end > name + 2 && number <= UINT32_MAX) {
			*ret_flag = (uint32_t)number;
			return 0;
		}
	}
	return bm_err(-EINVAL, "no map flag is called \"%s\"", name ?: "");
}
