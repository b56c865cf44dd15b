/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hooks of some policies by what they are on: several of them may be on one.
 */
#ifndef TETRA_LIB_COMPARE_HOOKS_H
#define TETRA_LIB_COMPARE_HOOKS_H

#include "lib/compare/difference.h"

struct hook_place {
	const struct tetra_policy *policy;
	const struct policy_hook *hook;
	enum side side;
	uint32_t place; /* the same number: the same function or event */
};

struct hook_places {
	struct hook_place *items;
	uint32_t n, n_places;
};

/* In memory of @arena; -ENOMEM. */
int hook_places_make(struct arena *arena, struct tetra_policy *const *old, size_t n_old,
		     struct tetra_policy *const *new, size_t n_new,
		     struct hook_places *ret);

/* "security_file_permission", "syscalls/sys_enter_openat". */
const char *hook_place_name(struct arena *arena, const struct policy_hook *hook);
/* "kprobe" */
const char *hook_place_kind(const struct policy_hook *hook);
/* Whether that is what a person calls the hook; @kind: enum policy_hook_kind. */
bool hook_is_called(const struct policy_hook *hook, uint32_t kind, const char *name);

/* What limits a comparison: sets, and the states of a walk. */
#define COMPARE_STEPS  (UINT64_C(1) << 26)
#define COMPARE_STATES 1000000u

/* Reports what has no exact answer. Return: 0; -EOPNOTSUPP. */
int hook_places_check(const struct hook_places *places, struct tetra_diag *diag);
/* Notes of what is not compared, or not as it is on a machine. */
void hook_places_note(const struct hook_places *places, struct tetra_diag *diag);

#endif
