/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a text or an event is what a suite expects. */
#ifndef TETRA_POLICY_MATCH_H
#define TETRA_POLICY_MATCH_H

#include <yajl/yajl_tree.h>

#include "suite/node.h"

struct report;

/* @text NULL: it is not there. @matcher: a literal, or {prefix: TEXT} and so on. */
int match_text(const struct node *matcher, const char *text);
/*
 * A part of an event as JSON: each field that @partial has is there and matches; a list matches
 * the first elements. @event NULL: it is not there.
 */
int match_event(const struct node *partial, yajl_val event);

/* What is wrong with a matcher, or with those in a partial event, is reported. */
void match_check(struct report *report, const struct node *node);
/* For messages: "begins with 'x'". */
const char *match_describe(struct arena *arena, const struct node *matcher);

#endif
