/* SPDX-License-Identifier: Apache-2.0 */
/* What json-schema.c says of a struct of the language besides the types of its keys. */
#ifndef TETRA_LIB_JSON_RULES_H
#define TETRA_LIB_JSON_RULES_H

#include "lib/base/strbuf.h"
#include "lib/document/schema.h"

/*
 * Adds rule number @i of @schema, a schema of its own, in one line. Return: whether there is
 * one; rules are numbered from 0.
 */
bool json_rule(struct strbuf *buf, const struct schema *schema, size_t i);

#endif
