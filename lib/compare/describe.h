/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of atoms in words: by the values that policies name, as far as they say it.
 */
#ifndef TETRA_LIB_COMPARE_DESCRIBE_H
#define TETRA_LIB_COMPARE_DESCRIBE_H

#include "lib/base/strbuf.h"
#include "lib/space/walk.h"

/* A value that some selector names. */
struct literal {
	uint32_t relation;		  /* enum tetra_relation */
	const struct policy_value *value; /* of capabilities: NULL */
	uint64_t mask; /* of capabilities; a namespace: 1: the machine's own */
	const struct set *set;
};

/* What the selectors say of one axis. */
struct vocabulary {
	struct literal *literals;
	uint32_t n, room;
	uint32_t first;		/* number of the first literal's set in .atoms */
	struct partition atoms; /* finer: literals have all or none of each */
	uint32_t *coarse;	/* by such an atom: that of the axis */
};

/* 0, -ENOMEM, or -E2BIG: no words for it. */
int vocabulary_make(const struct lists *lists, uint32_t axis, struct vocabulary *ret);

/* Descent and rate limits: what no event says of itself. */
bool describe_is_opaque(const struct axis *axis);
/* "args[0]", "binary". @group: whose positions arguments have, then the other's. */
/* A name of what the hook reads: "args[0]", "data[0].dport"; not of the process. */
bool describe_is_of_arg(const char *name);
void describe_name(const struct lists *lists, uint32_t axis, uint32_t group,
		   struct strbuf *ret);
/* "= 2", "not in {...}". */
int describe_set(const struct lists *lists, uint32_t axis,
		 const struct vocabulary *vocabulary, const uint64_t *atoms,
		 struct strbuf *ret);

#endif
