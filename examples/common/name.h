/* SPDX-License-Identifier: Apache-2.0 */
/* File names on a terminal: they may hold anything. */
#ifndef TETRA_COMMON_NAME_H
#define TETRA_COMMON_NAME_H

#include <stddef.h>

#define NAME_BYTES 1024

/*
 * @name with what a terminal could obey written as \xNN, in @buf, which is returned; cut to
 * fit. Bytes of UTF-8 stay unless they encode C1 controls or invisible format characters.
 */
const char *name_safe(char buf[static NAME_BYTES], const char *name);

/* Bytes of the character of UTF-8 at @text, which ends after @n bytes; 0 if it is none. */
size_t name_utf8(const unsigned char *text, size_t n);

/* Bytes at @text, which ends with a NUL, that can be shown as they are; 0 if none can. */
size_t name_character(const unsigned char *text);

/* If none can: how many have to be escaped together. */
size_t name_bad_bytes(const unsigned char *text);

#endif
