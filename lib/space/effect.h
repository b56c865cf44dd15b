/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a selector does when it decides, and what several policies do together.
 */
#ifndef TETRA_LIB_SPACE_EFFECT_H
#define TETRA_LIB_SPACE_EFFECT_H

#include "lib/base/strbuf.h"
#include "lib/policy/policy.h"
#include "tetra/compare.h"

/* Errors of several policies on one call; the kernel's caller sees one of them. */
#define EFFECT_ERRORS 4u

struct effect {
	bool told;   /* an event is sent */
	bool silent; /* some selector decided, and says that no event is sent */
	bool kill;
	uint64_t signals; /* bit n: signal n; that of kill is not here */
	uint32_t n_errors;
	int32_t errors[EFFECT_ERRORS]; /* ascending */
};

/* @selector NULL: a hook without selectors. */
void effect_of_selector(const struct tetra_policy *policy,
			const struct policy_selector *selector, struct effect *ret);
/* Both happen. */
void effect_add(struct effect *effect, const struct effect *other);

bool effect_blocks(const struct effect *effect);
/* Nobody outside could tell the one from the other. */
bool effect_is_equal(const struct effect *a, const struct effect *b);
/* enum tetra_difference; they are not equal. */
uint32_t effect_class(const struct effect *old, const struct effect *new);
/* @new stops and tells at least what @old does. */
bool effect_tightens(const struct effect *old, const struct effect *new);

/* "kill+deny:EPERM+silent", "told", "allow". */
void effect_text(const struct effect *effect, struct strbuf *ret);

#endif
