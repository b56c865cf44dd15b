/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a ladder: the reason in reports, refusals and warnings with their hints. */
#ifndef TETRA_LIB_LADDER_TELL_H
#define TETRA_LIB_LADDER_TELL_H

#include "lib/base/diag.h"
#include "lib/plan/rungs.h"

/* Fills in ret->reason. 0; -ENOMEM. */
int reason_tell(const struct ladder *ladder, struct plan_ladder *ret);
/* "@what 'SYMBOL' on this kernel", with the rungs passed over. Returns -EOPNOTSUPP. */
int ladder_refuse(const struct ladder *ladder, const struct diag_place *place,
		  struct tetra_diag *diag, const char *what);
/* Kills, and nothing denies. */
void warn_not_prevented(const struct ladder *ladder, const struct diag_place *place,
			struct tetra_diag *diag);
/* No program waits for the memory that filters look at. */
void note_not_resident(const struct ladder *ladder, const struct diag_place *place,
		       struct tetra_diag *diag);
/* What can be skipped is refused, or said, as ladder->asks has it. */
int unheld_judge(const struct ladder *ladder, const struct plan_ladder *ret,
		 const struct diag_place *place, struct tetra_diag *diag);

#endif
