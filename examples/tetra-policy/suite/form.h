/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of suites as a table: what may be where. The reader checks documents by it, and the
 * JSON Schema is printed from it.
 */
#ifndef TETRA_POLICY_FORM_H
#define TETRA_POLICY_FORM_H

#include <stdio.h>

#include "suite/node.h"

struct form;
struct report;

struct field {
	const char *name; /* NULL: the end of the list */
	const struct form *form;
	int is_required;
	const char *help;
};

/* Which kinds of node may be there. At least one of them. */
struct form {
	const char *name; /* of a form that contains itself, else NULL */
	const char *what; /* "a list of texts" */
	/* A scalar: whether it is one, and its JSON Schema, without braces. */
	int (*is_scalar)(const struct node *node);
	const char *schema;
	const char *const
		*words; /* a scalar is one of these; NULL: any that is_scalar() */
	const struct form *item;    /* a list of these */
	const struct form *key;	    /* what the names of such a map are; NULL: any */
	const struct form *value;   /* a map of any names to these */
	const struct field *fields; /* a map of these names */
	const char *const *one_of;  /* exactly one of these is there */
	size_t least;		    /* items of a list, or of a map */
};

extern const struct form form_suite;
/* The forms of a case that has "run", and of one that has "event". */
extern const struct form form_run_case, form_event_case;

/* Reports everything that is wrong in @node. */
void form_check(struct report *report, const struct form *form, const struct node *node,
		const char *name);
void form_print_schema(FILE *out);

#endif
