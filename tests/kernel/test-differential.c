/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables in this machine's kernel against the policy evaluator: random rule sets, random
 * events near their literals, and whole hooks: each program that a point may have, with the
 * phases that the ladder gives it. The host's matcher goes along, as a third opinion.
 *   test-differential [CASES]     TETRA_TEST_SEED moves the walk elsewhere
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "bpf/abi/config.h"
#include "tests/kernel/case.h"
#include "tests/unit/host-match.h"

#define CASES	 50000
#define EVENTS	 100
#define SKIPPED	 77
#define REPORTED 5

struct tally {
	uint32_t n_cases, n_matching, n_differences;
};

#define MAX_PROGRAMS 3

/* Programs of one hook point that see one call, as the ladder puts them together. */
static const struct hook_programs {
	uint32_t n;
	struct case_program programs[MAX_PROGRAMS];
} hooks[] = {
	{ 1, { { TETRA_PHASE_EVENT | TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY, false } } },
	{ 2,
	  { { TETRA_PHASE_EVENT | TETRA_PHASE_SIGNAL, false },
	    { TETRA_PHASE_DENY, false } } },
	{ 2,
	  { { TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY, true },
	    { TETRA_PHASE_EVENT | TETRA_PHASE_RETURN, false } } },
	{ 2,
	  { { TETRA_PHASE_SIGNAL, true },
	    { TETRA_PHASE_EVENT | TETRA_PHASE_RETURN, false } } },
	{ 2,
	  { { TETRA_PHASE_EVENT | TETRA_PHASE_RETURN, false },
	    { TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY, true } } },
	/* A tracepoint, and what carries its signals. */
	{ 2, { { TETRA_PHASE_EVENT, false }, { TETRA_PHASE_SIGNAL, false } } },
	/* Where a denial can be skipped: signals apart from it, or a return probe that catches. */
	{ 3,
	  { { TETRA_PHASE_SIGNAL, true },
	    { TETRA_PHASE_EVENT | TETRA_PHASE_RETURN, false },
	    { TETRA_PHASE_DENY, true } } },
	{ 3,
	  { { TETRA_PHASE_EVENT | TETRA_PHASE_SIGNAL, false },
	    { TETRA_PHASE_RETURN | TETRA_PHASE_CATCH, false },
	    { TETRA_PHASE_DENY, false } } },
	{ 2,
	  { { TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY, true },
	    { TETRA_PHASE_EVENT | TETRA_PHASE_RETURN | TETRA_PHASE_CATCH, false } } },
};

/* By group: the selector that a program takes, -1, or -2 for two. */
struct opinion {
	int winners[TETRA_MAX_RULES];
	bool counted[TETRA_MAX_RULES];	/* as a match, which one program of a hook does */
	bool enforced[TETRA_MAX_RULES]; /* it was signalled or overridden for the group */
};

static void opinion_count(struct opinion *ret, const struct case_outcome *outcome,
			  const struct image *image, uint32_t n_groups)
{
	const struct tetra_hook_row *hook = &image->cells[1].hook;

	memset(ret->counted, 0, sizeof(ret->counted));
	memset(ret->enforced, 0, sizeof(ret->enforced));
	for (uint32_t i = 0; i < n_groups; i++)
		ret->winners[i] = -1;
	for (uint32_t bit = 0; bit < hook->n_words * 64; bit++) {
		const struct tetra_rule *rule = &image->cells[hook->rules + bit].rule;
		uint32_t group = rule->group - RANDOM_FIRST_GROUP;
		uint64_t mask = 1ull << bit % 64;
		int *winner;

		if (outcome->counted[bit / 64] & mask)
			ret->counted[group] = true;
		if (outcome->enforced[bit / 64] & mask)
			ret->enforced[group] = true;
		if (!((outcome->counted[bit / 64] | outcome->enforced[bit / 64]) & mask))
			continue;
		winner = &ret->winners[group];
		*winner = *winner == -1 ? (int)rule->selector : -2;
	}
}

static void report(const struct random_rules *rules, const struct random_event *event,
		   uint64_t event_seed, uint32_t group, const char *what, int kernel,
		   int evaluator)
{
	printf("difference: seed %" PRIu64 ", event seed %" PRIu64
	       ": %s: kernel says %d, evaluator %d\n",
	       rules->seed, event_seed, what, kernel, evaluator);
	random_rules_describe(rules, group, stdout);
	random_event_describe(rules, event, stdout);
}

/* What the actions of a selector ask of a program of @phase. */
static bool selector_enforces_in(const struct policy_selector *selector, uint32_t phase)
{
	for (uint32_t i = 0; i < selector->n_actions; i++) {
		uint32_t kind = selector->actions[i].kind;

		if (kind == TETRA_ACTION_OVERRIDE && phase & TETRA_PHASE_DENY)
			return true;
		if ((kind == TETRA_ACTION_SIGKILL || kind == TETRA_ACTION_SIGNAL) &&
		    phase & TETRA_PHASE_SIGNAL)
			return true;
	}
	return false;
}

static bool selector_denies(const struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_actions; i++)
		if (selector->actions[i].kind == TETRA_ACTION_OVERRIDE ||
		    selector->actions[i].kind == TETRA_ACTION_SIGKILL)
			return true;
	return false;
}

/* One group's verdict of one program against the evaluator's. */
static const char *judge_group(const struct random_rules *rules,
			       const struct case_program *program,
			       const struct opinion *seen, uint32_t g, int evaluator,
			       uint32_t *n_denials)
{
	const struct ruleset_group *group = &rules->hook.groups[g];
	const struct policy_selector *winner = NULL;
	bool enforces;

	if (evaluator >= 0 && group->hook->n_selectors)
		winner = &group->hook->selectors[evaluator];
	enforces =
		winner && !group->monitor && selector_enforces_in(winner, program->phase);
	if (winner && !group->monitor && program->phase & TETRA_PHASE_DENY)
		*n_denials += selector_denies(winner);
	if (seen->enforced[g] != enforces)
		return "enforced";
	if (program->phase & TETRA_PHASE_EVENT && seen->winners[g] != evaluator)
		return "winner";
	if (seen->counted[g] != (program->phase & TETRA_PHASE_EVENT && evaluator >= 0))
		return "counted";
	return NULL;
}

/* What one program has enforced, the one that counts books to the same selector. */
static bool pair_agrees(const struct opinion *a, const struct opinion *b,
			uint32_t n_groups)
{
	for (uint32_t g = 0; g < n_groups; g++)
		if ((a->enforced[g] || b->enforced[g]) && a->winners[g] >= 0 &&
		    b->winners[g] >= 0 && a->winners[g] != b->winners[g])
			return false;
	return true;
}

static bool books_agree(const struct opinion *opinions, uint32_t n, uint32_t n_groups)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (!pair_agrees(&opinions[i], &opinions[k], n_groups))
				return false;
	return true;
}

static int compare_program(struct kernel_case *kernel, const struct random_rules *rules,
			   const struct image *image, const struct case_program *program,
			   const struct random_event *event, uint64_t event_seed,
			   struct tally *tally, struct opinion *ret, bool *matching,
			   bool *differs)
{
	static struct case_outcome outcome;
	uint32_t n_denials = 0;
	int r = kernel_case_run(kernel, &rules->ruleset.seed, program, event, &outcome);

	if (r < 0)
		return r;
	opinion_count(ret, &outcome, image, rules->hook.n_groups);
	for (uint32_t g = 0; g < rules->hook.n_groups; g++) {
		int evaluator = random_event_judge(rules, event, g, program->later);
		const char *what =
			judge_group(rules, program, ret, g, evaluator, &n_denials);

		*matching |= evaluator >= 0;
		if (!what)
			continue;
		if (tally->n_differences < REPORTED)
			report(rules, event, event_seed, g, what, ret->winners[g],
			       evaluator);
		*differs = true;
		return 0;
	}
	if (outcome.n_denials != n_denials) {
		printf("difference: seed %" PRIu64 ", event seed %" PRIu64
		       ": %u denials instead of %u\n",
		       rules->seed, event_seed, outcome.n_denials, n_denials);
		*differs = true;
	}
	return 0;
}

/* The host's matcher says the same of all rules that match. */
static int compare_host(struct kernel_case *kernel, const struct random_rules *rules,
			const struct image *image, const struct random_event *event,
			uint64_t event_seed, bool *differs)
{
	static const struct case_program all = { TETRA_PHASE_EVENT, false };
	static struct case_outcome outcome;
	static struct host_run run;
	int r;

	host_match(&run, image, &rules->ruleset.seed, event);
	r = kernel_case_run(kernel, &rules->ruleset.seed, &all, event, &outcome);
	if (r < 0 || memcmp(outcome.matching, run.words, sizeof(run.words)) == 0)
		return r;
	printf("difference: seed %" PRIu64 ", event seed %" PRIu64
	       ": the kernel's words are not the host's\n",
	       rules->seed, event_seed);
	*differs = true;
	return 0;
}

/* Each event meets one way to put a hook together, by turns. */
static int compare_event(struct kernel_case *kernel, const struct random_rules *rules,
			 const struct image *image, uint64_t event_seed,
			 struct tally *tally)
{
	const struct hook_programs *hook = &hooks[event_seed % ARRAY_SIZE(hooks)];
	static struct random_event event;
	static struct opinion opinions[MAX_PROGRAMS];
	bool matching = false, differs = false;
	int r = 0;

	random_event_make(rules, event_seed, &event);
	for (uint32_t i = 0; r == 0 && i < hook->n; i++)
		r = compare_program(kernel, rules, image, &hook->programs[i], &event,
				    event_seed, tally, &opinions[i], &matching, &differs);
	if (r == 0 && !differs && !books_agree(opinions, hook->n, rules->hook.n_groups)) {
		printf("difference: seed %" PRIu64 ", event seed %" PRIu64
		       ": two programs book to two selectors\n",
		       rules->seed, event_seed);
		differs = true;
	}
	if (r == 0)
		r = compare_host(kernel, rules, image, &event, event_seed, &differs);
	tally->n_cases++;
	tally->n_matching += matching;
	tally->n_differences += differs;
	return r;
}

static int compare_rules(struct kernel_case *kernel, uint64_t seed, uint32_t n_rules,
			 uint32_t n_events, struct tally *tally)
{
	_cleanup_(random_rules_freep) struct random_rules *rules = NULL;
	_cleanup_(image_freep) struct image *image = NULL;
	int r = random_rules_new(&rules, seed, n_rules);

	if (r == 0)
		r = image_compile(&image, &rules->ruleset, NULL);
	if (r == 0)
		r = kernel_case_publish(kernel, image);
	for (uint32_t i = 0; r == 0 && i < n_events; i++)
		r = compare_event(kernel, rules, image, i, tally);
	if (r < 0)
		fprintf(stderr, "seed %" PRIu64 ": %s\n", seed, strerror(-r));
	return r;
}

static int compare_all(struct kernel_case *kernel, uint64_t seed, uint32_t n_cases,
		       struct tally *tally)
{
	static const uint16_t sizes[] = { 1, 2, 5, 20, 63, 64, 65, 130, 300, 1000 };
	int r = 0;

	for (uint32_t i = 0; r == 0 && tally->n_cases < n_cases; i++)
		r = compare_rules(kernel, seed + i, sizes[i % ARRAY_SIZE(sizes)],
				  MIN(n_cases - tally->n_cases, (uint32_t)EVENTS), tally);
	return r;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	_cleanup_(kernel_case_freep) struct kernel_case *kernel = NULL;
	const char *given = getenv("TETRA_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 20250;
	uint32_t n_cases = argc > 1 ? strtoul(argv[1], NULL, 0) : CASES;
	struct tally tally = { 0 };
	struct utsname name;
	double begin;
	int r;

	r = kernel_case_new(&kernel);
	if (r == -EPERM) {
		printf("skipped: BPF is not permitted here (needs root)\n");
		return SKIPPED;
	}
	if (r < 0)
		return EXIT_FAILURE;
	begin = seconds_now();
	r = compare_all(kernel, seed, n_cases, &tally);
	uname(&name);
	printf("%s: %u cases from seed %" PRIu64 ", %u with a match, %u differences, "
	       "%.0f cases/s\n",
	       name.release, tally.n_cases, seed, tally.n_matching, tally.n_differences,
	       tally.n_cases / (seconds_now() - begin));
	/* Cases in which nothing or everything matches would prove little. */
	if (r < 0 || tally.n_differences || tally.n_matching <= tally.n_cases / 4 ||
	    tally.n_matching == tally.n_cases)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
