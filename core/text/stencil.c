/* SPDX-License-Identifier: MIT */
/* Stencils: constant text is copied, blanks are filled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stencil.h"

#define CHUNK 32

int stencil_text(struct stencil *s, const char *text, size_t len)
{
	return s->text.len + len > UINT32_MAX ? -ENOMEM : text_append(&s->text, text, len);
}

int stencil_blank(struct stencil *s, const struct blank *model)
{
	struct blank *blanks = s->blanks;

	if (text_append(&s->text, "", 0) || text_reserve(&s->text, CHUNK))
		return -ENOMEM;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 8;
		blanks = realloc(blanks, s->cap * sizeof(*blanks));
		if (!blanks)
			return -ENOMEM;
		s->blanks = blanks;
	}
	blanks[s->n] = *model;
	blanks[s->n].offset = model->node ? model->node->offset : 0;
	blanks[s->n].text = (uint32_t)s->used;
	blanks[s->n++].text_len = (uint32_t)(s->text.len - s->used);
	s->used = s->text.len;
	return 0;
}

/*
 * Nearly all texts are short: copying a fixed number of bytes, more than is wanted, takes half the
 * time of copying just those. CHUNK bytes can be read behind the start of any text.
 */
static inline int print_constant(const struct stencil *s, const struct blank *b, struct text_buf *out)
{
	if (text_room(out, b->text_len + CHUNK))
		return -ENOMEM;
	if (b->text_len <= CHUNK)
		memcpy(out->data + out->len, s->text.data + b->text, CHUNK);
	else
		memcpy(out->data + out->len, s->text.data + b->text, b->text_len);
	out->len += b->text_len;
	return 0;
}

int stencil_print(const struct stencil *s, const struct codec *codec, const uint8_t *key, const uint8_t *value,
		  struct text_buf *out)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct blank *b = &s->blanks[i];
		int err = print_constant(s, b, out);

		if (!err)
			err = b->print(b, codec, (b->of_value ? value : key) + b->offset, out);
		if (err)
			return err;
	}
	return s->used < s->text.len ? text_append(out, s->text.data + s->used, s->text.len - s->used) : 0;
}

void stencil_free(struct stencil *s)
{
	text_free(&s->text);
	free(s->blanks);
	*s = (struct stencil){ 0 };
}

int print_as_name(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out)
{
	(void)b;
	return name_print(codec, at, out);
}
