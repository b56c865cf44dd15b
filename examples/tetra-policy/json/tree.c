/* SPDX-License-Identifier: Apache-2.0 */
#include "json/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

yajl_val tree_get(yajl_val object, const char *key)
{
	if (!YAJL_IS_OBJECT(object))
		return NULL;
	for (size_t i = 0; i < object->u.object.len; i++)
		if (strcmp(object->u.object.keys[i], key) == 0)
			return object->u.object.values[i];
	return NULL;
}

int tree_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (words && *words) {
		size_t n = strcspn(words, " ");

		if (n == len && strncmp(words, word, n) == 0)
			return 1;
		words += n + strspn(words + n, " ");
	}
	return 0;
}

const char *tree_text(yajl_val object, const char *key)
{
	return YAJL_GET_STRING(tree_get(object, key));
}

char *tree_copy(yajl_val object, const char *key)
{
	const char *text = tree_text(object, key);

	return text ? strdup(text) : NULL;
}

int tree_number(yajl_val value, uint64_t *ret)
{
	const char *text =
		YAJL_IS_NUMBER(value) ? YAJL_GET_NUMBER(value) : YAJL_GET_STRING(value);
	char *end;

	if (!text || !*text)
		return 0;
	errno = 0;
	*ret = text[0] == '-' ? (uint64_t)strtoll(text, &end, 10)
			      : strtoull(text, &end, 10);
	return !errno && !*end;
}
