/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From texts to numbers: a hash table with open addressing that owns its texts. All zeroes
 * is an empty one.
 */
#ifndef TETRA_LIB_DICT_H
#define TETRA_LIB_DICT_H

#include "lib/base/base.h"

struct dict_entry {
	char *text; /* NULL: free */
	uint64_t hash;
	uint32_t value;
};

struct dict {
	struct dict_entry *entries;
	uint32_t n, size; /* size: 0 or a power of two */
};

/* Sets @text's number, new or not. Return: 0; -ENOMEM. */
int dict_put(struct dict *dict, const char *text, uint32_t value);
/* Several threads may look up at once. */
bool dict_get(const struct dict *dict, const char *text, uint32_t *ret);
void dict_remove(struct dict *dict, const char *text);
void dict_done(struct dict *dict);

#endif
