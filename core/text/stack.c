/* SPDX-License-Identifier: MIT */
/* Stack traces: lists of addresses, or of build ids and offsets, up to the first that is not there. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "plan.h"
#include "symbol.h"

/* "0x…", and no leading zeros. */
static int put_number(uint64_t v, struct text_buf *out)
{
	return text_printf(out, "0x%llx", (unsigned long long)v);
}

static int put_address(uint64_t address, struct text_buf *out)
{
	int err = put_number(address, out);

	return err ? err : symbol_print(address, out);
}

int print_frame(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	(void)d;
	return put_address(number_load(n, at), out);
}

int print_build_id(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	struct bpf_stack_build_id frame;
	int err;

	(void)n;
	(void)d;
	memcpy(&frame, at, sizeof(frame));
	if (frame.status != BPF_STACK_BUILD_ID_VALID)
		return put_address(frame.ip, out);
	err = text_room(out, 2 * sizeof(frame.build_id) + 1);
	if (err)
		return err;
	text_end(out, put_hex(out->data + out->len, frame.build_id, sizeof(frame.build_id)));
	err = text_append(out, "+", 1);
	return err ? err : put_number(frame.offset, out);
}

uint32_t frames_shown(const struct node *n, const uint8_t *at)
{
	uint32_t shown = n->count;

	while (shown && !number_load(n, at + (size_t)(shown - 1) * n->size))
		shown--;
	return shown;
}

uint32_t build_ids_shown(const struct node *n, const uint8_t *at)
{
	struct bpf_stack_build_id frame;
	uint32_t shown = 0;

	for (; shown < n->count; shown++, at += sizeof(frame)) {
		memcpy(&frame, at, sizeof(frame));
		if (frame.status == BPF_STACK_BUILD_ID_EMPTY)
			break;
	}
	return shown;
}

int print_shown(const struct node *n, const uint8_t *at, const struct dialect *d, struct text_buf *out)
{
	struct node part = *n;

	part.count = leaves[n->kind].shown(n, at);
	return part.count ? print_items(&part, at, d, out) : text_append(out, "", 0);
}
