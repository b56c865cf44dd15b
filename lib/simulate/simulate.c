/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of a simulation: finds the hooks that an event meets, asks the evaluator, and says
 * what follows from its answers. The first selector that matches decides; one before it that
 * may match decides nothing if it would do the same.
 */
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/base/dict.h"
#include "lib/base/opts.h"
#include "lib/simulate/bind.h"
#include "lib/simulate/effect.h"
#include "lib/simulate/index.h"

struct sim_hook {
	struct bind_hook bind;
	uint32_t i_policy, i_hook;
	const char *name;	/* "kprobes[0]" */
	struct effect *effects; /* by selector; one if there are none */
	uint32_t next;		/* hook of the same name, plus 1; 0: the last */
	uint32_t bound; /* the first hook of this name whose arguments are the same */
	uint32_t first; /* of its selectors, in the index */
};

struct tetra_sim {
	struct tetra_policy **policies;
	size_t n_policies;
	struct sim_hook *hooks;
	struct tetra_verdict *verdicts;
	struct dict by_name; /* the first hook of each name */
	struct sim_index index;
	const uint64_t *candidates; /* of the event; NULL: all selectors */
	uint32_t is_bound;	    /* that hook's arguments, plus 1; 0: none yet */
	struct bound bound;
	uint32_t n_hooks, n_verdicts;
	uint32_t flags;
};

static const struct effect nothing = { .kind = TETRA_VERDICT_NONE };

/* As struct tetra_input.name. */
static char *name_of(const struct policy_hook *hook)
{
	const char *name = hook->name;
	char *ret = NULL;
	int r;

	if (hook->kind == POLICY_LSM)
		r = asprintf(&ret, "%c%s", INPUT_LSM, name);
	else if (hook->kind == POLICY_UPROBE)
		r = asprintf(&ret, "%c%s:%s", INPUT_UPROBE, hook->subsystem, name);
	else if (hook->kind == POLICY_USDT)
		r = asprintf(&ret, "%c%s:%s", INPUT_USDT, hook->subsystem, name);
	else if (hook->kind == POLICY_KPROBE)
		r = asprintf(&ret, "%c%s", INPUT_FUNCTION, input_plain_name(name));
	else
		r = asprintf(&ret, "%c%s/%s", INPUT_TRACEPOINT,
			     hook->subsystem ? hook->subsystem : "", name);
	return r < 0 ? NULL : ret;
}

static int hook_add(struct tetra_sim *sim, uint32_t i_policy, uint32_t i_hook,
		    uint32_t mode)
{
	const struct tetra_policy *policy = sim->policies[i_policy];
	const struct policy_hook *hook = &policy->hooks[i_hook];
	struct sim_hook *ret = &sim->hooks[sim->n_hooks++];
	uint32_t n = MAX(hook->n_selectors, 1u);

	ret->i_policy = i_policy;
	ret->i_hook = i_hook;
	ret->name = hook->yaml_path;
	if (str_has_prefix(ret->name, "spec."))
		ret->name += strlen("spec.");
	bind_hook_init(&ret->bind, policy, hook);
	ret->effects = calloc(n, sizeof(*ret->effects));
	if (!ret->effects)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		ret->effects[i] =
			effect_of(hook->n_selectors ? &hook->selectors[i] : NULL,
				  mode == TETRA_MODE_DEFAULT ? policy->mode : mode);
	return 0;
}

/* From the last to the first, so that the first is found first. */
static int hooks_name(struct tetra_sim *sim)
{
	int r = 0;

	for (uint32_t i = sim->n_hooks; i-- > 0 && r >= 0;) {
		_cleanup_(freep) char *name = name_of(sim->hooks[i].bind.hook);
		uint32_t next;

		if (!name)
			return -ENOMEM;
		if (dict_get(&sim->by_name, name, &next))
			sim->hooks[i].next = next + 1;
		r = dict_put(&sim->by_name, name, i);
	}
	return r;
}

/* What one of them looks at is bound for all. */
static void hooks_share(struct tetra_sim *sim)
{
	for (uint32_t i = 0; i < sim->n_hooks; i++)
		sim->hooks[i].bound = i;
	for (uint32_t i = 0; i < sim->n_hooks; i++) {
		struct sim_hook *hook = &sim->hooks[i];

		for (uint32_t k = hook->next; hook->bound == i && k;
		     k = sim->hooks[k - 1].next) {
			struct sim_hook *other = &sim->hooks[k - 1];

			if (!bind_is_same(&hook->bind, &other->bind))
				continue;
			other->bound = i;
			hook->bind.used |= other->bind.used;
		}
	}
}

static int hooks_index(struct tetra_sim *sim)
{
	_cleanup_(freep) const struct policy_hook **hooks =
		calloc(sim->n_hooks + 1, sizeof(*hooks));
	uint32_t first = 0;

	if (!hooks)
		return -ENOMEM;
	for (uint32_t i = 0; i < sim->n_hooks; i++) {
		hooks[i] = sim->hooks[i].bind.hook;
		sim->hooks[i].first = first;
		first += hooks[i]->n_selectors;
	}
	return sim_index_make(&sim->index, hooks, sim->n_hooks);
}

/* Programs are compared by what is written: once per policy. */
static void note_links(const struct tetra_policy *policy, struct tetra_diag *diag)
{
	for (uint32_t i = 0; i < policy->n_hooks; i++) {
		const struct policy_hook *hook = &policy->hooks[i];

		for (uint32_t s = 0; s < hook->n_selectors; s++) {
			const struct policy_selector *selector = &hook->selectors[s];
			struct diag_place place = { .file = policy->file,
						    .path = hook->yaml_path };

			if (!selector->n_binaries || !selector->binaries->n_values)
				continue;
			place.line = selector->binaries->mark.line;
			place.column = selector->binaries->mark.column;
			diag_note(diag, &place, "links-not-followed",
				  "name the target, too, if a program is a symbolic link",
				  "programs are compared by name here: symbolic links in "
				  "matchBinaries are not widened to their targets");
			return;
		}
	}
}

static int sim_fill(struct tetra_sim *sim, struct tetra_policy *const *policies, size_t n,
		    const struct tetra_sim_opts *opts, struct tetra_diag *diag)
{
	size_t n_hooks = 0;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		n_hooks += policies[i]->n_hooks;
	sim->policies = calloc(n + 1, sizeof(*sim->policies));
	sim->hooks = calloc(n_hooks + 1, sizeof(*sim->hooks));
	sim->verdicts = calloc(n_hooks + 1, sizeof(*sim->verdicts));
	if (!sim->policies || !sim->hooks || !sim->verdicts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sim->policies[sim->n_policies++] = tetra_policy_ref(policies[i]);
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < policies[i]->n_hooks && r >= 0; k++)
			r = hook_add(sim, i, k, opts->mode);
		note_links(policies[i], diag);
	}
	if (r >= 0)
		r = hooks_name(sim);
	if (r < 0)
		return r;
	hooks_share(sim);
	return hooks_index(sim);
}

int tetra_sim_new(struct tetra_sim **ret, struct tetra_policy *const *policies,
		  size_t n_policies, const struct tetra_sim_opts *opts,
		  struct tetra_diag *diag)
{
	struct tetra_sim_opts given;
	struct tetra_sim *sim;
	int r;

	r = opts_read(&given, sizeof(given), opts, "tetra_sim_opts", diag);
	if (r < 0)
		return r;
	if (!ret || (!policies && n_policies) || given.mode > TETRA_MODE_MONITOR ||
	    given.flags & ~TETRA_SIM_EXPLAIN || n_policies > UINT32_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n_policies; i++)
		if (!policies[i])
			return -EINVAL;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return -ENOMEM;
	sim->flags = given.flags;
	r = sim_fill(sim, policies, n_policies, &given, diag);
	if (r >= 0 && diag_has_lost(diag))
		r = -ENOMEM;
	if (r < 0) {
		tetra_sim_free(sim);
		return r;
	}
	*ret = sim;
	return 0;
}

struct tetra_sim *tetra_sim_free(struct tetra_sim *sim)
{
	if (!sim)
		return NULL;
	for (size_t i = 0; i < sim->n_policies; i++)
		tetra_policy_unref(sim->policies[i]);
	for (uint32_t i = 0; i < sim->n_hooks; i++)
		free(sim->hooks[i].effects);
	dict_done(&sim->by_name);
	sim_index_done(&sim->index);
	free(sim->policies);
	free(sim->hooks);
	free(sim->verdicts);
	free(sim);
	return NULL;
}

static const char *const list_names[EVAL_LISTS] = {
	[EVAL_PIDS] = "matchPIDs",
	[EVAL_BINARIES] = "matchBinaries",
	[EVAL_NAMESPACES] = "matchNamespaces",
	[EVAL_CAPABILITIES] = "matchCapabilities",
	[EVAL_ARGS] = "matchArgs",
	[EVAL_RETURN_ARGS] = "matchReturnArgs",
};

/* How many filters of a selector say @truth, and the name of the first. */
static uint32_t count_filters(const struct policy_hook *hook, uint32_t selector,
			      const struct eval_event *event, enum eval_truth truth,
			      char (*name)[32])
{
	const struct policy_selector *s = &hook->selectors[selector];
	uint32_t n = 0;

	for (enum eval_list list = EVAL_PIDS; list < EVAL_LISTS; list++) {
		for (uint32_t i = 0; i < eval_count(s, list); i++) {
			if (eval_filter(hook, selector, list, i, event) != truth)
				continue;
			if (!n++)
				snprintf(*name, sizeof(*name), "%s[%u]", list_names[list],
					 i);
		}
	}
	return n;
}

/* Filters of a selector, and more. */
#define FILTERS 10000u

/* Of a verdict NONE: the selector that lacks the fewest filters. */
static void explain_miss(const struct policy_hook *hook, const struct eval_event *event,
			 struct tetra_verdict *ret)
{
	uint32_t fewest = UINT32_MAX;

	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		char name[32] = "", other[32];
		uint32_t n = FILTERS * count_filters(hook, i, event, EVAL_NO, &name) +
			     count_filters(hook, i, event, EVAL_UNKNOWN, &other);

		if (n >= fewest)
			continue;
		fewest = n;
		ret->selector = (int32_t)i;
		memcpy(ret->missed_by, name, sizeof(name));
	}
}

/* What the selectors say together. */
struct tally {
	const struct sim_hook *hook;
	const uint64_t *candidates;
	const struct eval_event *event;
	int32_t winner;	   /* one that may win; -1: none of them */
	int32_t unknown;   /* the first that is looked at and may match; -1: none */
	bool any, several; /* of those that may win */
	bool differs;	   /* they do not all do the same */
};

/* Whether selector @i matches. */
static enum eval_truth tally_truth(struct tally *tally, uint32_t i)
{
	const struct sim_hook *hook = tally->hook;
	enum eval_truth truth = EVAL_NO;

	if (sim_index_has(tally->candidates, hook->first + i))
		truth = eval_selector(hook->bind.hook, i, tally->event);
	if (truth == EVAL_UNKNOWN && (tally->unknown < 0 || (int32_t)i < tally->unknown))
		tally->unknown = (int32_t)i;
	return truth;
}

static const struct effect *effect_at(const struct sim_hook *hook, int32_t winner)
{
	return winner < 0 ? &nothing : &hook->effects[winner];
}

/* Selector @i may win; -1: none of them may. */
static void tally_add(struct tally *tally, int32_t i)
{
	if (!tally->any)
		tally->winner = i;
	tally->any = true;
	tally->several |= tally->winner != i;
	tally->differs |= !effect_is_same(effect_at(tally->hook, i),
					  effect_at(tally->hook, tally->winner));
}

/* None that enforces does: of those before @end that wait for a result, or @end if they do not. */
static void tally_late(struct tally *tally, int32_t end)
{
	const struct policy_hook *policy = tally->hook->bind.hook;
	uint32_t n = end < 0 ? policy->n_selectors : (uint32_t)end;
	enum eval_truth truth;

	for (uint32_t i = 0; i < n; i++) {
		if (!selector_waits(&policy->selectors[i]))
			continue;
		truth = tally_truth(tally, i);
		if (truth != EVAL_NO)
			tally_add(tally, (int32_t)i);
		if (truth == EVAL_YES)
			return;
	}
	tally_add(tally, end);
}

/*
 * At the entry the first that matches of those that do not wait for the result is found. If it
 * enforces, it wins, whatever the others say of the result.
 */
static void tally_selectors(struct tally *tally)
{
	const struct policy_hook *policy = tally->hook->bind.hook;
	enum eval_truth truth;

	if (!policy->n_selectors) {
		tally_add(tally, 0);
		return;
	}
	for (uint32_t i = 0; i < policy->n_selectors && !tally->differs; i++) {
		if (selector_waits(&policy->selectors[i]))
			continue;
		truth = tally_truth(tally, i);
		if (truth != EVAL_NO && policy->selectors[i].enforces)
			tally_add(tally, (int32_t)i);
		else if (truth != EVAL_NO)
			tally_late(tally, (int32_t)i);
		if (truth == EVAL_YES)
			return;
	}
	tally_late(tally, -1);
}

static void decide(const struct tetra_sim *sim, const struct sim_hook *hook,
		   const struct eval_event *event, struct tetra_verdict *ret)
{
	const struct policy_hook *policy = hook->bind.hook;
	struct tally tally = { hook, sim->candidates, event, .winner = -1,
			       .unknown = -1 };
	const struct effect *effect;

	tally_selectors(&tally);
	effect = effect_at(hook, tally.winner);
	if (tally.differs) {
		ret->kind = TETRA_VERDICT_UNKNOWN;
		ret->selector = tally.unknown;
		(void)count_filters(policy, (uint32_t)tally.unknown, event, EVAL_UNKNOWN,
				    &ret->depends_on);
		return;
	}
	ret->kind = effect->kind;
	ret->error = effect->error;
	ret->signal = effect->signal;
	ret->silent = effect->silent;
	ret->selector = tally.several ? -1 : tally.winner;
	if (tally.winner < 0 && sim->flags & TETRA_SIM_EXPLAIN)
		explain_miss(policy, event, ret);
}

/* No selector can match, and why does not matter: the arguments need not be looked at. */
static bool is_missed(const struct tetra_sim *sim, const struct sim_hook *hook)
{
	uint32_t n = hook->bind.hook->n_selectors, i = 0;

	if (!n || !sim->candidates || sim->flags & TETRA_SIM_EXPLAIN)
		return false;
	while (i < n && !sim_index_has(sim->candidates, hook->first + i))
		i++;
	return i == n;
}

/* Most verdicts have no texts: the rest of these is not cleared. */
static void verdict_reset(const struct sim_hook *hook, struct tetra_verdict *ret)
{
	ret->size = sizeof(*ret);
	ret->policy = hook->i_policy;
	ret->hook = hook->i_hook;
	ret->error = 0;
	ret->signal = 0;
	ret->silent = 0;
	ret->policy_name = hook->bind.policy->name;
	ret->hook_name = hook->name;
	ret->missed_by[0] = '\0';
	ret->depends_on[0] = '\0';
}

static void judge(struct tetra_sim *sim, const struct sim_hook *hook,
		  const struct tetra_input *input)
{
	struct tetra_verdict *ret = &sim->verdicts[sim->n_verdicts++];

	verdict_reset(hook, ret);
	if (is_missed(sim, hook)) {
		ret->kind = TETRA_VERDICT_NONE;
		ret->selector = -1;
		return;
	}
	if (sim->is_bound != hook->bound + 1)
		bind_args(&sim->hooks[hook->bound].bind, input, &sim->bound);
	sim->is_bound = hook->bound + 1;
	bind_marks(&hook->bind, input, &sim->bound);
	decide(sim, hook, &sim->bound.event, ret);
}

int tetra_sim_run(struct tetra_sim *sim, const struct tetra_input *input)
{
	uint32_t next;

	if (!sim || !input)
		return -EINVAL;
	sim->n_verdicts = 0;
	sim->is_bound = 0;
	if (!input->name.is_set ||
	    !dict_get(&sim->by_name, input_chars(input, &input->name), &next))
		return 0;
	bind_process(input, &sim->bound);
	sim->candidates = sim_index_find(&sim->index, &sim->bound.event);
	for (next++; next; next = sim->hooks[next - 1].next)
		judge(sim, &sim->hooks[next - 1], input);
	return (int)sim->n_verdicts;
}

int tetra_sim_get_verdict(const struct tetra_sim *sim, unsigned int index,
			  struct tetra_verdict *ret)
{
	if (!sim || !opts_can_fill(ret))
		return -EINVAL;
	if (index >= sim->n_verdicts)
		return -ENOENT;
	return opts_fill(ret, &sim->verdicts[index], sizeof(sim->verdicts[index]));
}

const char *tetra_verdict_kind_to_name(uint32_t kind)
{
	static const char *const names[] = {
		[TETRA_VERDICT_NONE] = "none",	     [TETRA_VERDICT_SILENT] = "silent",
		[TETRA_VERDICT_POST] = "post",	     [TETRA_VERDICT_SIGNAL] = "signal",
		[TETRA_VERDICT_KILL] = "kill",	     [TETRA_VERDICT_DENY] = "deny",
		[TETRA_VERDICT_UNKNOWN] = "unknown",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : NULL;
}
