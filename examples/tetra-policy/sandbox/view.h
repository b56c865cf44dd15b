/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_POLICY_VIEW_H
#define TETRA_POLICY_VIEW_H

#include <stddef.h>

struct node;

/*
 * The calling process gets a mount namespace (and a network) of its own, with an overlay over
 * each of the machine's file systems, and what @form asks for in it; NULL: nothing.
 * Return: 0; -1 and @why.
 */
int view_make(const struct node *form, int has_net, char *why, size_t why_bytes);

#endif
