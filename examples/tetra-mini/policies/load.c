/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "common/name.h"

static int files_find(struct files *files, const struct config *config)
{
	char name[NAME_BYTES];
	unsigned int i;
	int r;

	for (i = 0; i < config->n_paths; i++) {
		r = files_add(files, config->paths[i]);
		if (r < 0) {
			fprintf(stderr, "tetra-mini: %s: %s\n",
				name_safe(name, config->paths[i]), strerror(-r));
			return r;
		}
	}
	return 0;
}

int policies_read(struct policies *policies, const struct config *config,
		  struct tetra_diag *diag)
{
	_cleanup_(files_done) struct files files = {};
	int first = files_find(&files, config);
	size_t i;

	if (first < 0 || files.n_names == 0)
		return first;
	policies->list = calloc(files.n_names, sizeof(struct tetra_policy *));
	if (!policies->list)
		return -ENOMEM;
	for (i = 0; i < files.n_names; i++) {
		struct tetra_policy **policy = &policies->list[policies->n_list];
		int r = tetra_policy_parse_file(policy, files.names[i], NULL, diag);

		if (r == 0)
			policies->n_list++;
		else if (first == 0)
			first = r;
	}
	return first;
}

/* All that is loaded goes: what comes back in the same transaction has never been away. */
static int txn_unload_all(struct tetra_txn *txn, struct tetra_session *session,
			  struct tetra_diag *diag)
{
	const char *name;
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && (name = tetra_session_get_policy_name(session, i)); i++)
		r = tetra_txn_unload(txn, name, diag);
	return r;
}

int policies_load(const struct policies *policies, struct tetra_session *session,
		  uint32_t mode, struct tetra_diag *diag)
{
	TETRA_OPTS(tetra_load_opts, opts, .mode = mode);
	_cleanup_(txn_freep) struct tetra_txn *txn = NULL;
	struct tetra_txn *taken;
	int r, first;
	size_t i;

	if (policies->n_list == 0 && !tetra_session_get_policy_name(session, 0))
		return 0;
	first = tetra_txn_begin(session, &txn);
	if (first == 0)
		first = txn_unload_all(txn, session, diag);
	if (first < 0)
		return first;
	for (i = 0; i < policies->n_list; i++) {
		r = tetra_txn_load(txn, policies->list[i], &opts, diag);
		if (r < 0 && first == 0)
			first = r;
	}
	if (first < 0)
		return first;
	taken = txn;
	txn = NULL;
	return tetra_txn_commit(taken, diag);
}

void policies_done(struct policies *policies)
{
	size_t i;

	for (i = 0; i < policies->n_list; i++)
		tetra_policy_unref(policies->list[i]);
	free(policies->list);
}
