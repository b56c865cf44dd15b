/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One hook as both sides see it: their rules, in lists of which the first rule that accepts an
 * event decides, and the axes, one for each thing that rules look at, divided into atoms.
 *
 * Values of different axes are independent, except as atoms say: an atom gives facts and
 * forbids facts, and two atoms do not occur together if the one gives what the other forbids.
 * Those that give facts come first: a socket's family, before its ports.
 */
#ifndef TETRA_LIB_SPACE_LISTS_H
#define TETRA_LIB_SPACE_LISTS_H

#include "lib/space/effect.h"
#include "lib/space/partition.h"
#include "lib/judge/accept.h"

enum side { SIDE_OLD, SIDE_NEW, SIDES };

#define NO_AXIS UINT32_MAX
/* Axes of a hook: beyond that, the comparison is not finished. */
#define MAX_AXES 128u

/* What is the same on both sides is the same axis: what it reads, or the text of a filter. */
struct axis {
	struct dimension dimension; /* .which of an argument: not used, see below */
	uint32_t index, kind;	    /* of an argument: as it is read; POLICY_ARG_RETURN */
	const char *resolve, *btf_type; /* likewise; NULL: the parameter itself */
	bool walks; /* it is at the end of a path that may not be followed */
	/* As it was first met: what the group's hook calls it. */
	struct dimension origin;
	uint32_t origin_group;
	const struct policy_pids *pids;		/* descent: of whom */
	const struct policy_binaries *binaries; /* likewise */
	bool doubts;				/* likewise: false names do not count */
	const struct policy_action *rate;	/* a rate limit: whether it lets pass */
	uint32_t leader;			/* gives facts about it; NO_AXIS */
	bool leads;
	uint32_t listed;       /* of descent: the leader's set of those that are listed */
	uint32_t n_sets, room; /* the first is the domain */
	const struct set **sets;
	uint64_t *hashes;  /* by set */
	uint64_t *touched; /* rules that look at it, or at what it gives facts about */
	struct partition partition;
	uint64_t *rows;		   /* by atom: rules that accept it */
	uint64_t *gives, *forbids; /* by atom: facts */
};

struct rule {
	uint32_t group;
	uint32_t selector;		     /* as the evaluator counts */
	const struct policy_selector *model; /* NULL: a hook without selectors */
	struct effect effect;
	uint32_t *sets; /* by axis: number of its set; 0: it does not look at it */
};

/* The rules of one policy's hook. */
struct rule_group {
	enum side side;
	const struct tetra_policy *policy;
	const struct policy_hook *hook;
	uint32_t first, end; /* of the rules */
};

struct lists {
	struct set_space space; /* borrowed */
	struct axis *axes[MAX_AXES];
	uint32_t n_axes;
	uint32_t order[MAX_AXES]; /* of the walk */
	struct rule *rules;
	uint32_t n_rules, room_rules, n_words; /* words of a set of rules */
	struct rule_group *groups;
	uint32_t n_groups;
};

/* -E2BIG as in set.h. */
int lists_add_hook(struct lists *lists, enum side side, const struct tetra_policy *policy,
		   const struct policy_hook *hook);
int lists_finish(struct lists *lists);
void lists_done(struct lists *lists);

/* The axis of what a selector of the group's hook calls @dimension; NO_AXIS. */
uint32_t lists_find(const struct lists *lists, const struct rule_group *group,
		    const struct policy_selector *selector,
		    const struct dimension *dimension);
/* The axis of the rate limit of a selector; NO_AXIS. */
uint32_t lists_find_rate(const struct lists *lists,
			 const struct policy_selector *selector);

static inline const uint64_t *axis_row(const struct lists *lists, const struct axis *axis,
				       uint32_t atom)
{
	return &axis->rows[(size_t)atom * lists->n_words];
}

/* axis.c */

/* All values that an event can have there. */
int axis_domain(const struct axis *axis, const struct set_space *space,
		const struct set **ret);
/* The axis is of what the argument reads; not of a result. */
bool axis_reads(const struct axis *axis, const struct policy_arg *arg);
bool axis_is_same(const struct axis *a, const struct axis *b);
/* Numbers: the lowest is as good as a letter elsewhere. */
bool axis_is_readable(const struct axis *axis);
/* What gives facts about it, if anything does. */
bool axis_leader(const struct axis *axis, struct axis *ret);
/* axis-set.c */

/* Adds a set to those of the axis; its number. */
int axis_add_set(const struct set_space *space, struct axis *axis, const struct set *set,
		 uint32_t *ret);

/* facts.c */

/* The sets that atoms have all or none of, so that it is known which facts they give. */
int lists_add_facts(struct lists *lists);
/* What atoms of coupled axes give and forbid; -E2BIG if there are more facts than bits. */
int lists_couple(struct lists *lists);

#endif
