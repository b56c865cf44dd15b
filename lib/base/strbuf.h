/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that grows. After a failed allocation the buffer accepts nothing more and sets
 * .failed, so that a chain of additions needs one check at its end.
 */
#ifndef TETRA_LIB_STRBUF_H
#define TETRA_LIB_STRBUF_H

#include "lib/base/base.h"

struct strbuf {
	char *text; /* NUL-terminated once something was added; else NULL */
	size_t len, size;
	bool failed;
};

void strbuf_add(struct strbuf *buf, const char *text, size_t len);
void strbuf_puts(struct strbuf *buf, const char *text);
void strbuf_putc(struct strbuf *buf, char c);
void strbuf_format(struct strbuf *buf, const char *format, ...) _printf_(2, 3);
void strbuf_clear(struct strbuf *buf);
void strbuf_done(struct strbuf *buf);

/* The text, never NULL. */
static inline const char *strbuf_get(const struct strbuf *buf)
{
	return buf->text ? buf->text : "";
}

#endif
