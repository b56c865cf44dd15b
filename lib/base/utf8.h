/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 one character at a time, with the character classes of YAML: what a document may
 * hold and where its lines end.
 */
#ifndef TETRA_LIB_UTF8_H
#define TETRA_LIB_UTF8_H

#include "lib/base/base.h"

/*
 * Bytes of the character at @text, and the character in @ret; 0 if the bytes are not one
 * (too long a form, a surrogate, cut off, empty). NUL is a character.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *ret);

/* Bytes written to @buf, which has room for 4. */
size_t utf8_encode(char *buf, uint32_t c);

/* Allowed in a YAML document: no control characters except tab and line ends. */
bool utf8_is_yaml(uint32_t c);

/* Visible, and does not move the cursor. */
bool utf8_is_printable(uint32_t c);

/* Columns of a terminal: 0, 1 or 2. */
unsigned int utf8_width(uint32_t c);

/* Bytes of the line end at @text, or 0. */
size_t utf8_break(const char *text, size_t len);

/* Bytes of the byte order mark at @text, or 0. */
size_t utf8_bom(const char *text, size_t len);

#endif
