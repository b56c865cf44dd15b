/* SPDX-License-Identifier: Apache-2.0 */
#include "help/codes.h"

#include <errno.h>
#include <string.h>

#include <tetra/tetra.h>

#include "check/check.h"
#include "text.h"

void codes_list(FILE *out)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	unsigned int i;

	for (i = 0; tetra_finding_list(i, &text) == 0; i++)
		fprintf(out, "  %-22s %s\n", text.code, text.title);
}

static void example_print(FILE *out, const char *example)
{
	size_t n;

	for (; *example; example += n) {
		n = strcspn(example, "\n") + 1;
		fprintf(out, "    ");
		/* Of the text, control characters are part of the example. */
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)example[i] < ' ' && example[i] != '\n')
				fprintf(out, "\\x%02x", example[i]);
			else
				fputc(example[i], out);
	}
}

int codes_explain(FILE *out, const char *code)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	int r = tetra_finding_describe(code, &text);

	if (r < 0)
		return r;
	fprintf(out, "%s: %s (%s)\n\n", text.code, text.title,
		text.severity ? check_severity(text.severity) : "error or warning");
	text_wrap(out, 2, text.text);
	if (text.example) {
		fprintf(out, "\n  Example:\n\n");
		example_print(out, text.example);
	}
	fprintf(out, "\n");
	text_wrap(out, 2, text.cure);
	return 0;
}
