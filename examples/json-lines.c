/* SPDX-License-Identifier: Apache-2.0 */
/* json-lines POLICY...: loads policies as one transaction and prints events as JSON lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/session.h>

/* A buffer that grows to the longest event; an event tells how much it needs. */
struct text {
	char *data;
	size_t size;
};

static int on_event(void *user, const struct tetra_event *event)
{
	struct text *text = user;
	size_t len = tetra_event_to_json(event, text->data, text->size);

	if (len >= text->size) {
		char *data = realloc(text->data, len + 1);

		if (!data)
			return -1;
		text->data = data;
		text->size = len + 1;
		tetra_event_to_json(event, text->data, text->size);
	}
	return puts(text->data) < 0 ? -1 : 0;
}

static void diag_print(struct tetra_diag *diag)
{
	char line[4096];
	unsigned int i;

	for (i = 0; tetra_diag_render(diag, i, line, sizeof(line)) >= 0; i++)
		fputs(line, stderr);
}

/* The transaction refers to the policy; ours is not needed any longer. */
static int file_load(struct tetra_txn *txn, const char *name, struct tetra_diag *diag)
{
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse_file(&policy, name, NULL, diag);

	if (r == 0)
		r = tetra_txn_load(txn, policy, NULL, diag);
	tetra_policy_unref(policy);
	return r;
}

static int files_load(struct tetra_session *session, char **names,
		      struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	if (r < 0)
		return r;
	for (; *names && r == 0; names++)
		r = file_load(txn, *names, diag);
	if (r == 0)
		return tetra_txn_commit(txn, diag);
	tetra_txn_free(txn);
	return r;
}

int main(int argc, char **argv)
{
	struct tetra_session *session = NULL;
	struct tetra_diag *diag = NULL;
	struct text text = {};
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	r = tetra_diag_new(&diag);
	if (r == 0)
		r = tetra_session_new(&session, NULL, diag);
	if (r == 0)
		r = tetra_subscribe(session, NULL, on_event, &text, NULL);
	if (r == 0)
		r = files_load(session, argv + 1, diag);
	diag_print(diag);
	while (r >= 0)
		r = tetra_session_poll(session, -1);
	fprintf(stderr, "json-lines: %s\n", strerror(-r));
	tetra_session_free(session);
	tetra_diag_free(diag);
	free(text.data);
	return 1;
}
