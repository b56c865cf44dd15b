/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/words.h"

const char *word_name(const struct words *words, size_t i)
{
	return *(const char *const *)((const char *)words->rows + i * words->stride);
}

const void *words_find(const struct words *words, const char *text)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		if (str_equal(word_name(words, i), text))
			return (const char *)words->rows + i * words->stride;
	return NULL;
}

uint32_t word_number(const struct words *words, const void *row)
{
	return (uint32_t)(((const char *)row - (const char *)words->rows) /
			  (ptrdiff_t)words->stride);
}
