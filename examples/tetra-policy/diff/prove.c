/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy prove: whether a suite's claims hold for all events. No kernel, no privilege. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "command.h"
#include "common/findings.h"
#include "common/guard.h"
#include "json/json-copy.h"
#include "options.h"
#include "suite/suite.h"
#include "text.h"

struct config {
	int is_json, is_strict;
};

struct total {
	size_t proved, refuted, not_decided;
};

static int set_json(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_json = 1;
	return 0;
}

static int set_strict(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_strict = 1;
	return 0;
}

/* A row a line. */
/* clang-format off */
const struct option_row prove_options[] = {
	{ 'j', "json", NULL, set_json,
	  "print the proofs as one JSON document" },
	{ 's', "strict", NULL, set_strict,
	  "what is not decided fails, too" },
	{},
};
/* clang-format on */

static void proofs_freep(struct tetra_proofs **proofs)
{
	tetra_proofs_free(*proofs);
}

static void count(const struct tetra_proofs *proofs, struct total *ret)
{
	struct tetra_proof proof = { .size = sizeof(proof) };
	size_t i;

	for (i = 0; tetra_proofs_get(proofs, i, &proof) == 0; i++) {
		ret->proved += proof.status == TETRA_PROVED;
		ret->refuted += proof.status == TETRA_REFUTED;
		ret->not_decided += proof.status == TETRA_NOT_DECIDED;
	}
}

static void print_text(const struct tetra_proofs *proofs, const struct total *total)
{
	struct tetra_proof proof = { .size = sizeof(proof) };
	size_t i;

	for (i = 0; tetra_proofs_get(proofs, i, &proof) == 0; i++) {
		printf("%-12s", proof.status_name);
		text_print(stdout, proof.text);
		printf("\n");
		if (proof.reason) {
			printf("            for ");
			text_print(stdout, proof.reason);
			printf("\n");
		}
		if (proof.witness) {
			printf("            e.g. ");
			text_print(stdout, proof.witness);
			printf("\n");
		}
	}
	printf("%zu proved, %zu refuted, %zu not decided\n", total->proved,
	       total->refuted, total->not_decided);
}

static void print_proofs(struct json *json, const struct tetra_proofs *proofs)
{
	struct tetra_proof proof = { .size = sizeof(proof) };
	size_t i;

	json_list(json, "proofs");
	for (i = 0; tetra_proofs_get(proofs, i, &proof) == 0; i++) {
		json_map(json, NULL);
		json_text(json, "text", proof.text);
		json_text(json, "status", proof.status_name);
		json_text(json, "reason", proof.reason);
		json_copy(json, "witness", proof.witness);
		json_map_end(json);
	}
	json_list_end(json);
}

static enum status status_of(const struct config *config, const struct total *total)
{
	if (total->refuted || (config->is_strict && total->not_decided))
		return STATUS_FOUND;
	return STATUS_GOOD;
}

static int print_json(const struct config *config, const char *file,
		      const struct tetra_proofs *proofs, const struct total *total)
{
	const char *status =
		status_of(config, total) == STATUS_GOOD ? "passed" : "failed";
	struct json json;

	if (json_init(&json, stdout) == 0) {
		json_map(&json, NULL);
		json_list(&json, "suites");
		json_map(&json, NULL);
		json_text(&json, "file", file);
		json_null(&json, "kernel");
		json_text(&json, "status", status);
		print_proofs(&json, proofs);
		json_map_end(&json);
		json_list_end(&json);
		json_number(&json, "passed", (int64_t)total->proved);
		json_number(&json, "failed", (int64_t)total->refuted);
		json_number(&json, "skipped", 0);
		json_map_end(&json);
		json_line(&json);
	}
	return json_done(&json);
}

static enum status prove(const struct config *config, const char *file,
			 struct suite *suite)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(proofs_freep) struct tetra_proofs *proofs = NULL;
	size_t len;
	const char *claims = suite_claims(suite, &len);
	struct total total = {};
	int r = tetra_diag_new(&diag);

	if (r == 0)
		r = tetra_prove(&proofs, suite->policies.items, suite->policies.n, claims,
				len, NULL, diag);
	if (diag)
		findings_print(diag, stderr);
	if (r < 0) {
		complain(file, strerror(-r));
		return STATUS_BROKEN;
	}
	count(proofs, &total);
	if (!config->is_json)
		print_text(proofs, &total);
	else if (print_json(config, file, proofs, &total) < 0)
		return STATUS_BROKEN;
	return status_of(config, &total);
}

int prove_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(suite_done) struct suite suite = {};
	struct config config = {};
	int first = options_read(command, argc, argv, &config);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (argc - first != 1)
		return options_refuse(command, "needs one suite");
	if (suite_read(&suite, argv[first]) < 0)
		return STATUS_BROKEN;
	return (int)prove(&config, argv[first], &suite);
}
