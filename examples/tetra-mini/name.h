/* SPDX-License-Identifier: Apache-2.0 */
/* File names on a terminal: they may hold anything. */
#ifndef TETRA_MINI_NAME_H
#define TETRA_MINI_NAME_H

#define NAME_BYTES 1024

/*
 * @name with what a terminal could obey written as \xNN, in @buf, which is returned; cut to
 * fit. Bytes of UTF-8 stay unless they encode C1 controls or invisible format characters.
 */
const char *name_safe(char buf[static NAME_BYTES], const char *name);

#endif
