/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "name.h"

/* Where there is no memory for the whole text, its beginning must do. */
static void finding_print(struct tetra_diag *diag, unsigned int index)
{
	_cleanup_(freep) char *whole = NULL;
	char start[1024];
	int len = tetra_diag_render(diag, index, start, sizeof(start));

	if (len < 0)
		return;
	if ((size_t)len >= sizeof(start)) {
		whole = malloc((size_t)len + 1);
		if (whole)
			tetra_diag_render(diag, index, whole, (size_t)len + 1);
	}
	fputs(whole ? whole : start, stderr);
}

void findings_print(struct tetra_diag *diag)
{
	unsigned int i, n = tetra_diag_count(diag, 0);

	for (i = 0; i < n; i++)
		finding_print(diag, i);
}

void findings_reason(struct tetra_diag *diag, const char *what, int error)
{
	unsigned int i, n_errors = tetra_diag_count(diag, TETRA_SEVERITY_ERROR);
	struct tetra_finding finding = { .size = sizeof(finding) };
	char name[NAME_BYTES];

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		if (finding.severity != TETRA_SEVERITY_ERROR)
			continue;
		fprintf(stderr, "tetra-mini: %s: ", what);
		if (finding.file)
			fprintf(stderr, "%s: ", name_safe(name, finding.file));
		fputs(finding.message, stderr);
		if (n_errors > 1)
			fprintf(stderr, " (the first of %u errors)", n_errors);
		fprintf(stderr, "\n");
		return;
	}
	fprintf(stderr, "tetra-mini: %s: %s\n", what, strerror(-error));
}
