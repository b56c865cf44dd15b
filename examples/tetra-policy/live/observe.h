/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a command did, and what the policies did, is what its case expects. */
#ifndef TETRA_POLICY_OBSERVE_H
#define TETRA_POLICY_OBSERVE_H

#include "live/act.h"
#include "sandbox/snapshot.h"
#include "live/watch.h"
#include "suite/suite.h"
#include "measure/variant.h"

struct observation {
	struct suite *suite;
	const struct suite_case *one;
	const struct act *act;
	const struct sandbox *sandbox;
	struct watch *watch;
	const struct snapshot *before; /* of "unchanged", then of "changed" */
	uint64_t n_acted;	       /* by the policies, on any process */
};

/* NULL: it is. Otherwise why it is not, all of it. */
const char *observe(const struct observation *observation);

#endif
