/* SPDX-License-Identifier: Apache-2.0 */
/* Exit statuses: what has to change before another attempt can go better. */
#ifndef TETRA_MINI_STATUS_H
#define TETRA_MINI_STATUS_H

/* The manual's table has a row for each. */
/* A row a line. */
/* clang-format off */
#define STATUSES(X)                                                             \
	X(OK, 0)     /* an orderly stop; all checked files are good */          \
	X(POLICY, 1) /* a policy cannot be read, or is not valid */             \
	X(USAGE, 2)  /* the command line */                                     \
	X(MACHINE, 3) /* no privilege, or the kernel cannot serve a session */  \
	X(LOAD, 4)   /* valid policies that cannot be loaded on this machine */ \
	X(RUN, 5)    /* no memory, no output, or an error while running */
/* clang-format on */

#define X(name, number) STATUS_##name = number,
enum status { STATUSES(X) };
#undef X

#endif
