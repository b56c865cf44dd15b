/* SPDX-License-Identifier: Apache-2.0 */
/* A case with a matrix becomes a case for each combination of its values. */
#ifndef TETRA_POLICY_EXPAND_H
#define TETRA_POLICY_EXPAND_H

#include "suite/node.h"

struct report;

/* @node: the case with the values in it; @name: "NAME [key=value, ..]". */
typedef void expand_fn(void *user, const struct node *node, const char *name);

/* Without a matrix there is one. What is wrong with variables is reported. */
void expand_case(struct arena *arena, struct report *report, const struct node *node,
		 const char *name, expand_fn *fn, void *user);

#endif
