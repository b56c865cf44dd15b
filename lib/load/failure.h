/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a program could not be loaded or attached, as text. The verifier's output goes to the
 * log: it is about our program, not about what the user wrote.
 */
#ifndef TETRA_LIB_FAILURE_H
#define TETRA_LIB_FAILURE_H

#include "lib/base/base.h"
#include "lib/kernel/kernel.h"

struct diag_place;

/* Receives one line, without its end. */
typedef void (*failure_log_fn)(void *user, const char *line);

struct failure {
	const char *program; /* "the fentry program for 'tcp_connect'" */
	const char *step;    /* "loaded", "attached" */
	int error;	     /* negative */
	bool perf;	     /* it is attached with a perf event */
	bool in_file;	     /* attaching to a place in a file failed */
	bool untraced;	   /* attaching failed to a function that ftrace does not list */
	char *log;	   /* the verifier's, or NULL; changed */
	failure_log_fn to; /* gets the end of it; or NULL */
	void *user;
};

/*
 * Adds the finding. Return: one of the errors that calls return; -EMFILE without a finding if
 * descriptors ran out, which the session reports.
 */
int failure_tell(const struct failure *failure, const struct tetra_kernel *kernel,
		 const struct diag_place *place, struct tetra_diag *diag);

#endif
