/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The regions of a comparison against the evaluator: for random pairs of policies and random
 * events, the effects differ if and only if the event is in exactly one region, whose effects
 * are these. TETRA_TEST_EVENTS: how many events; TETRA_TEST_SEED moves the walk elsewhere.
 */
#include <inttypes.h>

#include "lib/compare/difference.h"
#include "tests/unit/random-rules.h"
#include "tests/unit/suite.h"

TIMEOUT(600)

#define N_EVENTS       100000u
#define EVENTS_AT_ONCE 500u
#define RULES_AT_ONCE  16u
#define MAX_SELECTORS  64u
#define MAX_STATES     200000u

struct tally {
	uint32_t n_events, n_differ, n_wrong, n_pairs, n_unfinished, n_regions;
};

/* One policy with one hook. */
struct party {
	enum side side;
	struct tetra_policy policy;
	struct policy_hook hook;
	struct policy_arg args[TETRA_MAX_SLOTS];
	struct policy_selector selectors[MAX_SELECTORS];
	uint32_t group; /* of the rules: where its arguments come from */
};

static void party_make(const struct random_rules *rules, uint32_t group, enum side side,
		       struct party *ret)
{
	const struct ruleset_group *from = &rules->hook.groups[group];

	*ret = (struct party){ .side = side, .group = group, .hook = *from->hook };
	ret->policy.mode = from->monitor ? TETRA_MODE_MONITOR : TETRA_MODE_ENFORCE;
	ck_assert_uint_le(ret->hook.n_selectors, MAX_SELECTORS);
	memcpy(ret->args, from->hook->args, from->hook->n_args * sizeof(*ret->args));
	for (uint32_t i = 0; i < from->hook->n_args; i++)
		ret->args[i].index = from->slots.of_arg[i];
	memcpy(ret->selectors, from->hook->selectors,
	       from->hook->n_selectors * sizeof(*ret->selectors));
	ret->hook.args = ret->args;
	ret->hook.selectors = ret->selectors;
}

static uint64_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* One small change, as an author would make it. */
static void party_change(struct party *party, uint64_t *random)
{
	uint32_t n = party->hook.n_selectors, i = n ? next(random) % n : 0;
	struct policy_selector *s = &party->selectors[i], kept;

	if (!n)
		return;
	switch (next(random) % 6) {
	case 0:
		s->accepts_unreadable ^= 1;
		return;
	case 1:
		s->distrusts ^= 1;
		return;
	case 2:
		if (i + 1 == n)
			return;
		kept = *s;
		s[0] = s[1];
		s[1] = kept;
		return;
	case 3:
		if (s->n_args)
			s->n_args--;
		else
			s->n_pids = 0;
		return;
	case 4:
		party->policy.mode = TETRA_MODE_MONITOR;
		return;
	default:
		memmove(s, s + 1, (n - i - 1) * sizeof(*s));
		party->hook.n_selectors = n == 1 ? 1 : n - 1;
	}
}

/* The same list is the same fact, for whoever asks. */
static bool is_marked(const struct policy_value *values, uint32_t n, uint64_t salt)
{
	uint64_t hash = salt;

	for (uint32_t i = 0; i < n; i++) {
		hash = (hash ^ values[i].min) * UINT64_C(0x9e3779b97f4a7c15);
		for (size_t k = 0; values[i].text && k < values[i].len; k++)
			hash = (hash ^ (uint8_t)values[i].text[k]) *
			       UINT64_C(0x9e3779b97f4a7c15);
	}
	return hash >> 40 & 1;
}

/* A process that is on the list has the mark, as in the kernel. */
static bool is_own(const struct policy_pids *pids, const struct eval_event *event)
{
	uint32_t pid = pids->namespace_pid ? event->ns_tgid : event->tgid;
	bool found = false;

	for (uint32_t i = 0; i < pids->n_values; i++)
		found |= pids->values[i].min <= pid && pid <= pids->values[i].max;
	return found && (pid || !pids->namespace_pid);
}

/* What the evaluator is given for a party. */
static void see(const struct random_rules *rules, const struct random_event *event,
		const struct party *party, uint64_t salt,
		struct eval_arg (*args)[TETRA_MAX_SLOTS], struct eval_event *ret)
{
	random_event_see(rules, event, party->group, args, ret);
	ret->pid_marks = ret->binary_marks = 0;
	for (uint32_t i = 0; i < party->hook.n_selectors; i++) {
		const struct policy_selector *s = &party->selectors[i];

		for (uint32_t k = 0; k < s->n_pids; k++)
			if (s->pids[k].follow_forks &&
			    (is_own(&s->pids[k], ret) ||
			     is_marked(s->pids[k].values, s->pids[k].n_values,
				       salt + s->pids[k].namespace_pid)))
				ret->pid_marks |= UINT64_C(1) << i;
		for (uint32_t k = 0; k < s->n_binaries; k++)
			if (s->binaries[k].follow_children &&
			    is_marked(s->binaries[k].values, s->binaries[k].n_values,
				      salt + 2 +
					      selector_doubts(
						      s, operator_is_negated(
								 s->binaries[k].op))))
				ret->binary_marks |= UINT64_C(1) << i;
	}
}

/* What programs never see: an empty path, and memory of a process that is no such memory. */
static void event_repair(struct random_event *event)
{
	if (event->process.exe_state == TETRA_VALUE_READ && !event->process.exe_len) {
		event->exe[0] = '/';
		event->process.exe_len = 1;
	}
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		struct eval_arg *arg = &event->slots[i];

		/* A fault as a whole, not what is left of a text. */
		if (arg->state == TETRA_VALUE_FAULT)
			arg->len = 0;
		if (kind_row(arg->kind)->slots != TETRA_SLOTS_PATH)
			continue;
		if (arg->state == TETRA_VALUE_FAULT)
			arg->state = TETRA_VALUE_UNREADABLE;
		if (arg->type_state == TETRA_VALUE_FAULT)
			arg->type_state = TETRA_VALUE_UNREADABLE;
	}
}

#define MAX_PARTIES 8u

struct contest {
	const struct random_rules *rules;
	struct party parties[MAX_PARTIES];
	uint32_t n;
	struct difference difference;
};

/* The boxes that have the event; the last of them. */
static uint32_t boxes_with(const struct contest *contest, const struct eval_event *views,
			   struct arena *arena, const struct box **ret)
{
	const struct lists *lists = &contest->difference.lists;
	const struct boxes *boxes = &contest->difference.boxes;
	uint32_t atoms[MAX_AXES], n = 0;

	for (uint32_t i = 0; i < lists->n_axes; i++) {
		const struct axis *axis = lists->axes[i];
		struct set_word word;

		ck_assert_int_eq(dimension_word(&axis->origin,
						lists->groups[axis->origin_group].hook,
						&views[axis->origin_group], arena, &word),
				 0);
		atoms[i] = partition_find(&axis->partition, word);
		ck_assert_uint_ne(atoms[i], NO_ATOM);
	}
	for (uint32_t b = 0; b < boxes->n; b++) {
		uint32_t i = 0;

		while (i < lists->n_axes &&
		       (!boxes->items[b].sets[i] ||
			bits_has(boxes_atoms(boxes, i, boxes->items[b].sets[i]),
				 atoms[i])))
			i++;
		if (i < lists->n_axes)
			continue;
		*ret = &boxes->items[b];
		n++;
	}
	return n;
}

static void judge(const struct contest *contest, const struct eval_event *views,
		  struct effect *ret)
{
	ret[SIDE_OLD] = ret[SIDE_NEW] = (struct effect){};
	for (uint32_t i = 0; i < contest->n; i++) {
		const struct party *party = &contest->parties[i];
		int winner = eval_policy_hook(&party->hook, &views[i]);
		struct effect effect;

		if (winner < 0)
			continue;
		effect_of_selector(&party->policy,
				   party->hook.n_selectors ? &party->selectors[winner]
							   : NULL,
				   &effect);
		effect_add(&ret[party->side], &effect);
	}
}

static void try_event(const struct contest *contest, struct random_event *event,
		      uint64_t salt, struct arena *arena, struct tally *tally)
{
	struct eval_arg args[MAX_PARTIES][TETRA_MAX_SLOTS];
	struct eval_event views[MAX_PARTIES];
	struct effect effects[SIDES];
	const struct box *box = NULL;
	bool differ, right;
	uint32_t n;

	for (uint32_t i = 0; i < contest->n; i++)
		see(contest->rules, event, &contest->parties[i], salt, &args[i],
		    &views[i]);
	judge(contest, views, effects);
	differ = !effect_is_equal(&effects[SIDE_OLD], &effects[SIDE_NEW]);
	n = boxes_with(contest, views, arena, &box);
	right = n == differ;
	if (right && differ) {
		const struct leaf *leaf = difference_leaf(&contest->difference, box);

		right = effect_is_equal(&leaf->effects[0], &effects[0]) &&
			effect_is_equal(&leaf->effects[1], &effects[1]);
	}
	tally->n_events++;
	tally->n_differ += differ;
	tally->n_wrong += !right;
	if (right || tally->n_wrong > 3)
		return;
	printf("seed %#" PRIx64 ": the evaluator says %d, in %u regions\n",
	       contest->rules->seed, differ, n);
	random_rules_describe(contest->rules, contest->parties[0].group, stdout);
	random_event_describe(contest->rules, event, stdout);
}

static void contest_add(struct contest *contest, uint32_t group, enum side side)
{
	if (contest->n < MAX_PARTIES)
		party_make(contest->rules, group, side, &contest->parties[contest->n++]);
}

/* Two policies, one and its change, or some on each side. */
static void contest_make(const struct random_rules *rules, uint64_t *random,
			 struct contest *ret)
{
	uint32_t n = rules->hook.n_groups, a = next(random) % n;

	*ret = (struct contest){ .rules = rules };
	switch (next(random) % 3) {
	case 0:
		contest_add(ret, a, SIDE_OLD);
		contest_add(ret, next(random) % n, SIDE_NEW);
		break;
	case 1:
		contest_add(ret, a, SIDE_OLD);
		contest_add(ret, a, SIDE_NEW);
		party_change(&ret->parties[1], random);
		break;
	default:
		for (uint32_t i = 0; i < n; i++)
			contest_add(ret, i, next(random) % 2 ? SIDE_OLD : SIDE_NEW);
		contest_add(ret, a, SIDE_NEW);
		party_change(&ret->parties[ret->n - 1], random);
	}
}

static void try_pair(const struct random_rules *rules, uint64_t seed, struct tally *tally)
{
	static struct random_event event;
	static struct contest contest;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	uint64_t steps = UINT64_MAX, random = seed;
	struct difference *difference = &contest.difference;

	ck_assert_int_eq(arena_new(&arena), 0);
	contest_make(rules, &random, &contest);
	difference_init(difference, arena, &steps);
	for (uint32_t i = 0; i < contest.n; i++)
		ck_assert_int_eq(lists_add_hook(&difference->lists,
						contest.parties[i].side,
						&contest.parties[i].policy,
						&contest.parties[i].hook),
				 0);
	ck_assert_int_eq(difference_find(difference, MAX_STATES), 0);
	tally->n_pairs++;
	tally->n_unfinished += !difference->complete;
	tally->n_regions += difference->boxes.n;
	for (uint32_t k = 0; difference->complete && k < EVENTS_AT_ONCE; k++) {
		random_event_make(rules, k * 1000 + seed, &event);
		event_repair(&event);
		try_event(&contest, &event, k * 8, arena, tally);
	}
	difference_done(difference);
}

TEST(effects_differ_in_regions_only)
{
	const char *given = getenv("TETRA_TEST_SEED"),
		   *many = getenv("TETRA_TEST_EVENTS");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 7000;
	uint32_t n = many ? (uint32_t)strtoul(many, NULL, 0) : N_EVENTS;
	struct tally tally = {};

	for (; tally.n_events < n; seed++) {
		_cleanup_(random_rules_freep) struct random_rules *rules = NULL;

		ck_assert_int_eq(random_rules_new(&rules, seed, RULES_AT_ONCE), 0);
		try_pair(rules, seed, &tally);
		try_pair(rules, seed + 1000003, &tally);
	}
	printf("%u events, %u differ, %u wrong; %u pairs, %u regions, %u unfinished\n",
	       tally.n_events, tally.n_differ, tally.n_wrong, tally.n_pairs,
	       tally.n_regions, tally.n_unfinished);
	ck_assert_uint_eq(tally.n_wrong, 0);
	ck_assert_uint_gt(tally.n_differ, tally.n_events / 20);
	ck_assert_uint_lt(tally.n_unfinished, tally.n_pairs / 10);
}
