/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that are read together: of a file, of all files of a directory, of a suite. */
#ifndef TETRA_POLICY_POLICIES_H
#define TETRA_POLICY_POLICIES_H

#include <stddef.h>

struct tetra_policy;

struct policies {
	struct tetra_policy **items;
	size_t n;
};

/*
 * Adds the policies of a file or directory; "-": standard input. What is wrong with one is
 * printed on standard error. Return: 0; a negative errno.
 */
int policies_read(struct policies *policies, const char *path);
void policies_done(struct policies *policies);

#endif
