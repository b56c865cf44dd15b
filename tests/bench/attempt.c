/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/attempt.h"

#include <stdio.h>

#define TEXT_BYTES 65536

static int findings_print(struct tetra_diag *diag, int r)
{
	unsigned int i;
	char line[8192];

	for (i = 0; tetra_diag_render(diag, i, line, sizeof(line)) >= 0; i++)
		fputs(line, stderr);
	return r;
}

static int event_ignore(void *user, const struct tetra_event *event)
{
	return 0;
}

int attempt_open(struct attempt *ret, uint32_t ring_bytes)
{
	TETRA_OPTS(tetra_session_opts, opts, .ring_bytes = ring_bytes);
	int r;

	*ret = (struct attempt){};
	r = tetra_diag_new(&ret->diag);
	if (r == 0)
		r = tetra_session_new(&ret->session, &opts, ret->diag);
	if (r == 0)
		r = tetra_subscribe(ret->session, NULL, event_ignore, NULL, NULL);
	if (r == 0)
		attempt_drain(ret);
	return r < 0 ? findings_print(ret->diag, r) : 0;
}

void attempt_done(struct attempt *attempt)
{
	attempt->session = tetra_session_free(attempt->session);
	attempt->diag = tetra_diag_free(attempt->diag);
}

static int text_read(char *text, const struct bench *bench, const char *name)
{
	char path[4096];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", bench->policies, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	len = fread(text, 1, TEXT_BYTES - 1, file);
	fclose(file);
	text[len] = '\0';
	return 0;
}

/* The text with each xxx replaced. Return: its length. */
static size_t text_number(char *ret, const char *text, uint32_t number)
{
	static const char word[] = "xxx";
	const char *at;
	size_t len = 0;

	for (; (at = strstr(text, word)); text = at + sizeof(word) - 1)
		len += (size_t)snprintf(ret + len, TEXT_BYTES - len, "%.*s%u",
					(int)(at - text), text, number);
	return len + (size_t)snprintf(ret + len, TEXT_BYTES - len, "%s", text);
}

static int copy_load(struct tetra_txn *txn, const char *text, size_t len,
		     struct tetra_diag *diag)
{
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse(&policy, text, len, NULL, diag);

	if (r == 0)
		r = tetra_txn_load(txn, policy, NULL, diag);
	tetra_policy_unref(policy);
	return r;
}

/* Copies of the texts in turn, as one transaction. */
static int texts_load(struct attempt *attempt, char (*texts)[TEXT_BYTES],
		      uint32_t n_texts, uint32_t first, uint32_t copies)
{
	static char copy[TEXT_BYTES];
	struct tetra_txn *txn = NULL;
	uint32_t i;
	int r = tetra_txn_begin(attempt->session, &txn);

	for (i = 0; i < copies && r == 0; i++)
		r = copy_load(txn, copy, text_number(copy, texts[i % n_texts], first + i),
			      attempt->diag);
	if (r == 0)
		r = tetra_txn_commit(TAKE_PTR(txn), attempt->diag);
	tetra_txn_free(txn);
	return r < 0 ? findings_print(attempt->diag, r) : 0;
}

static char texts[BENCH_RULES][TEXT_BYTES];

int attempt_load(struct attempt *attempt, const struct bench *bench, const char *file,
		 uint32_t first, uint32_t copies)
{
	int r = text_read(texts[0], bench, file);

	return r < 0 ? r : texts_load(attempt, texts, 1, first, copies);
}

int attempt_load_rules(struct attempt *attempt, const struct bench_row *row,
		       uint32_t first)
{
	uint32_t n = 0;

	for (; n < BENCH_RULES && row->rules[n]; n++)
		snprintf(texts[n], TEXT_BYTES,
			 "apiVersion: cilium.io/v1alpha1\n"
			 "kind: TracingPolicy\n"
			 "metadata: {name: shape-xxx}\n"
			 "spec: {kprobes: [{%s, selectors: [{%s}]}]}\n",
			 row->hook, row->rules[n]);
	return texts_load(attempt, texts, n, first, row->copies);
}

uint64_t attempt_count_matches(struct attempt *attempt)
{
	struct tetra_counts counts;
	uint64_t matched = 0;
	const char *name;
	unsigned int i;

	for (i = 0; (name = tetra_session_get_policy_name(attempt->session, i)); i++) {
		counts = (struct tetra_counts){ .size = sizeof(counts) };
		if (tetra_stats_policy(attempt->session, name, TETRA_ALL, TETRA_ALL,
				       &counts) == 0)
			matched += counts.matched;
	}
	return matched;
}

const char *attempt_get_way(struct attempt *attempt)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	const char *name = tetra_session_get_policy_name(attempt->session, 0);

	if (!name || tetra_policy_get_hook_status(attempt->session, name, 0, &status) < 0)
		return "";
	return status.attach;
}

void attempt_drain(struct attempt *attempt)
{
	while (tetra_session_dispatch(attempt->session, 0) > 0)
		;
}
