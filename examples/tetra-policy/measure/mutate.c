/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slip is killed if a case or a claim has another result than with the policy as it is; it is
 * equivalent if no event is treated differently, which tetra_diff() knows exactly; else it
 * survived, and the witness of the difference is the case that is missing.
 */
#include "measure/mutate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/compare.h>
#include <tetra/simulate.h>
#include <tetra/tetra.h>

#include "common/guard.h"
#include "test/judge.h"

/* A comparison of one slip may look at so much; what is not finished then has survived. */
#define MAX_STATES 200000u

struct event_case {
	const struct suite_case *one;
	struct tetra_input *input;
	int is_verdict, is_good; /* with the policy as it is */
};

struct mutation {
	struct suite_result *result;
	struct rules rules;
	struct event_case *events;
	size_t n_events;
	struct tetra_policy **policies; /* those of the suite, with the slip */
	const char *claims;
	size_t claims_len;
};

/* How sure it is that a slip was noticed. */
enum kill { KILL_NOT, KILL_BY_RULE, KILL_BY_VERDICT };

static int event_judge(struct tetra_sim *sim, const struct event_case *event,
		       int *ret_is_verdict, int *ret_is_good)
{
	struct arena arena = {};
	struct judged judged;
	int r = judge(sim, event->input, &judged);

	if (r < 0)
		return r;
	*ret_is_verdict = judge_is_verdict(event->one->expect, &judged);
	*ret_is_good = !judge_compare(&arena, event->one->expect, &judged);
	arena_done(&arena);
	return 0;
}

static int events_take(struct mutation *mutation)
{
	struct suite_result *result = mutation->result;
	const struct policies *all = &result->suite.policies;
	struct tetra_sim *sim = NULL;
	size_t i;
	int r = tetra_sim_new(&sim, all->items, all->n, NULL, NULL);

	for (i = 0; r >= 0 && i < result->n_cases; i++) {
		struct event_case event = { .one = result->cases[i].one };

		if (!event.one->event || result->cases[i].outcome == OUTCOME_SKIPPED)
			continue;
		event.input = judge_input(&result->suite, event.one->event);
		r = !event.input
			    ? -ENOMEM
			    : event_judge(sim, &event, &event.is_verdict, &event.is_good);
		if (r < 0) {
			tetra_input_free(event.input);
			break;
		}
		mutation->events =
			list_grow(mutation->events, mutation->n_events, sizeof(event));
		mutation->events[mutation->n_events++] = event;
	}
	tetra_sim_free(sim);
	return r;
}

static int kill_by_events(const struct mutation *mutation, enum kill *ret)
{
	struct tetra_sim *sim = NULL;
	int r = tetra_sim_new(&sim, mutation->policies,
			      mutation->result->suite.policies.n, NULL, NULL);
	int is_verdict, is_good;
	size_t i;

	for (i = 0; r >= 0 && i < mutation->n_events && *ret != KILL_BY_VERDICT; i++) {
		const struct event_case *event = &mutation->events[i];

		r = event_judge(sim, event, &is_verdict, &is_good);
		if (r >= 0 && is_good != event->is_good)
			*ret = is_verdict != event->is_verdict ? KILL_BY_VERDICT
							       : KILL_BY_RULE;
	}
	tetra_sim_free(sim);
	return r;
}

static int kill_by_claims(const struct mutation *mutation, enum kill *ret)
{
	struct tetra_proof proof = { .size = sizeof(proof) }, other;
	struct tetra_proofs *proofs = NULL;
	size_t i;
	int r;

	if (!mutation->result->proofs)
		return 0;
	r = tetra_prove(&proofs, mutation->policies, mutation->result->suite.policies.n,
			mutation->claims, mutation->claims_len, NULL, NULL);
	for (i = 0; r >= 0 && tetra_proofs_get(proofs, i, &proof) == 0; i++)
		if (result_proof(mutation->result, i, &other) > 0 &&
		    proof.status != other.status)
			*ret = KILL_BY_VERDICT;
	tetra_proofs_free(proofs);
	return r;
}

static void survivor_add(struct mutation *mutation, const char *change, unsigned int line,
			 const char *witness)
{
	struct mutants *mutants = mutation->result->mutants;
	struct suite *suite = &mutation->result->suite;
	struct survivor one = { .change = arena_text(&suite->arena, "%s", change),
				.line = line };

	if (witness)
		one.cure = variant_case(suite, one.change, witness);
	mutants->survived =
		list_grow(mutants->survived, mutants->n_survived, sizeof(one));
	mutants->survived[mutants->n_survived++] = one;
}

/* Whether any event is treated differently; the slip is counted. */
static int compare(struct mutation *mutation, enum kill kill, const char *change,
		   unsigned int line)
{
	TETRA_OPTS(tetra_compare_opts, opts, .max_states = MAX_STATES);
	const struct policies *all = &mutation->result->suite.policies;
	struct mutants *mutants = mutation->result->mutants;
	struct tetra_region region = { .size = sizeof(region) };
	struct tetra_diff *diff = NULL;
	int r = tetra_diff(&diff, all->items, all->n, mutation->policies, all->n, &opts,
			   NULL);

	/* One that cannot be compared may be equivalent, and is not said to be. */
	if (r < 0 && r != -EOPNOTSUPP)
		return r;
	if (diff && tetra_diff_is_equal(diff))
		mutants->n_equivalent++;
	else if (kill != KILL_NOT)
		mutants->n_killed++;
	else
		survivor_add(mutation, change, line,
			     tetra_diff_get(diff, 0, &region) == 0 ? region.witness
								   : NULL);
	tetra_diff_free(diff);
	return 0;
}

static int try_slip(struct mutation *mutation, const char *change, unsigned int line)
{
	enum kill kill = KILL_NOT;
	int r = kill_by_events(mutation, &kill);

	if (r >= 0 && kill == KILL_NOT)
		r = kill_by_claims(mutation, &kill);
	if (r < 0)
		return r;
	mutation->result->mutants->n_made++;
	if (kill == KILL_BY_VERDICT) {
		mutation->result->mutants->n_killed++;
		return 0;
	}
	return compare(mutation, kill, change, line);
}

static int slip_take(void *user, const struct rule *rule, const struct node *root,
		     const char *change, unsigned int line)
{
	struct mutation *mutation = user;
	struct suite *suite = &mutation->result->suite;
	struct tetra_policy *policy = variant_parse(suite, root);
	int r;

	if (!policy)
		return 0;
	mutation->policies[rule->policy] = policy;
	r = try_slip(mutation, change, line);
	mutation->policies[rule->policy] = suite->policies.items[rule->policy];
	tetra_policy_unref(policy);
	return r;
}

static int mutate_all(struct mutation *mutation)
{
	struct suite *suite = &mutation->result->suite;
	int r = rules_read(suite, &mutation->rules);
	size_t i;

	if (r >= 0)
		r = events_take(mutation);
	mutation->claims = suite_claims(suite, &mutation->claims_len);
	mutation->policies = calloc(suite->policies.n, sizeof(*mutation->policies));
	if (r >= 0 && !mutation->policies)
		r = -ENOMEM;
	for (i = 0; r >= 0 && i < suite->policies.n; i++)
		mutation->policies[i] = suite->policies.items[i];
	for (i = 0; r >= 0 && i < mutation->rules.n; i++) {
		struct arena arena = {};

		r = slips_of(&arena, &mutation->rules.items[i], slip_take, mutation);
		arena_done(&arena);
	}
	return r;
}

int mutate(struct suite_result *result)
{
	struct mutation mutation = { .result = result };
	size_t i;
	int r;

	result->mutants = arena_new(&result->suite.arena, sizeof(*result->mutants));
	r = mutate_all(&mutation);
	for (i = 0; i < mutation.n_events; i++)
		tetra_input_free(mutation.events[i].input);
	free(mutation.events);
	free(mutation.rules.items);
	free(mutation.policies);
	return r;
}
