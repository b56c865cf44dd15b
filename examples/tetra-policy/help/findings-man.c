/* SPDX-License-Identifier: Apache-2.0 */
/* Prints tetra-policy-findings(7); the build runs it. */
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "check/check.h"

/* Text that troff does not take for its own. */
static void troff(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n && text[i]; i++) {
		if (i == 0 && strchr(".'", text[i]))
			printf("\\&");
		if (text[i] == '\\')
			printf("\\e");
		else if (text[i] == '-')
			printf("\\-");
		else if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			printf("\\ex%02x", text[i]);
		else
			putchar(text[i]);
	}
}

static void paragraph(const char *text)
{
	troff(text, strlen(text));
	putchar('\n');
}

static void example(const char *text)
{
	size_t n;

	printf(".PP\nExample:\n.PP\n.nf\n.RS\n");
	for (; *text; text += n) {
		n = strcspn(text, "\n") + 1;
		troff(text, n);
	}
	printf(".RE\n.fi\n");
}

static void finding(const struct tetra_finding_text *text)
{
	printf(".SS ");
	paragraph(text->code);
	printf(".I ");
	troff(text->title, strlen(text->title));
	printf("\n(%s).\n",
	       text->severity ? check_severity(text->severity) : "error or warning");
	printf(".PP\n");
	paragraph(text->text);
	if (text->example)
		example(text->example);
	printf(".PP\n");
	paragraph(text->cure);
}

int main(void)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	unsigned int i;

	printf(".\\\" Printed from lib/manual by findings-man.c.\n"
	       ".TH TETRA-POLICY-FINDINGS 7 \"\" \"libtetra 0.1\" \"Miscellaneous\"\n"
	       ".SH NAME\n"
	       "tetra-policy-findings \\- what libtetra finds in policies, and what to do\n"
	       ".SH DESCRIPTION\n"
	       "Each finding has a code, in brackets at the end of its first line. Codes stay "
	       "the same\nbetween releases; messages may become clearer. An error rejects the "
	       "policy; a warning\nis about a policy that loads, but does something else than "
	       "it seems to say; a note tells\nwhat was chosen.\n"
	       ".PP\n"
	       "The examples are what is below\n.I spec:\nof a policy, or whole policies.\n"
	       ".SH CODES\n");
	for (i = 0; tetra_finding_list(i, &text) == 0; i++)
		finding(&text);
	printf(".SH SEE ALSO\n.BR tetra-policy (1),\n.BR tetra-mini (1)\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
