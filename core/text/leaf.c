/* SPDX-License-Identifier: MIT */
/* One row per kind of leaf, and the two dialects. */
#include <errno.h>

#include "plan.h"

const struct dialect as_name = { .name = true, .field = ',', .item = ':' };
const struct dialect as_value = { .name = false, .field = ' ', .item = ',' };

static int parse_kernel(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	(void)n;
	(void)text;
	(void)at;
	return refuse(r->note, -EINVAL, "%s belongs to the kernel and cannot be written", r->field);
}

static size_t widest_number(const struct node *n)
{
	return n->bits > 64 ? 40 : 32;
}

static size_t widest_enum(const struct node *n)
{
	return enum_widest(n->names);
}

static size_t widest_address(const struct node *n)
{
	(void)n;
	return 45;
}

static size_t widest_bytes(const struct node *n)
{
	return 2 + 2 * (size_t)n->size;
}

static size_t widest_text(const struct node *n)
{
	return 3 + 4 * (size_t)n->size;
}

static size_t widest_device(const struct node *n)
{
	(void)n;
	return widest_text(&device_name_node);
}

static size_t widest_frame(const struct node *n)
{
	(void)n;
	return FRAME_WIDEST;
}

const struct leaf leaves[NODE_KINDS] = {
	[NODE_INT]     = { print_int,     print_ints,  parse_int,    0, widest_number },
	[NODE_BOOL]    = { print_bool,    print_items, parse_bool,   0, widest_number },
	[NODE_ENUM]    = { print_enum,    print_items, parse_enum,   0, widest_enum },
	[NODE_POINTER] = { print_pointer, print_items, parse_int,    0, widest_number },
	[NODE_FLOAT]   = { print_float,   print_items, parse_float,  0, widest_number },
	[NODE_IPV4]    = { print_ipv4,    print_items, parse_ipv4,   0, widest_address },
	[NODE_IPV6]    = { print_ipv6,    print_items, parse_ipv6,   7, widest_address },
	[NODE_MAC]     = { print_mac,     print_items, parse_mac,    5, widest_address },
	[NODE_BYTES]   = { print_bytes,   print_items, parse_bytes,  0, widest_bytes },
	[NODE_TEXT]    = { print_text,    print_items, parse_text,   0, widest_text },
	[NODE_DEVICE]  = { print_device,  print_items, parse_device, 0, widest_device },
	[NODE_FRAME]   = { print_frame,   print_shown, parse_kernel, 0, widest_frame, frames_shown },
	[NODE_BUILD_ID] = { print_build_id, print_shown, parse_kernel, 0, widest_frame, build_ids_shown },
	[NODE_KERNEL]  = { print_bytes,   print_items, parse_kernel, 0, widest_bytes },
	[NODE_STRUCT]  = { print_bytes,   print_items, parse_bytes,  0, widest_bytes },
	[NODE_UNION]   = { print_bytes,   print_items, parse_bytes,  0, widest_bytes },
	[NODE_ARRAY]   = { print_bytes,   print_items, parse_bytes,  0, widest_bytes },
};
