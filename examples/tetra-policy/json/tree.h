/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a JSON document by their keys. */
#ifndef TETRA_POLICY_TREE_H
#define TETRA_POLICY_TREE_H

#include <stdint.h>
#include <yajl/yajl_tree.h>

/* Returns NULL if @object is not an object, or lacks the key. */
yajl_val tree_get(yajl_val object, const char *key);
/* Returns NULL if the value is not text. */
const char *tree_text(yajl_val object, const char *key);
/* Whether words, separated by blanks, have that one; NULL: no words. */
int tree_has_word(const char *words, const char *word);
/* Returns a copy, freed by the caller; NULL if the value is not text, or out of memory. */
char *tree_copy(yajl_val object, const char *key);
/* Whether @value is a number of 64 bits, as such or as a text. */
int tree_number(yajl_val value, uint64_t *ret);

#endif
