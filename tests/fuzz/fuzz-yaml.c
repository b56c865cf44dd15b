/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a policy, with every finding rendered. What is refused is refused with an
 * error, every finding has a place, and what is taken has a name or was no error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tetra/policy.h"

static void fail(const char *what, const struct tetra_finding *finding)
{
	fprintf(stderr, "%s: %s\n", what, finding ? finding->message : "");
	abort();
}

static void look(struct tetra_diag *diag, size_t size)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	char text[512];
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		if (tetra_diag_render(diag, i, text, sizeof(text)) <= 0)
			fail("not rendered", &finding);
		/* The remark that there are more of them is about no place. */
		if (strcmp(finding.code, "too-many") == 0 && !finding.line)
			continue;
		if (!finding.line || !finding.column || finding.line > size + 2)
			fail("no place", &finding);
		if (!finding.message[0] || strchr(text, '\n') == text)
			fail("no message", &finding);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tetra_parse_opts opts = { .size = sizeof(opts),
					 .file = "f",
					 .lint = TETRA_LINT_HERE };
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	int r;

	if (tetra_diag_new(&diag) < 0)
		return 0;
	r = tetra_policy_parse(&policy, (const char *)data, size, &opts, diag);
	look(diag, size);
	if ((r < 0) == (policy != NULL))
		fail("a policy and an error, or neither", NULL);
	if ((r < 0) != (tetra_diag_count(diag, TETRA_SEVERITY_ERROR) > 0))
		fail("refused without an error, or taken with one", NULL);
	if (policy && (!tetra_policy_get_name(policy) || !*tetra_policy_get_name(policy)))
		fail("no name", NULL);
	tetra_policy_unref(policy);
	/* The same without lints and without anybody who listens. */
	policy = NULL;
	if ((tetra_policy_parse(&policy, (const char *)data, size, NULL, NULL) < 0) !=
	    (r < 0))
		fail("lints decide", NULL);
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
	return 0;
}
