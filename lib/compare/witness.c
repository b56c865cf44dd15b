/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/compare/descent.h"
#include "lib/judge/address.h"

/* Axes in their order; an atom that forbids what was given is passed over. */
struct finder {
	const struct lists *lists;
	const struct boxes *boxes;
	const struct box *box;
	struct witness *ret;
	uint64_t tries;
};

/* Enough for boxes as they are; the values of few axes depend on each other. */
#define MAX_TRIES 100000u

/* Values that people expect to see, best first; as words. */
static const struct set_word names[] = {
	{ "\0/usr/bin/dash", 14 },
	{ "\0/usr/bin/cat", 13 },
	{ "\0/usr/bin/python3", 17 },
};
static const struct set_word paths[] = {
	{ "\0/tmp/file", 10 },
	{ "\0/etc/hosts", 11 },
};
static const struct set_word texts[] = {
	{ "\0text", 5 },
};
static const struct set_word addresses[] = {
	{ "\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 17 }, /* 192.0.2.1 */
};
static const struct set_word ports[] = {
	{ "\0\0\0\0\0\0\0\x9c\x40", 9 }, /* 40000 */
	{ "\0\0\0\0\0\0\0\1\xbb", 9 },	 /* 443 */
};
static const struct set_word pids[] = {
	{ "\0\0\0\0\0\0\0\x10\x92", 9 }, /* 4242 */
};
static const struct set_word protocols[] = {
	{ "\0\0\0\0\0\0\0\0\6", 9 }, /* TCP */
};
static const struct set_word namespaces[] = {
	{ "\0\1\0\0\0\0\xf0\0\0\0", 10 }, /* the machine's own */
	{ "\0\0\0\0\0\0\xf0\0\2\0", 10 }, /* another one */
	{ "\0\1\0\0\0\0\xf0\0\2\0", 10 },
	{ "\0\0\0\0\0\0\xf0\0\0\0", 10 },
};

struct choice {
	const struct set_word *words;
	size_t n;
};

#define CHOICE(array) ((struct choice){ array, ARRAY_SIZE(array) })

static struct choice choice_of_arg(const struct axis *axis)
{
	const struct kind_row *row = kind_row(axis->kind);

	switch (axis->dimension.part) {
	case TETRA_PART_VALUE:
		if (row->classes & TETRA_CLASS_PATH)
			return CHOICE(paths);
		return row->classes & TETRA_CLASS_TEXT ? CHOICE(texts)
						       : (struct choice){};
	case TETRA_PART_SADDR:
	case TETRA_PART_DADDR:
		return CHOICE(addresses);
	case TETRA_PART_SPORT:
	case TETRA_PART_DPORT:
		return CHOICE(ports);
	case TETRA_PART_PROTOCOL:
		return CHOICE(protocols);
	default:
		return (struct choice){};
	}
}

static struct choice choice_of(const struct axis *axis)
{
	switch (axis->dimension.kind) {
	case DIMENSION_ARG:
		return choice_of_arg(axis);
	case DIMENSION_BINARY:
		return CHOICE(names);
	case DIMENSION_PID:
	case DIMENSION_NS_PID:
		return CHOICE(pids);
	case DIMENSION_NAMESPACE:
		return CHOICE(namespaces);
	default:
		return (struct choice){};
	}
}

static bool is_allowed(const struct finder *finder, uint32_t axis, uint32_t atom,
		       uint64_t facts)
{
	uint32_t set = finder->box->sets[axis];

	return atom != NO_ATOM && !(finder->lists->axes[axis]->forbids[atom] & facts) &&
	       (!set || bits_has(boxes_atoms(finder->boxes, axis, set), atom));
}

/*
 * Atoms of an axis that say the same about other axes: where one leads to nothing, so do the
 * others.
 */
struct alike {
	uint64_t gives, forbids, descent;
};
/* More than the kinds that facts have; others are tried. */
#define MAX_ALIKE 32u

struct dead_ends {
	struct alike items[MAX_ALIKE];
	uint32_t n;
};

static struct alike alike_of(const struct axis *axis, uint32_t atom, struct set_word word)
{
	return (struct alike){ axis->gives[atom], axis->forbids[atom],
			       axis_is_descent(axis) ? word_value(word) : 0 };
}

static bool is_dead_end(const struct dead_ends *ends, struct alike alike)
{
	for (uint32_t i = 0; i < ends->n; i++)
		if (memcmp(&ends->items[i], &alike, sizeof(alike)) == 0)
			return true;
	return false;
}

static int find_from(struct finder *finder, uint32_t position, uint64_t facts);

static int follow_word(struct finder *finder, uint32_t position, uint32_t atom,
		       struct set_word word, uint64_t facts)
{
	uint32_t axis = finder->lists->order[position];

	if (!finder->tries)
		return -E2BIG;
	finder->tries--;
	finder->ret->words[axis] = word;
	if (axis_is_descent(finder->lists->axes[axis]) &&
	    !descent_is_possible(finder->lists, finder->ret, position + 1))
		return -ENOENT;
	return find_from(finder, position + 1,
			 facts | finder->lists->axes[axis]->gives[atom]);
}

static int try_word(struct finder *finder, uint32_t position, uint32_t atom,
		    struct set_word word, uint64_t facts, struct dead_ends *ends)
{
	uint32_t number = finder->lists->order[position];
	struct alike alike;
	int r;

	if (!is_allowed(finder, number, atom, facts))
		return -ENOENT;
	alike = alike_of(finder->lists->axes[number], atom, word);
	if (is_dead_end(ends, alike))
		return -ENOENT;
	r = follow_word(finder, position, atom, word, facts);
	if (r == -ENOENT && ends->n < MAX_ALIKE)
		ends->items[ends->n++] = alike;
	return r;
}

/* What was read as it is comes before false names, beginnings, and what was not read. */
static unsigned int oddness(uint8_t tag)
{
	return tag == TETRA_VALUE_READ ? 0 : tag >= DIMENSION_ENDLESS ? 1 : 2;
}

static int find_from(struct finder *finder, uint32_t position, uint64_t facts)
{
	const struct lists *lists = finder->lists;
	const struct axis *axis;
	struct dead_ends ends = { .n = 0 };
	struct choice choice;
	int r = -ENOENT;

	if (position == lists->n_axes)
		return 0;
	axis = lists->axes[lists->order[position]];
	choice = choice_of(axis);
	for (size_t i = 0; r == -ENOENT && i < choice.n; i++)
		r = try_word(finder, position,
			     partition_find(&axis->partition, choice.words[i]),
			     choice.words[i], facts, &ends);
	for (unsigned int odd = 0; odd < 3; odd++)
		for (uint32_t a = 0; r == -ENOENT && a < axis->partition.n_atoms; a++)
			if (oddness(word_tag(axis->partition.samples[a])) == odd)
				r = try_word(finder, position, a,
					     axis->partition.samples[a], facts, &ends);
	return r;
}

int witness_find(const struct lists *lists, const struct boxes *boxes,
		 const struct box *box, struct witness *ret)
{
	struct finder finder = { lists, boxes, box, ret, MAX_TRIES };

	return find_from(&finder, 0, 0);
}

/* Judgement */

static void set_marks(const struct lists *lists, const struct witness *witness,
		      const struct rule_group *group, struct eval_event *ret)
{
	static const uint32_t kinds[] = { DIMENSION_FORKS, DIMENSION_NS_FORKS,
					  DIMENSION_CHILDREN };

	for (uint32_t i = 0; i < group->hook->n_selectors; i++) {
		const struct policy_selector *s = &group->hook->selectors[i];

		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			struct dimension dimension = { kinds[k], i, 0 };
			bool children = kinds[k] == DIMENSION_CHILDREN;
			uint32_t axis = NO_AXIS;
			uint64_t descent;

			if (!children ||
			    (s->n_binaries && s->binaries[0].follow_children))
				axis = lists_find(lists, group, s, &dimension);
			if (axis == NO_AXIS || lists->axes[axis]->rate)
				continue;
			descent = word_value(witness->words[axis]);
			if (descent == DESCENT_UNKNOWN && children)
				ret->names_unknown = 1;
			else if (descent == DESCENT_UNKNOWN)
				ret->marks_unknown = 1;
			else if (descent == DESCENT_YES && children)
				ret->binary_marks |= UINT64_C(1) << i;
			else if (descent == DESCENT_YES)
				ret->pid_marks |= UINT64_C(1) << i;
		}
	}
}

static void set_namespace(uint32_t ns, struct set_word word, struct eval_event *ret)
{
	uint64_t number = word_value(word) & UINT32_MAX;
	bool own = word.n > 1 && word.bytes[1];

	ret->namespaces[ns] = number;
	ret->host_namespaces[ns] = own ? number : number ^ 1;
	if (ns == TETRA_NS_USER) {
		ret->user_ns = ret->namespaces[ns];
		ret->host_user_ns = ret->host_namespaces[ns];
	}
}

static void set_process(const struct axis *axis, struct set_word word,
			struct eval_event *ret)
{
	uint8_t tag = word_tag(word);

	switch (axis->dimension.kind) {
	case DIMENSION_PID:
		ret->tgid = (uint32_t)word_value(word);
		break;
	case DIMENSION_NS_PID:
		ret->ns_tgid = (uint32_t)word_value(word);
		break;
	case DIMENSION_NAMESPACE:
		set_namespace(axis->dimension.which, word, ret);
		break;
	case DIMENSION_CAPS:
		ret->caps[axis->dimension.which] = word_value(word);
		break;
	case DIMENSION_BINARY:
		ret->exe_state = tag & ~DIMENSION_FOREIGN;
		ret->exe_foreign = (tag & DIMENSION_FOREIGN) != 0;
		if (ret->exe_state == TETRA_VALUE_READ) {
			ret->exe = word.bytes + 1;
			ret->exe_len = word.n - 1;
		}
		break;
	default:
		break;
	}
}

/* Where the group's hook has the argument, or one of its parts. */
static void set_args(const struct lists *lists, const struct witness *witness,
		     const struct rule_group *group, struct eval_arg *args,
		     struct eval_arg *return_value)
{
	const struct policy_hook *hook = group->hook;

	for (uint32_t i = 0; i < hook->n_args; i++)
		args[i].kind = hook->args[i].kind;
	return_value->kind = hook->return_arg.kind;
	/* In the order of the walk: the family is known before the addresses. */
	for (uint32_t p = 0; p < lists->n_axes; p++) {
		const struct axis *axis = lists->axes[lists->order[p]];
		struct set_word word = witness->words[lists->order[p]];

		if (axis->dimension.kind != DIMENSION_ARG)
			continue;
		if (axis->index == POLICY_ARG_RETURN) {
			word_to_arg(axis, word, return_value);
			continue;
		}
		for (uint32_t i = 0; i < hook->n_args; i++)
			if (axis_reads(axis, &hook->args[i]))
				word_to_arg(axis, word, &args[i]);
	}
}

static int judge_group(const struct lists *lists, const struct witness *witness,
		       const struct rule_group *group)
{
	struct eval_arg *args =
		arena_array(lists->space.arena, group->hook->n_args + 1, sizeof(*args));
	struct eval_event event = { .args = args };

	if (!args)
		return -ENOMEM;
	for (uint32_t i = 0; i < TETRA_NS_END; i++)
		event.host_namespaces[i] = 1;
	for (uint32_t i = 0; i < lists->n_axes; i++)
		set_process(lists->axes[i], witness->words[i], &event);
	set_marks(lists, witness, group, &event);
	set_args(lists, witness, group, args, &event.return_value);
	return eval_policy_hook(group->hook, &event);
}

/* What a selector does if it decides this event. */
static void effect_of(const struct lists *lists, const struct witness *witness,
		      const struct rule_group *group, uint32_t selector,
		      struct effect *ret)
{
	const struct policy_selector *s =
		group->hook->n_selectors ? &group->hook->selectors[selector] : NULL;
	uint32_t rate = s ? lists_find_rate(lists, s) : NO_AXIS;

	effect_of_selector(group->policy, s, ret);
	if (rate != NO_AXIS && word_value(witness->words[rate]) == DESCENT_NO) {
		ret->told = false;
		ret->silent = true;
	}
}

int witness_judge(const struct lists *lists, const struct witness *witness,
		  struct effect ret[SIDES])
{
	struct effect effect;
	int winner;

	memset(ret, 0, SIDES * sizeof(*ret));
	for (uint32_t g = 0; g < lists->n_groups; g++) {
		const struct rule_group *group = &lists->groups[g];

		if (!group->hook)
			continue;
		winner = judge_group(lists, witness, group);
		/* -1: no selector; the evaluator has no other negative answer. */
		if (winner == -ENOMEM)
			return winner;
		if (winner < 0)
			continue;
		effect_of(lists, witness, group, (uint32_t)winner, &effect);
		effect_add(&ret[group->side], &effect);
	}
	return 0;
}
