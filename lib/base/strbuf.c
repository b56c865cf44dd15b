/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

/* Bytes of the first allocation: a line of text. */
#define STRBUF_FIRST_BYTES 96u

static bool strbuf_reserve(struct strbuf *buf, size_t more)
{
	size_t size = MAX(buf->size, (size_t)STRBUF_FIRST_BYTES);
	char *text;

	if (buf->failed)
		return false;
	if (more < buf->size - buf->len)
		return true;
	while (size - buf->len <= more) {
		if (size > SIZE_MAX / 4) {
			buf->failed = true;
			return false;
		}
		size *= 2;
	}
	text = realloc(buf->text, size);
	if (!text) {
		buf->failed = true;
		return false;
	}
	buf->text = text;
	buf->size = size;
	return true;
}

void strbuf_add(struct strbuf *buf, const char *text, size_t len)
{
	if (!strbuf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->text + buf->len, text, len);
	buf->len += len;
	buf->text[buf->len] = '\0';
}

void strbuf_puts(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_putc(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void strbuf_format(struct strbuf *buf, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len < 0)
		buf->failed = true;
	if (strbuf_reserve(buf, len < 0 ? 0 : (size_t)len)) {
		vsnprintf(buf->text + buf->len, (size_t)len + 1, format, again);
		buf->len += (size_t)len;
	}
	va_end(again);
	va_end(args);
}

void strbuf_clear(struct strbuf *buf)
{
	buf->len = 0;
	if (buf->text)
		buf->text[0] = '\0';
}

void strbuf_done(struct strbuf *buf)
{
	free(buf->text);
	memset(buf, 0, sizeof(*buf));
}
