/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each code of a finding means, for people: one row a code. The help of tetra-policy and
 * tetra-policy-findings(7) are printed from it. A test compares the rows with the codes that
 * the sources use, and lets the library find each example's code in it.
 */
#ifndef TETRA_LIB_MANUAL_H
#define TETRA_LIB_MANUAL_H

#include "lib/base/base.h"
#include "tetra/diag.h"

struct finding_row {
	const char *code;
	uint32_t severity; /* enum tetra_severity; 0: not always the same */
	const char *title; /* what is wrong, in a line */
	const char *text;  /* what it means, and why that matters */
	const char *cure;
	/* What is below "spec:" of a policy that gets the finding, or the whole of it. NULL:
	 * the text of a policy alone does not show it. */
	const char *example;
};

struct finding_rows {
	const struct finding_row *rows;
	size_t n;
};

/* language.c: what makes a text no policy; lints.c: policies that do something else than they
 * seem to say; machine.c: what a kernel or a session says. */
extern const struct finding_rows findings_language, findings_lints, findings_machine;

#endif
