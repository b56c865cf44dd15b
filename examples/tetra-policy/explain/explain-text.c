/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations of policies for people. */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "text.h"

#define INDENT 2u

/* Wrapped, and safe for a terminal. */
static int wrap(unsigned int indent, const char *text)
{
	char *safe = NULL;
	size_t size;
	FILE *out = open_memstream(&safe, &size);

	if (!out)
		return -ENOMEM;
	text_print(out, text);
	if (fclose(out) != 0) {
		free(safe);
		return -ENOMEM;
	}
	text_wrap(stdout, indent, safe);
	free(safe);
	return 0;
}

/* One sentence a line, each a paragraph. */
static int sentences(const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n")))
		r = wrap(INDENT, line);
	free(copy);
	return r;
}

static int row_print(const struct tetra_explained_row *row, uint32_t number)
{
	uint32_t i;

	printf("\n  %2u  line %u  ", number, row->line);
	text_print(stdout, row->effect);
	if (row->label) {
		printf("  (");
		text_print(stdout, row->label);
		printf(")");
	}
	printf("%s\n", row->is_decisive ? "" : "  never decides");
	for (i = 0; i < row->n_where; i++) {
		printf("      %-4s", i ? "and" : "if");
		text_print(stdout, row->where[i].name);
		putchar(' ');
		text_print(stdout, row->where[i].text);
		printf("\n");
	}
	return wrap(6, row->text);
}

static int hook_print(const struct tetra_explanation *explanation,
		      const struct tetra_explained_hook *hook)
{
	struct tetra_explained_row row = { .size = sizeof(row) };
	uint32_t i;
	int r;

	printf("\n%s ", hook->path);
	text_print(stdout, hook->function);
	printf(" (%s, line %u)\n", hook->kind, hook->line);
	r = sentences(hook->text);
	for (i = 0; r == 0 && i < hook->n_rows; i++) {
		r = tetra_explanation_get_row(explanation, hook->first_row + i, &row);
		if (r == 0)
			r = row_print(&row, i + 1);
	}
	return r;
}

int explain_print_text(const struct tetra_explanation *explanation)
{
	struct tetra_explained_policy policy = { .size = sizeof(policy) };
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	int r = tetra_explanation_get_policy(explanation, &policy);
	uint32_t i;

	if (r < 0)
		return r;
	printf("policy ");
	text_print(stdout, policy.name);
	if (policy.file) {
		printf(" (");
		text_print(stdout, policy.file);
		printf(")");
	}
	printf("\n");
	r = sentences(policy.text);
	for (i = 0; r == 0 && i < policy.n_hooks; i++) {
		r = tetra_explanation_get_hook(explanation, i, &hook);
		if (r == 0)
			r = hook_print(explanation, &hook);
	}
	return r;
}
