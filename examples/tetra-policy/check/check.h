/* SPDX-License-Identifier: Apache-2.0 */
/* How the findings of tetra-policy check are printed: a form each, in a file of its own. */
#ifndef TETRA_POLICY_CHECK_H
#define TETRA_POLICY_CHECK_H

#include "json/json.h"

struct tetra_diag;

/* What was found in all files. */
struct check_total {
	unsigned int n_errors, n_warnings; /* a merged finding counts once */
	int is_incomplete; /* a file could not be read, or memory ran out */
};

struct check_form {
	/* Before the first file; .json is there. NULL: nothing. */
	void (*begin)(struct json *json);
	/* The findings of one file, merged. Return: 0 or -ENOMEM; an error of .json stays there. */
	int (*file)(struct json *json, struct tetra_diag *diag);
	/* After the last file. NULL: nothing. */
	void (*end)(struct json *json, const struct check_total *total);
};

extern const struct check_form check_text, check_json, check_sarif, check_github;

/* "error", "warning" or "note". */
const char *check_severity(uint32_t severity);

#endif
