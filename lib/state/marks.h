/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks: bits that a process inherits and keeps across exec. A filter that follows forks or
 * children looks at one; the processes that it names are the roots.
 *
 * A bit is identified by what it means: the kind, the set of values, and whether names made in
 * user namespaces are distrusted. Filters that mean the same share it, whatever policy they
 * are in. So a filter that stays when policies are replaced keeps its bit, and the bit its
 * processes. A bit that no filter looks at any more is removed from all processes before it
 * can mean something else.
 */
#ifndef TETRA_LIB_MARKS_H
#define TETRA_LIB_MARKS_H

#include "bpf/abi/config.h"
#include "lib/base/base.h"

#define MARK_BITS 64u

enum mark_kind { MARK_OF_PID, MARK_OF_BINARY, MARK_KINDS };

enum mark_state {
	MARK_FREE,  /* no process has it */
	MARK_NEW,   /* likewise, but it has a meaning */
	MARK_STALE, /* some of its processes have it */
	MARK_SET, /* all have it: programs know its roots, and the older ones were looked at */
};

struct mark_bit {
	enum mark_state state;
	/* Its meaning: roots, sorted, each once. */
	struct tetra_mark_key *keys;
	uint32_t n_keys;
	bool distrusts; /* of binaries: a name made in a user namespace makes no root */
};

struct marks {
	struct mark_bit bits[MARK_KINDS][MARK_BITS];
	uint64_t
		begin_ns; /* since boot: older processes were found, the others were seen */
};

struct mark_root {
	struct tetra_mark_key key;
	struct tetra_mark_bits bits;
};

/* The roots of all marks that are in force, sorted by their keys. */
struct mark_roots {
	struct mark_root *roots;
	uint32_t n;
};

/* What has to be true of all rows. */
struct members_wanted {
	const struct mark_roots *roots;
	uint64_t begin_ns;
	uint64_t dropped[MARK_KINDS]; /* bits that no row may have */
	/* Bits that each process with bit i has as well. */
	uint64_t implied[MARK_KINDS][MARK_BITS];
};

struct session_policy;
struct session_state;
struct session_use;
struct tetra_diag;
struct tetra_session;

/*
 * members.c: gives and takes bits until all rows are as wanted, those that programs are
 * writing at the same time included. Return: 1; 0 if that did not end; -ENOMEM; -EPERM,
 * -EINVAL if rows cannot be read.
 */
int members_settle(struct tetra_session *session, const struct members_wanted *wanted);

/* By key; for qsort() and bsearch(). */
int mark_key_compare(const void *left, const void *right);

/* What followForks and followChildren need, before the rules that use it. */
int next_apply_marks(struct tetra_session *session, const struct session_state *next);
int use_assign_marks(struct tetra_session *session, struct session_use *use,
		     const struct session_policy *loaded,
		     const struct session_state *next, struct tetra_diag *diag);
void session_remove_marks(struct tetra_session *session);
void marks_done(struct marks *marks);

#endif
