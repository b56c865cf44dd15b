/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column being compiled: all filters of all rules that look at one thing, and the literals
 * of these filters. From them the builders make a dimension's table.
 *
 * The builders walk through the values that differ for some rule (keys, segments, trie
 * nodes) and say which filters have a literal there: column_hit(), column_unhit(). The
 * column keeps the set of rules all of whose filters hold; column_row() names that set.
 * So several filters of one rule, negated ones, and duplicate literals need no special case,
 * and the cost of a step depends on what changes, not on the column's size.
 */
#ifndef TETRA_LIB_COLUMN_H
#define TETRA_LIB_COLUMN_H

#include "lib/image/cells.h"
#include "lib/image/ruleset.h"

/*
 * EXACT: one or two words, no order. NUMBER: the same or segments, whichever fits. BITS: masks
 * and sets. TEXT_*: tries of 32-byte chunks; PATH_HEAD: of components.
 */
#define X(NAME, number, ...) COLUMN_##NAME = (number),
enum column_shape { TETRA_TABLES(X) };
#undef X

/* How a rule treats values that cannot be compared; from its selector. */
#define COLUMN_ACCEPTS_UNREADABLE 1u
#define COLUMN_ACCEPTS_FAULT	  2u
#define COLUMN_DOUBTS_NEGATED	  4u
#define COLUMN_DOUBTS_POSITIVE	  8u
#define COLUMN_ENFORCES		  16u
#define COLUMN_EXEMPTS		  32u

struct column_filter {
	uint32_t rule;
	uint8_t negated;
	uint8_t leniency; /* COLUMN_* */
	uint8_t positive; /* negated in form only: a value without a name does not pass */
	uint32_t n_hits;  /* literals that match at the walk's current position */
	uint32_t
		n_maybes; /* those that match if a text, cut by a fault, goes on as they do */
	const struct ruleset_group *group;
	struct mark mark;
};

/* Lower word first. */
struct column_number {
	uint64_t low, high;
};

struct column_literal {
	uint32_t filter;
	uint8_t whole; /* text: Equal, not Prefix or Postfix */
	uint8_t ipv6;
	union {
		struct {
			struct column_number min, max;
		};
		struct {
			const char *text; /* borrowed from the model */
			size_t len;
		};
		uint64_t bits;
	};
};

struct column {
	enum column_shape shape;
	uint8_t ordered; /* GT or LT: a table of keys cannot express it */
	uint8_t exe;   /* the executable: a process without one passes only by leniency */
	uint8_t path;  /* the value is a file's path */
	uint8_t aside; /* some values cannot be compared */
	uint8_t foreign; /* names are distrusted: filters that doubt them see none */
	uint64_t flip;	 /* of the sign, so that order is unsigned */
	uint32_t steps;	 /* texts: steps of a walk over the longest literal */
	uint32_t cut; /* strings: the cell of the dimension for those that a fault ends */
	/* column_build() failed: the filter whose rule asks for what the shape cannot say */
	uint32_t culprit;
	struct rows *rows; /* borrowed */
	struct column_filter *filters;
	uint32_t n_filters, filters_size;
	struct column_literal *literals;
	uint32_t n_literals, literals_size;
	uint64_t unfiltered[TETRA_MAX_WORDS]; /* rules without a filter here */
	uint64_t accepting[TETRA_MAX_WORDS];  /* rules whose filters all hold */
	uint16_t failing[TETRA_MAX_RULES];    /* filters of the rule that do not hold */
};

/* @all_rules: TETRA_MAX_WORDS words. */
int column_new(struct column **ret, enum column_shape shape, struct rows *rows,
	       const uint64_t *all_rules);
struct column *column_free(struct column *column);

/* Returns the filter's number, or -ENOMEM. */
int column_add_filter(struct column *column, uint32_t rule, bool negated,
		      uint32_t leniency, const struct ruleset_group *group,
		      struct mark mark);
uint32_t column_count_filters(const struct column *column); /* NULL: 0 */
/* All rules get other numbers, rule r the number to[r]; before literals hit. NULL: nothing. */
void column_move_rules(struct column *column, const uint32_t *to,
		       const uint64_t *all_rules);
int column_add_range(struct column *column, uint32_t filter, uint64_t min, uint64_t max);
int column_add_bits(struct column *column, uint32_t filter, uint64_t bits);
int column_add_literal(struct column *column, const struct column_literal *literal);

/* A filter of a column whose values are added, and where findings go. */
struct column_place {
	struct column *column;
	uint32_t filter;
	struct tetra_diag *diag;
};

/* Literals of an argument's filter: as the column's shape wants them. */
int column_fill(const struct column_place *at, const struct policy_filter *filter);
#define X(NAME, number, column, built, filled)                                           \
	int column_fill_##filled(const struct column_place *at,                          \
				 const struct policy_filter *filter);
TETRA_TABLES(X)
#undef X

int column_fill_ranges(const struct column_place *at, const struct policy_value *values,
		       uint32_t n);
/* column-text.c: a text of at most @max_bytes; @mark: where it is written. */
int column_place_text(const struct column_place *at, const struct column_literal *literal,
		      struct mark mark, size_t max_bytes);

/* Bytes of a literal: one less than what is kept of a text that was cut, so that none equals it. */
#define COLUMN_TEXT_BYTES (TETRA_TEXT_KEPT - 1)

/* A literal as a walk through the trie: one step for each chunk. */
struct column_walk {
	uint32_t steps;
	uint32_t components; /* of a path */
};

/* column-trie.c: adds a text, and says how long its walk is. */
int column_add_text(struct column *column, const struct column_literal *literal,
		    struct column_walk *ret);

void column_hit(struct column *column, uint32_t filter);
void column_unhit(struct column *column, uint32_t filter);
/* A literal that may match; hits do not change while any may. */
void column_maybe(struct column *column, uint32_t filter);
void column_unmaybe(struct column *column, uint32_t filter);
int column_row(const struct column *column, struct row *ret);
/* The rules that accept a value that cannot be compared; enum tetra_value_state. */
int column_row_aside(const struct column *column, uint32_t state, struct row *ret);

/* A filter here does not trust names, and only names can be forged. */
bool column_distrusts(const struct column *column);

/* Writes the tables; *@ret is the dimension. -EOPNOTSUPP: see column->culprit. */
int column_build(struct column *column, struct cells *cells, struct tetra_dim *ret);

/* By shape, called by column_build(). */
#define X(NAME, number, column_of, built, filled)                                        \
	int column_build_##built(struct column *column, struct cells *cells,             \
				 struct tetra_dim *dim);
TETRA_TABLES(X)
#undef X

static inline void column_freep(struct column **column)
{
	column_free(*column);
}

#endif
