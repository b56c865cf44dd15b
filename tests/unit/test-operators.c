/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each operator and each action, through every table that has a row for it: words, values,
 * model, evaluator, lints, image. A new row is walked without a word here, unless its values
 * are written in a new way.
 */
#include <stdio.h>
#include <strings.h>

#include "lib/base/strbuf.h"
#include "lib/event/event.h"
#include "lib/image/image.h"
#include "lib/judge/eval.h"
#include "lib/document/types.h"
#include "tests/unit/suite.h"

static struct tetra_diag *diag;

static void set_up(void)
{
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void tear_down(void)
{
	diag = tetra_diag_free(diag);
}

FIXTURE(set_up, tear_down)

/* One value as it is written. */
static const char *sample(const struct operator_row *op)
{
	static const char *const samples[] = {
		[GRAMMAR_LITERAL] = "17",	 [GRAMMAR_TEXT] = "17",
		[GRAMMAR_RANGE] = "17:20",	 [GRAMMAR_SET] = "17",
		[GRAMMAR_ADDRESS] = "10.0.0.17", [GRAMMAR_PORT] = "17",
		[GRAMMAR_PROTOCOL] = "17",	 [GRAMMAR_FAMILY] = "2",
		[GRAMMAR_STATE] = "10",		 [GRAMMAR_FILE_TYPE] = "reg",
		[GRAMMAR_CEL] = "arg0 == arg0",	 [GRAMMAR_PRIVILEGED] = NULL,
	};

	ck_assert_uint_lt(op->grammar, ARRAY_SIZE(samples));
	return samples[op->grammar];
}

static struct tetra_policy *policy_with(const struct operator_row *op,
					const struct type_row *type)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct tetra_policy *policy = NULL;
	const char *value = sample(op);
	const char *hook = type->kind == TETRA_ARG_SYSCALL64
				   ? "tracepoints:\n  - {subsystem: walk, event: walk"
				   : "kprobes:\n  - {call: walk, syscall: false";

	strbuf_format(&text,
		      "apiVersion: cilium.io/v1alpha1\n"
		      "kind: TracingPolicy\n"
		      "metadata: {name: walk}\n"
		      "spec:\n"
		      "  %s, args: [{index: 0, type: %s}],\n"
		      "     selectors: [{matchArgs: [{index: 0, operator: %s",
		      hook, type->name, op->name);
	if (value)
		strbuf_format(&text, ", values: ['%s']", value);
	strbuf_puts(&text, "}]}]}\n");
	tetra_diag_clear(diag);
	(void)tetra_policy_parse(&policy, text.text, text.len, NULL, diag);
	return policy;
}

static bool was_told(const char *code)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	for (unsigned int i = 0; tetra_diag_get(diag, i, &finding) >= 0; i++)
		if (str_equal(finding.code, code))
			return true;
	return false;
}

/* Whether the selector accepts an argument that was read as @arg. */
static bool accepts(const struct policy_hook *hook, const struct eval_arg *arg)
{
	const struct eval_event event = { .args = arg };

	return eval_policy_hook(hook, &event) == 0;
}

/* Something that the sample value is about, for each class. */
static struct eval_arg argument(uint32_t kind)
{
	return (struct eval_arg){
		.kind = kind,
		.number = 17,
		.text = "17",
		.len = 2,
		.file_type = 8,
		.sock = { .family = 2,
			  .protocol = 17,
			  .state = 10,
			  .sport = 17,
			  .dport = 17,
			  .saddr = { 10, 0, 0, 17 },
			  .daddr = { 10, 0, 0, 17 } },
	};
}

/* "beyond" relations do not hold for the value itself. */
static bool holds(const struct operator_row *op)
{
	return op->relation != TETRA_REL_ABOVE && op->relation != TETRA_REL_BELOW;
}

static struct image *image_of(const struct policy_hook *hook, uint32_t kind)
{
	struct ruleset_group group = { .hook = hook, .id = 1, .file = "walk.yaml" };
	struct ruleset_hook point = { .groups = &group, .n_groups = 1, .n_slots = 1 };
	struct ruleset ruleset = { .generation = 1, .hooks = &point, .n_hooks = 1 };
	struct image *image = NULL;

	point.slots[0].kind = kind;
	ck_assert_int_eq(image_compile(&image, &ruleset, diag), 0);
	return image;
}

static void image_takes(const struct policy_hook *hook, uint32_t kind)
{
	struct image *image = image_of(hook, kind);

	ck_assert_uint_ne(image->cells[1].hook.slot_columns, 0);
	image_free(image);
}

/* A rule that enforces has a flag for it, and the event names the action. */
static void rule_says(const struct policy_hook *hook, uint32_t kind)
{
	const uint32_t acts = TETRA_RULE_ENFORCES;
	struct image *image = image_of(hook, TETRA_ARG_INT32);
	const struct tetra_hook_row *row = &image->cells[1].hook;
	const struct tetra_rule *rule = &image->cells[row->rules].rule;

	ck_assert_uint_eq(rule->action, kind);
	ck_assert(((rule->flags & acts) != 0) == action_enforces(kind));
	ck_assert((row->deciding != 0) == action_enforces(kind));
	image_free(image);
}

static void walk_type(const struct operator_row *op, uint32_t number,
		      const struct type_row *type)
{
	struct tetra_policy *policy = policy_with(op, type);
	struct eval_arg arg = argument(type->kind);
	const struct policy_filter *filter;

	ck_assert_msg(policy != NULL, "%s on %s", op->name, type->name);
	filter = policy->hooks[0].selectors[0].args;
	ck_assert_uint_eq(filter->op, number);
	ck_assert_uint_ge(filter->n_values, 1);
	ck_assert_msg(accepts(policy->hooks, &arg) == (holds(op) != op->negated),
		      "%s on %s", op->name, type->name);
	arg.state = arg.type_state = TETRA_VALUE_ABSENT;
	ck_assert(!accepts(policy->hooks, &arg));
	arg.state = arg.type_state = TETRA_VALUE_NONE;
	ck_assert(accepts(policy->hooks, &arg) == op->negated);
	ck_assert(operator_fits_kind(number, type->kind));
	image_takes(policy->hooks, type->kind);
	tetra_policy_unref(policy);
}

static void walk_wrong_type(const struct operator_row *op, const struct type_row *type)
{
	struct tetra_policy *policy = policy_with(op, type);

	ck_assert_msg(!policy && was_told("type-mismatch"), "%s on %s", op->name,
		      type->name);
}

/* What cannot be declared, or has no number, says so before its filters are looked at. */
static bool is_declared(const struct type_row *type)
{
	return kind_row(type->kind)->support == TETRA_KIND_DECLARED;
}

TEST_EACH(an_operator_is_known_to_every_table, TETRA_OP_END)
{
	const struct operator_row *op = operator_row(_i);
	const struct type_row *types = argument_types.rows;
	uint32_t n_walked = 0;

	if (!_i) {
		ck_assert_ptr_null(op->name);
		return;
	}
	for (size_t i = 0; op->supported && i < argument_types.n; i++) {
		if (!is_declared(&types[i]))
			continue;
		if (op->classes & types[i].classes) {
			walk_type(op, _i, &types[i]);
			n_walked++;
		} else {
			walk_wrong_type(op, &types[i]);
		}
	}
	ck_assert_msg(!op->supported || n_walked, "no type for %s", op->name);
}

TEST_EACH(an_operator_that_is_not_supported_is_refused, TETRA_OP_END)
{
	const struct operator_row *op = operator_row(_i);
	const struct type_row *types = argument_types.rows;

	for (size_t i = 0; op->name && !op->supported && i < argument_types.n; i++) {
		if (!(op->classes & types[i].classes))
			continue;
		ck_assert_ptr_null(policy_with(op, &types[i]));
		ck_assert_msg(was_told("not-supported"), "%s", op->name);
	}
}

/* "Not" in front means the same relation, negated; and so it is for each that is negated. */
TEST_EACH(a_negated_operator_is_its_twin_with_a_sign, TETRA_OP_END)
{
	const struct operator_row *op = operator_row(_i), *twin = NULL;
	char plain[64];

	if (!op->name)
		return;
	ck_assert(str_has_prefix(op->name, "Not") == op->negated);
	snprintf(plain, sizeof(plain), "%s", op->negated ? op->name + 3 : op->name);
	for (uint32_t i = 1; op->negated && i < TETRA_OP_END; i++)
		if (!strcasecmp(operator_name(i), plain))
			twin = operator_row(i);
	if (!op->negated)
		return;
	ck_assert_ptr_nonnull(twin);
	ck_assert_uint_eq(twin->relation, op->relation);
	ck_assert_uint_eq(twin->classes, op->classes);
	ck_assert_uint_eq(twin->grammar, op->grammar);
	ck_assert_uint_eq(twin->part, op->part);
	ck_assert(!op->supported || twin->supported);
}

/* Each list of words leads to rows. */
TEST(words_of_operators_have_rows)
{
	const struct words *const lists[] = { &operators, &set_operators,
					      &binary_operators, &text_operators };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t k = 0; k < lists[i]->n; k++) {
			const struct operator_word *word =
				words_find(lists[i], word_name(lists[i], k));

			ck_assert(word && word->name && operator_name(word->op));
			ck_assert(str_has_prefix(word->name, "Not") ==
				  operator_is_negated(word->op));
		}
	for (uint32_t i = 1; i < TETRA_OP_END; i++) {
		const struct operator_word *word =
			words_find(&operators, operator_name(i));

		ck_assert_ptr_nonnull(word);
		ck_assert_uint_eq(word->op, i);
	}
}

/* What the record's number of an action means to those who read events. */
static const struct {
	uint32_t did, kind;
} public_actions[] = {
	{ TETRA_DID_POST, TETRA_ACTION_POST },
	{ TETRA_DID_NOPOST, TETRA_ACTION_NOPOST },
	{ TETRA_DID_SIGKILL, TETRA_ACTION_SIGKILL },
	{ TETRA_DID_SIGNAL, TETRA_ACTION_SIGNAL },
	{ TETRA_DID_OVERRIDE, TETRA_ACTION_OVERRIDE },
};

TEST_EACH(an_action_is_known_to_every_table, TETRA_ACTION_END)
{
	const struct action_row *action = action_row(_i);
	const struct action_word *word;
	bool is_public = false;

	if (!_i) {
		ck_assert_ptr_null(action->name);
		return;
	}
	word = words_find(&actions, action->name);
	ck_assert(word && word->kind == (uint32_t)_i);
	ck_assert_uint_ne(action->sections, 0);
	ck_assert(action_enforces(_i) == action->enforces);
	ck_assert(str_has_prefix(event_action_name(_i), "KPROBE_ACTION_"));
	for (size_t i = 0; i < ARRAY_SIZE(public_actions); i++)
		is_public |= public_actions[i].kind == (uint32_t)_i;
	ck_assert_msg(is_public == action->supported, "%s", action->name);
}

/* The action of one selector, alone: where it is supported, a rule carries it out. */
static struct tetra_policy *policy_acting(const struct action_row *action)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct tetra_policy *policy = NULL;

	strbuf_format(
		&text,
		"apiVersion: cilium.io/v1alpha1\n"
		"kind: TracingPolicy\n"
		"metadata: {name: walk}\n"
		"spec:\n"
		"  kprobes:\n"
		"  - {call: security_walk, syscall: false, args: [{index: 0, type: int}],\n"
		"     selectors: [{matchArgs: [{index: 0, operator: Equal, values: ['1']}],\n"
		"       matchActions: [{action: %s%s%s}]}]}\n",
		action->name, str_equal(action->name, "Override") ? ", argError: -1" : "",
		str_equal(action->name, "Signal") ? ", argSig: 10" : "");
	tetra_diag_clear(diag);
	(void)tetra_policy_parse(&policy, text.text, text.len, NULL, diag);
	return policy;
}

TEST_EACH(an_action_becomes_a_rule_or_is_refused, TETRA_ACTION_END)
{
	const struct action_row *action = action_row(_i);
	struct tetra_policy *policy = action->name ? policy_acting(action) : NULL;

	if (!action->supported) {
		ck_assert(!policy && (!action->name || was_told("not-supported")));
		return;
	}
	ck_assert_msg(policy != NULL, "%s", action->name);
	ck_assert_uint_eq(policy->enforces, action->enforces);
	ck_assert_uint_eq(policy->hooks[0].selectors[0].enforces, action->enforces);
	ck_assert_uint_eq(policy->hooks[0].selectors[0].actions[0].kind, _i);
	rule_says(policy->hooks, _i);
	tetra_policy_unref(policy);
}
