/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/use.h"

#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/event/event.h"

/* A place that is given as a number has no symbol, but shows the number. */
static void use_describe_place(struct session_use *use)
{
	const struct policy_place *place = &use->hook->place;
	struct event_group *event = &use->event;

	if (use->hook->kind == POLICY_USDT) {
		event->provider = use->hook->provider;
		event->function_name = hook_probe(use->hook);
		return;
	}
	if (use->hook->kind != POLICY_UPROBE)
		return;
	event->counter = place->counter;
	if (place->kind == POLICY_AT_SYMBOL)
		return;
	event->function_name = NULL;
	event->offset = use->plan.point.offset;
}

static void use_describe(struct session_use *use, const char *policy_name)
{
	const struct policy_hook *hook = use->hook;
	struct event_group *event = &use->event;

	event->id = use->group;
	event->kind = plan_point_event_kind(&use->plan.point);
	event->policy_name = policy_name;
	event->function_name = use->plan.point.symbol;
	event->subsys = use->plan.point.subsystem[0] ? use->plan.point.subsystem : NULL;
	use_describe_place(use);
	event->message = hook->message;
	event->tags = (const char *const *)hook->tags;
	event->n_tags = hook->n_tags;
	event->args = use->args;
	event->n_args = use->plan.n_args;
	for (uint32_t i = 0; i < use->plan.n_args; i++) {
		/* What cannot be read here is still in the event, without a value. */
		use->args[i].kind = use->plan.unsupported >> i & 1
					    ? hook->args[i].kind
					    : use->plan.args[i].kind;
		use->args[i].is_data = i >= hook->n_args - hook->n_data;
		use->args[i].label = hook->args[i].label;
		use->args[i].yaml_type = hook->args[i].type;
		use->args[i].slot = RULESET_NO_SLOT;
	}
	event->wants_return = hook->wants_return;
	event->return_slot = RULESET_NO_SLOT;
	event->return_kind = use->plan.return_arg.kind;
	event->return_type = hook->return_arg.type;
}

int session_use_init(struct session_use *use, const struct policy_hook *hook, uint32_t at,
		     const struct tetra_policy *policy, struct tetra_kernel *kernel,
		     uint32_t group, struct tetra_diag *diag)
{
	int r;

	use->hook = hook;
	use->group = group;
	use->n_selectors = MAX(hook->n_selectors, 1u);
	memset(&use->slots, RULESET_NO_SLOT, sizeof(use->slots));
	use->counts = calloc(use->n_selectors, sizeof(*use->counts));
	if (!use->counts)
		return -ENOMEM;
	r = plan_use_at(&use->plan, hook, at, policy->file, kernel, diag);
	if (r < 0)
		return r;
	if (policy->enforcement == POLICY_ENFORCEMENT_BEST_EFFORT &&
	    use->plan.needs & PLAN_NEEDS_OVERRIDE)
		use->plan.needs |= PLAN_NEEDS_CATCH;
	plan_point_print_name(&use->plan.point, &use->place);
	use_describe(use, policy->name);
	return 0;
}

void session_use_done(struct session_use *use)
{
	free(use->counts);
	for (uint32_t i = 0; i < use->n_widened; i++)
		free((char *)use->widened[i].text);
	free(use->widened);
	free(use->marks);
	memset(use, 0, sizeof(*use));
}

/* How many places each hook has here. Return: the sum; -ENOMEM. */
static int64_t policy_count_places(const struct tetra_policy *policy,
				   struct tetra_kernel *kernel, uint32_t **ret)
{
	uint32_t *places = calloc(MAX(policy->n_hooks, 1u), sizeof(*places));
	int64_t n = 0;

	if (!places)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->n_hooks; i++) {
		places[i] = plan_places(&policy->hooks[i], kernel);
		n += places[i];
	}
	*ret = places;
	return n;
}

/* The uses of one hook. Return: 0, or the first error of a use. */
static int policy_add_hook(struct session_policy *loaded, const struct policy_hook *hook,
			   uint32_t n_places, struct tetra_kernel *kernel,
			   uint32_t *next_group, struct tetra_diag *diag)
{
	int r, failed = 0;

	for (uint32_t at = 0; at < n_places; at++) {
		struct session_use *use = &loaded->uses[loaded->n_uses];

		r = session_use_init(use, hook, at, loaded->policy, kernel, *next_group,
				     diag);
		loaded->n_uses++;
		(*next_group)++;
		if (r == -ENOENT && hook->call_not_found_ok) {
			session_use_done(use);
			loaded->n_uses--;
			continue;
		}
		if (r < 0 && !failed)
			failed = r;
	}
	return failed;
}

/* All hooks are checked, so that all findings are reported at once. */
static int policy_add_hooks(struct session_policy *loaded, const uint32_t *places,
			    struct tetra_kernel *kernel, uint32_t *next_group,
			    struct tetra_diag *diag)
{
	int r, failed = 0;

	for (uint32_t i = 0; i < loaded->policy->n_hooks; i++) {
		r = policy_add_hook(loaded, &loaded->policy->hooks[i], places[i], kernel,
				    next_group, diag);
		if (r < 0 && !failed)
			failed = r;
	}
	return failed;
}

int session_policy_new(struct session_policy **ret, struct tetra_policy *policy,
		       struct tetra_kernel *kernel, uint32_t *next_group,
		       struct tetra_diag *diag)
{
	struct session_policy *loaded = calloc(1, sizeof(*loaded));
	_cleanup_(freep) uint32_t *places = NULL;
	int64_t n = 0;
	int r = -ENOMEM;

	if (!loaded)
		return -ENOMEM;
	loaded->n_refs = 1;
	loaded->policy = tetra_policy_ref(policy);
	n = policy_count_places(policy, kernel, &places);
	if (n >= 0)
		loaded->uses = calloc(MAX((size_t)n, 1u), sizeof(*loaded->uses));
	if (loaded->uses)
		r = policy_add_hooks(loaded, places, kernel, next_group, diag);
	if (r < 0) {
		session_policy_unref(loaded);
		return r;
	}
	*ret = loaded;
	return 0;
}

struct session_policy *session_policy_ref(struct session_policy *policy)
{
	policy->n_refs++;
	return policy;
}

struct session_policy *session_policy_unref(struct session_policy *policy)
{
	if (!policy || --policy->n_refs)
		return NULL;
	for (uint32_t i = 0; i < policy->n_uses; i++)
		session_use_done(&policy->uses[i]);
	free(policy->uses);
	tetra_policy_unref(policy->policy);
	free(policy);
	return NULL;
}

static bool widened_are_same(const struct session_use *a, const struct session_use *b)
{
	if (a->n_widened != b->n_widened)
		return false;
	for (uint32_t i = 0; i < a->n_widened; i++)
		if (a->widened[i].selector != b->widened[i].selector ||
		    !str_equal(a->widened[i].text, b->widened[i].text))
			return false;
	return true;
}

bool session_policy_is_same(const struct session_policy *a,
			    const struct session_policy *b)
{
	if (!policy_is_same_text(a->policy, b->policy) || a->n_uses != b->n_uses)
		return false;
	for (uint32_t i = 0; i < a->n_uses; i++)
		if (memcmp(&a->uses[i].plan, &b->uses[i].plan, sizeof(a->uses[i].plan)) !=
			    0 ||
		    !widened_are_same(&a->uses[i], &b->uses[i]))
			return false;
	return true;
}

int session_use_check(const struct session_policy *policy, const struct session_use *use,
		      bool enforces, struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	const struct diag_place place = { policy->policy->file, use->hook->name_mark.line,
					  use->hook->name_mark.column,
					  use->hook->yaml_path };
	bool best = policy->policy->enforcement == POLICY_ENFORCEMENT_BEST_EFFORT;
	uint32_t asks = best ? PLAN_NEEDS_CATCH : PLAN_NEEDS_HOLD;
	struct plan_ladder ladder;

	return plan_ladder(&ladder, &use->plan, use->plan.needs | (enforces ? asks : 0),
			   &place, kernel, diag);
}

static int use_widen_value(struct session_use *use, uint32_t selector,
			   const struct policy_value *value,
			   const struct tetra_policy *policy, struct tetra_diag *diag)
{
	const struct diag_place place = { policy->file, value->mark.line,
					  value->mark.column, use->hook->yaml_path };
	_cleanup_(freep) char *resolved = realpath(value->text, NULL);
	struct ruleset_widening *grown;
	size_t len;

	if (!resolved || str_equal(resolved, value->text))
		return 0;
	grown = realloc(use->widened, (use->n_widened + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	use->widened = grown;
	diag_note(diag, &place, "widened", NULL,
		  "'%s' is the file '%s' on this machine: both names match", value->text,
		  resolved);
	len = strlen(resolved);
	use->widened[use->n_widened++] =
		(struct ruleset_widening){ selector, TAKE_PTR(resolved), len };
	return 0;
}

int session_policy_widen(struct session_policy *policy, struct tetra_diag *diag)
{
	int r = 0;

	for (uint32_t i = 0; i < policy->n_uses; i++) {
		struct session_use *use = &policy->uses[i];

		for (uint32_t j = 0; j < use->hook->n_selectors; j++) {
			const struct policy_selector *selector = &use->hook->selectors[j];

			if (!selector->n_binaries ||
			    (selector->binaries->op != TETRA_OP_EQUAL &&
			     selector->binaries->op != TETRA_OP_NOT_EQUAL))
				continue;
			for (uint32_t k = 0; k < selector->binaries->n_values && r == 0;
			     k++)
				r = use_widen_value(use, j,
						    &selector->binaries->values[k],
						    policy->policy, diag);
		}
	}
	return r;
}
