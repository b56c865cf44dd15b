/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/words.h"

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
