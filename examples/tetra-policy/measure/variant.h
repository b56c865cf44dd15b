/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a suite as trees, and policies that are made from changed trees. */
#ifndef TETRA_POLICY_VARIANT_H
#define TETRA_POLICY_VARIANT_H

#include "suite/suite.h"

/* A selector of a policy. */
struct rule {
	size_t policy;		 /* position in the suite */
	const struct node *root; /* of the policy */
	const char *section;	 /* "kprobes" */
	size_t hook, selector;	 /* positions */
	size_t n_selectors;
	const char *name; /* "kprobes[0].selectors[1]", POLICY/ in front of several */
	const struct node *node; /* the selector */
	struct node_path path;	 /* to it */
};

struct rules {
	struct rule *items;
	size_t n;
};

/* All selectors that are written down. Return: 0; -EINVAL after a complaint. */
int rules_read(struct suite *suite, struct rules *ret);

/* A list of filters below a selector, "matchArgs"; not of actions. */
int is_filters(const struct node *key, const struct node *item);

/* NULL: it is not a policy. */
struct tetra_policy *variant_parse(struct suite *suite, const struct node *root);
/* The policy with this hook alone, and with these selectors. */
const struct node *variant_of_hook(struct arena *arena, const struct rule *rule,
				   const struct node *selectors);
/* A case that shows the event, ready to paste. @judged by the policies as they are. */
const char *variant_case(struct suite *suite, const char *name, const char *witness);

#endif
