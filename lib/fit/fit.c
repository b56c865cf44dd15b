/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trial: the steps of a session's transaction that change nothing, on facts. What a session
 * would refuse is refused here by the same calls, up to the kernel's verifier.
 */
#include "tetra/fit.h"

#include <pthread.h>

#include "lib/base/diag.h"
#include "lib/base/opts.h"
#include "lib/commit/next.h"
#include "lib/fit/facts.h"
#include "lib/fit/hook-fit.h"
#include "lib/session/place.h"
#include "lib/state/txn.h"

/* Of a hook on a function that this kernel does not have. */
#define IGNORED "not on this kernel, which the policy says to ignore"

#define BYTES_OF_RATES ((uint64_t)TETRA_RATE_SETS * sizeof(struct tetra_rate_set))

struct tetra_fit {
	struct arena *arena;
	struct tetra_policy_fit verdict;
	struct tetra_hook_fit *hooks;
};

struct trial {
	struct tetra_fit *fit;
	struct tetra_policy *policy;
	struct tetra_kernel *kernel;
	const struct tetra_load_opts *opts;
	struct tetra_diag *diag; /* of this trial alone */
};

static void fit_freep(struct tetra_fit **fit)
{
	tetra_fit_free(*fit);
}

/* Nothing of ours runs there, and no file is looked at. */
static int trial_session(struct tetra_session *ret, struct tetra_kernel *kernel)
{
	*ret = (struct tetra_session){
		.opts.flags = TETRA_SESSION_STRICT_PATHS,
		.kernel = kernel,
		.next_group = 1,
		.epoll_fd = -1,
		.event_fd = -1,
		.timer_fd = -1,
	};
	pthread_mutex_init(&ret->lock, NULL);
	ret->state = calloc(1, sizeof(*ret->state));
	return ret->state ? 0 : -ENOMEM;
}

static void trial_session_done(struct tetra_session *session)
{
	state_free(session->state);
	marks_done(&session->marks);
	free(session->groups);
	pthread_mutex_destroy(&session->lock);
}

/* The hook's place in findings, or one inside it. */
static bool is_inside(const char *path, const char *hook)
{
	size_t len = strlen(hook);

	return path && strncmp(path, hook, len) == 0 && strchr(".[", path[len]);
}

/* The first error that a finding reports of a hook; of any place, if @hook is NULL. */
static const char *first_error_of(const struct trial *trial, struct tetra_diag *diag,
				  const char *hook)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		if (finding.severity != TETRA_SEVERITY_ERROR ||
		    (hook && !is_inside(finding.path, hook)))
			continue;
		if (!finding.hint)
			return finding.message;
		return arena_format(trial->fit->arena, "%s (%s)", finding.message,
				    finding.hint);
	}
	return NULL;
}

static const char *first_error(const struct trial *trial, const char *hook)
{
	return first_error_of(trial, trial->diag, hook);
}

static int trial_refuse(const struct trial *trial, int r)
{
	struct tetra_fit *fit = trial->fit;
	const char *reason = first_error(trial, NULL);

	if (r == -ENOMEM)
		return r;
	fit->verdict.loads = 0;
	reason = arena_format(fit->arena, "%s", reason ? reason : strerror(-r));
	fit->verdict.reason = reason;
	return reason ? 0 : -ENOMEM;
}

/* One hook of a policy that is refused: the others may still fit. */
static int trial_hook(const struct trial *trial, const struct policy_hook *hook,
		      struct tetra_hook_fit *ret)
{
	struct session_use use = {};
	struct plan_ladder ladder;
	_cleanup_(tetra_diag_freep) struct tetra_diag *own = NULL;
	const char *why;
	int r = tetra_diag_new(&own);

	if (r == 0)
		r = session_use_init(&use, hook, 0, trial->policy, trial->kernel, 1, own);
	if (r == 0)
		r = plan_ladder(&ladder, &use.plan, use.plan.needs, NULL, trial->kernel,
				own);
	/* The hooks of a list have one place. */
	why = hook->name_path ? first_error_of(trial, own, NULL)
			      : first_error(trial, hook->yaml_path);
	if (r == 0)
		r = hook_fit_plan(ret, &use.plan, &ladder, trial->fit->arena);
	session_use_done(&use);
	if (r == -ENOMEM || (r == 0 && !why))
		return r;
	if (!why)
		why = hook->call_not_found_ok ? IGNORED : strerror(-r);
	return hook_fit_refuse(ret, why, trial->fit->arena);
}

static int trial_hooks(const struct trial *trial)
{
	int r = 0;

	for (uint32_t i = 0; i < trial->policy->n_hooks && r == 0; i++)
		r = trial_hook(trial, &trial->policy->hooks[i], &trial->fit->hooks[i]);
	return r;
}

static int take_point(const struct trial *trial, const struct state_point *point)
{
	int r = 0;

	for (uint32_t i = 0; i < point->n_members && r == 0; i++) {
		const struct session_use *use = point->members[i].use;
		size_t at = (size_t)(use->hook - trial->policy->hooks);

		r = hook_fit_plan(&trial->fit->hooks[at], &use->plan,
				  &point->point->ladder, trial->fit->arena);
	}
	return r;
}

/* A policy that loads has hooks without a point only where it ignores that. */
static int take_ignored(const struct trial *trial)
{
	int r = 0;

	for (uint32_t i = 0; i < trial->policy->n_hooks && r == 0; i++)
		if (!trial->fit->hooks[i].fits)
			r = hook_fit_refuse(&trial->fit->hooks[i], IGNORED,
					    trial->fit->arena);
	return r;
}

/* What the transaction has made of the policy. */
static int trial_take(const struct trial *trial, const struct session_state *next)
{
	struct tetra_policy_fit *verdict = &trial->fit->verdict;
	const struct published image = { .n_cells = next->image->n_cells };
	bool rates = false;
	int r = 0;

	for (uint32_t i = 0; i < next->n_points && r == 0; i++) {
		rates |= next->points[i].point->shape.demand.rate != 0;
		r = take_point(trial, &next->points[i]);
	}
	verdict->kernel_bytes =
		published_get_bytes(&image) + (rates ? BYTES_OF_RATES : 0);
	verdict->loads = 1;
	return r < 0 ? r : take_ignored(trial);
}

static int trial_build(const struct trial *trial, struct tetra_session *session,
		       struct session_state *next)
{
	int r = next_collect_points(session, next, trial->diag);

	if (r == 0)
		r = next_compile(session, next, trial->diag);
	if (r == 0)
		r = next_plan(session, next, trial->diag);
	if (r == 0)
		r = session_check_switches(session, next, trial->diag);
	return r;
}

/* 0 if a session would load it. */
static int trial_run(const struct trial *trial)
{
	struct tetra_session session;
	struct tetra_txn *txn = NULL;
	int r = trial_session(&session, trial->kernel);

	if (r == 0)
		r = session_check_kernel(trial->kernel, trial->diag);
	if (r == 0)
		r = session_check_switches(&session, NULL, trial->diag);
	if (r == 0)
		r = tetra_txn_begin(&session, &txn);
	if (r == 0)
		r = tetra_txn_load(txn, trial->policy, trial->opts, trial->diag);
	if (r == 0)
		r = trial_build(trial, &session, txn->next);
	if (r == 0)
		r = trial_take(trial, txn->next);
	tetra_txn_free(txn);
	trial_session_done(&session);
	return r;
}

static int fit_new(struct tetra_fit **ret, const struct tetra_policy *policy)
{
	_cleanup_(fit_freep) struct tetra_fit *fit = calloc(1, sizeof(*fit));
	int r = fit ? arena_new(&fit->arena) : -ENOMEM;

	if (r < 0)
		return r;
	fit->verdict.n_hooks = policy->n_hooks;
	fit->hooks =
		arena_array(fit->arena, MAX(policy->n_hooks, 1u), sizeof(*fit->hooks));
	if (!fit->hooks)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->n_hooks && r == 0; i++)
		r = hook_fit_init(&fit->hooks[i], &policy->hooks[i], fit->arena);
	if (r == 0)
		*ret = TAKE_PTR(fit);
	return r;
}

/* What is not an answer about the policy: no privilege, no memory, wrong options. */
static bool is_failure(int r)
{
	return r == -EPERM || r == -ENOMEM || r == -EINVAL;
}

static int trial_judge(const struct trial *trial)
{
	int r = trial_run(trial);

	if (r == 0 || is_failure(r))
		return r;
	r = trial_hooks(trial);
	return r < 0 ? r : trial_refuse(trial, -EOPNOTSUPP);
}

int tetra_fit(struct tetra_fit **ret, struct tetra_policy *policy,
	      struct tetra_facts *facts, const struct tetra_load_opts *opts,
	      struct tetra_diag *diag)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *own = NULL;
	_cleanup_(fit_freep) struct tetra_fit *fit = NULL;
	struct trial trial = { .policy = policy, .opts = opts };
	int r = ret && policy && facts ? tetra_diag_new(&own) : -EINVAL;

	if (r == 0)
		r = fit_new(&fit, policy);
	if (r < 0)
		return r;
	trial.kernel = facts->kernel;
	trial.diag = own;
	trial.fit = fit;
	kernel_be_exact(trial.kernel);
	r = trial_judge(&trial);
	if (policy->text)
		(void)diag_set_source(
			diag, policy->file, policy->text,
			policy->text_len); /* only carets would be missing */
	diag_append(diag, own);
	if (r == 0)
		*ret = TAKE_PTR(fit);
	return r;
}

struct tetra_fit *tetra_fit_free(struct tetra_fit *fit)
{
	if (!fit)
		return NULL;
	arena_free(fit->arena);
	free(fit);
	return NULL;
}

int tetra_fit_get_policy(const struct tetra_fit *fit, struct tetra_policy_fit *ret)
{
	return fit ? opts_fill(ret, &fit->verdict, sizeof(fit->verdict)) : -EINVAL;
}

int tetra_fit_get_hook(const struct tetra_fit *fit, size_t index,
		       struct tetra_hook_fit *ret)
{
	if (!fit || !opts_can_fill(ret))
		return -EINVAL;
	if (index >= fit->verdict.n_hooks)
		return -ENOENT;
	return opts_fill(ret, &fit->hooks[index], sizeof(fit->hooks[index]));
}
