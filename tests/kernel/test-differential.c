/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables in this machine's kernel against the policy evaluator: random rule sets, random
 * events near their literals. The host's matcher goes along, as a third opinion.
 *   test-differential [CASES]     TETRA_TEST_SEED moves the walk elsewhere
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "tests/kernel/case.h"
#include "tests/unit/host-match.h"

#define CASES	 50000
#define EVENTS	 100
#define SKIPPED	 77
#define REPORTED 5

struct tally {
	uint32_t n_cases, n_matching, n_differences;
};

struct opinion {
	uint64_t words[TETRA_MAX_WORDS];   /* the rules that match */
	uint64_t counted[TETRA_MAX_WORDS]; /* those that won */
	int winners[TETRA_MAX_RULES];	   /* by group: the selector, -1, or -2 for two */
};

/* As host_winners(), of rules that the kernel has chosen already. */
static void opinion_count(struct opinion *kernel, const struct image *image,
			  uint32_t n_groups)
{
	const struct tetra_hook_row *hook = &image->cells[1].hook;

	for (uint32_t i = 0; i < n_groups; i++)
		kernel->winners[i] = -1;
	for (uint32_t bit = 0; bit < hook->n_words * 64; bit++) {
		const struct tetra_rule *rule = &image->cells[hook->rules + bit].rule;
		int *winner;

		if (!(kernel->counted[bit / 64] >> bit % 64 & 1))
			continue;
		winner = &kernel->winners[rule->group - RANDOM_FIRST_GROUP];
		*winner = *winner == -1 ? (int)rule->selector : -2;
	}
}

static void report(const struct random_rules *rules, const struct random_event *event,
		   uint64_t event_seed, uint32_t group, int kernel, int host,
		   int evaluator)
{
	printf("difference: seed %" PRIu64 ", event seed %" PRIu64
	       ": kernel says %d, host %d, evaluator %d\n",
	       rules->seed, event_seed, kernel, host, evaluator);
	random_rules_describe(rules, group, stdout);
	random_event_describe(rules, event, stdout);
}

static int compare_event(struct kernel_case *kernel, const struct random_rules *rules,
			 const struct image *image, uint64_t event_seed,
			 struct tally *tally)
{
	static struct random_event event;
	static struct host_run run;
	static struct opinion seen;
	static int host[TETRA_MAX_RULES];
	bool matching = false, differs;
	int r;

	random_event_make(rules, event_seed, &event);
	host_match(&run, image, &rules->ruleset.seed, &event);
	host_winners(&run, RANDOM_FIRST_GROUP, host, rules->hook.n_groups);
	r = kernel_case_run(kernel, &rules->ruleset.seed, &event, seen.words,
			    seen.counted);
	if (r < 0)
		return r;
	opinion_count(&seen, image, rules->hook.n_groups);
	differs = memcmp(seen.words, run.words, sizeof(seen.words)) != 0;
	if (differs && tally->n_differences < REPORTED)
		printf("difference: seed %" PRIu64 ", event seed %" PRIu64
		       ": the kernel's words are not the host's\n",
		       rules->seed, event_seed);
	for (uint32_t g = 0; g < rules->hook.n_groups; g++) {
		int evaluator = random_event_judge(rules, &event, g);

		matching |= evaluator >= 0;
		if (evaluator == seen.winners[g])
			continue;
		if (tally->n_differences < REPORTED)
			report(rules, &event, event_seed, g, seen.winners[g], host[g],
			       evaluator);
		differs = true;
		break;
	}
	tally->n_cases++;
	tally->n_matching += matching;
	tally->n_differences += differs;
	return 0;
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
