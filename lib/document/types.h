/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The complete closed lists of the language: argument types, operators, actions, hook
 * sections, each row with what the language allows for it. What is recognised but not yet
 * supported says so.
 */
#ifndef TETRA_LIB_TYPES_H
#define TETRA_LIB_TYPES_H

#include "lib/document/actions.h"
#include "lib/document/operator.h"
#include "lib/document/schema.h"
#include "lib/document/section.h"

struct type_row {
	const char *name;
	uint32_t kind; /* enum tetra_arg_kind */
	/* Of the kind's row; those of "auto", which has no kind, are its own. */
	uint16_t classes; /* enum tetra_class */
	uint8_t bits;	  /* integers */
	uint8_t is_signed;
};

extern const struct words argument_types;
/* Of matchActions; of returnArgAction. */
extern const struct words actions, sock_actions;
/* Of matchArgs and the like; In and NotIn; of matchBinaries; of texts alone. */
extern const struct words operators, set_operators, binary_operators, text_operators;

/* Operators of label selectors. */
struct label_operator_row {
	const char *name;
	bool takes_values;
	bool is_negated; /* what does not have the label matches */
};

extern const struct words label_operators;

/* What the elements of a list are. */
#define LIST_OF_CALLS	1u /* system calls; otherwise functions of the kernel */
#define LIST_GENERATED	2u /* it has no values of its own */
#define LIST_OF_PATTERN 4u /* what a pattern matches */

struct list_type_row {
	const char *name;
	uint8_t traits; /* LIST_OF_CALLS ... */
};

extern const struct words list_types;

/* Words that are only words: rows of one string. */
extern const struct words capability_sets, namespaces, caller_depths;
/* Where an element of data comes from: the row in data_sources. */
enum { DATA_OF_TASK, DATA_OF_REGISTERS };

extern const struct words data_sources, rate_scopes;
/* The options of a policy: NAME, as written, what reads the value (envelope.c). */
/* A row a line. */
/* clang-format off */
#define POLICY_OPTIONS(X)                                                \
	X(DISABLE_KPROBE_MULTI, "disable-kprobe-multi", option_bool)     \
	X(DISABLE_UPROBE_MULTI, "disable-uprobe-multi", option_bool)     \
	X(ENFORCEMENT, "enforcement", option_enforcement)                \
	X(OVERRIDE_METHOD, "override-method", option_method)             \
	X(POLICY_MODE, "policy-mode", option_mode)                       \
	X(SLEEPABLE_PRELOAD_SIZE, "sleepable-preload-size", option_size) \
	X(UNREADABLE, "unreadable", option_unreadable)                   \
	X(USER_NAMESPACES, "user-namespaces", option_user_namespaces)
/* clang-format on */

#define X(NAME, ...) POLICY_OPTION_##NAME,
enum policy_option { POLICY_OPTIONS(X) POLICY_OPTION_END };
#undef X

/* By their numbers. */
extern const struct words option_names;
/* POLICY_OPTION_END if @name is none. */
enum policy_option option_find(const char *name);

#endif
