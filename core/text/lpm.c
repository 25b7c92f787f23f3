/* SPDX-License-Identifier: MIT */
/* LPM keys as ADDRESS_LEN: a u32 prefix length in host order, then the address, host bits masked. */
#include <errno.h>
#include <string.h>

#include "plan.h"

#define HEAD 4 /* bytes of the prefix length */

static struct node address_node(const struct codec *codec)
{
	uint32_t size = codec->shape.key_size - HEAD;

	return (struct node){ .kind = size == 4 ? NODE_IPV4 : size == 16 ? NODE_IPV6 : NODE_BYTES,
			      .size = size, .count = 1 };
}

/* Clears the bits from `bits` on. */
static void mask_host_bits(uint8_t *address, uint32_t size, uint32_t bits)
{
	uint32_t whole = bits / 8;

	if (whole < size) {
		address[whole] &= (uint8_t)~(0xffu >> bits % 8);
		memset(address + whole + 1, 0, size - whole - 1);
	}
}

static int print_address(const struct node *n, uint8_t *key, uint32_t bits, struct text_buf *out)
{
	int err;

	mask_host_bits(key + HEAD, n->size, bits);
	err = leaves[n->kind].print(n, key + HEAD, &as_name, out);
	if (err || text_room(out, 12))
		return -ENOMEM;
	out->data[out->len] = '_';
	text_end(out, put_decimal(out->data + out->len + 1, bits));
	return 0;
}

int lpm_print(const struct codec *codec, const uint8_t *key, struct text_buf *out)
{
	struct node n = address_node(codec);
	uint8_t copy[512];
	uint32_t bits;

	memcpy(&bits, key, HEAD);
	if (bits > (uint64_t)n.size * 8)
		return print_bytes(&(struct node){ .size = codec->shape.key_size }, key, &as_name, out);
	memcpy(copy, key, codec->shape.key_size);
	return print_address(&n, copy, bits, out);
}

int lpm_parse(const struct codec *codec, struct slice name, uint8_t *ret_key, struct text_note *note)
{
	struct reader r = { &as_name, "name", note };
	struct node n = address_node(codec);
	const char *bar = memrchr(name.s, '_', name.len);
	struct slice address = { name.s, bar ? (size_t)(bar - name.s) : 0 }, length;
	bool negative;
	u128 bits;
	int err;

	if (!bar && is_whole_bytes(name, codec->shape.key_size))
		return parse_bytes(&(struct node){ .size = codec->shape.key_size }, name, &r, ret_key);
	if (!bar)
		return refuse(note, -EINVAL,
			      "'%.*s' has no prefix length: write ADDRESS_LEN, such as 10.0.0.0_8",
			      SHOWN(name));
	length = (struct slice){ bar + 1, name.len - address.len - 1 };
	if (parse_decimal_or_hex(length, &negative, &bits) || negative || bits > (u128)n.size * 8)
		return refuse(note, -EINVAL, "'%.*s' is no prefix length: it is 0 to %u", SHOWN(length),
			      n.size * 8);
	err = leaves[n.kind].parse(&n, address, &r, ret_key + HEAD);
	if (err)
		return err;
	memcpy(ret_key, &(uint32_t){ (uint32_t)bits }, HEAD);
	mask_host_bits(ret_key + HEAD, n.size, (uint32_t)bits);
	return 0;
}
