/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of the language: tables whose rows begin with a name.
 */
#ifndef TETRA_LIB_WORDS_H
#define TETRA_LIB_WORDS_H

#include "lib/base/base.h"

/* A list of rows whose first member is their name. */
struct words {
	const void *rows;
	size_t stride, n;
};

#define WORDS(list)                                                                      \
	{                                                                                \
		.rows = (list), .stride = sizeof((list)[0]), .n = ARRAY_SIZE(list)       \
	}

/* The row named @text, or NULL. */
const void *words_find(const struct words *words, const char *text);
const char *word_name(const struct words *words, size_t i);
/* The position of a row that was found. */
uint32_t word_number(const struct words *words, const void *row);

#endif
