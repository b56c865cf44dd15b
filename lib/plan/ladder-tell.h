/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported about a ladder: the reason, and errors and warnings with their hints. */
#ifndef TETRA_LIB_LADDER_TELL_H
#define TETRA_LIB_LADDER_TELL_H

#include "lib/base/diag.h"
#include "lib/plan/rungs.h"

/* Fills in ret->reason. 0; -ENOMEM. */
int reason_tell(const struct ladder *ladder, struct plan_ladder *ret);
/* "@what 'SYMBOL' on this kernel", with the rungs passed over. Returns -EOPNOTSUPP. */
int ladder_refuse(const struct ladder *ladder, const struct diag_place *place,
		  struct tetra_diag *diag, const char *what);
/* Kills, but nothing denies. */
void warn_not_prevented(const struct ladder *ladder, const struct diag_place *place,
			struct tetra_diag *diag);
/* No program waits for the memory that filters look at. */
void note_not_resident(const struct ladder *ladder, const struct diag_place *place,
		       struct tetra_diag *diag);
/* One does, and can be skipped. */
void note_wait_skippable(const struct ladder *ladder, const struct diag_place *place,
			 struct tetra_diag *diag);
/* Rejects or reports enforcement that can be skipped, depending on ladder->asks. */
int unheld_judge(const struct ladder *ladder, const struct plan_ladder *ret,
		 const struct diag_place *place, struct tetra_diag *diag);

#endif
