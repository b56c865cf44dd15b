/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random rule sets of one hook, and random events near their literals, for the comparison
 * of the compiled tables with the evaluator: on the host, and in a kernel. The same seed
 * gives the same rules and events everywhere.
 */
#ifndef TETRA_TESTS_RANDOM_RULES_H
#define TETRA_TESTS_RANDOM_RULES_H

#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/image/ruleset.h"
#include "lib/judge/eval.h"

#define RANDOM_TEXT_BYTES 4096
/* Number of the first group; the others follow. */
#define RANDOM_FIRST_GROUP 100
/* Literals that events are made from. */
#define RANDOM_KEPT 256
/* Control groups of a random tree: the first is the root. */
#define RANDOM_CGROUPS 40

struct random_state {
	uint64_t state;
};

struct random_text {
	const char *text;
	size_t len;
};

struct random_rules {
	struct arena *arena; /* owns all that the rule set points to */
	uint64_t seed;
	struct random_state random;
	struct ruleset ruleset; /* of one hook */
	struct ruleset_hook hook;
	uint64_t host_ns[TETRA_NS_END];
	uint64_t host_user_ns;
	uint32_t n_values_max, n_filters_max; /* how dense the rules are */
	uint32_t sources;		      /* what their filters look at */
	uint8_t sparse;			      /* nothing is negated, no rule is empty */
	char stem[512]; /* all texts are cut from it, so that they meet */
	struct random_text texts[RANDOM_KEPT];
	uint32_t n_texts;
	uint64_t numbers[RANDOM_KEPT];
	uint32_t n_numbers;
	const struct policy_value *addresses[RANDOM_KEPT];
	uint32_t n_addresses;
	struct random_state
		scopes; /* apart: scopes came later, the rest stays as it was */
	struct ruleset_cgroup cgroups[RANDOM_CGROUPS];
};

/* What a program would see: the process, and the values by slot. */
struct random_event {
	struct eval_event process; /* without args, return value, marks */
	uint64_t
		cgroups[TETRA_SCOPE_LEVELS]; /* .process.cgroups: by level, then zeroes */
	uint64_t pid_marks, binary_marks;    /* the process's own bits */
	struct eval_arg slots[TETRA_MAX_SLOTS];
	char exe[RANDOM_TEXT_BYTES + 64];
	char texts[TETRA_MAX_SLOTS][RANDOM_TEXT_BYTES + 64];
};

/* About @n_rules rules (1 to 1000), as many as a hook can have. */
int random_rules_new(struct random_rules **ret, uint64_t seed, uint32_t n_rules);
struct random_rules *random_rules_free(struct random_rules *rules);
void random_event_make(const struct random_rules *rules, uint64_t seed,
		       struct random_event *ret);
/* What the evaluator is given for a group, its arguments in @args. */
void random_event_see(const struct random_rules *rules, const struct random_event *event,
		      uint32_t group, struct eval_arg (*args)[TETRA_MAX_SLOTS],
		      struct eval_event *ret);
/*
 * What the evaluator says: the selector of that group, or -1. @later: at the entry of a call,
 * when its result is not there: selectors that filter it are out, unless they enforce.
 */
int random_event_judge(const struct random_rules *rules, const struct random_event *event,
		       uint32_t group, bool later);

/* For the report of a difference. */
void random_rules_describe(const struct random_rules *rules, uint32_t group, FILE *out);
void random_event_describe(const struct random_rules *rules,
			   const struct random_event *event, FILE *out);

uint64_t random_next(struct random_state *random);
/* Below @n; @n is not 0. */
uint32_t random_below(struct random_state *random, uint32_t n);
/* True once in @n times. */
bool random_once(struct random_state *random, uint32_t n);
/* A number of that kind, often at an edge; sign- or zero-extended. */
uint64_t random_number(struct random_state *random, uint32_t kind);
uint64_t random_extend(uint32_t kind, uint64_t number);
/* A text that shares its beginning or end with others; returns its length. */
size_t random_text(const struct random_rules *rules, struct random_state *random,
		   bool path, char *ret, size_t size);

static inline void random_rules_freep(struct random_rules **rules)
{
	random_rules_free(*rules);
}

#endif
