/* SPDX-License-Identifier: Apache-2.0 */
/* Guards that end what a scope acquired, for the public handles and for memory. */
#ifndef TETRA_COMMON_GUARD_H
#define TETRA_COMMON_GUARD_H

#include <stdlib.h>

#include <tetra/tetra.h>
#include <tetra/session.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define ARRAY_SIZE(array)   (sizeof(array) / sizeof((array)[0]))

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void diag_freep(struct tetra_diag **diag)
{
	tetra_diag_free(*diag);
}

static inline void policy_unrefp(struct tetra_policy **policy)
{
	tetra_policy_unref(*policy);
}

static inline void session_freep(struct tetra_session **session)
{
	tetra_session_free(*session);
}

static inline void txn_freep(struct tetra_txn **txn)
{
	tetra_txn_free(*txn);
}

#endif
