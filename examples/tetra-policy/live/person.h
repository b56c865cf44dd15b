/* SPDX-License-Identifier: Apache-2.0 */
/* Who a command runs as. */
#ifndef TETRA_POLICY_PERSON_H
#define TETRA_POLICY_PERSON_H

#include <stddef.h>

struct node;

/* The calling process becomes it: "user", "groups", "caps". Return: 0; -1 and @why. */
int person_become(const struct node *form, char *why, size_t why_bytes);

#endif
