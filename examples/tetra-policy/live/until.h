/* SPDX-License-Identifier: Apache-2.0 */
/* What a case waits for before its command runs. */
#ifndef TETRA_POLICY_UNTIL_H
#define TETRA_POLICY_UNTIL_H

#include "live/act.h"
#include "live/watch.h"

/* @until NULL: nothing. */
int until_is_met(const struct node *until, const struct act *act,
		 const struct sandbox *sandbox, const struct watch *watch);

#endif
