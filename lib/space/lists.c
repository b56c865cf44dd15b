/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/array.h"
#include "lib/space/lists.h"

/* A namespace that is not the machine's own has a 0 before its number. */
#define NAMESPACE_FOREIGN                                                                \
	{                                                                                \
		0, UINT64_MAX                                                            \
	}

void lists_done(struct lists *lists)
{
	free(lists->rules);
	lists->rules = NULL;
}

/* Axes */

static uint32_t find(const struct lists *lists, const struct axis *like)
{
	for (uint32_t i = 0; i < lists->n_axes; i++)
		if (axis_is_same(lists->axes[i], like))
			return i;
	return NO_AXIS;
}

static int axis_number(struct lists *lists, const struct axis *like, uint32_t *ret)
{
	struct axis leader, *axis;
	const struct set *domain;
	uint32_t number;
	int r;

	*ret = find(lists, like);
	if (*ret != NO_AXIS)
		return 0;
	axis = arena_alloc(lists->space.arena, sizeof(*axis));
	if (!axis)
		return -ENOMEM;
	*axis = *like;
	axis->leader = NO_AXIS;
	if (axis_leader(axis, &leader)) {
		r = axis_number(lists, &leader, &axis->leader);
		if (r < 0)
			return r;
		lists->axes[axis->leader]->leads = true;
	}
	if (lists->n_axes == MAX_AXES)
		return -E2BIG;
	r = axis_domain(axis, &lists->space, &domain);
	if (r >= 0)
		r = axis_add_set(&lists->space, axis, domain, &number);
	if (r < 0)
		return r;
	*ret = lists->n_axes;
	lists->axes[lists->n_axes++] = axis;
	return 0;
}

/* Rules */

static int rule_restrict(struct lists *lists, struct rule *rule, uint32_t axis,
			 const struct set *set)
{
	struct axis *narrowed = lists->axes[axis];
	uint32_t *number = &rule->sets[axis];
	int r = 0;

	if (*number)
		r = set_and(&lists->space, narrowed->sets[*number], set, &set);
	return r < 0 ? r : axis_add_set(&lists->space, narrowed, set, number);
}

static int group_add(struct lists *lists, const struct rule_group *group)
{
	struct rule_group *grown = arena_array(lists->space.arena, lists->n_groups + 1,
					       sizeof(*lists->groups));

	if (!grown)
		return -ENOMEM;
	if (lists->n_groups)
		memcpy(grown, lists->groups, lists->n_groups * sizeof(*grown));
	lists->groups = grown;
	grown[lists->n_groups] = *group;
	grown[lists->n_groups].first = grown[lists->n_groups].end = lists->n_rules;
	lists->n_groups++;
	return 0;
}

/* The rule is valid until the next one is added. */
static int rule_add(struct lists *lists, const struct rule *like, struct rule **ret)
{
	struct rule *rule;

	if (array_reserve(&lists->rules, lists->n_rules, &lists->room_rules,
			  sizeof(*lists->rules)) < 0)
		return -ENOMEM;
	rule = &lists->rules[lists->n_rules];
	*rule = *like;
	rule->group = lists->n_groups - 1;
	rule->sets = arena_array(lists->space.arena, MAX_AXES, sizeof(*rule->sets));
	if (!rule->sets)
		return -ENOMEM;
	lists->groups[rule->group].end = ++lists->n_rules;
	*ret = rule;
	return 0;
}

static const struct policy_pids *pids_followed(const struct policy_selector *s,
					       bool in_namespace)
{
	for (uint32_t i = 0; i < s->n_pids; i++)
		if (s->pids[i].follow_forks && s->pids[i].namespace_pid == in_namespace)
			return &s->pids[i];
	return NULL;
}

/* What a selector's dimension is on both sides. */
static void axis_of(const struct rule_group *group, const struct policy_selector *s,
		    const struct dimension *dimension, struct axis *ret)
{
	const struct policy_arg *arg;

	*ret = (struct axis){ .dimension = *dimension, .origin = *dimension };
	switch (dimension->kind) {
	case DIMENSION_ARG:
		arg = dimension->which == POLICY_ARG_RETURN
			      ? &group->hook->return_arg
			      : &group->hook->args[dimension->which];
		ret->index = dimension->which == POLICY_ARG_RETURN ? POLICY_ARG_RETURN
								   : arg->index;
		ret->kind = arg->kind;
		ret->resolve = arg->resolve;
		ret->btf_type = arg->btf_type;
		ret->walks = (arg->resolve && arg->index != POLICY_ARG_REGISTERS) ||
			     group->hook->kind == POLICY_USDT;
		ret->dimension.which = 0;
		break;
	case DIMENSION_FORKS:
	case DIMENSION_NS_FORKS:
		ret->pids = pids_followed(s, dimension->kind == DIMENSION_NS_FORKS);
		ret->dimension.which = 0;
		break;
	case DIMENSION_CHILDREN:
		ret->binaries = &s->binaries[0];
		ret->doubts = selector_doubts(s, operator_is_negated(ret->binaries->op));
		ret->dimension.which = 0;
		break;
	default:
		break;
	}
}

/* Capabilities that count in other user namespaces alone: it is in one, and has them. */
static int narrow_ns_caps(struct lists *lists, struct rule *rule, struct axis *axis,
			  const struct set *set)
{
	const struct dimension dimension = { DIMENSION_NAMESPACE, TETRA_NS_USER, 0 };
	struct axis user = { .dimension = dimension, .origin = dimension };
	const struct set_range foreign = NAMESPACE_FOREIGN;
	const struct set *parts[1], *other;
	uint32_t number;
	int r;

	r = set_of_ranges(&lists->space, DIMENSION_NAMESPACE_BYTES, &foreign, 1,
			  &parts[0]);
	if (r >= 0)
		r = set_tagged(&lists->space, parts, 1, &other);
	if (r >= 0)
		r = axis_number(lists, &user, &number);
	if (r >= 0)
		r = rule_restrict(lists, rule, number, other);
	axis->dimension.kind = axis->origin.kind = DIMENSION_CAPS;
	if (r >= 0)
		r = axis_number(lists, axis, &number);
	return r < 0 ? r : rule_restrict(lists, rule, number, set);
}

static int rule_narrow(struct lists *lists, struct rule *rule,
		       const struct accept_side *side)
{
	const struct rule_group *group = &lists->groups[rule->group];
	struct axis axis;
	uint32_t number;
	int r;

	axis_of(group, rule->model, &side->dimension, &axis);
	axis.origin_group = rule->group;
	if (axis.dimension.kind == DIMENSION_NS_CAPS)
		return narrow_ns_caps(lists, rule, &axis, side->set);
	r = axis_number(lists, &axis, &number);
	return r < 0 ? r : rule_restrict(lists, rule, number, side->set);
}

/* An event that a rate limit holds back: the selector decides all the same. */
static int rate_split(struct lists *lists, uint32_t i_rule,
		      const struct policy_action *rate)
{
	const struct set_range yes = { DESCENT_YES, DESCENT_YES };
	struct axis axis = { .dimension = { DIMENSION_FORKS, 0, 0 }, .rate = rate };
	const struct set *parts[1], *set;
	struct rule *rule, *held;
	uint32_t number;
	int r;

	r = set_of_ranges(&lists->space, 1, &yes, 1, &parts[0]);
	if (r >= 0)
		r = set_tagged(&lists->space, parts, 1, &set);
	if (r >= 0)
		r = axis_number(lists, &axis, &number);
	if (r >= 0)
		r = rule_add(lists, &lists->rules[i_rule], &held);
	if (r < 0)
		return r;
	rule = &lists->rules[i_rule];
	memcpy(held->sets, rule->sets, MAX_AXES * sizeof(*held->sets));
	held->effect.told = false;
	held->effect.silent = true;
	return rule_restrict(lists, rule, number, set);
}

static const struct policy_action *rate_of(const struct policy_selector *s)
{
	for (uint32_t i = 0; i < s->n_actions; i++)
		if (s->actions[i].rate_ms)
			return &s->actions[i];
	return NULL;
}

uint32_t lists_find(const struct lists *lists, const struct rule_group *group,
		    const struct policy_selector *selector,
		    const struct dimension *dimension)
{
	struct axis axis;

	axis_of(group, selector, dimension, &axis);
	return find(lists, &axis);
}

uint32_t lists_find_rate(const struct lists *lists,
			 const struct policy_selector *selector)
{
	struct axis axis = { .dimension = { DIMENSION_FORKS, 0, 0 } };

	axis.rate = rate_of(selector);
	return axis.rate ? find(lists, &axis) : NO_AXIS;
}

static int selector_add(struct lists *lists, uint32_t i)
{
	const struct rule_group *group = &lists->groups[lists->n_groups - 1];
	const struct policy_selector *s = &group->hook->selectors[i];
	struct rule like = { .selector = i, .model = s }, *rule;
	const struct policy_action *rate = rate_of(s);
	uint32_t i_rule = lists->n_rules;
	struct accept accept;
	int r;

	effect_of_selector(group->policy, s, &like.effect);
	r = rule_add(lists, &like, &rule);
	if (r >= 0)
		r = accept_selector(&lists->space, group->hook, i, &accept);
	for (uint32_t k = 0; r >= 0 && k < accept.n; k++)
		r = rule_narrow(lists, rule, &accept.sides[k]);
	if (r >= 0 && rate && like.effect.told)
		r = rate_split(lists, i_rule, rate);
	return r;
}

int lists_add_hook(struct lists *lists, enum side side, const struct tetra_policy *policy,
		   const struct policy_hook *hook)
{
	const struct rule_group group = { .side = side, .policy = policy, .hook = hook };
	struct rule like = {}, *rule;
	int r = group_add(lists, &group);

	if (r >= 0 && !hook->n_selectors) {
		effect_of_selector(policy, NULL, &like.effect);
		return rule_add(lists, &like, &rule);
	}
	for (uint32_t i = 0; r >= 0 && i < hook->n_selectors; i++)
		r = selector_add(lists, i);
	return r;
}

/* Rows */

/* Rules by set of the axis; those that do not look at it under 0. */
static uint64_t *users_of(const struct lists *lists, uint32_t number)
{
	const struct axis *axis = lists->axes[number];
	uint64_t *users =
		calloc((size_t)axis->n_sets * lists->n_words + 1, sizeof(*users));

	for (uint32_t i = 0; users && i < lists->n_rules; i++)
		bits_add(&users[(size_t)lists->rules[i].sets[number] * lists->n_words],
			 i);
	return users;
}

static int rows_make(struct lists *lists, uint32_t number)
{
	struct axis *axis = lists->axes[number];
	_cleanup_(freep) uint64_t *users = users_of(lists, number);
	uint32_t n_words = lists->n_words;

	axis->rows = arena_array(lists->space.arena,
				 (size_t)axis->partition.n_atoms * n_words + 1,
				 sizeof(*axis->rows));
	if (!users || !axis->rows)
		return -ENOMEM;
	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		uint64_t *row = &axis->rows[(size_t)a * n_words];
		const uint64_t *members = partition_members(&axis->partition, a);

		/* The domain is set 0 and has every atom: rules that do not look. */
		bits_for_each (set, members, axis->n_sets)
			for (uint32_t w = 0; w < n_words; w++)
				row[w] |= users[(size_t)set * n_words + w];
	}
	return 0;
}

static int touched_make(struct lists *lists)
{
	for (uint32_t i = 0; i < lists->n_axes; i++) {
		struct axis *axis = lists->axes[i];

		axis->touched = arena_array(lists->space.arena, lists->n_words,
					    sizeof(*axis->touched));
		if (!axis->touched)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < lists->n_axes; i++) {
		struct axis *axis = lists->axes[i];

		for (uint32_t k = 0; k < lists->n_rules; k++) {
			if (!lists->rules[k].sets[i])
				continue;
			bits_add(axis->touched, k);
			if (axis->leader != NO_AXIS)
				bits_add(lists->axes[axis->leader]->touched, k);
		}
	}
	return 0;
}

static bool rule_is_same(const struct lists *lists, const struct rule *a,
			 const struct rule *b)
{
	return effect_is_equal(&a->effect, &b->effect) &&
	       memcmp(a->sets, b->sets, lists->n_axes * sizeof(*a->sets)) == 0;
}

static bool group_is_same(const struct lists *lists, const struct rule_group *a,
			  const struct rule_group *b)
{
	if (a->side == b->side || a->end - a->first != b->end - b->first)
		return false;
	for (uint32_t i = 0; i < a->end - a->first; i++)
		if (!rule_is_same(lists, &lists->rules[a->first + i],
				  &lists->rules[b->first + i]))
			return false;
	return true;
}

/* Rules whose lists one side has alone: where these are dead, nothing differs. */
static void changed_find(const struct lists *lists, uint64_t *ret)
{
	for (uint32_t a = 0; a < lists->n_groups; a++) {
		const struct rule_group *group = &lists->groups[a];
		uint32_t b = 0;

		while (b < lists->n_groups &&
		       !group_is_same(lists, group, &lists->groups[b]))
			b++;
		for (uint32_t i = group->first; b == lists->n_groups && i < group->end;
		     i++)
			bits_add(ret, i);
	}
}

/* How many of these rules an atom leaves alive, times a thousand; the mean of all atoms. */
static uint64_t rules_left(const struct lists *lists, const struct axis *axis,
			   const uint64_t *rules)
{
	uint64_t n = 0;

	for (uint32_t a = 0; a < axis->partition.n_atoms; a++)
		for (uint32_t w = 0; w < lists->n_words; w++)
			n += (uint64_t)__builtin_popcountll(axis_row(lists, axis, a)[w] &
							    rules[w]);
	return n * 1000 / MAX(axis->partition.n_atoms, 1u);
}

/*
 * What leaves the fewest changed rules alive comes first, and what gives facts before what depends on
 * them. With the fewest atoms first, sets of rules multiply before one that tells them apart.
 */
static void ranks_make(const struct lists *lists, const uint64_t *changed, uint64_t *ret)
{
	for (uint32_t i = 0; i < lists->n_axes; i++)
		ret[i] = 2 * rules_left(lists, lists->axes[i], changed) + 1;
	for (uint32_t i = 0; i < lists->n_axes; i++) {
		uint32_t leader = lists->axes[i]->leader;

		if (leader != NO_AXIS)
			ret[leader] = MIN(ret[leader], ret[i] - 1);
	}
}

static int order_make(struct lists *lists)
{
	_cleanup_(freep) uint64_t *changed = calloc(lists->n_words, sizeof(*changed));
	uint64_t ranks[MAX_AXES];

	if (!changed)
		return -ENOMEM;
	changed_find(lists, changed);
	ranks_make(lists, changed, ranks);
	for (uint32_t i = 0; i < lists->n_axes; i++) {
		uint32_t k = i;

		for (; k && ranks[lists->order[k - 1]] > ranks[i]; k--)
			lists->order[k] = lists->order[k - 1];
		lists->order[k] = i;
	}
	return 0;
}

int lists_finish(struct lists *lists)
{
	int r = lists_add_facts(lists);

	lists->n_words = BITS_WORDS(MAX(lists->n_rules, 1u));
	for (uint32_t i = 0; r >= 0 && i < lists->n_axes; i++) {
		struct axis *axis = lists->axes[i];

		r = partition_make(&lists->space, axis->sets, axis->n_sets,
				   axis_is_readable(axis), &axis->partition);
		if (r >= 0)
			r = rows_make(lists, i);
	}
	if (r >= 0)
		r = touched_make(lists);
	if (r >= 0)
		r = order_make(lists);
	return r < 0 ? r : lists_couple(lists);
}
