/* SPDX-License-Identifier: Apache-2.0 */
#include "common/findings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/guard.h"
#include "common/name.h"

/* Where there is no memory for the whole text, its beginning is printed. */
static int finding_print(struct tetra_diag *diag, unsigned int index, FILE *out)
{
	_cleanup_(freep) char *whole = NULL;
	char start[1024];
	int len = tetra_diag_render(diag, index, start, sizeof(start)), r = 0;

	if (len < 0)
		return len;
	if ((size_t)len >= sizeof(start)) {
		whole = malloc((size_t)len + 1);
		r = whole ? tetra_diag_render(diag, index, whole, (size_t)len + 1)
			  : -ENOMEM;
	}
	fputs(whole && r >= 0 ? whole : start, out);
	return r < 0 ? r : 0;
}

int findings_print(struct tetra_diag *diag, FILE *out)
{
	int folded = tetra_diag_fold(diag, FINDINGS_FOLD);
	unsigned int i, n = tetra_diag_count(diag, 0);
	int first = folded < 0 ? folded : 0, r;

	for (i = 0; i < n; i++) {
		r = finding_print(diag, i, out);
		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

void findings_reason(struct tetra_diag *diag, const char *what, int error)
{
	unsigned int i, n_errors = tetra_diag_count(diag, TETRA_SEVERITY_ERROR);
	struct tetra_finding finding = { .size = sizeof(finding) };
	char name[NAME_BYTES];

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		if (finding.severity != TETRA_SEVERITY_ERROR)
			continue;
		fprintf(stderr, "%s: %s: ", program_invocation_short_name, what);
		if (finding.file)
			fprintf(stderr, "%s: ", name_safe(name, finding.file));
		fputs(finding.message, stderr);
		if (n_errors > 1)
			fprintf(stderr, " (the first of %u errors)", n_errors);
		fprintf(stderr, "\n");
		return;
	}
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror(-error));
}
