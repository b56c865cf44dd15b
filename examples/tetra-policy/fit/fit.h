/* SPDX-License-Identifier: Apache-2.0 */
/* A table of policies and machines, and the forms in which it is printed. */
#ifndef TETRA_POLICY_FIT_H
#define TETRA_POLICY_FIT_H

#include "fleet.h"
#include "policies.h"

struct tetra_fit;

struct fits {
	struct policies policies;
	char *const *files; /* of the policies */
	struct fleet fleet;
	struct tetra_fit **cells; /* a row a policy */
};

struct tetra_fit *fits_get(const struct fits *fits, size_t policy, size_t machine);

/* Return: 0; a negative errno. */
int fit_print_text(const struct fits *fits);
int fit_print_json(const struct fits *fits);

#endif
