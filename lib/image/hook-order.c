/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bits the rules of a hook with more than one word get.
 *
 * A program first knows of each word only whether a rule in it may match. Rules that look at the
 * same things fail together, so that a word of such rules is out at once. A word with rules of
 * several kinds hardly ever is: what fails one kind lets the others pass.
 */
#include "lib/image/hook-order.h"

/* The columns that the selectors of a group look at. */
struct kind {
	uint32_t process;
	uint64_t slots;
};

struct placed_group {
	uint32_t position; /* in the hook */
	uint32_t kind;	   /* number, by first appearance */
	uint32_t from;	   /* first bit, in the order of the hook */
	uint32_t to;	   /* the new one */
	uint32_t n_rules;
};

struct order {
	struct hook_rules *rules;
	struct kind *kinds; /* by position */
	struct placed_group *groups;
	uint32_t n_groups;
	struct hook_rule *moved;
};

static void order_done(struct order *order)
{
	free(order->kinds);
	free(order->groups);
	free(order->moved);
}

/* The kind of the group that filter @i of a column belongs to. */
static struct kind *kind_of(const struct order *order, const struct column *column,
			    uint32_t i)
{
	uint32_t rule = column->filters[i].rule;

	return &order->kinds[order->rules->rules[rule].group_position];
}

static void kinds_find(const struct order *order)
{
	struct column *const *process = order->rules->process;
	struct column *const *slots = order->rules->slots;

	for (uint32_t c = 0; c < TETRA_PROCESS_COLUMNS; c++)
		for (uint32_t i = 0; i < column_count_filters(process[c]); i++)
			kind_of(order, process[c], i)->process |= 1u << c;
	for (uint32_t c = 0; c < HOOK_SLOT_COLUMNS; c++)
		for (uint32_t i = 0; i < column_count_filters(slots[c]); i++)
			kind_of(order, slots[c], i)->slots |= 1ull << c;
}

/* The number of the kind of the last group: that of an earlier group like it, or a new one. */
static uint32_t kind_number(const struct order *order, const struct placed_group *last,
			    uint32_t n_kinds)
{
	const struct kind *kind = &order->kinds[last->position];

	for (const struct placed_group *group = order->groups; group < last; group++) {
		const struct kind *other = &order->kinds[group->position];

		if (other->process == kind->process && other->slots == kind->slots)
			return group->kind;
	}
	return n_kinds;
}

static void groups_find(struct order *order)
{
	const struct hook_rules *rules = order->rules;
	uint32_t n_kinds = 0;

	for (uint32_t bit = 0; bit < rules->n_rules; bit++) {
		const struct hook_rule *rule = &rules->rules[bit];
		struct placed_group *group = &order->groups[order->n_groups];

		if (!rule->group)
			continue;
		if (rule->number) {
			group[-1].n_rules++;
			continue;
		}
		*group = (struct placed_group){ .position = rule->group_position,
						.from = bit,
						.n_rules = 1 };
		group->kind = kind_number(order, group, n_kinds);
		n_kinds = MAX(n_kinds, group->kind + 1);
		order->n_groups++;
	}
}

static int by_kind(const void *a, const void *b)
{
	const struct placed_group *one = a, *two = b;

	if (one->kind != two->kind)
		return one->kind < two->kind ? -1 : 1;
	return one->position < two->position ? -1 : 1;
}

/* Gives each group its bits, @apart: no two kinds in one word. The bits that this takes. */
static uint32_t groups_place(struct order *order, bool apart)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < order->n_groups; i++) {
		struct placed_group *group = &order->groups[i];

		if ((apart && i && group->kind != group[-1].kind) ||
		    next % 64 + group->n_rules > 64)
			next = ROUND_UP(next, 64);
		group->to = next;
		next += group->n_rules;
	}
	return next;
}

/* Moves all rules, and the columns' filters with them. */
static void order_apply(struct order *order, uint32_t n_rules)
{
	struct hook_rules *rules = order->rules;
	struct hook_rule *moved = order->moved;
	uint32_t to[TETRA_MAX_RULES] = { 0 };

	memset(rules->all, 0, sizeof(rules->all));
	for (uint32_t i = 0; i < order->n_groups; i++) {
		const struct placed_group *group = &order->groups[i];

		for (uint32_t k = 0; k < group->n_rules; k++) {
			uint32_t bit = group->to + k;

			to[group->from + k] = bit;
			moved[bit] = rules->rules[group->from + k];
			moved[bit].group_mask = moved[bit].group_mask >>
						group->from % 64 << group->to % 64;
			rules->all[bit / 64] |= 1ull << bit % 64;
		}
	}
	memcpy(rules->rules, moved, sizeof(rules->rules));
	rules->n_rules = n_rules;
	for (uint32_t c = 0; c < ARRAY_SIZE(rules->process); c++)
		column_move_rules(rules->process[c], to, rules->all);
	for (uint32_t c = 0; c < ARRAY_SIZE(rules->slots); c++)
		column_move_rules(rules->slots[c], to, rules->all);
}

/* The bits for all groups sorted by kind; more than there are: they stay where they are. */
static uint32_t order_find(struct order *order)
{
	uint32_t n;

	kinds_find(order);
	groups_find(order);
	qsort(order->groups, order->n_groups, sizeof(*order->groups), by_kind);
	n = groups_place(order, true);
	return n <= TETRA_MAX_RULES ? n : groups_place(order, false);
}

int hook_rules_order(struct hook_rules *rules)
{
	_cleanup_(order_done) struct order order = { .rules = rules };
	uint32_t n;

	if (rules->n_rules <= 64)
		return 0;
	order.kinds = calloc(rules->hook->n_groups, sizeof(*order.kinds));
	order.groups = calloc(rules->n_rules, sizeof(*order.groups));
	order.moved = calloc(TETRA_MAX_RULES, sizeof(*order.moved));
	if (!order.kinds || !order.groups || !order.moved)
		return -ENOMEM;
	n = order_find(&order);
	if (n <= TETRA_MAX_RULES)
		order_apply(&order, n);
	return 0;
}
