/* SPDX-License-Identifier: Apache-2.0 */
/* Exit statuses, the same for every command. */
#ifndef TETRA_POLICY_STATUS_H
#define TETRA_POLICY_STATUS_H

/* The manual's table has a row for each. */
/* A row a line. */
/* clang-format off */
#define STATUSES(X)                                                           \
	X(GOOD, 0)   /* nothing is wrong; both are equal; all cases passed */ \
	X(FOUND, 1)  /* errors, differences, failed cases */                  \
	X(BROKEN, 2) /* could not run: usage, unreadable file, privilege */   \
	X(SKIPPED, 3) /* everything was skipped */
/* clang-format on */

#define X(name, number) STATUS_##name = number,
enum status { STATUSES(X) };
#undef X

#endif
