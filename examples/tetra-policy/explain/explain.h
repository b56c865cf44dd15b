/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations, for people and as JSON. */
#ifndef TETRA_POLICY_EXPLAIN_H
#define TETRA_POLICY_EXPLAIN_H

#include <stddef.h>

struct tetra_explanation;
struct tetra_field_text;

/* Return: 0; a negative errno. */
int explain_print_text(const struct tetra_explanation *explanation);
/* One document for all of them. */
int explain_print_json(struct tetra_explanation *const *explanations, size_t n);
int field_print_text(const struct tetra_field_text *field);
int field_print_json(const struct tetra_field_text *field);

/* Complains about a name that is neither a file nor a field, and suggests one. */
void field_unknown(const char *name);

#endif
