/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of signals and errors, by their names. */
#ifndef TETRA_POLICY_NUMBER_H
#define TETRA_POLICY_NUMBER_H

/* "SIGKILL", or a number. 0: it is not a signal of this machine. */
int number_of_signal(const char *name);
/* "EPERM". 0: it is not an error of this machine. */
int number_of_errno(const char *name);

#endif
