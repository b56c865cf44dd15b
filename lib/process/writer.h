/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded text under construction: what fits is written, the rest is counted, so that one
 * pass gives the size of the whole text. Nothing allocates, nothing calls printf: every
 * encoder uses this.
 */
#ifndef TETRA_LIB_WRITER_H
#define TETRA_LIB_WRITER_H

#include "lib/base/base.h"

struct writer {
	char *start, *at, *end;
	size_t missed; /* bytes that did not fit; once not 0, nothing more is written */
};

/* The last byte of @size is kept for the NUL of writer_finish(). */
static inline void writer_init(struct writer *writer, char *buf, size_t size)
{
	writer->start = writer->at = buf;
	writer->end = size ? buf + size - 1 : buf;
	writer->missed = 0;
}

void writer_put_cut(struct writer *writer, const void *bytes, size_t n);

static inline void writer_put(struct writer *writer, const void *bytes, size_t n)
{
	if (__builtin_expect(n > (size_t)(writer->end - writer->at), 0)) {
		writer_put_cut(writer, bytes, n);
		return;
	}
	if (n) {
		memcpy(writer->at, bytes, n);
		writer->at += n;
	}
}

/* A string literal: its length is a constant, and so is the copy. */
#define writer_lit(writer, literal) writer_put((writer), "" literal, sizeof(literal) - 1)

static inline void writer_char(struct writer *writer, char c)
{
	writer_put(writer, &c, 1);
}

static inline void writer_text(struct writer *writer, const char *text)
{
	writer_put(writer, text, strlen(text));
}

/* Bytes of the whole text, without a NUL. */
static inline size_t writer_size(const struct writer *writer)
{
	return (size_t)(writer->at - writer->start) + writer->missed;
}

/* Terminate the text if @size given to writer_init() was not 0. Return: writer_size(). */
size_t writer_finish(struct writer *writer, size_t size);

void writer_u64(struct writer *writer, uint64_t value);
void writer_i64(struct writer *writer, int64_t value);
void writer_hex(struct writer *writer, uint64_t value); /* lower case, no prefix */
void writer_base64(struct writer *writer, const void *bytes, size_t n);

/*
 * UTC, "2026-08-21T10:46:36.524Z". @digits: 9 always prints nine digits; 0 drops a
 * trailing "000" up to three times, the dot too.
 */
void writer_time(struct writer *writer, uint64_t wall_ns, unsigned int digits);

/*
 * @text between the quotes of a JSON string: the escapes that JSON demands and no others;
 * every run of bytes that is not UTF-8 becomes one U+FFFD.
 */
void writer_json(struct writer *writer, const char *text, size_t len);

/*
 * @text as a Go program prints it: bare if it is printable and has no blank, else between
 * double quotes with Go's escapes.
 */
void writer_quoted(struct writer *writer, const char *text, size_t len);
/* Without quotes: escapes only characters that are invisible or that a terminal interprets. */
void writer_visible(struct writer *writer, const char *text, size_t len);

/* Address in @bytes (network order, 4 or 16 bytes) in its canonical short form. */
void writer_ipv4(struct writer *writer, const uint8_t *bytes);
void writer_ipv6(struct writer *writer, const uint8_t *bytes);

#endif
