/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to judge policies for a machine whose facts are loaded, in milliseconds of this
 * machine; the goal is 50 a policy.
 *
 *	bench-fit FACTS POLICY...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tetra/tetra.h>

/* Best of so many. */
#define RUNS 5

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double measure(struct tetra_policy *policy, struct tetra_facts *facts)
{
	double best = 1e9, begin;

	for (unsigned int i = 0; i < RUNS; i++) {
		struct tetra_fit *fit;

		begin = now_ms();
		if (tetra_fit(&fit, policy, facts, NULL, NULL) < 0)
			abort();
		best = now_ms() - begin < best ? now_ms() - begin : best;
		tetra_fit_free(fit);
	}
	return best;
}

int main(int argc, char **argv)
{
	double begin = now_ms(), sum = 0, most = 0;
	struct tetra_facts *facts;
	int n = 0;

	if (argc < 3 || tetra_facts_load(&facts, argv[1], NULL) < 0) {
		fprintf(stderr, "usage: bench-fit FACTS POLICY...\n");
		return 2;
	}
	printf("facts loaded in %.1f ms\n", now_ms() - begin);
	for (int i = 2; i < argc; i++) {
		struct tetra_policy *policy;
		double ms;

		if (tetra_policy_parse_file(&policy, argv[i], NULL, NULL) < 0)
			continue; /* not yet supported */
		ms = measure(policy, facts);
		sum += ms;
		most = ms > most ? ms : most;
		n++;
		tetra_policy_unref(policy);
	}
	printf("%d policies: %.2f ms a policy, %.2f ms at most\n", n, n ? sum / n : 0,
	       most);
	tetra_facts_free(facts);
	return 0;
}
