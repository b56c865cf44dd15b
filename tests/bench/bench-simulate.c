/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that a simulation judges in a second, from memory: 100 rules on ten functions, and
 * 100 on one; inputs that are ready, and inputs that are built for each event.
 * In seconds of the processor: others may be using the machine.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/base.h"
#include "tetra/tetra.h"

#define N_RULES	 100u
#define PER_HOOK 5u /* selectors of a hook, at most */
#define N_INPUTS 64u
#define SECONDS	 1.0

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-r));
	exit(1);
}

/* Rules as those of a file-access policy. */
static struct tetra_policy *policy_make(unsigned int n_functions)
{
	struct tetra_policy *policy = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		exit(1);
	fprintf(out, "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		     "metadata: {name: p}\nspec:\n  kprobes:\n");
	for (unsigned int rule = 0; rule < N_RULES; rule++) {
		if (rule % PER_HOOK == 0)
			fprintf(out,
				"  - call: f%u\n    syscall: false\n    args:\n"
				"    - {index: 0, type: file}\n"
				"    - {index: 1, type: int}\n    selectors:\n",
				rule / PER_HOOK % n_functions);
		fprintf(out,
			"    - matchArgs:\n"
			"      - {index: 0, operator: Prefix, values: [/srv/%u/a/, /etc/%u/]}\n"
			"      - {index: 1, operator: Equal, values: [\"2\", \"6\"]}\n"
			"      matchBinaries:\n"
			"      - {operator: In, values: [/usr/bin/p%u, /usr/bin/q%u]}\n",
			rule, rule, rule % 7, rule % 5);
	}
	fclose(out);
	must(tetra_policy_parse(&policy, text, size, NULL, NULL), "policy");
	free(text);
	return policy;
}

static void input_fill(struct tetra_input *input, unsigned int number,
		       unsigned int n_functions)
{
	char function[32], path[64], binary[64];
	int len;

	tetra_input_reset(input);
	snprintf(function, sizeof(function), "f%u", number % n_functions);
	must(tetra_input_set_function(input, function), "function");
	len = snprintf(path, sizeof(path), "/srv/%u/a/file", number * 37 % 120);
	must(tetra_input_set_text(input, 0, path, (size_t)len), "path");
	must(tetra_input_set_number(input, 1, number % 3 * 2), "number");
	len = snprintf(binary, sizeof(binary), "/usr/bin/p%u", number % 11);
	must(tetra_input_set_binary(input, binary, (size_t)len), "binary");
	must(tetra_input_set_pid(input, number), "pid");
}

/* Rounds of all inputs for about SECONDS; events in a second. */
static double rate(struct tetra_sim *sim, struct tetra_input **inputs,
		   unsigned int n_functions, int is_built)
{
	double begin = now(), end = begin;
	uint64_t n = 0;

	while (end - begin < SECONDS) {
		for (unsigned int i = 0; i < N_INPUTS; i++) {
			if (is_built)
				input_fill(inputs[i], i, n_functions);
			must(tetra_sim_run(sim, inputs[i]), "run");
		}
		n += N_INPUTS;
		end = now();
	}
	return (double)n / (end - begin);
}

static void measure(unsigned int n_functions)
{
	struct tetra_policy *policy = policy_make(n_functions);
	struct tetra_input *inputs[N_INPUTS];
	struct tetra_sim *sim = NULL;

	must(tetra_sim_new(&sim, &policy, 1, NULL, NULL), "simulation");
	for (unsigned int i = 0; i < N_INPUTS; i++) {
		must(tetra_input_new(&inputs[i]), "input");
		input_fill(inputs[i], i, n_functions);
	}
	printf("%u rules on %u functions: %.0f events/s judged, %.0f built and judged\n",
	       N_RULES, n_functions, rate(sim, inputs, n_functions, 0),
	       rate(sim, inputs, n_functions, 1));
	for (unsigned int i = 0; i < N_INPUTS; i++)
		tetra_input_free(inputs[i]);
	tetra_sim_free(sim);
	tetra_policy_unref(policy);
}

int main(void)
{
	measure(10);
	measure(1);
	return 0;
}
