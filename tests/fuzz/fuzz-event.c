/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an event, then judged by a policy that hooks what the inputs call. What is
 * refused has a finding with a place.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tetra/simulate.h"

static const char text[] =
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\nspec:\n"
	"  kprobes:\n  - call: security_file_permission\n    syscall: false\n"
	"    args: [{index: 0, type: file}, {index: 1, type: int}, {index: 2, type: sock},"
	" {index: 3, type: string, label: x}]\n"
	"    selectors:\n    - matchArgs:\n"
	"      - {index: 0, operator: NotPrefix, values: [/etc/]}\n"
	"      - {index: 1, operator: Equal, values: ['2']}\n"
	"      - {index: 2, operator: DAddr, values: [10.0.0.0/8]}\n"
	"      - {index: 3, operator: Postfix, values: [c]}\n"
	"      matchBinaries: [{operator: NotIn, values: [/bin/sh], followChildren: true}]\n"
	"      matchActions: [{action: Sigkill}]\n";

static void judge(const struct tetra_input *input)
{
	TETRA_OPTS(tetra_sim_opts, opts, .flags = TETRA_SIM_EXPLAIN);
	struct tetra_verdict verdict = { .size = sizeof(verdict) };
	struct tetra_policy *policy = NULL;
	struct tetra_sim *sim = NULL;
	int n;

	if (tetra_policy_parse(&policy, text, sizeof(text) - 1, NULL, NULL) < 0 ||
	    tetra_sim_new(&sim, &policy, 1, &opts, NULL) < 0)
		abort();
	n = tetra_sim_run(sim, input);
	for (int i = 0; i < n; i++)
		if (tetra_sim_get_verdict(sim, (unsigned int)i, &verdict) < 0 ||
		    !tetra_verdict_kind_to_name(verdict.kind))
			abort();
	tetra_sim_free(sim);
	tetra_policy_unref(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	struct tetra_input *input = NULL;
	struct tetra_diag *diag = NULL;
	int r;

	if (tetra_diag_new(&diag) < 0 || tetra_input_new(&input) < 0)
		abort();
	r = tetra_input_read(input, (const char *)data, size, "f", diag);
	if (r == 0)
		judge(input);
	else if (r == -EINVAL && (tetra_diag_get(diag, 0, &finding) < 0 || !finding.line))
		abort();
	tetra_input_free(input);
	tetra_diag_free(diag);
	return 0;
}
