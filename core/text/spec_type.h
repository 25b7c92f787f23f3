/* SPDX-License-Identifier: MIT */
/* The words of the type grammar, as rows that the parser and the printer share. */
#ifndef SPEC_TYPE_H
#define SPEC_TYPE_H

#include <stdint.h>

#define SPEC_TYPE_DEPTH 16               /* of braces */
#define SPEC_TYPE_SIZE (UINT32_MAX / 16) /* bytes: offsets in bits fit 32 bits */

struct spec_word {
	const char *word;
	const char *name;  /* of the typedef: __u32; NULL: none */
	const char *base;  /* of the integer: unsigned int */
	uint32_t size, encoding;
};

enum { WORD_U8, WORD_U16, WORD_U32, WORD_U64, WORD_S8, WORD_S16, WORD_S32, WORD_S64, WORD_BOOL, WORD_CHAR,
       WORD_BE16, WORD_BE32, WORD_BE64, N_WORDS };

/* Integers; a __beN, which has no base, is a typedef of __uN. */
extern const struct spec_word spec_words[N_WORDS];

#endif
