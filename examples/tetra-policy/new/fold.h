/* SPDX-License-Identifier: Apache-2.0 */
/* Many values of one folder or network become one for all of it. */
#ifndef TETRA_POLICY_FOLD_H
#define TETRA_POLICY_FOLD_H

#include "new/seen.h"

/*
 * The values are sorted; a folder in which at least @siblings names were seen becomes one, except
 * the root. Fewer are enough if otherwise more than @most values would be left: @values->siblings.
 * Return: 0; -E2BIG: more than @most are left even so.
 */
int fold_paths(struct arena *arena, struct seen_values *values, unsigned int siblings,
	       size_t most);
/* Networks of 24 bits, or 64 of IPv6. */
int fold_addresses(struct arena *arena, struct seen_values *values, unsigned int siblings,
		   size_t most);
/* Ports from 1024 on, which clients choose at random. */
int fold_ports(struct arena *arena, struct seen_values *values, unsigned int siblings,
	       size_t most);
/* Sorted, nothing else. */
int fold_none(struct seen_values *values, size_t most);

#endif
