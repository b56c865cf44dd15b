/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"
#include "near.h"
#include "suite/arena.h"
#include "suite/node.h"
#include "text.h"

/* More are not read; to look for an equal one among many takes long. */
#define MAX_COMPLAINTS 1000u

static int is_said(const struct report *report, const struct complaint *one)
{
	size_t i;

	for (i = 0; i < report->n; i++)
		if (report->items[i].line == one->line &&
		    report->items[i].column == one->column &&
		    strcmp(report->items[i].message, one->message) == 0)
			return 1;
	return 0;
}

void report_add(struct report *report, const struct node *node, const char *hint,
		const char *format, ...)
{
	struct complaint one = { .line = node ? node->line : 0,
				 .column = node ? node->column : 0,
				 .hint = hint };
	_cleanup_(freep) char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	one.message = message ? message : "out of memory";
	if (report->n >= MAX_COMPLAINTS || is_said(report, &one))
		return;
	one.message = arena_text(report->arena, "%s", one.message);
	report->items = list_grow(report->items, report->n, sizeof(one));
	report->items[report->n++] = one;
}

void report_source(struct report *report, const char *source)
{
	report->source = source;
}

const char *report_near(struct report *report, const char *text, const char *const *names)
{
	struct near near;

	near_init(&near, text);
	for (; *names; names++)
		near_offer(&near, *names);
	return near.best ? arena_text(report->arena, "did you mean '%s'?", near.best)
			 : NULL;
}

static int compare(const void *a, const void *b)
{
	const struct complaint *one = a, *other = b;

	if (one->line != other->line)
		return one->line < other->line ? -1 : 1;
	if (one->column != other->column)
		return one->column < other->column ? -1 : 1;
	return 0;
}

static const char *line_of(const char *source, unsigned int line)
{
	for (; source && line > 1; line--) {
		source = strchr(source, '\n');
		if (source)
			source++;
	}
	return source;
}

/* The line, and a caret below the column, which counts characters. */
static void print_source(const struct report *report, const struct complaint *one,
			 FILE *out)
{
	const char *line = line_of(report->source, one->line);
	_cleanup_(freep) char *copy = line ? strndup(line, strcspn(line, "\r\n")) : NULL;
	unsigned int i;

	if (!copy || !*copy)
		return;
	fprintf(out, "%5u | ", one->line);
	text_print(out, copy);
	fputc('\n', out);
	if (!one->column)
		return;
	fprintf(out, "      | ");
	for (i = 1; i < one->column; i++)
		fputc(' ', out);
	fprintf(out, "^\n");
}

void report_print(struct report *report, FILE *out)
{
	size_t i;

	if (report->n)
		qsort(report->items, report->n, sizeof(*report->items), compare);
	flockfile(out); /* suites may be read side by side */
	for (i = 0; i < report->n; i++) {
		const struct complaint *one = &report->items[i];

		text_print(out, report->file);
		if (one->line)
			fprintf(out, ":%u", one->line);
		if (one->column)
			fprintf(out, ":%u", one->column);
		fprintf(out, ": error: ");
		text_print(out, one->message);
		fputc('\n', out);
		if (one->line)
			print_source(report, one, out);
		if (one->hint) {
			fprintf(out, "  hint: ");
			text_print(out, one->hint);
			fputc('\n', out);
		}
	}
	funlockfile(out);
}

void report_done(struct report *report)
{
	free(report->items);
	report->items = NULL;
	report->n = 0;
}
