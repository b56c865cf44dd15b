/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An explanation while it is made. The rows of a hook are those of lib/compare, which has the
 * rules as sets of what they accept; the sentences say the same in words.
 */
#ifndef TETRA_LIB_EXPLAIN_H
#define TETRA_LIB_EXPLAIN_H

#include "lib/base/arena.h"
#include "lib/base/strbuf.h"
#include "lib/compare/describe.h"
#include "lib/policy/policy.h"
#include "tetra/explain.h"

struct tetra_explanation {
	struct arena *arena;
	struct tetra_explained_policy policy;
	struct tetra_explained_hook *hooks;
	struct tetra_explained_row *rows;
	uint32_t room_rows;
};

/* One hook while it is explained. */
struct table {
	struct tetra_explanation *ret;
	const struct tetra_policy *policy;
	const struct policy_hook *hook;
	uint32_t i_hook;
	struct lists lists;
	struct vocabulary vocabularies[MAX_AXES];
	bool known[MAX_AXES];
	bool *decides; /* by rule; NULL: not known */
};

/* keep.c: the text of @buf, kept; NULL: no memory. @buf is empty then. */
const char *explanation_keep(struct tetra_explanation *explanation, struct strbuf *buf);

/* hook.c: adds the hook and its rows. 0 or -ENOMEM. */
int explain_hook(struct tetra_explanation *ret, const struct tetra_policy *policy,
		 uint32_t i_hook);

/* row.c */
/* Fills a selector's row; @is_exact: by the rules of .lists. */
int row_make(struct table *table, uint32_t selector, bool is_exact,
	     struct tetra_explained_row *ret);
/* That for events which no selector takes, or of a hook without selectors. */
int row_otherwise(struct table *table, struct tetra_explained_row *ret);

/* sentence.c */
/* "kills the process (SIGKILL) and sends an event", of what decides; @s NULL: no selectors. */
void sentence_effect(const struct tetra_policy *policy, const struct policy_selector *s,
		     struct strbuf *ret);
/* "the program is not in {...} or is unreadable"; @hook names arguments. */
void sentence_condition(const struct policy_hook *hook,
			const struct tetra_condition *condition, struct strbuf *ret);
/* What holds for a policy, and for a hook: one sentence a line. */
void sentence_policy(const struct tetra_policy *policy, struct strbuf *ret);
void sentence_hook(const struct tetra_policy *policy, const struct policy_hook *hook,
		   bool is_exact, struct strbuf *ret);

#endif
