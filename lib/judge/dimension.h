/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What selectors look at: each thing is a dimension, and an event has one value in each. As a
 * word (set.h), a value is a tag, which says whether and how it was read, and what was read:
 *
 *	numbers, ports, pids	8 bytes, sign- or zero-extended
 *	addresses		16 bytes, IPv4 as in IPv6
 *	texts, paths, programs	their bytes
 *	namespaces		a byte (1: it is the machine's own), 8 bytes of its number
 *	capabilities		8 bytes
 *	descent			a byte: enum dimension_descent
 *
 * What was not read is the tag alone, except descent. eval.h says how selectors treat it.
 */
#ifndef TETRA_LIB_DIMENSION_H
#define TETRA_LIB_DIMENSION_H

#include "lib/judge/eval.h"
#include "lib/judge/set.h"

enum dimension_kind {
	DIMENSION_ARG, /* .which: position; POLICY_ARG_RETURN */
	DIMENSION_PID,
	DIMENSION_NS_PID,
	DIMENSION_FORKS, /* descends from a pid; .which: the selector whose list it is */
	DIMENSION_NS_FORKS, /* the same with numbers of its namespace */
	DIMENSION_BINARY,
	DIMENSION_CHILDREN,  /* runs or descends from a program; .which: as above */
	DIMENSION_NAMESPACE, /* .which: enum tetra_namespace */
	DIMENSION_CAPS,	     /* .which: enum tetra_capset */
	DIMENSION_NS_CAPS,   /* the same, of a process in another user namespace */
};

struct dimension {
	enum dimension_kind kind;
	uint32_t which;
	uint32_t part; /* of an argument: enum tetra_part */
};

/* A tag: enum tetra_value_state, and these. */
#define DIMENSION_ENDLESS                                                                \
	(1u << 3) /* the beginning of a text whose end was not reached */
#define DIMENSION_FOREIGN (1u << 4) /* a name of a user namespace's mount */
#define DIMENSION_TAGS	  32u

enum dimension_descent { DESCENT_NO, DESCENT_YES, DESCENT_UNKNOWN };

/* Bytes of a number in a word, and of a namespace. */
#define DIMENSION_NUMBER	  8u
#define DIMENSION_NAMESPACE_BYTES 9u

/* Bits of a part that is a number or an address; 0: it is neither. */
uint32_t dimension_part_bits(uint32_t kind, uint32_t part);

bool dimension_is_same(const struct dimension *a, const struct dimension *b);

/* The value that @event has, in memory of @arena. 0 or -ENOMEM. */
int dimension_word(const struct dimension *dimension, const struct policy_hook *hook,
		   const struct eval_event *event, struct arena *arena,
		   struct set_word *ret);

#endif
