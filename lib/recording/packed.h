/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of a facts file: its first and last line, and how it is packed. */
#ifndef TETRA_LIB_PACKED_H
#define TETRA_LIB_PACKED_H

#include "lib/base/strbuf.h"

#define FACTS_MAGIC "tetra-facts"
/* Versions: only what was asked for; everything that can be asked, and a last line. */
#define FACTS_EXCERPT  "1"
#define FACTS_COMPLETE "2"

/* The whole file, uncompressed if necessary. 0 or a negative errno. */
int packed_read(struct strbuf *ret, const char *path);
/* Writes a compressed file, or leaves what was there. */
int packed_write(const char *text, size_t len, const char *path);

/* Adds the last line, "end" and a checksum of all before it. */
void packed_seal(struct strbuf *text);
/* Cuts the last line off. False: it is not there, or something has changed. */
bool packed_unseal(struct strbuf *text);

#endif
