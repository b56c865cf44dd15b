/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a suite: all of it, each with its place and a hint. */
#ifndef TETRA_POLICY_REPORT_H
#define TETRA_POLICY_REPORT_H

#include <stddef.h>
#include <stdio.h>

struct arena;
struct node;

struct complaint {
	unsigned int line, column;  /* 0: of the whole file */
	const char *message, *hint; /* hint: or NULL */
};

struct report {
	struct arena *arena;
	const char *file;
	const char *source; /* of the file, or NULL */
	struct complaint *items;
	size_t n;
};

/* @node: the place, or NULL. What was said of that place before is not said again. */
__attribute__((format(printf, 4, 5))) void report_add(struct report *report,
						      const struct node *node,
						      const char *hint,
						      const char *format, ...);
void report_source(struct report *report, const char *source);
/* "did you mean 'x'?", or NULL; names end in NULL. */
const char *report_near(struct report *report, const char *text,
			const char *const *names);
/* In the order of their places. */
void report_print(struct report *report, FILE *out);
void report_done(struct report *report);

#endif
