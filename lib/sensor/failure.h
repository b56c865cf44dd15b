/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a program could not be loaded or attached, in words. The verifier's own go to the log:
 * they are about our program, not about what the user wrote.
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
	char *log;	     /* the verifier's, or NULL; changed */
	failure_log_fn to;   /* gets the end of it; or NULL */
	void *user;
};

/*
 * The finding. Return: one of the errors that calls give; -EMFILE without a finding for a lack
 * of descriptors, which the session tells.
 */
int failure_tell(const struct failure *failure, const struct tetra_kernel *kernel,
		 const struct diag_place *place, struct tetra_diag *diag);

#endif
