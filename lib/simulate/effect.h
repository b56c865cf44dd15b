/* SPDX-License-Identifier: Apache-2.0 */
/* What a selector does when it matches. */
#ifndef TETRA_LIB_EFFECT_H
#define TETRA_LIB_EFFECT_H

#include "lib/policy/policy.h"
#include "tetra/simulate.h"

struct effect {
	uint32_t kind;	 /* enum tetra_verdict_kind; not UNKNOWN */
	int32_t error;	 /* DENY */
	uint32_t signal; /* 0: none */
	bool silent;
};

/* @selector NULL: that of a hook without any. @mode: not TETRA_MODE_DEFAULT. */
struct effect effect_of(const struct policy_selector *selector, uint32_t mode);
bool effect_is_same(const struct effect *a, const struct effect *b);

#endif
