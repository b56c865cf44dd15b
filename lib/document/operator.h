/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators and relations by their numbers: the rows of bpf/abi/kinds.h. An operator is a
 * relation between a part of an argument and its values, or what that relation leaves over.
 */
#ifndef TETRA_LIB_OPERATOR_H
#define TETRA_LIB_OPERATOR_H

#include "bpf/abi/kinds.h"
#include "lib/document/words.h"

/* How an operator's values are written. */
enum grammar {
	GRAMMAR_NONE,	 /* takes no values */
	GRAMMAR_LITERAL, /* text, integer or capability set, by the type */
	GRAMMAR_TEXT,
	GRAMMAR_RANGE, /* MIN:MAX, both needed */
	GRAMMAR_SET,   /* integer, MIN:MAX, list:NAME */
	GRAMMAR_ADDRESS,
	GRAMMAR_PORT,
	GRAMMAR_PRIVILEGED, /* takes no values: the ports below 1024 */
	GRAMMAR_PROTOCOL,
	GRAMMAR_FAMILY,
	GRAMMAR_STATE,
	GRAMMAR_FILE_TYPE,
	GRAMMAR_CEL,
};

struct operator_row {
	const char *name;
	uint8_t relation; /* enum tetra_relation */
	uint8_t negated;  /* it accepts what the relation does not */
	uint8_t grammar;  /* enum grammar */
	uint8_t part;	  /* enum tetra_part: what of the argument it looks at */
	uint8_t supported;
	uint16_t classes; /* enum tetra_class */
};

/* The last port that is privileged, unless net.ipv4.ip_unprivileged_port_start moves it. */
#define PORT_PRIVILEGED_MAX 1023u

/* A word for an operator, where one may be written: the lists are in types.h. */
struct operator_word {
	const char *name;
	uint32_t op; /* enum tetra_operator */
};

/* The row of an operator; that of an unknown number has no name and no relation. */
const struct operator_row *operator_row(uint32_t op);
const char *operator_name(uint32_t op);
/* It accepts what its relation does not. */
bool operator_is_negated(uint32_t op);
uint32_t operator_relation(uint32_t op);

/* Whether it compares arguments of a kind; enum tetra_arg_kind. */
bool operator_fits_kind(uint32_t op, uint32_t kind);

/* Values that an operator takes if they are not texts, bytes of one that is; 0: no limit. */
uint32_t operator_max_values(const struct operator_row *op);
uint32_t operator_max_bytes(const struct operator_row *op);

#endif
