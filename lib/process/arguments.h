/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of a program as one text: argv[0] dropped, the others joined by blanks,
 * an argument with a blank in it put between quotes with nothing inside escaped. The
 * exact result, odd blanks included, is what consumers of events compare.
 */
#ifndef TETRA_LIB_ARGUMENTS_H
#define TETRA_LIB_ARGUMENTS_H

#include "lib/base/base.h"

/*
 * @argv: the arguments, each followed by a NUL, except maybe the last. With @trim, empty
 * arguments at the end are dropped. Writes to @buf unless it is NULL.
 * Return: bytes of the text.
 */
size_t arguments_join(char *buf, const char *argv, size_t len, bool trim);

#endif
