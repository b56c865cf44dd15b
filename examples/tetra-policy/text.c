/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "common/name.h"

void text_print(FILE *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t n, i;

	for (; *at; at += n) {
		n = name_character(at);
		if (n) {
			fwrite(at, 1, n, out);
			continue;
		}
		n = name_bad_bytes(at);
		for (i = 0; i < n; i++)
			fprintf(out, "\\x%02x", at[i]);
	}
}

void text_wrap(FILE *out, unsigned int indent, const char *text)
{
	size_t column = indent, n;

	fprintf(out, "%*s", (int)indent, "");
	while (*(text += strspn(text, " \n"))) {
		n = strcspn(text, " \n");
		if (column > indent && column + 1 + n > TEXT_COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, n, out);
		column += n;
		text += n;
	}
	fputc('\n', out);
}

void complain_start(const char *text)
{
	fprintf(stderr, "tetra-policy: %s", text);
}

void complain(const char *what, const char *why)
{
	complain_start("");
	text_print(stderr, what);
	fprintf(stderr, ": %s\n", why);
}

int text_is_out(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 1;
	complain("standard output", errno ? strerror(errno) : "write error");
	return 0;
}
