/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions: a list of policies that becomes the next state, or does not. */
#include "lib/base/diag.h"
#include "lib/policy/here.h"
#include "lib/session/next.h"
#include "lib/session/place.h"
#include "lib/session/room.h"

struct tetra_txn {
	struct tetra_session *session; /* NULL: it was freed */
	struct session_state *next;    /* policies only, until commit */
	struct room room;
};

static int state_copy_policies(struct session_state *to, const struct session_state *from)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < from->n_policies; i++) {
		const struct state_policy *policy = &from->policies[i];

		r = state_add_policy(to, session_policy_ref(policy->loaded), policy->mode,
				     policy->enabled);
	}
	return r;
}

int tetra_txn_begin(struct tetra_session *session, struct tetra_txn **ret)
{
	struct tetra_txn *txn;
	int r;

	if (!session || !ret)
		return -EINVAL;
	if (session->dispatching || session->n_callbacks || session->txn)
		return -EBUSY;
	txn = calloc(1, sizeof(*txn));
	if (!txn)
		return -ENOMEM;
	txn->session = session;
	session->txn = txn;
	txn->next = calloc(1, sizeof(*txn->next));
	r = txn->next ? state_copy_policies(txn->next, session->state) : -ENOMEM;
	if (r < 0) {
		tetra_txn_free(txn);
		return r;
	}
	*ret = txn;
	return 0;
}

void txn_orphan(struct tetra_txn *txn)
{
	if (!txn)
		return;
	txn->session = NULL;
	txn->next = state_free(txn->next);
}

struct tetra_txn *tetra_txn_free(struct tetra_txn *txn)
{
	if (!txn)
		return NULL;
	state_free(txn->next);
	if (txn->session) {
		txn->session->txn = NULL;
		next_release_hooks(txn->session);
	}
	room_done(&txn->room);
	free(txn);
	return NULL;
}

/* What every call on a transaction checks first. */
static int txn_check(const struct tetra_txn *txn)
{
	if (!txn)
		return -EINVAL;
	if (!txn->session)
		return -ECANCELED;
	return txn->session->dispatching || txn->session->n_callbacks ? -EBUSY : 0;
}

static uint32_t load_mode(const struct tetra_policy *policy, const struct tetra_load_opts *opts)
{
	if (opts && opts->mode)
		return opts->mode;
	return policy->mode ? policy->mode : TETRA_MODE_ENFORCE;
}

static int load_opts_check(const struct tetra_load_opts *opts)
{
	const uint8_t *tail = (const uint8_t *)opts;

	if (!opts)
		return 0;
	if (opts->size < sizeof(*opts) || opts->mode > TETRA_MODE_MONITOR ||
	    opts->flags & ~TETRA_LOAD_REPLACE)
		return -EINVAL;
	for (size_t i = sizeof(*opts); i < opts->size; i++)
		if (tail[i])
			return -E2BIG;
	return 0;
}

/* Each hook separately: an error here names the policy that asks for too much. */
static int load_check_hooks(struct tetra_session *session, struct session_policy *loaded,
			    const struct session_state *next, uint32_t mode,
			    struct tetra_diag *diag)
{
	int failed = 0;

	for (uint32_t i = 0; i < loaded->n_uses; i++) {
		struct session_use *use = &loaded->uses[i];
		int r = session_use_check(loaded, use, mode == TETRA_MODE_ENFORCE,
					  session->kernel, diag);

		if (r == 0)
			r = use_assign_marks(session, use, loaded, next, diag);
		if (r == 0)
			r = session_groups_set(session, use->group, use);
		if (r < 0 && !failed)
			failed = r;
	}
	return failed;
}

static void load_forget_groups(struct tetra_session *session, struct session_policy *loaded)
{
	for (uint32_t i = 0; i < loaded->n_uses; i++)
		if (loaded->uses[i].group < session->n_groups)
			session->groups[loaded->uses[i].group] = NULL;
}

static int load_is_duplicate(const struct tetra_policy *policy, struct tetra_diag *diag)
{
	const struct diag_place place = { policy->file, policy->name_mark.line,
					  policy->name_mark.column, "metadata.name" };

	return diag_error(diag, &place, -EEXIST, "duplicate-name",
			  "unload it first, or replace it",
			  "a policy named '%s' is loaded already", policy->name);
}

/* Warnings about this machine and this process. */
static int load_check_here(const struct tetra_session *session, const struct tetra_policy *policy,
			   uint32_t mode, struct tetra_diag *diag)
{
	const uint32_t skips = TETRA_SESSION_SKIP_SELF | TETRA_SESSION_SKIP_GROUP;
	struct here here = { .policy = policy,
			     .diag = diag,
			     .own = session->opts.flags & skips ? HERE_OWN_LEFT_OUT :
								  HERE_OWN_SEEN,
			     .enforces = mode == TETRA_MODE_ENFORCE };

	return here_check(&here);
}

/* Checks @loaded, which may replace @same, against this kernel and the limits. */
static int load_check(struct tetra_txn *txn, struct session_policy *loaded,
		      const struct state_policy *same, uint32_t mode, struct tetra_diag *diag)
{
	struct tetra_session *session = txn->session;
	int r = 0;

	if (!(session->opts.flags & TETRA_SESSION_STRICT_PATHS))
		r = session_policy_widen(loaded, diag);
	if (r == 0)
		r = load_check_hooks(session, loaded, txn->next, mode, diag);
	if (r == 0)
		r = load_check_here(session, loaded->policy, mode, diag);
	if (r == 0)
		r = room_take(&txn->room, txn->next, same ? same->loaded : NULL, loaded, diag);
	return r;
}

int tetra_txn_load(struct tetra_txn *txn, struct tetra_policy *policy,
		   const struct tetra_load_opts *opts, struct tetra_diag *diag)
{
	struct session_policy *loaded;
	struct state_policy *same;
	int r = load_opts_check(opts);

	if (r == 0)
		r = txn_check(txn);
	if (r < 0 || !policy)
		return r < 0 ? r : -EINVAL;
	if (policy->text)
		(void)diag_set_source(diag, policy->file, policy->text,
				      policy->text_len); /* only carets would be missing */
	same = state_find_policy(txn->next, policy->name);
	if (same && !(opts && opts->flags & TETRA_LOAD_REPLACE))
		return load_is_duplicate(policy, diag);
	r = session_policy_new(&loaded, policy, txn->session->kernel,
			       &txn->session->next_group, diag);
	if (r < 0)
		return r;
	r = load_check(txn, loaded, same, load_mode(policy, opts), diag);
	if (r < 0) {
		load_forget_groups(txn->session, loaded);
		session_policy_unref(loaded);
		return r;
	}
	if (same) {
		session_policy_unref(same->loaded);
		*same = (struct state_policy){ loaded, load_mode(policy, opts), true };
		return 0;
	}
	return state_add_policy(txn->next, loaded, load_mode(policy, opts), true);
}

int tetra_txn_unload(struct tetra_txn *txn, const char *name)
{
	struct state_policy *policy;
	int r = txn_check(txn);

	if (r < 0 || !name)
		return r < 0 ? r : -EINVAL;
	policy = state_find_policy(txn->next, name);
	if (!policy)
		return -ENOENT;
	state_remove_policy(txn->next, policy);
	txn->room.stale = true;
	return 0;
}

int tetra_txn_set_mode(struct tetra_txn *txn, const char *name, uint32_t mode)
{
	struct state_policy *policy;
	int r = txn_check(txn);

	if (r < 0)
		return r;
	if (!name || (mode != TETRA_MODE_ENFORCE && mode != TETRA_MODE_MONITOR))
		return -EINVAL;
	policy = state_find_policy(txn->next, name);
	if (!policy)
		return -ENOENT;
	policy->mode = mode;
	return 0;
}

int tetra_txn_set_enabled(struct tetra_txn *txn, const char *name, uint32_t enabled)
{
	struct state_policy *policy;
	int r = txn_check(txn);

	if (r < 0 || !name)
		return r < 0 ? r : -EINVAL;
	policy = state_find_policy(txn->next, name);
	if (!policy)
		return -ENOENT;
	policy->enabled = enabled != 0;
	txn->room.counted = false;
	return 0;
}

/* A policy that enforces from now on, and did not when it was loaded. */
static bool policy_begins_to_enforce(const struct session_state *old,
				     const struct state_policy *policy)
{
	if (policy->mode != TETRA_MODE_ENFORCE || !policy->enabled)
		return false;
	for (uint32_t i = 0; i < old->n_policies; i++)
		if (old->policies[i].loaded == policy->loaded)
			return old->policies[i].mode != TETRA_MODE_ENFORCE ||
			       !old->policies[i].enabled;
	return true;
}

/* As when it is loaded: enforcement must hold, unless the policy says that it need not. */
static int next_check_modes(struct tetra_session *session, const struct session_state *next,
			    struct tetra_diag *diag)
{
	int r = 0;

	for (uint32_t i = 0; i < next->n_policies && r == 0; i++) {
		struct session_policy *loaded = next->policies[i].loaded;

		if (!policy_begins_to_enforce(session->state, &next->policies[i]))
			continue;
		/* Warnings were given when it was loaded: report only errors here. */
		for (uint32_t j = 0; j < loaded->n_uses && r == 0; j++) {
			r = session_use_check(loaded, &loaded->uses[j], true,
					      session->kernel, NULL);
			if (r < 0)
				r = session_use_check(loaded, &loaded->uses[j], true,
						      session->kernel, diag);
		}
	}
	return r;
}

static void session_retire_policy(struct tetra_session *session, struct session_policy *policy)
{
	struct session_policy **grown =
		realloc(session->retired, (session->n_retired + 1) * sizeof(*grown));

	if (!grown) {
		/* Its last records will be counted as unreadable. */
		for (uint32_t i = 0; i < policy->n_uses; i++)
			session->groups[policy->uses[i].group] = NULL;
		return;
	}
	session->retired = grown;
	grown[session->n_retired++] = session_policy_ref(policy);
}

/* Policies of @old that are no longer in force wait until the ring is empty. */
static void session_retire(struct tetra_session *session, const struct session_state *old)
{
	for (uint32_t i = 0; i < old->n_policies; i++) {
		struct session_policy *policy = old->policies[i].loaded;
		const struct state_policy *now =
			state_find_policy(session->state, policy->policy->name);

		if (!now || now->loaded != policy)
			session_retire_policy(session, policy);
	}
}

int tetra_txn_commit(struct tetra_txn *txn, struct tetra_diag *diag)
{
	struct tetra_session *session;
	int r = txn_check(txn);

	if (r < 0) {
		tetra_txn_free(txn);
		return r;
	}
	session = txn->session;
	session_watch(session);
	r = next_check_modes(session, txn->next, diag);
	if (r == 0)
		r = next_collect_points(session, txn->next, diag);
	if (r == 0)
		r = next_compile(session, txn->next, diag);
	if (r == 0)
		r = next_apply_marks(session, txn->next);
	if (r == 0)
		r = next_attach(session, txn->next, diag);
	if (r == 0) {
		sensor_find_root(session->sensor);
		r = next_publish(session, &txn->next);
		if (r == -EBUSY)
			r = diag_error(diag, NULL, r, "calls-in-flight", "commit it again",
				       "some call into the programs that would go does not "
				       "end");
	}
	if (r == 0) {
		session_retire(session, txn->next);
		kernel_trim(session->kernel);
	}
	sensor_trim(session->sensor);
	tetra_txn_free(txn);
	session_remove_marks(session);
	r = session_check_descriptors(r, diag);
	return session_leave(session) ? -ECANCELED : r;
}

int tetra_policy_load(struct tetra_session *session, struct tetra_policy *policy,
		      const struct tetra_load_opts *opts, struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	if (r < 0)
		return r;
	r = tetra_txn_load(txn, policy, opts, diag);
	if (r < 0) {
		tetra_txn_free(txn);
		return r;
	}
	return tetra_txn_commit(txn, diag);
}

int tetra_policy_unload(struct tetra_session *session, const char *name,
			struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	if (r < 0)
		return r;
	r = tetra_txn_unload(txn, name);
	if (r < 0) {
		tetra_txn_free(txn);
		return r;
	}
	return tetra_txn_commit(txn, diag);
}
