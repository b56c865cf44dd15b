/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hook, or one of its selectors, as the rules of lib/lint look at it, and what is known of it
 * without a kernel. They look at the document, not at the model, so that they also cover what is
 * not supported.
 */
#ifndef TETRA_LIB_LINT_H
#define TETRA_LIB_LINT_H

#include "lib/judge/set.h"
#include "lib/policy/build.h"

/* Values that a subject may have several of (ancestors), each a bit of a word. */
struct lint_members {
	doc_value *items;
	uint32_t n;
	unsigned int n_bytes; /* of a word: room for 8 times as many */
};

/* What a rule looks at. Policy rules see .build alone, hook rules no .selector. */
struct lint {
	struct build *build;
	struct report *report;
	const struct doc_spec *spec;
	const struct section_row *section;
	const struct doc_hook *hook;
	const struct doc_selector *selector;
	uint32_t i_selector;
	/* Of the hook: what its filters accept, and where that is kept. */
	struct set_space space;
	const struct lint_sets *all_sets; /* by selector */
	const struct lint_sets *sets;	  /* of the selector */
	struct lint_members *members;
	uint64_t *steps; /* remaining comparisons of values, for the whole policy */
	bool *failed;	 /* set when memory ran out */
	uint32_t *told;	 /* what unjudged.c reported about the policy: enum told there */
	/* Of a hook of another name: "sys_open" of "sys_enter_open"; or empty. */
	char call[64];
};

/* The type of the argument that a filter looks at; NULL if it is wrong or the return value's. */
const struct type_row *lint_filter_type(const struct lint *lint,
					const struct doc_filter *filter);

const struct type_row *lint_return_type(const struct lint *lint);
const struct type_row *lint_data_type(const struct lint *lint,
				      const struct doc_filter *filter);

/* The position in the hook's data: "index" is one there. */
uint32_t lint_data_position(const struct doc_filter *filter);

/* The position of the argument in the hook's list, or a separate number if there is none. */
uint32_t lint_filter_position(const struct lint *lint, const struct doc_filter *filter);

/* The macro of that name, or NULL. */
const struct doc_selector *lint_macro(const struct lint *lint, doc_value name);

/* Whether a call of lib/judge gave an answer; if memory ran out, the lint fails. */
bool lint_known(const struct lint *lint, int r);

/* The assembled text; if memory ran out, the lint fails. */
const char *lint_text(const struct lint *lint, const struct strbuf *text);

/* Takes comparisons from the budget; false if not enough are left. */
bool lint_spend(const struct lint *lint, uint64_t steps);

/* By an action of its own or of one of its macros. */
bool lint_enforces(const struct lint *lint, const struct doc_selector *selector);
/* Action @i of the selector, then those of its macros; NULL after the last. */
const struct doc_action *lint_action_at(const struct lint *lint, uint32_t i);
/* The first of that kind, as lint_action_at(); enum tetra_action_kind. */
const struct doc_action *lint_action_find(const struct lint *lint, uint32_t kind);
/* By its user or mount namespace: names and capabilities made in others do not count. */
bool lint_filters_namespace(const struct doc_selector *selector);
/* Adds the hooks that see all ways of doing what this one sees. */
void lint_safer_add(const struct lint *lint, struct strbuf *ret);

/*
 * The name of the hook's function without a syscall prefix's architecture, also for a
 * tracepoint at a system call's entry; "" if unknown.
 */
const char *lint_call(const struct lint *lint);

/* The same for a name in a list: "sys_openat" of "__x64_sys_openat" or "x64/sys_openat". */
const char *lint_call_of(const char *name);

/* The list of functions that the hook names; NULL if it names a function. */
const struct doc_list_def *lint_list_hooked(const struct lint *lint);
/* The one that "list:NAME" means, or NULL. */
const struct doc_list_def *lint_list_named(const struct lint *lint, const char *name);

#define LINT_NAME_BYTES 128u

/* lint_call(), or "subsystem/event" of a tracepoint. */
void lint_event_name(const struct lint *lint, char (*ret)[LINT_NAME_BYTES]);
/* In a list that ends with NULL; a name there that ends in '*' is a prefix. */
bool lint_is_listed(const char *const *patterns, const char *name);
bool lint_is_syscall(const struct lint *lint);

#endif
