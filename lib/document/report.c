/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/report.h"

#include <stdio.h>

/* Bytes of a key that are shown in a path. */
#define PATH_KEY_BYTES 80

void node_path(const struct node *node, struct strbuf *ret)
{
	if (!node->parent)
		return;
	node_path(node->parent, ret);
	if (!node->key)
		strbuf_format(ret, "[%u]", node->index);
	else
		strbuf_format(ret, "%s%.*s", ret->len ? "." : "", PATH_KEY_BYTES,
			      node->key->text);
}

char *node_path_text(struct arena *arena, const struct node *node)
{
	_cleanup_(strbuf_done) struct strbuf path = {};

	node_path(node, &path);
	return path.failed ? NULL : arena_text(arena, strbuf_get(&path), path.len);
}

const char *hint_name(char (*buf)[128], const char *name)
{
	if (!name)
		return NULL;
	snprintf(*buf, sizeof(*buf), "did you mean '%s'?", name);
	return *buf;
}

const char *report_seek(const struct report *report, const char *text)
{
	return report->n_shown < REPORT_MAX_FINDINGS ? text : "";
}

static struct mark key_mark(const struct node *node)
{
	return node->key ? node->key->mark : node->mark;
}

static struct mark value_mark(const struct node *node)
{
	/* The place of an empty value is where the parser noticed that it is empty. */
	if (node->type == NODE_SCALAR && !(node->scalar == SCALAR_NULL && !node->n))
		return node->mark;
	return key_mark(node);
}

struct shown {
	uint32_t severity;
	struct mark mark;
	const char *path, *code, *hint;
};

static void report_show(struct report *report, const struct shown *shown,
			const char *format, va_list args)
{
	struct diag_place place = {
		.file = report->file,
		.line = shown->mark.line,
		.column = shown->mark.column,
		.path = shown->path && *shown->path ? shown->path : NULL,
		/* The message up to its first quote. */
		.kind = format,
	};
	char message[512];

	if (report->n_shown++ > REPORT_MAX_FINDINGS)
		return;
	if (report->n_shown > REPORT_MAX_FINDINGS) {
		place = (struct diag_place){ .file = report->file };
		diag_note(report->diag, &place, "too-many", NULL,
			  "more than %u findings; the rest is not shown",
			  REPORT_MAX_FINDINGS);
		return;
	}
	vsnprintf(message, sizeof(message), format, args);
	if (shown->severity == TETRA_SEVERITY_WARNING)
		diag_warning(report->diag, &place, shown->code, shown->hint, "%s",
			     message);
	else
		(void)diag_error(report->diag, &place, 0, shown->code, shown->hint, "%s",
				 message);
}

static void report_node(struct report *report, const struct node *node,
			struct shown shown, const char *format, va_list args)
{
	_cleanup_(strbuf_done) struct strbuf path = {};

	/* Not shown: its path need not be found. */
	if (report->n_shown <= REPORT_MAX_FINDINGS)
		node_path(node, &path);
	if (path.failed)
		diag_lose(report->diag);
	shown.path = strbuf_get(&path);
	report_show(report, &shown, format, args);
}

int report_at(struct report *report, struct mark mark, const char *code, const char *hint,
	      const char *format, ...)
{
	struct shown shown = { TETRA_SEVERITY_ERROR, mark, NULL, code, hint };
	va_list args;

	report->n_errors++;
	va_start(args, format);
	report_show(report, &shown, format, args);
	va_end(args);
	return -EINVAL;
}

static unsigned int *counter_of(struct report *report, enum report_kind kind)
{
	switch (kind) {
	case REPORT_WARNING:
		return &report->n_warnings;
	case REPORT_UNSUPPORTED:
		return &report->n_unsupported;
	default:
		return &report->n_errors;
	}
}

int report_finding(struct report *report, enum report_kind kind, enum report_part part,
		   const struct node *node, const char *code, const char *hint,
		   const char *format, ...)
{
	struct shown shown = {
		.severity = kind == REPORT_WARNING ? TETRA_SEVERITY_WARNING
						   : TETRA_SEVERITY_ERROR,
		.mark = part == REPORT_KEY ? key_mark(node) : value_mark(node),
		.code = code,
		.hint = hint,
	};
	va_list args;

	if (kind == REPORT_UNSUPPORTED && report->quiet)
		return -EINVAL;
	++*counter_of(report, kind);
	va_start(args, format);
	report_node(report, node, shown, format, args);
	va_end(args);
	return -EINVAL;
}

static void show_plain(struct report *report, const struct shown *shown,
		       const char *format, ...) _printf_(3, 4);

static void show_plain(struct report *report, const struct shown *shown,
		       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_show(report, shown, format, args);
	va_end(args);
}

/* Where a field would be: its path, and the place of what requires it. */
static struct mark missing_place(struct report *report, const struct node *mapping,
				 const char *field, const struct node *asks,
				 struct strbuf *ret_path)
{
	node_path(mapping, ret_path);
	strbuf_format(ret_path, "%s%s", ret_path->len ? "." : "", field);
	if (ret_path->failed)
		diag_lose(report->diag);
	if (asks)
		return key_mark(asks);
	return mapping->type == NODE_MAPPING && mapping->first ? key_mark(mapping->first)
							       : mapping->mark;
}

int report_missing(struct report *report, const struct node *mapping, const char *field,
		   const struct node *asks, const char *hint)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	struct mark mark = missing_place(report, mapping, field, asks, &path);
	struct shown shown = { TETRA_SEVERITY_ERROR, mark, strbuf_get(&path),
			       "missing-field", hint };

	report->n_errors++;
	show_plain(report, &shown, "field '%s' is missing", field);
	return -EINVAL;
}

void report_warning_missing(struct report *report, const struct node *mapping,
			    const char *field, const char *hint, const char *what)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	struct mark mark = missing_place(report, mapping, field, NULL, &path);
	struct shown shown = { TETRA_SEVERITY_WARNING, mark, strbuf_get(&path),
			       "missing-field", hint };

	report->n_warnings++;
	show_plain(report, &shown, "field '%s' is missing: %s", field, what);
}
