/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only the machine that reads or loads a policy can tell: paths that are links there, and
 * selectors that include the loading process itself. Warnings; the model stays unchanged.
 */
#ifndef TETRA_LIB_HERE_H
#define TETRA_LIB_HERE_H

#include "lib/base/diag.h"
#include "lib/policy/policy.h"

/* What hooks do about the process that loads the policy. */
enum here_own {
	HERE_OWN_UNKNOWN,  /* the policy is only read */
	HERE_OWN_SEEN,	   /* it is a process like any other */
	HERE_OWN_LEFT_OUT, /* no event, no action: TETRA_SESSION_SKIP_SELF */
};

struct here {
	const struct tetra_policy *policy; /* may have gaps */
	struct tetra_diag *diag;	   /* or NULL */
	enum here_own own;
	bool enforces;	      /* in the mode that it gets */
	bool linted;	      /* findings of the rules on texts are not repeated */
	unsigned int n_links; /* 0: counted here */
};

/* 0 or -ENOMEM. */
int here_check(const struct here *asked);

/* The name of a file system (statfs.f_type) where names match in any case; NULL: others. */
const char *here_folds_case(uint64_t magic);

#endif
