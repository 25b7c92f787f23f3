/* SPDX-License-Identifier: MIT */
/*
 * Network devices: numbers in the value, names in the text. The kernel is asked for both, each time,
 * since devices come, go and are renamed; it answers for the network namespace of this process.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "plan.h"

const struct node device_name_node = { .kind = NODE_TEXT, .size = DEVICE_NAME_SIZE, .count = 1 };

/* What reads as a number is one, even where a device has that for a name. */
static bool is_number(struct slice text)
{
	size_t digits = 0;

	while (digits < text.len && text.s[digits] >= '0' && text.s[digits] <= '9')
		digits++;
	return digits == text.len ? digits > 0 :
				    digits == 1 && text.s[0] == '0' && (text.s[1] == 'x' || text.s[1] == 'X');
}

bool device_name(const struct node *n, const uint8_t *at, uint8_t ret_name[DEVICE_NAME_SIZE])
{
	uint32_t index = (uint32_t)number_load(n, at);
	char name[IF_NAMESIZE] = { 0 };

	if (!index || !if_indextoname(index, name) || is_number((struct slice){ name, strlen(name) }))
		return false;
	memset(ret_name, 0, DEVICE_NAME_SIZE);
	memcpy(ret_name, name, strnlen(name, DEVICE_NAME_SIZE));
	return true;
}

int print_device(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	uint8_t name[DEVICE_NAME_SIZE];

	return device_name(n, at, name) ? print_text(&device_name_node, name, d, out) : print_int(n, at, d, out);
}

int parse_device(const struct node *n, struct slice text, const struct reader *r, uint8_t *at)
{
	uint8_t name[DEVICE_NAME_SIZE + 1] = { 0 };
	uint32_t index;
	int err;

	if (is_number(text))
		return parse_int(n, text, r, at);
	err = parse_text(&device_name_node, text, r, name);
	if (err)
		return err;
	index = strlen((char *)name) == text_length(&device_name_node, name) ? if_nametoindex((char *)name) : 0;
	if (!index)
		return refuse(r->note, -EINVAL, "there is no network device '%.*s': %s is a name that `ip link` "
			      "shows, or a number", SHOWN(text), r->field);
	number_store(n, at, index);
	return 0;
}
