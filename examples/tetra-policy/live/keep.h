/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a case that failed, for those who look for the reason. */
#ifndef TETRA_POLICY_KEEP_H
#define TETRA_POLICY_KEEP_H

#include "live/observe.h"

/*
 * Makes a folder of the case's name in @folder: "reason", "stdout", "stderr", "events.json" (of all
 * that the policies reported meanwhile), "hooks", "ledger". What cannot be written is reported.
 */
void keep_case(const char *folder, const struct observation *observation,
	       const char *reason);

#endif
