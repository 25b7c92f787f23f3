/* SPDX-License-Identifier: MIT */
/* The growing string that every printer appends to, and the note that says why a text was refused. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

int text_reserve(struct text_buf *b, size_t more)
{
	size_t need, cap = b->cap ? b->cap : 128;
	char *data;

	if (__builtin_add_overflow(b->len, more, &need) || need >= SIZE_MAX / 2)
		return -ENOMEM;
	if (need < b->cap)
		return 0;
	while (cap <= need)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		return -ENOMEM;
	data[b->len] = '\0';
	b->data = data;
	b->cap = cap;
	return 0;
}

int text_append(struct text_buf *b, const void *bytes, size_t len)
{
	int err = text_reserve(b, len);

	if (err)
		return err;
	if (len)
		memcpy(b->data + b->len, bytes, len);
	text_end(b, b->data + b->len + len);
	return 0;
}

int text_printf(struct text_buf *b, const char *fmt, ...)
{
	va_list args, again;
	int len, err;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	err = len < 0 ? -EINVAL : text_reserve(b, (size_t)len);
	if (!err) {
		vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
	return err;
}

void text_free(struct text_buf *b)
{
	free(b->data);
	*b = (struct text_buf){ 0 };
}

int refuse(struct text_note *note, int err, const char *fmt, ...)
{
	va_list args;

	if (note) {
		va_start(args, fmt);
		vsnprintf(note->msg, sizeof(note->msg), fmt, args);
		va_end(args);
	}
	return err;
}
