/* SPDX-License-Identifier: MIT */
/* A stencil: the constant text of an entry, with blanks that its bytes fill. */
#ifndef STENCIL_H
#define STENCIL_H

#include "format.h"
#include "plan.h"

struct blank;
typedef int blank_printer(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out);

struct blank {
	uint32_t text, text_len;  /* what stands before it */
	bool of_value;            /* else of the key */
	uint32_t offset;          /* bytes into it: what the printer gets */
	const struct node *node;  /* NULL: the printer needs none */
	const struct plan *plan;  /* the node's */
	blank_printer *print;
};

struct stencil {
	struct text_buf text;
	size_t used;              /* of the text, by the blanks so far; the rest ends the entry */
	struct blank *blanks;
	uint32_t n, cap;
};

int stencil_text(struct stencil *s, const char *text, size_t len);
#define stencil_literal(s, text) stencil_text(s, text, sizeof(text) - 1)
/* print, node and the side are taken from the model. */
int stencil_blank(struct stencil *s, const struct blank *model);
int stencil_print(const struct stencil *s, const struct codec *codec, const uint8_t *key, const uint8_t *value,
		  struct text_buf *out);
void stencil_free(struct stencil *s);

/* The whole key as its name: for LPM keys and those with bytes that no field shows. */
int print_as_name(const struct blank *b, const struct codec *codec, const uint8_t *at, struct text_buf *out);

/* Appends one byte. */
static inline int put_byte(struct text_buf *out, char c)
{
	if (text_room(out, 1))
		return -ENOMEM;
	out->data[out->len] = c;
	text_end(out, out->data + out->len + 1);
	return 0;
}

/* ---- formats ---- */

struct format {
	const char *name;
	/* Fills in run->state and run->passes. */
	int (*start)(struct format_run *run);
	void (*stop)(struct format_run *run);
	int (*pass)(struct format_run *run, struct text_buf *out);
	int (*entry)(struct format_run *run, const uint8_t *key, const uint8_t *value, struct text_buf *out);
	int (*end)(struct format_run *run, struct text_buf *out);
};

struct format_run {
	const struct format *format;
	const struct codec *codec;
	struct format_map map;
	unsigned passes, pass;
	bool any; /* an entry was printed in this pass */
	void *state;
};

extern const struct format tsv_format, csv_format, json_format, prom_format;

#endif
