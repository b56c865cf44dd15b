/* SPDX-License-Identifier: Apache-2.0 */
/* Which bits rules get beyond 64: those that look at the same things share words. */
#include "tests/unit/host-match.h"
#include "tests/unit/suite.h"

#define MAX_GROUPS TETRA_MAX_RULES
#define KINDS	   20u

/* A hook with one number, and policies on it that filter it, the pid, or both. */
struct order {
	struct ruleset ruleset;
	struct ruleset_hook hook;
	struct policy_arg arg;
	struct policy_action action;
	struct policy_value value;
	struct policy_filter filter;
	struct policy_pids pids;
	struct policy_namespace namespaces[TETRA_NS_END];
	struct policy_selector selectors[KINDS][64]; /* by kind, all alike */
	struct policy_hook models[MAX_GROUPS];
	struct ruleset_group groups[MAX_GROUPS];
	struct image *image;
	struct tetra_diag *diag;
};

static struct order *order;

static void set_up(void)
{
	order = calloc(1, sizeof(*order));
	order->ruleset = (struct ruleset){ .hooks = &order->hook, .n_hooks = 1 };
	order->hook.n_slots = 1;
	order->hook.slots[0].kind = TETRA_ARG_INT32;
	order->hook.groups = order->groups;
	order->arg.kind = TETRA_ARG_INT32;
	order->action.kind = TETRA_ACTION_POST;
	order->value = (struct policy_value){ .min = 7, .max = 7 };
	order->filter = (struct policy_filter){ .op = TETRA_OP_EQUAL,
						.values = &order->value,
						.n_values = 1 };
	order->pids = (struct policy_pids){ .values = &order->value, .n_values = 1 };
	for (uint32_t i = 0; i < TETRA_NS_END; i++)
		order->namespaces[i] = (struct policy_namespace){ .ns = i,
								  .values = &order->value,
								  .n_values = 1 };
	ck_assert_int_eq(tetra_diag_new(&order->diag), 0);
}

static void tear_down(void)
{
	image_free(order->image);
	tetra_diag_free(order->diag);
	free(order);
}

/* Kind 0: the number; 1: the pid; 2 and more: a namespace, and the number if it is odd. */
static void selector_make(struct policy_selector *selector, uint32_t kind)
{
	*selector = (struct policy_selector){ .actions = &order->action, .n_actions = 1 };
	if (kind == 0 || (kind > 1 && kind % 2)) {
		selector->args = &order->filter;
		selector->n_args = 1;
	}
	if (kind == 1) {
		selector->pids = &order->pids;
		selector->n_pids = 1;
	}
	if (kind > 1) {
		selector->namespaces = &order->namespaces[(kind - 2) / 2];
		selector->n_namespaces = 1;
	}
}

/* Another policy, of @n selectors. */
static void group_add(uint32_t kind, uint32_t n)
{
	uint32_t at = order->hook.n_groups++;

	for (uint32_t i = 0; i < n; i++)
		selector_make(&order->selectors[kind][i], kind);
	order->models[at] = (struct policy_hook){
		.name = "order",
		.args = &order->arg,
		.n_args = 1,
		.selectors = order->selectors[kind],
		.n_selectors = n,
	};
	order->groups[at] = (struct ruleset_group){ .id = at,
						    .file = "order.yaml",
						    .hook = &order->models[at] };
}

static const struct tetra_hook_row *order_compile(void)
{
	ck_assert_int_eq(image_compile(&order->image, &order->ruleset, order->diag), 0);
	return &order->image->cells[1].hook;
}

static const struct tetra_rule *rule_at(const struct tetra_hook_row *row, uint32_t bit)
{
	return &order->image->cells[row->rules + bit].rule;
}

static bool bit_is_used(const struct tetra_hook_row *row, uint32_t bit)
{
	return order->image->cells[row->rows + bit / 512].w[bit / 64 % 8] >> bit % 64 & 1;
}

TEST(one_word_keeps_the_order_of_the_policies)
{
	const struct tetra_hook_row *row;

	for (uint32_t i = 0; i < 64; i++)
		group_add(i % 2, 1);
	row = order_compile();
	ck_assert_uint_eq(row->n_words, 1);
	for (uint32_t i = 0; i < 64; i++)
		ck_assert_uint_eq(rule_at(row, i)->group, i);
}

TEST(no_two_kinds_share_a_word)
{
	const struct tetra_hook_row *row;

	for (uint32_t i = 0; i < 66; i++)
		group_add(i % 3, 1);
	row = order_compile();
	ck_assert_uint_eq(row->n_words, 3);
	for (uint32_t bit = 0; bit < row->n_rules; bit++) {
		ck_assert_int_eq(bit_is_used(row, bit), bit % 64 < 22);
		if (!bit_is_used(row, bit))
			continue;
		ck_assert_uint_eq(rule_at(row, bit)->group % 3, bit / 64);
		ck_assert_uint_eq(rule_at(row, bit)->order, rule_at(row, bit)->group);
		ck_assert_uint_eq(rule_at(row, bit)->group_mask, 1ull << bit % 64);
	}
}

TEST(what_fails_one_kind_fails_its_words)
{
	const struct tetra_hook_row *row;
	const struct tetra_dim *dim;

	for (uint32_t i = 0; i < 66; i++)
		group_add(i % 3, 1);
	row = order_compile();
	dim = &order->image->cells[row->process_dims + TETRA_COL_PID].dim;
	ck_assert_uint_eq(row->alive, 7);
	ck_assert_uint_eq(dim->miss_bits, 7 & ~2u);
}

/* 20 kinds on 16 words: some share one, and every rule has its bit. */
TEST(more_kinds_than_words)
{
	const struct tetra_hook_row *row;
	uint32_t n = 0;

	for (uint32_t i = 0; i < 200; i++)
		group_add(i % KINDS, 1);
	row = order_compile();
	ck_assert_uint_eq(row->n_rules, 200);
	ck_assert_uint_eq(row->n_words, 4);
	for (uint32_t bit = 0; bit < 200; bit++)
		n += bit_is_used(row, bit);
	ck_assert_uint_eq(n, 200);
	ck_assert_uint_eq(rule_at(row, 9)->group % KINDS, 0);
	ck_assert_uint_eq(rule_at(row, 10)->group % KINDS, 1);
}

/* The rules of a policy stay in one word: only in the order of the policies is there room. */
TEST(policies_that_fit_in_one_order_only)
{
	const struct tetra_hook_row *row;

	for (uint32_t i = 0; i < TETRA_MAX_WORDS; i++) {
		group_add(4, 40);
		group_add(2, 24);
	}
	row = order_compile();
	ck_assert_uint_eq(row->n_rules, TETRA_MAX_RULES);
	ck_assert_uint_eq(rule_at(row, 0)->group, 0);
	ck_assert_uint_eq(rule_at(row, 40)->group, 1);
	ck_assert_uint_eq(rule_at(row, 64)->group, 2);
}

FIXTURE(set_up, tear_down)
