/* SPDX-License-Identifier: Apache-2.0 */
/* A suite's file, read and checked: policies, cases, claims. Nothing is run. */
#ifndef TETRA_POLICY_SUITE_H
#define TETRA_POLICY_SUITE_H

#include "policies.h"
#include "suite/arena.h"
#include "suite/node.h"
#include "suite/report.h"

struct suite_case {
	const char *name;		/* with the values of the matrix */
	const char *base;		/* without them */
	const struct node *node;	/* the values are in it */
	const struct node *event, *run; /* one of them is NULL */
	const struct node *expect;
	const char *known_gap, *skip; /* NULL: neither */
};

struct suite {
	const char *file;
	struct arena arena;
	struct report report;
	const struct node *root;
	struct policies policies;
	/* Of each policy: its file, or NULL and its text in the suite. */
	const char **policy_files;
	const struct node **policy_nodes;
	struct suite_case *cases;
	size_t n_cases;
	const struct node *claims; /* or NULL */
};

/* What is wrong is printed on standard error. Return: 0; -EINVAL. */
int suite_read(struct suite *ret, const char *filename);
void suite_done(struct suite *suite);
/* The claims as the library reads them; lines are those of the suite. */
const char *suite_claims(struct suite *suite, size_t *ret_len);
/* A path of the suite; relative to its folder. */
const char *suite_path(struct suite *suite, const char *path);

#endif
