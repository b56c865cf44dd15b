/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control groups that a loaded policy is for. They are looked up once, when the caller names
 * them: a group keeps its id and its place, and what is made below it is found by programs.
 */
#ifndef TETRA_LIB_STATE_SCOPE_H
#define TETRA_LIB_STATE_SCOPE_H

#include "lib/image/ruleset.h"
#include "tetra/diag.h"

/* Immutable. */
struct scope {
	unsigned int n_refs;
	struct ruleset_scope groups;
	uint64_t *above; /* of all groups */
};

/*
 * @ids NULL: everywhere; *@ret is NULL. A group that is named twice counts once. Errors with a
 * finding (bad-scope): -ENOENT: a group does not exist; -EOPNOTSUPP: groups cannot be looked up;
 * -E2BIG: too far from the root; -EPERM; -ENOMEM.
 */
int scope_new(struct scope **ret, const uint64_t *ids, size_t n, struct tetra_diag *diag);
struct scope *scope_ref(struct scope *scope); /* NULL: NULL */
struct scope *scope_unref(struct scope *scope);
/* Whether both are for the same groups. */
bool scope_is_same(const struct scope *a, const struct scope *b);

#endif
