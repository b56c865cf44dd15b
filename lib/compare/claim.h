/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody says of policies, as it is written in suites:
 *
 *	never-allowed: {function: F, args: [/etc/passwd, 2], unless: {binary: /usr/bin/login}}
 *
 * The events that it is about become a policy on the same hook, with one selector for those that
 * are excepted and one for the others, so that all that compares policies serves claims, too.
 */
#ifndef TETRA_LIB_COMPARE_CLAIM_H
#define TETRA_LIB_COMPARE_CLAIM_H

#include "lib/compare/hooks.h"
#include "lib/document/report.h"

enum claim_kind {
	CLAIM_NEVER_ALLOWED,
	CLAIM_ALWAYS_TOLD,
	CLAIM_NEVER_BLOCKED,
	CLAIM_KINDS
};

struct claim {
	enum claim_kind kind;
	const struct node *node;	 /* its mapping */
	uint32_t hook_kind;		 /* enum policy_hook_kind */
	const char *hook_key, *function; /* "function", and its name, as written */
	const struct policy_hook
		*hook;		    /* the policies' first on it; NULL: there is none */
	struct tetra_policy *about; /* a reference; NULL without a hook */
};

/*
 * Reads one claim, @node being "KIND: {...}". 0; -EINVAL, reported; -ENOMEM. claim_done() in any
 * case.
 */
int claim_read(const struct node *node, const struct hook_places *places,
	       struct report *report, struct claim *ret);
void claim_done(struct claim *claim);

/* As it was written, in one line. */
void claim_text(const struct node *node, struct strbuf *ret);

#endif
