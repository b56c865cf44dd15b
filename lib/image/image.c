/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of an image: head, hook rows, counters of all rules; then hook by hook its
 * rules, dimensions, tables and rows.
 */
#include "lib/image/hook-rules.h"
#include "lib/image/image.h"

#define MAX_SIGNALS ARRAY_SIZE(((struct tetra_rule *)NULL)->signals)

struct compiler {
	const struct ruleset *ruleset;
	struct tetra_diag *diag;
	struct cells cells;
	struct image *image;
	uint8_t marks;
};

static void compiler_done(struct compiler *compiler)
{
	cells_done(&compiler->cells);
}

/* Actions */

/* The flags of a rule that an action sets, and those that it clears. */
static const struct {
	uint32_t set, cleared;
} action_flags[TETRA_ACTION_END] = {
#define X(NAME, number, name, sections, enforces, needs, marks, unmarks, ...)            \
	[number] = { marks, unmarks },
	TETRA_ACTIONS(X)
#undef X
};

static int rate_apply(const struct hook_rule *rule, const struct policy_action *action,
		      struct tetra_rule *ret, struct tetra_diag *diag)
{
	if (ret->flags & TETRA_RULE_RATE)
		return group_error(diag, rule->group, action->mark, -EOPNOTSUPP,
				   "two rate limits in one selector");
	ret->flags |= TETRA_RULE_RATE;
	ret->rate_ms = action->rate_ms;
	ret->rate_scope = action->rate_scope;
	return 0;
}

static int signal_apply(const struct hook_rule *rule, const struct policy_action *action,
			struct tetra_rule *ret, struct tetra_diag *diag)
{
	if (ret->n_signals == MAX_SIGNALS)
		return group_error(diag, rule->group, action->mark, -E2BIG,
				   "more than %zu signals in one selector", MAX_SIGNALS);
	ret->signals[ret->n_signals++] = action->signal;
	return 0;
}

static int action_apply(const struct hook_rule *rule, const struct policy_action *action,
			struct tetra_rule *ret, struct tetra_diag *diag)
{
	uint32_t set;

	if (!action_row(action->kind)->supported)
		return -EINVAL;
	set = action_flags[action->kind].set;
	ret->action = action->kind;
	ret->flags &= ~action_flags[action->kind].cleared;
	ret->flags |= set;
	if (set & TETRA_RULE_OVERRIDE)
		ret->error = action->error;
	if (action->rate_ms)
		return rate_apply(rule, action, ret, diag);
	return set & TETRA_RULE_SIGNAL ? signal_apply(rule, action, ret, diag) : 0;
}

static int rule_make(const struct hook_rule *rule, uint32_t counter,
		     struct tetra_rule *ret, struct tetra_diag *diag)
{
	const struct policy_selector *selector = rule->selector;
	int r;

	*ret = (struct tetra_rule){
		.group_mask = rule->group_mask,
		.group = rule->group->id,
		.selector = rule->number,
		.order = rule->group_position,
		.counter = counter,
		.flags = TETRA_RULE_POST,
		.action = TETRA_ACTION_POST,
	};
	if (rule->group->monitor)
		ret->flags |= TETRA_RULE_MONITOR;
	for (uint32_t i = 0; selector && i < selector->n_actions; i++) {
		r = action_apply(rule, &selector->actions[i], ret, diag);
		if (r < 0)
			return r;
	}
	if (rule->group->parting)
		ret->flags &= ~(TETRA_RULE_POST | TETRA_RULE_RATE);
	return 0;
}

/* Columns */

static int column_finish(struct compiler *compiler, struct column *column, uint32_t cell)
{
	struct tetra_dim dim;
	int r;

	r = column_build(column, &compiler->cells, &dim);
	if (r == -EOPNOTSUPP)
		return group_error(compiler->diag, column->filters[column->culprit].group,
				   column->filters[column->culprit].mark, r,
				   "several filters on bits of one value, none of which "
				   "implies the others");
	if (r == -E2BIG)
		return group_error(compiler->diag, column->filters[0].group,
				   column->filters[0].mark, r,
				   "the values of this column do not fit into a table");
	if (r < 0)
		return r;
	compiler->cells.items[cell].dim = dim;
	return 0;
}

/* Builds the used columns of @columns; *@ret_first 0 if there are none. */
static int columns_finish(struct compiler *compiler, struct column **columns, uint32_t n,
			  uint32_t *ret_first, uint64_t *ret_used)
{
	uint64_t used = 0;
	uint32_t first;
	int r;

	for (uint32_t i = 0; i < n; i++)
		used |= (uint64_t)(columns[i] != NULL) << i;
	*ret_used = used;
	*ret_first = 0;
	if (!used)
		return 0;
	r = cells_add(&compiler->cells, n, &first);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n; i++) {
		if (!columns[i])
			continue;
		r = column_finish(compiler, columns[i], first + i);
		if (r < 0)
			return r;
	}
	*ret_first = first;
	return 0;
}

/* The matcher's limits; row 0, of all rules, is one of its rows. */
static int columns_check(const struct hook_rules *rules, struct tetra_diag *diag)
{
	uint32_t n = 1, n_bits = 0;

	for (uint32_t i = 0; i < TETRA_PROCESS_COLUMNS + HOOK_SLOT_COLUMNS; i++) {
		const struct column *column =
			i < TETRA_PROCESS_COLUMNS
				? rules->process[i]
				: rules->slots[i - TETRA_PROCESS_COLUMNS];

		/* A BITS column uses a row if the bits are unknown. */
		if (column && column->shape == COLUMN_BITS)
			n_bits++;
		if (column && (column->shape != COLUMN_BITS || column->aside))
			n++;
	}
	if (rules->rows.n_words == 1 ||
	    (n <= TETRA_MAX_COLUMNS && n_bits <= TETRA_MAX_BIT_COLUMNS))
		return 0;
	return group_error(
		diag, rules->rules[0].group, rules->rules[0].group->hook->mark, -E2BIG,
		"the rules of one hook look at %u things and %u sets of bits; the "
		"limits are %u and %u",
		n - 1, n_bits, TETRA_MAX_COLUMNS - 1, TETRA_MAX_BIT_COLUMNS);
}

/* Hooks */

/* In its word: the bit of rule @bit, and all lower bits. */
static uint64_t rule_and_before(uint32_t bit)
{
	return ~0ull >> (63 - bit % 64);
}

/* A rule that is not looked at before there is a result. */
static bool rule_waits(const struct hook_rule *rule)
{
	return rule->group && rule->selector && selector_waits(rule->selector);
}

/* In the rule's word: the rules of its policy after it that win by what they did at the entry. */
static uint64_t rule_yields(const struct hook_rules *rules, uint32_t bit)
{
	uint64_t ret = rules->rules[bit].group_mask & ~rule_and_before(bit);
	uint32_t first = bit - bit % 64;

	if (!rule_waits(&rules->rules[bit]))
		return 0;
	for (uint32_t i = 0; i < 64 && first + i < rules->n_rules; i++)
		if (rule_waits(&rules->rules[first + i]))
			ret &= ~(1ull << i);
	return ret;
}

static int hook_write_rules(struct compiler *compiler, struct hook_rules *rules,
			    uint32_t hook, struct tetra_hook_row *row)
{
	const struct image *image = compiler->image;
	uint64_t deciding[TETRA_MAX_WORDS] = { 0 }, posting[TETRA_MAX_WORDS] = { 0 };
	struct row deciding_row, posting_row, all_row;
	int r;

	r = cells_add(&compiler->cells, rules->n_rules, &row->rules);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < rules->n_rules; i++) {
		const struct hook_rule *rule = &rules->rules[i];
		struct tetra_rule *cell = &compiler->cells.items[row->rules + i].rule;

		if (!rule->group)
			continue;
		r = rule_make(rule,
			      image_counter_cell(image, hook, rule->group_position,
						 rule->number),
			      cell, compiler->diag);
		if (r < 0)
			return r;
		cell->yields = rule_yields(rules, i);
		if (cell->flags & TETRA_RULE_ENFORCES)
			deciding[i / 64] |= rule->group_mask & rule_and_before(i);
		if (cell->flags & TETRA_RULE_POST)
			posting[i / 64] |= 1ull << i % 64;
	}
	r = rows_intern(&rules->rows, deciding, &deciding_row);
	if (r >= 0)
		r = rows_intern(&rules->rows, posting, &posting_row);
	if (r >= 0)
		r = rows_intern(&rules->rows, rules->all, &all_row);
	row->deciding = deciding_row.bits;
	row->posting = posting_row.bits;
	row->alive = all_row.bits;
	return r;
}

static uint32_t hook_count_slot_columns(const struct hook_rules *rules)
{
	uint32_t n = HOOK_SLOT_COLUMNS;

	while (n && !rules->slots[n - 1])
		n--;
	return ROUND_UP(n, TETRA_SLOT_COLUMNS);
}

static int hook_write(struct compiler *compiler, struct hook_rules *rules, uint32_t hook,
		      struct tetra_hook_row *row)
{
	uint64_t process_columns, slot_columns;
	int r;

	row->n_rules = rules->n_rules;
	row->n_words = rules->rows.n_words;
	r = hook_write_rules(compiler, rules, hook, row);
	if (r < 0)
		return r;
	r = columns_check(rules, compiler->diag);
	if (r < 0)
		return r;
	r = columns_finish(compiler, rules->process, TETRA_PROCESS_COLUMNS,
			   &row->process_dims, &process_columns);
	if (r < 0)
		return r;
	row->process_columns = process_columns;
	if (rules->process[TETRA_COL_SCOPE])
		compiler->cells.items[row->process_dims + TETRA_COL_SCOPE].dim.interest =
			rules->scope_levels;
	r = columns_finish(compiler, rules->slots, hook_count_slot_columns(rules),
			   &row->slot_dims, &slot_columns);
	if (r < 0)
		return r;
	row->slot_columns = slot_columns;
	return rows_write(&rules->rows, &compiler->cells, &row->rows, &row->row_cells);
}

static struct image_steps hook_steps(const struct hook_rules *rules)
{
	struct image_steps steps = { .path = 1, .text = 1 };

	for (uint32_t i = 0; i < HOOK_SLOT_COLUMNS; i++) {
		const struct column *column = rules->slots[i];

		if (!column)
			continue;
		if (column->shape == COLUMN_PATH_HEAD)
			steps.path = MAX(steps.path, column->steps + 1);
		else
			steps.text = MAX(steps.text, column->steps);
	}
	return steps;
}

static int compile_hook(struct compiler *compiler, uint32_t hook)
{
	_cleanup_(hook_rules_freep) struct hook_rules *rules = NULL;
	struct tetra_hook_row row = { 0 };
	int r;

	r = hook_rules_new(&rules, compiler->ruleset, &compiler->ruleset->hooks[hook],
			   compiler->diag);
	if (r < 0 || !rules->n_rules)
		return r;
	r = hook_write(compiler, rules, hook, &row);
	if (r < 0)
		return r;
	compiler->cells.items[1 + hook].hook = row;
	compiler->image->steps[hook] = hook_steps(rules);
	compiler->marks |= rules->follows;
	return 0;
}

/* The image */

static uint32_t group_count_rules(const struct ruleset_group *group)
{
	return group->disabled ? 0 : MAX(1u, group->hook->n_selectors);
}

static int image_new(struct image **ret, const struct ruleset *ruleset)
{
	_cleanup_(image_freep) struct image *image = calloc(1, sizeof(*image));
	size_t n_groups = 0;

	if (!image)
		return -ENOMEM;
	image->n_hooks = ruleset->n_hooks;
	image->first_group = calloc((size_t)ruleset->n_hooks + 1, sizeof(uint32_t));
	image->steps = calloc((size_t)ruleset->n_hooks + 1, sizeof(*image->steps));
	if (!image->first_group || !image->steps)
		return -ENOMEM;
	for (uint32_t i = 0; i < ruleset->n_hooks; i++) {
		image->first_group[i] = n_groups;
		n_groups += ruleset->hooks[i].n_groups;
	}
	image->first_group[ruleset->n_hooks] = n_groups;
	image->counters = calloc(n_groups + 1, sizeof(uint32_t));
	if (!image->counters)
		return -ENOMEM;
	*ret = TAKE_PTR(image);
	return 0;
}

/* Gives every rule a counter cell; the cells directly follow the hook rows. */
static uint64_t image_number_counters(struct image *image, const struct ruleset *ruleset)
{
	uint64_t next = 1 + ruleset->n_hooks;

	for (uint32_t i = 0; i < ruleset->n_hooks; i++) {
		for (uint32_t k = 0; k < ruleset->hooks[i].n_groups; k++) {
			uint32_t n = group_count_rules(&ruleset->hooks[i].groups[k]);

			image->counters[image->first_group[i] + k] = n ? next : 0;
			next += n;
		}
	}
	return next;
}

static int compile_all(struct compiler *compiler)
{
	const struct ruleset *ruleset = compiler->ruleset;
	uint64_t n_first = image_number_counters(compiler->image, ruleset);
	uint32_t first;
	int r;

	r = cells_add(&compiler->cells, n_first, &first);
	for (uint32_t i = 0; r >= 0 && i < ruleset->n_hooks; i++)
		r = compile_hook(compiler, i);
	if (r < 0)
		return r;
	compiler->cells.items[0].head = (struct tetra_image_head){
		.generation = ruleset->generation,
		.n_cells = compiler->cells.n,
		.n_hooks = ruleset->n_hooks,
		.counters = 1 + ruleset->n_hooks,
		.n_counters = n_first - 1 - ruleset->n_hooks,
		.marks = compiler->marks,
	};
	return 0;
}

static int hooks_check(const struct ruleset *ruleset, struct tetra_diag *diag)
{
	struct diag_place nowhere = { 0 };

	if (ruleset->n_hooks <= TETRA_MAX_HOOKS)
		return 0;
	return diag_error(diag, &nowhere, -E2BIG, "resource-limit", NULL,
			  "%u hook points; the limit is %u", ruleset->n_hooks,
			  TETRA_MAX_HOOKS);
}

int image_compile(struct image **ret, const struct ruleset *ruleset,
		  struct tetra_diag *diag)
{
	_cleanup_(image_freep) struct image *image = NULL;
	_cleanup_(compiler_done) struct compiler compiler = {
		.ruleset = ruleset,
		.diag = diag,
	};
	int r;

	r = hooks_check(ruleset, diag);
	if (r < 0)
		return r;
	r = image_new(&image, ruleset);
	if (r < 0)
		return r;
	compiler.image = image;
	r = compile_all(&compiler);
	if (r < 0)
		return r;
	image->n_cells = compiler.cells.n;
	image->cells = TAKE_PTR(compiler.cells.items);
	*ret = TAKE_PTR(image);
	return 0;
}

struct image *image_free(struct image *image)
{
	if (!image)
		return NULL;
	free(image->cells);
	free(image->counters);
	free(image->first_group);
	free(image->steps);
	free(image);
	return NULL;
}

uint32_t image_counter_cell(const struct image *image, uint32_t hook,
			    uint32_t group_position, uint32_t selector)
{
	uint32_t at, first;

	if (hook >= image->n_hooks)
		return 0;
	at = image->first_group[hook] + group_position;
	if (at >= image->first_group[hook + 1])
		return 0;
	first = image->counters[at];
	return first ? first + selector : 0;
}
