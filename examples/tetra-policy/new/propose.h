/* SPDX-License-Identifier: Apache-2.0 */
/* A policy that acts on whatever was not seen, as text. */
#ifndef TETRA_POLICY_PROPOSE_H
#define TETRA_POLICY_PROPOSE_H

#include <stdio.h>

#include "new/seen.h"

enum { PROPOSE_BINARIES = 1, PROPOSE_PATHS = 2, PROPOSE_DESTINATIONS = 4 };

struct proposal {
	const char *name;      /* of the policy */
	const char *source;    /* what was seen, for the first line */
	const char *action;    /* as policies write it: "Post" */
	unsigned int lists;    /* PROPOSE_BINARIES and others */
	unsigned int siblings; /* so many names of a folder become the folder */
};

/* What is seen is folded. Return: how many hooks the policy has. */
size_t propose(struct seen *seen, const struct proposal *proposal, FILE *out);

#endif
