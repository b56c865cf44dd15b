/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a word that is not in the language may have meant: a typo, a name from other tools, an
 * abbreviation, or a word of another place in the language.
 */
#ifndef TETRA_LIB_SUGGEST_H
#define TETRA_LIB_SUGGEST_H

#include "lib/linux/names.h"
#include "lib/document/schema.h"

#define SUGGEST_BYTES 192

/* A hint for the key @text that @schema does not have; NULL if nothing is near. */
const char *suggest_field(char (*buf)[SUGGEST_BYTES], const struct schema *schema,
			  const char *text);

/* A hint for the word @text that @field does not take; NULL if nothing is near. */
const char *suggest_word(char (*buf)[SUGGEST_BYTES], const struct schema_field *field,
			 const char *text);

/* The name in @words that @text may have meant, or NULL. */
const char *words_nearest(const struct words *words, const char *text);

/* The name of a number that @text may have meant, or NULL. */
const char *suggest_named(const struct names *names, const char *text);

/*
 * suggest-value.c: hints for values that are not what they should be; NULL if it is not clear
 * what was meant.
 */
const char *suggest_number(char (*buf)[SUGGEST_BYTES], const char *text);
const char *suggest_range(char (*buf)[SUGGEST_BYTES], const char *text);
const char *suggest_port(char (*buf)[SUGGEST_BYTES], const char *text);
const char *suggest_net(char (*buf)[SUGGEST_BYTES], const char *text);

#endif
