/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions: a list of policies that becomes the next state, or does not. */
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/base/nearest.h"
#include "lib/base/opts.h"
#include "lib/kernel/memlock.h"
#include "lib/lint/here.h"
#include "lib/commit/counters.h"
#include "lib/commit/next.h"
#include "lib/session/place.h"
#include "lib/session/session.h"
#include "lib/commit/tell.h"
#include "lib/state/txn.h"

/* Of a name that was mistyped. */
#define HINT_BYTES 128

static int state_copy_policies(struct session_state *to, const struct session_state *from)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < from->n_policies; i++) {
		const struct state_policy *policy = &from->policies[i];

		r = state_add_policy(to, session_policy_ref(policy->loaded), policy->mode,
				     policy->enabled);
		if (r == 0)
			to->policies[i].scope = scope_ref(policy->scope);
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

static uint32_t load_mode(const struct tetra_policy *policy,
			  const struct tetra_load_opts *opts)
{
	if (opts->mode)
		return opts->mode;
	return policy->mode ? policy->mode : TETRA_MODE_ENFORCE;
}

static int mode_is_unknown(uint32_t mode, struct tetra_diag *diag)
{
	return diag_error(
		diag, NULL, -EINVAL, "bad-option",
		"use TETRA_MODE_ENFORCE or TETRA_MODE_MONITOR",
		mode ? "there is no mode %u" : "mode %u is not one to change to", mode);
}

static int scope_is_nowhere(struct tetra_diag *diag)
{
	return diag_error(diag, NULL, -EINVAL, "bad-option",
			  "use NULL and 0 for all processes",
			  "control groups are counted, but not given");
}

static int load_opts_read(struct tetra_load_opts *ret, const struct tetra_load_opts *opts,
			  struct tetra_diag *diag)
{
	int r = opts_read(ret, sizeof(*ret), opts, "tetra_load_opts", diag);

	if (r < 0)
		return r;
	if (ret->mode > TETRA_MODE_MONITOR)
		return mode_is_unknown(ret->mode, diag);
	if (ret->flags & ~TETRA_LOAD_REPLACE)
		return diag_error(diag, NULL, -EINVAL, "bad-option", NULL,
				  "flags of the load: 0x%x is unknown",
				  ret->flags & ~TETRA_LOAD_REPLACE);
	if (!ret->cgroups && ret->n_cgroups)
		return scope_is_nowhere(diag);
	return 0;
}

/*
 * Each hook separately: an error here names the policy that asks for too much. A policy that
 * is @kept has its marks and groups already.
 */
static int load_check_hooks(struct tetra_session *session, struct session_policy *loaded,
			    const struct session_state *next, uint32_t mode, bool kept,
			    struct tetra_diag *diag)
{
	int failed = 0;

	for (uint32_t i = 0; i < loaded->n_uses; i++) {
		struct session_use *use = &loaded->uses[i];
		int r = session_use_check(loaded, use, mode == TETRA_MODE_ENFORCE,
					  session->kernel, diag);

		if (r == 0 && !kept)
			r = use_assign_marks(session, use, loaded, next, diag);
		if (r == 0 && !kept)
			r = session_groups_set(session, use->group, use);
		if (r < 0 && !failed)
			failed = r;
	}
	return failed;
}

static void load_forget_groups(struct tetra_session *session,
			       struct session_policy *loaded)
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
static int load_check_here(const struct tetra_session *session,
			   const struct tetra_policy *policy, uint32_t mode,
			   struct tetra_diag *diag)
{
	const uint32_t skips = TETRA_SESSION_SKIP_SELF | TETRA_SESSION_SKIP_GROUP;
	struct here here = { .policy = policy,
			     .diag = diag,
			     .own = session->opts.flags & skips ? HERE_OWN_LEFT_OUT
								: HERE_OWN_SEEN,
			     .enforces = mode == TETRA_MODE_ENFORCE };

	return kernel_is_recorded(session->kernel) ? 0 : here_check(&here);
}

/* What a load puts into the next state. */
struct load {
	struct session_policy *loaded;
	/* the policy of this name in the next state, or NULL */
	struct state_policy *same;
	bool kept; /* .loaded is what was in force, or loaded, before: nothing has changed */
	uint32_t mode;
	struct scope *scope;
};

/*
 * A policy of the same text, for which this machine has the same answers, stays: its programs,
 * counters and rate limits go on. It may have been unloaded in this transaction.
 */
static struct session_policy *load_find_unchanged(const struct tetra_txn *txn,
						  const struct load *load)
{
	const struct state_policy *in_force =
		state_find_policy(txn->session->state, load->loaded->policy->name);

	if (in_force && session_policy_is_same(in_force->loaded, load->loaded))
		return in_force->loaded;
	if (load->same && session_policy_is_same(load->same->loaded, load->loaded))
		return load->same->loaded;
	return NULL;
}

static void load_keep(struct load *load, struct session_policy *unchanged,
		      struct tetra_diag *diag)
{
	session_policy_unref(load->loaded);
	load->loaded = session_policy_ref(unchanged);
	load->kept = true;
	diag_note(
		diag, NULL, "unchanged", NULL,
		"policy '%s' was loaded with this text before: it stays, with its counters",
		unchanged->policy->name);
}

/* Plans the policy on this machine, unless it is there already. */
static int load_plan(struct load *load, struct tetra_txn *txn,
		     struct tetra_policy *policy, const struct tetra_load_opts *opts,
		     struct tetra_diag *diag)
{
	struct tetra_session *session = txn->session;
	struct session_policy *unchanged;
	int r = session_policy_new(&load->loaded, policy, session->kernel,
				   &session->next_group, diag);

	if (r < 0)
		return r;
	load->mode = load_mode(policy, opts);
	r = scope_new(&load->scope, opts->cgroups, opts->n_cgroups, diag);
	if (r == 0 && !(session->opts.flags & TETRA_SESSION_STRICT_PATHS))
		r = session_policy_widen(load->loaded, diag);
	unchanged = r == 0 ? load_find_unchanged(txn, load) : NULL;
	if (unchanged)
		load_keep(load, unchanged, diag);
	return r;
}

/* Checks the policy against this kernel and the limits. */
static int load_check(struct tetra_txn *txn, const struct load *load,
		      struct tetra_diag *diag)
{
	struct tetra_session *session = txn->session;
	int r = load_check_hooks(session, load->loaded, txn->next, load->mode, load->kept,
				 diag);

	if (r == 0)
		r = counters_check(session, txn->next, load->loaded, diag);
	if (r == 0)
		r = load_check_here(session, load->loaded->policy, load->mode, diag);
	if (r == 0)
		r = room_take(&txn->room, txn->next,
			      load->same ? load->same->loaded : NULL, load->loaded, diag);
	return r;
}

/* Takes the references of @load. */
static int load_finish(struct tetra_txn *txn, const struct load *load)
{
	struct state_policy policy = { load->loaded, load->mode, true, load->scope };
	int r;

	if (load->same) {
		session_policy_unref(load->same->loaded);
		scope_unref(load->same->scope);
		*load->same = policy;
		return 0;
	}
	r = state_add_policy(txn->next, load->loaded, load->mode, true);
	if (r == 0)
		txn->next->policies[txn->next->n_policies - 1].scope = load->scope;
	else
		scope_unref(load->scope);
	return r;
}

int tetra_txn_load(struct tetra_txn *txn, struct tetra_policy *policy,
		   const struct tetra_load_opts *opts, struct tetra_diag *diag)
{
	struct tetra_load_opts given;
	struct load load = {};
	int r = load_opts_read(&given, opts, diag);

	if (r == 0)
		r = txn_check(txn);
	if (r < 0 || !policy)
		return r < 0 ? r : -EINVAL;
	if (policy->text)
		(void)diag_set_source(
			diag, policy->file, policy->text,
			policy->text_len); /* only carets would be missing */
	load.same = state_find_policy(txn->next, policy->name);
	if (load.same && !(given.flags & TETRA_LOAD_REPLACE))
		return load_is_duplicate(policy, diag);
	r = load_plan(&load, txn, policy, &given, diag);
	if (r == 0)
		r = load_check(txn, &load, diag);
	if (r == 0)
		return load_finish(txn, &load);
	if (load.loaded && !load.kept)
		load_forget_groups(txn->session, load.loaded);
	session_policy_unref(load.loaded);
	scope_unref(load.scope);
	return r;
}

/* -ENOENT alone reads "no such file": the finding says what is not there. */
static int policy_is_unknown(const struct session_state *state, const char *name,
			     struct tetra_diag *diag)
{
	char hint[HINT_BYTES] = "";
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (uint32_t i = 0; i < state->n_policies; i++)
		nearest_offer(&nearest, state->policies[i].loaded->policy->name);
	if (nearest.best)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest.best);
	return diag_error(diag, NULL, -ENOENT, "unknown-policy", *hint ? hint : NULL,
			  "no policy named '%s' is loaded", name);
}

/* The policy that a call on a transaction is about. */
static int txn_find(const struct tetra_txn *txn, const char *name,
		    struct state_policy **ret, struct tetra_diag *diag)
{
	int r = txn_check(txn);

	if (r < 0 || !name)
		return r < 0 ? r : -EINVAL;
	*ret = state_find_policy(txn->next, name);
	return *ret ? 0 : policy_is_unknown(txn->next, name, diag);
}

int tetra_txn_unload(struct tetra_txn *txn, const char *name, struct tetra_diag *diag)
{
	struct state_policy *policy;
	int r = txn_find(txn, name, &policy, diag);

	if (r < 0)
		return r;
	state_remove_policy(txn->next, policy);
	txn->room.stale = true;
	return 0;
}

int tetra_txn_set_mode(struct tetra_txn *txn, const char *name, uint32_t mode,
		       struct tetra_diag *diag)
{
	struct state_policy *policy;
	int r = txn_find(txn, name, &policy, diag);

	if (r < 0)
		return r;
	if (mode != TETRA_MODE_ENFORCE && mode != TETRA_MODE_MONITOR)
		return mode_is_unknown(mode, diag);
	policy->mode = mode;
	return 0;
}

int tetra_txn_set_enabled(struct tetra_txn *txn, const char *name, uint32_t enabled,
			  struct tetra_diag *diag)
{
	struct state_policy *policy;
	int r = txn_find(txn, name, &policy, diag);

	if (r < 0)
		return r;
	policy->enabled = enabled != 0;
	txn->room.counted = false;
	return 0;
}

int tetra_txn_set_scope(struct tetra_txn *txn, const char *name, const uint64_t *cgroups,
			size_t n_cgroups, struct tetra_diag *diag)
{
	struct state_policy *policy;
	struct scope *scope;
	int r = txn_find(txn, name, &policy, diag);

	if (r < 0)
		return r;
	if (!cgroups && n_cgroups)
		return scope_is_nowhere(diag);
	r = scope_new(&scope, cgroups, n_cgroups, diag);
	if (r < 0)
		return r;
	scope_unref(policy->scope);
	policy->scope = scope;
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
static int next_check_modes(struct tetra_session *session,
			    const struct session_state *next, struct tetra_diag *diag)
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

static void session_retire_policy(struct tetra_session *session,
				  struct session_policy *policy)
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

/* The new state up to its programs; nothing is in force yet. */
static int txn_build(struct tetra_txn *txn, struct tetra_diag *diag)
{
	struct tetra_session *session = txn->session;
	int r = next_check_modes(session, txn->next, diag);

	if (r == 0)
		r = next_collect_points(session, txn->next, diag);
	if (r < 0)
		return r;
	tell_points(session, txn->next);
	r = next_compile(session, txn->next, diag);
	if (r < 0)
		return r;
	tell_image(session, txn->next);
	r = next_apply_marks(session, txn->next);
	if (r == -E2BIG)
		r = diag_error(
			diag, NULL, r, "too-many",
			"use Prefix, or filters that do not follow",
			"the filters of all policies that follow forks or children have "
			"more than %u different values",
			TETRA_MAX_MARK_ROOTS);
	if (r < 0)
		return r;
	tell_marks(session);
	return next_attach(session, txn->next, diag);
}

static int txn_publish(struct tetra_txn *txn, struct tetra_diag *diag)
{
	struct tetra_session *session = txn->session;
	int r;

	sensor_find_root(session->sensor);
	r = memlock_explain(session->kernel, next_publish(session, &txn->next), diag);
	if (r == -EBUSY)
		r = diag_error(diag, NULL, r, "calls-in-flight", "commit it again",
			       "some call into the programs that would go does not end");
	if (r < 0)
		return r;
	tell_publish(session, txn->next);
	session_retire(session, txn->next);
	kernel_trim(session->kernel);
	return 0;
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
	tell_begin(session, txn->next);
	r = txn_build(txn, diag);
	if (r == 0)
		r = txn_publish(txn, diag);
	sensor_trim(session->sensor);
	tetra_txn_free(txn);
	session_remove_marks(session);
	r = session_check_descriptors(r, diag);
	tell_end(session, r);
	return session_leave(session) ? -ECANCELED : r;
}

/* Ends a transaction of one call, which returned @r. */
static int txn_end(struct tetra_txn *txn, int r, struct tetra_diag *diag)
{
	if (r == 0)
		return tetra_txn_commit(txn, diag);
	tetra_txn_free(txn);
	return r;
}

int tetra_policy_load(struct tetra_session *session, struct tetra_policy *policy,
		      const struct tetra_load_opts *opts, struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	return r < 0 ? r : txn_end(txn, tetra_txn_load(txn, policy, opts, diag), diag);
}

int tetra_policy_unload(struct tetra_session *session, const char *name,
			struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	return r < 0 ? r : txn_end(txn, tetra_txn_unload(txn, name, diag), diag);
}

int tetra_policy_set_mode(struct tetra_session *session, const char *name, uint32_t mode,
			  struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	return r < 0 ? r : txn_end(txn, tetra_txn_set_mode(txn, name, mode, diag), diag);
}

int tetra_policy_set_enabled(struct tetra_session *session, const char *name,
			     uint32_t enabled, struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	return r < 0 ? r
		     : txn_end(txn, tetra_txn_set_enabled(txn, name, enabled, diag),
			       diag);
}

int tetra_policy_set_scope(struct tetra_session *session, const char *name,
			   const uint64_t *cgroups, size_t n_cgroups,
			   struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	return r < 0 ? r
		     : txn_end(txn,
			       tetra_txn_set_scope(txn, name, cgroups, n_cgroups, diag),
			       diag);
}
