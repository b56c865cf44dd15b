/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies that load but do not do what they seem to say: warnings, one function per rule.
 */
#ifndef TETRA_LIB_LINT_RULES_H
#define TETRA_LIB_LINT_RULES_H

#include "lib/meaning/lint.h"

struct lint_subject;

typedef void (*lint_fn)(const struct lint *lint);

struct lint_rule {
	const char *name; /* the code of its warnings */
	lint_fn check;
};

/* Runs every rule of the lists below on the document. 0 or -ENOMEM. */
int lint_run(struct build *build);

/* hook.c, value.c, never.c, action.c, evasion.c, unjudged.c, reach.c, late.c; a rule without a
 * function ends each list. */
extern const struct lint_rule lint_policy_rules[], lint_hook_rules[];
extern const struct lint_rule lint_value_rules[], lint_never_rules[], lint_action_rules[];
extern const struct lint_rule lint_evasion_rules[], lint_unjudged_rules[];
extern const struct lint_rule lint_reach_rules[], lint_late_rules[];

/* types.c: what is known of the hook's parameters without a kernel. */
void lint_argument_types(const struct lint *lint);
void lint_unsigned_result(const struct lint *lint);
void lint_filled_later(const struct lint *lint);
void lint_common_fields(const struct lint *lint);
/* The index of the parameter; negative if a tracepoint has another field there. */
int64_t lint_parameter(const struct lint *lint, const struct doc_arg *arg);
void lint_never_returns(const struct lint *lint);
bool lint_types_are_known(const struct lint *lint);
/* enum signature_type of what the hook returns; '\0' if unknown. */
char lint_result_type(const struct lint *lint);

/* calls.c */
void lint_call_names(const struct lint *lint);
void lint_list_calls(const struct lint *lint);
void lint_known_calls(const struct lint *lint);

/* path.c */
void lint_never_a_path(const struct lint *lint);

/* often.c */
void lint_hot_hook(const struct lint *lint);

/* late.c: the subject is not known before the call returns. */
bool lint_is_late(const struct lint *lint, const struct lint_subject *subject);

/* shadow.c */
void lint_shadowed_selector(const struct lint *lint);
/* The @n selectors from @first on all enforce, and leave nothing out. */
bool lint_enforces_on_all(const struct lint *lint, uint32_t first, uint32_t n);

/* Adds what @text is on most systems, where a folder on its way is a link; or false. */
bool lint_usual_path(const char *text, struct strbuf *ret);

#endif
