/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each field of the language means, for people: one row a field. Types, words and limits
 * are not here: they come from the tables that check policies (lib/document/language.c). A test
 * walks those and asks for each field's row.
 */
#ifndef TETRA_LIB_MANUAL_FIELDS_H
#define TETRA_LIB_MANUAL_FIELDS_H

#include "lib/base/base.h"

struct field_row {
	const char *of; /* .name of the schema, or of some that are alike: "a hook" */
	const char *name;
	const char *text;
	const char *without;  /* what holds if it is left out; NULL: it must not be */
	const char *kernel;   /* what it needs; NULL: nothing special */
	const char *tetragon; /* what Tetragon does differently; NULL: nothing known */
	bool later;	      /* not supported yet, though the schema does not say so */
};

struct field_rows {
	const struct field_row *rows;
	size_t n;
};

/* fields-hooks.c: the policy, its options and hooks; fields-selectors.c: selectors and below. */
extern const struct field_rows fields_hooks, fields_selectors;

/* The row of a field; NULL: there is none. */
const struct field_row *field_row(const char *schema, const char *name);

#endif
