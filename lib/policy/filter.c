/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matchArgs, matchData, matchReturnArgs: which argument, which operator, which values.
 */
#include <stdio.h>

#include "lib/policy/build.h"
#include "lib/policy/cel.h"

/* The argument a filter looks at. */
struct target {
	uint32_t position;	     /* in the list, or POLICY_ARG_RETURN */
	const struct type_row *type; /* NULL: the type is wrong, which was reported */
};

static uint32_t count_args(const struct build_hook *hook, enum filter_phase phase)
{
	uint32_t n = phase == FILTER_DATA ? hook->doc->data.n : hook->doc->args.n;

	return MIN(n, HOOK_MAX_ARGS);
}

static bool target_by_position(struct build_hook *hook, const struct doc_filter *doc,
			       enum filter_phase phase, struct target *ret)
{
	doc_value item = doc->args.items[0];
	uint32_t n = count_args(hook, phase);

	if (!item)
		return false;
	if (item->number >= n) {
		(void)report_error(hook->build->report, item, "bad-reference", NULL,
				   "the hook has %u arguments; positions count from 0",
				   n);
		return false;
	}
	ret->position = (uint32_t)item->number;
	ret->type = (phase == FILTER_DATA ? hook->data : hook->args)[item->number];
	return true;
}

static bool unknown_index(struct build_hook *hook, const struct doc_filter *doc,
			  int64_t index)
{
	const struct node *at = doc->index ? doc->index : doc->node;

	(void)report_error(hook->build->report, at, "bad-reference", NULL,
			   "no argument with index %lld is declared for this hook",
			   (long long)index);
	return false;
}

static bool target_by_index(struct build_hook *hook, const struct doc_filter *doc,
			    enum filter_phase phase, struct target *ret)
{
	int64_t index = doc->index ? doc->index->number : 0;
	uint32_t n = count_args(hook, phase), i;

	/* In data the index is the position. */
	if (phase == FILTER_DATA) {
		if (index >= n)
			return unknown_index(hook, doc, index);
		*ret = (struct target){ (uint32_t)index, hook->data[index] };
		return true;
	}
	for (i = 0; i < n; i++) {
		const struct doc_arg *arg = &hook->doc->args.items[i];

		if (arg->node && (arg->index ? arg->index->number : 0) == index) {
			*ret = (struct target){ i, hook->args[i] };
			return true;
		}
	}
	/* A tracepoint's fields count from 4 or so: a small number is a position. */
	if (hook->section->section == SECTION_TRACEPOINT && index < n) {
		*ret = (struct target){ (uint32_t)index, hook->args[index] };
		return true;
	}
	return unknown_index(hook, doc, index);
}

static bool target_find(struct build_hook *hook, const struct doc_filter *doc,
			enum filter_phase phase, struct target *ret)
{
	if (phase == FILTER_RETURN) {
		*ret = (struct target){ POLICY_ARG_RETURN, hook->return_type };
		return true;
	}
	if (!doc->args.n)
		return target_by_index(hook, doc, phase, ret);
	if (doc->args.n > 1) {
		(void)report_error(hook->build->report, doc->args.node->first->next,
				   "too-many", NULL,
				   "a filter looks at one argument; only "
				   "CapabilitiesGained takes two");
		return false;
	}
	return target_by_position(hook, doc, phase, ret);
}

/* The operators for arguments of @type; negated ones can be guessed from these. */
static const char *operators_hint(char (*buf)[256], const struct type_row *type)
{
	const struct operator_row *op;
	int len = snprintf(*buf, sizeof(*buf), "for this type, use");
	uint32_t i, n = 0;

	for (i = 1; i < TETRA_OP_END && (size_t)len < sizeof(*buf); i++) {
		op = operator_row(i);
		if (op->supported && (op->classes & type->classes) && !op->negated)
			len += snprintf(*buf + len, sizeof(*buf) - (size_t)len, "%s %s",
					n++ ? "," : "", op->name);
	}
	return n ? *buf : "arguments of this type cannot be compared";
}

static bool operator_fits(struct build_hook *hook, const struct doc_filter *doc,
			  const struct type_row *type)
{
	char hint[256];

	if (operator_row(doc_operator(doc->op))->classes & type->classes)
		return true;
	(void)report_error(hook->build->report, doc->op, "type-mismatch",
			   operators_hint(&hint, type),
			   "%s cannot be used on an argument of type %s", doc->op->text,
			   type->name);
	return false;
}

static uint32_t values_limit(struct build_hook *hook, const struct doc_filter *doc,
			     const struct type_row *type)
{
	const struct operator_row *op = operator_row(doc_operator(doc->op));
	uint32_t max = operator_max_values(op);
	const struct node *child;
	uint32_t i;

	if (!max || doc->values.n <= max ||
	    (type->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH) &&
	     op->grammar != GRAMMAR_FILE_TYPE))
		return doc->values.n;
	for (i = 0, child = doc->values.node->first; i < max; i++)
		child = child->next;
	(void)report_error(hook->build->report, child, "too-many",
			   "InMap takes any number of integers",
			   "%s takes %u values at most for this type", doc->op->text,
			   max);
	return max;
}

/* SPortPriv and the like take no values: the model has the one that they mean. */
static int privileged_build(struct build_hook *hook, struct policy_filter *ret)
{
	ret->values = arena_array(hook->build->arena, 1, sizeof(*ret->values));
	if (!ret->values)
		return -ENOMEM;
	ret->values[0].mark = ret->op_mark;
	ret->values[0].max = PORT_PRIVILEGED_MAX;
	ret->n_values = 1;
	return 0;
}

/* A value that is not a list was already reported. */
static void values_missing(struct build_hook *hook, const struct doc_filter *doc)
{
	if (doc->values.node || !node_get(doc->node, "values"))
		(void)report_missing(hook->build->report, doc->node, "values", doc->op,
				     NULL);
}

/* The list of system calls that a value names; NULL: it is a value of its own. */
static const struct doc_list_def *value_list(const struct build_hook *hook,
					     const struct operator_row *op,
					     const struct node *node)
{
	return op->grammar == GRAMMAR_SET ? list_find(hook->build, node->text) : NULL;
}

/* How many values of the model the first @n are, at most; 0: too many, which is reported. */
static uint32_t values_room(struct build_hook *hook, const struct doc_filter *doc,
			    const struct operator_row *op, uint32_t n)
{
	bool is_set = op->grammar == GRAMMAR_SET || op->grammar == GRAMMAR_RANGE;
	const struct doc_list_def *list;
	uint64_t listed = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		list = doc->values.items[i] ? value_list(hook, op, doc->values.items[i])
					    : NULL;
		listed += list ? list->values.n : 0;
		if (listed <= FILTER_MAX_LISTED)
			continue;
		(void)report_error(hook->build->report, doc->values.items[i], "too-many",
				   NULL, "the lists of a filter have more than %u values",
				   FILTER_MAX_LISTED);
		return 0;
	}
	/* A range may become two. */
	return n * (is_set ? 2 : 1) + (uint32_t)listed;
}

static int value_build(struct build_hook *hook, const struct operator_row *op,
		       const struct type_row *type, const struct node *node,
		       struct policy_filter *ret)
{
	struct policy_value *value = &ret->values[ret->n_values];
	uint32_t n = value_parse(hook->build, op, type, node, value), i;
	char *text;
	int r;

	if (n && value_list(hook, op, node)) {
		r = list_numbers(hook->build, node, value);
		ret->n_values += (uint32_t)MAX(r, 0);
		return MIN(r, 0);
	}
	ret->n_values += n;
	if (!n)
		return 0;
	text = arena_text(hook->build->arena, node->text, value->len);
	for (i = 0; i < n; i++)
		value[i].text = text;
	return text ? 0 : -ENOMEM;
}

static int values_build(struct build_hook *hook, const struct doc_filter *doc,
			const struct type_row *type, struct policy_filter *ret)
{
	const struct operator_row *op = operator_row(doc_operator(doc->op));
	uint32_t n = values_limit(hook, doc, type), room, i;
	int r = 0;

	if (!n) {
		values_missing(hook, doc);
		return 0;
	}
	room = values_room(hook, doc, op, n);
	if (!room)
		return 0;
	ret->values = arena_array(hook->build->arena, room, sizeof(*ret->values));
	if (!ret->values)
		return -ENOMEM;
	for (i = 0; i < n && r >= 0; i++)
		if (doc->values.items[i])
			r = value_build(hook, op, type, doc->values.items[i], ret);
	return r;
}

static void cel_build(struct build_hook *hook, const struct doc_filter *doc)
{
	struct report *report = hook->build->report;
	struct cel_error error = {};
	doc_value text;

	if (!doc->values.n) {
		values_missing(hook, doc);
		return;
	}
	if (doc->values.n > 1)
		(void)report_error(report, doc->values.node->first->next, "too-many",
				   "join them with '&&' or '||'",
				   "CelExpr takes one expression");
	text = doc->values.items[0];
	if (!text || cel_check(text->text, hook->args,
			       MIN(hook->doc->args.n, HOOK_MAX_ARGS), &error) == 0)
		return;
	(void)report_error(report, text, error.is_type ? "type-mismatch" : "bad-value",
			   NULL, "%s, at character %u of the expression", error.message,
			   error.column);
}

/* The two capability sets before and after. */
static void gained_build(struct build_hook *hook, const struct doc_filter *doc)
{
	struct report *report = hook->build->report;
	uint32_t n = count_args(hook, FILTER_ARGS), i;
	const struct type_row *type;

	if (!doc->args.node) {
		(void)report_missing(report, doc->node, "args", doc->op, NULL);
		return;
	}
	if (doc->args.n != 2) {
		(void)report_error(
			report, doc->args.node, "bad-value", NULL,
			"CapabilitiesGained takes the positions of two arguments, "
			"the old set and the new one");
		return;
	}
	for (i = 0; i < 2; i++) {
		if (!doc->args.items[i])
			return;
		if (doc->args.items[i]->number >= n) {
			(void)report_error(report, doc->args.items[i], "bad-reference",
					   NULL,
					   "the hook has %u arguments; positions count "
					   "from 0",
					   n);
			return;
		}
		type = hook->args[doc->args.items[i]->number];
		if (type && !operator_fits(hook, doc, type))
			return;
	}
}

/* Without an argument: ports, addresses and names can be checked alone. */
static int values_check(struct build_hook *hook, const struct doc_filter *doc,
			struct policy_filter *ret)
{
	const struct operator_row *op = operator_row(doc_operator(doc->op));
	const char *type = op->grammar == GRAMMAR_FILE_TYPE ? "file" : "sock";

	if (op->grammar != GRAMMAR_ADDRESS && op->grammar != GRAMMAR_PORT &&
	    op->grammar != GRAMMAR_PROTOCOL && op->grammar != GRAMMAR_FAMILY &&
	    op->grammar != GRAMMAR_STATE && op->grammar != GRAMMAR_FILE_TYPE)
		return 0;
	return values_build(hook, doc, words_find(&argument_types, type), ret);
}

static int filter_build(struct build_hook *hook, const struct doc_filter *doc,
			enum filter_phase phase, struct policy_filter *ret)
{
	const struct operator_row *op = operator_row(doc_operator(doc->op));
	struct target target;

	if (!op->name)
		return 0;
	ret->mark = doc->node->mark;
	ret->op_mark = doc->op->mark;
	ret->op = doc_operator(doc->op);
	if (!op->supported)
		report_unsupported(hook->build->report, doc->op,
				   "operator '%s' is not yet supported", doc->op->text);
	if (ret->op == TETRA_OP_CEL) {
		cel_build(hook, doc);
		return 0;
	}
	if (ret->op == TETRA_OP_GAINED) {
		gained_build(hook, doc);
		return 0;
	}
	if (!target_find(hook, doc, phase, &target) || !target.type ||
	    !operator_fits(hook, doc, target.type))
		return values_check(hook, doc, ret);
	/* Data comes after the arguments. */
	ret->arg = target.position +
		   (phase == FILTER_DATA ? count_args(hook, FILTER_ARGS) : 0);
	if (op->grammar == GRAMMAR_PRIVILEGED)
		return privileged_build(hook, ret);
	return values_build(hook, doc, target.type, ret);
}

int filters_build(struct build_hook *hook, const struct doc_filter *filters, uint32_t n,
		  enum filter_phase phase, struct policy_filter **ret, uint32_t *ret_n)
{
	uint32_t i;
	int r = 0;

	*ret = arena_array(hook->build->arena, n, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (i = 0; i < n && r >= 0; i++)
		if (filters[i].node)
			r = filter_build(hook, &filters[i], phase, &(*ret)[i]);
	*ret_n = n;
	return r;
}
