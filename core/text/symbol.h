/* SPDX-License-Identifier: MIT */
/* The kernel's functions by address. Any thread; text_drop_idle (text.h) forgets them. */
#ifndef SYMBOL_H
#define SYMBOL_H

#include <stdint.h>

struct text_buf;

#define SYMBOL_WIDEST 544 /* bytes that symbol_print appends, at most */

/*
 * Appends ":NAME+0xOFFSET" where a function of the kernel, a module or a BPF program is known at or
 * before the address, and nothing elsewhere or where the kernel hides its addresses. -ENOMEM.
 */
int symbol_print(uint64_t address, struct text_buf *out);

#endif
