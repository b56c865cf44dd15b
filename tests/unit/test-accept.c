/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sets of selectors against the evaluator: whether an event's value is in the set of a
 * filter's dimension is what the evaluator says of that filter, for random selectors and
 * events, and the same for all filters of a selector together.
 */
#include "lib/judge/accept.h"
#include "tests/unit/random-rules.h"
#include "tests/unit/suite.h"

TIMEOUT(120)

#define N_CASES	      200000
#define RULES_AT_ONCE 60
#define EVENTS	      20

struct tally {
	uint32_t n_cases, n_accepted, n_differences;
};

/* A selector alone, or one filter of it; what it accepts. */
struct probe {
	struct policy_hook hook;
	struct policy_selector selector;
	struct accept accept;
};

static void make_probe(const struct set_space *space, const struct policy_hook *hook,
		       const struct policy_selector *selector, struct probe *ret)
{
	ret->selector = *selector;
	ret->hook = *hook;
	ret->hook.selectors = &ret->selector;
	ret->hook.n_selectors = 1;
	ck_assert_int_eq(accept_selector(space, &ret->hook, 0, &ret->accept), 0);
}

/* The selector with nothing but its filter @i; false: there are not so many. */
static bool only_filter(const struct policy_selector *whole, uint32_t i,
			struct policy_selector *ret)
{
	*ret = *whole;
	ret->n_args = ret->n_return_args = ret->n_pids = ret->n_binaries = 0;
	ret->n_namespaces = ret->n_capabilities = 0;
#define ONLY(list, n)                                                                    \
	if (i < whole->n) {                                                              \
		ret->list += i;                                                          \
		ret->n = 1;                                                              \
		return true;                                                             \
	}                                                                                \
	i -= whole->n;
	ONLY(args, n_args)
	ONLY(return_args, n_return_args)
	ONLY(pids, n_pids)
	ONLY(binaries, n_binaries)
	ONLY(namespaces, n_namespaces)
	ONLY(capabilities, n_capabilities)
#undef ONLY
	return false;
}

static void compare(const struct random_rules *rules, uint32_t group,
		    const struct random_event *event, const struct probe *probe,
		    uint32_t selector, struct tally *tally)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct set_space space = {};
	struct eval_arg args[TETRA_MAX_SLOTS];
	struct eval_event seen;
	bool accepted, inside;

	ck_assert_int_eq(arena_new(&arena), 0);
	space.arena = arena;
	random_event_see(rules, event, group, &args, &seen);
	/* Sets know a fault as a whole, not what is left of a text. */
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++)
		if (args[i].state == TETRA_VALUE_FAULT)
			args[i].len = 0;
	if (seen.return_value.state == TETRA_VALUE_FAULT)
		seen.return_value.len = 0;
	/* The selector is alone in its hook. */
	seen.pid_marks >>= selector;
	seen.binary_marks >>= selector;
	accepted = eval_policy_hook(&probe->hook, &seen) == 0;
	inside = accept_has(&space, &probe->accept, &probe->hook, &seen) == 1;
	tally->n_cases++;
	tally->n_accepted += accepted;
	tally->n_differences += accepted != inside;
	if (accepted == inside || tally->n_differences > 3)
		return;
	printf("difference: selector %u, the evaluator says %d, the sets say %d\n",
	       selector, accepted, inside);
	for (uint32_t i = 0; i < probe->accept.n; i++)
		printf("dimension %u %u %u\n", probe->accept.sides[i].dimension.kind,
		       probe->accept.sides[i].dimension.which,
		       probe->accept.sides[i].dimension.part);
	random_rules_describe(rules, group, stdout);
	random_event_describe(rules, event, stdout);
}

static void compare_selector(const struct random_rules *rules, uint32_t group,
			     uint32_t selector, struct tally *tally)
{
	static struct random_event event;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const struct policy_hook *hook = rules->hook.groups[group].hook;
	const struct policy_selector *whole = &hook->selectors[selector];
	uint64_t steps = UINT64_MAX;
	struct set_space space = { .steps = &steps };
	struct policy_selector part;
	struct probe probe;
	uint32_t i = 0;

	ck_assert_int_eq(arena_new(&arena), 0);
	space.arena = arena;
	part = *whole;
	do {
		make_probe(&space, hook, &part, &probe);
		for (uint32_t k = 0; k < EVENTS; k++) {
			random_event_make(rules, k * 1000 + group, &event);
			compare(rules, group, &event, &probe, selector, tally);
		}
	} while (only_filter(whole, i++, &part));
}

/* Operators at the ends of 64 bits, which random numbers seldom are. */
static const struct end_row {
	uint32_t kind, op;
	uint64_t end;
} end_rows[] = {
	{ TETRA_ARG_UINT64, TETRA_OP_GT, UINT64_MAX },
	{ TETRA_ARG_INT64, TETRA_OP_GT, INT64_MAX },
	{ TETRA_ARG_UINT64, TETRA_OP_LT, 0 },
	{ TETRA_ARG_INT64, TETRA_OP_LT, (uint64_t)INT64_MIN },
};

static const struct set *end_set(const struct set_space *space, const struct end_row *row,
				 uint64_t number)
{
	struct policy_arg arg = { .kind = row->kind };
	struct policy_value value = { .min = number, .max = number };
	struct policy_filter filter = { .op = row->op, .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct policy_hook hook = {
		.args = &arg, .n_args = 1, .selectors = &selector, .n_selectors = 1
	};
	struct accept accept;

	ck_assert_int_eq(accept_selector(space, &hook, 0, &accept), 0);
	ck_assert_uint_eq(accept.n, 1);
	return accept.sides[0].set;
}

TEST_EACH(nothing_is_beyond_the_last_number, ARRAY_SIZE(end_rows))
{
	const struct end_row *row = &end_rows[_i];
	_cleanup_(arena_freep) struct arena *arena = NULL;
	uint64_t steps = UINT64_MAX, step = row->op == TETRA_OP_GT ? 1 : -1;
	struct set_space space = { .steps = &steps };
	struct set_word word;
	const struct set *set;

	ck_assert_int_eq(arena_new(&arena), 0);
	space.arena = arena;
	ck_assert(set_is_empty(end_set(&space, row, row->end)));
	/* One step before the end there is one number, the end. */
	set = end_set(&space, row, row->end - step);
	ck_assert_int_eq(set_sample(&space, set, &word), 0);
	ck_assert_uint_eq(word.n, 1 + DIMENSION_NUMBER);
	for (unsigned int i = 0; i < DIMENSION_NUMBER; i++)
		ck_assert_uint_eq((uint8_t)word.bytes[1 + i],
				  (uint8_t)(row->end >> 8 * (7 - i)));
}

/* TETRA_TEST_SEED moves the whole walk elsewhere. */
TEST(sets_and_evaluator_agree)
{
	const char *given = getenv("TETRA_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 20250;
	struct tally tally = {};

	for (; tally.n_cases < N_CASES; seed++) {
		_cleanup_(random_rules_freep) struct random_rules *rules = NULL;

		ck_assert_int_eq(random_rules_new(&rules, seed, RULES_AT_ONCE), 0);
		for (uint32_t g = 0; g < rules->hook.n_groups; g++)
			for (uint32_t i = 0; i < rules->hook.groups[g].hook->n_selectors;
			     i++)
				compare_selector(rules, g, i, &tally);
	}
	printf("%u cases, %u accepted, %u differences\n", tally.n_cases, tally.n_accepted,
	       tally.n_differences);
	ck_assert_uint_eq(tally.n_differences, 0);
	ck_assert_uint_gt(tally.n_accepted, tally.n_cases / 8);
	ck_assert_uint_lt(tally.n_accepted, tally.n_cases / 8 * 7);
}
