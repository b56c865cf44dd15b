/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings about one policy text: places are taken from nodes, and findings are counted, so
 * that the whole text is read before anything is rejected.
 *
 * The place of a finding: at the value, if that is a scalar; at the key, if the value is a
 * collection; report_*_key() always at the key.
 */
#ifndef TETRA_LIB_REPORT_H
#define TETRA_LIB_REPORT_H

#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/document/yaml.h"

struct report {
	struct tetra_diag *diag; /* borrowed, or NULL */
	const char *file;	 /* borrowed, or NULL */
	/* Inside something that is not supported as a whole: its parts need no mention. */
	unsigned int quiet;
	unsigned int n_errors, n_unsupported, n_warnings;
	unsigned int n_shown;
};

/* Findings per text; more would not be read. */
#define REPORT_MAX_FINDINGS 200u

/* Bytes of user text quoted in a message. */
#define Q "'%.80s'"

/* All of these return -EINVAL, for callers that want to return it. */
int report_at(struct report *report, struct mark mark, const char *code, const char *hint,
	      const char *format, ...) _printf_(5, 6);

/* A part of the language that this version does not support is silent inside .quiet. */
enum report_kind { REPORT_ERROR, REPORT_WARNING, REPORT_UNSUPPORTED };
enum report_part { REPORT_VALUE, REPORT_KEY };

int report_finding(struct report *report, enum report_kind kind, enum report_part part,
		   const struct node *node, const char *code, const char *hint,
		   const char *format, ...) _printf_(7, 8);

/* Followed by code, hint and format. */
#define report_error(report, node, ...)                                                  \
	report_finding(report, REPORT_ERROR, REPORT_VALUE, node, __VA_ARGS__)
#define report_error_key(report, node, ...)                                              \
	report_finding(report, REPORT_ERROR, REPORT_KEY, node, __VA_ARGS__)
#define report_warning(report, node, ...)                                                \
	report_finding(report, REPORT_WARNING, REPORT_VALUE, node, __VA_ARGS__)
#define report_warning_key(report, node, ...)                                            \
	report_finding(report, REPORT_WARNING, REPORT_KEY, node, __VA_ARGS__)
/* Followed by the format. */
#define report_unsupported_hint(report, node, hint, ...)                                 \
	report_finding(report, REPORT_UNSUPPORTED, REPORT_VALUE, node, "not-supported",  \
		       hint, __VA_ARGS__)
#define report_unsupported(report, node, ...)                                            \
	report_finding(report, REPORT_UNSUPPORTED, REPORT_VALUE, node, "not-supported",  \
		       NULL, __VA_ARGS__)
#define report_unsupported_key(report, node, ...)                                        \
	report_finding(report, REPORT_UNSUPPORTED, REPORT_KEY, node, "not-supported",    \
		       NULL, __VA_ARGS__)

/*
 * A missing @field of @mapping. @asks: the node whose key or value requires it, NULL: the
 * mapping itself.
 */
int report_missing(struct report *report, const struct node *mapping, const char *field,
		   const struct node *asks, const char *hint);

/* A field that may be omitted, but is missed; @what: the consequence. */
void report_warning_missing(struct report *report, const struct node *mapping,
			    const char *field, const char *hint, const char *what);

/*
 * @text, or "" when a further finding would not be shown: a search for its nearest name then
 * costs nothing.
 */
const char *report_seek(const struct report *report, const char *text);

/* "did you mean 'X'?" in @buf, or NULL without a @name. */
const char *hint_name(char (*buf)[128], const char *name);

/* "spec.kprobes[0].call"; empty for the root. */
void node_path(const struct node *node, struct strbuf *ret);
/* Likewise; it outlives the document. NULL: no memory. */
char *node_path_text(struct arena *arena, const struct node *node);

#endif
