/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lib/compare/quote.h"
#include "lib/explain/explanation.h"

/* The first rule of a selector; one that a rate limit holds back has another after it. */
static const struct rule *rule_of(const struct table *table, uint32_t selector)
{
	for (uint32_t i = 0; i < table->lists.n_rules; i++)
		if (table->lists.rules[i].model == &table->hook->selectors[selector])
			return &table->lists.rules[i];
	return NULL;
}

static bool is_decisive(const struct table *table, uint32_t selector)
{
	bool found = !table->decides;

	for (uint32_t i = 0; !found && i < table->lists.n_rules; i++)
		found = table->decides[i] && table->lists.rules[i].selector == selector;
	return found;
}

/* The atoms of an axis that a rule accepts; 1: these are all. */
static int atoms_of(const struct table *table, uint32_t number, uint32_t rule,
		    uint64_t **ret)
{
	const struct lists *lists = &table->lists;
	const struct axis *axis = lists->axes[number];
	uint32_t n = axis->partition.n_atoms;
	bool all = true;

	*ret = arena_array(lists->space.arena, BITS_WORDS(n) + 1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (uint32_t a = 0; a < n; a++) {
		if (bits_has(axis_row(lists, axis, a), rule))
			bits_add(*ret, a);
		else
			all = false;
	}
	return all;
}

/* 1: it does not restrict the axis. */
static int condition_make(struct table *table, uint32_t number, uint32_t rule,
			  struct tetra_condition *ret)
{
	struct vocabulary *vocabulary = &table->vocabularies[number];
	struct strbuf text = {};
	uint64_t *atoms;
	int r = atoms_of(table, number, rule, &atoms);

	if (r)
		return r;
	if (!table->known[number])
		r = vocabulary_make(&table->lists, number, vocabulary);
	if (r < 0)
		return r;
	table->known[number] = true;
	describe_name(&table->lists, number, 0, &text);
	ret->name = explanation_keep(table->ret, &text);
	r = describe_set(&table->lists, number, vocabulary, atoms, &text);
	if (r >= 0 && !text.len)
		strbuf_puts(&text, "in {}");
	ret->text = explanation_keep(table->ret, &text);
	return r < 0 ? r : ret->name && ret->text ? 0 : -ENOMEM;
}

/* As people read it: arguments first, in their order, then the process. */
static int condition_compare(const void *left, const void *right)
{
	const struct tetra_condition *a = left, *b = right;
	bool a_arg = describe_is_of_arg(a->name), b_arg = describe_is_of_arg(b->name);

	return a_arg != b_arg ? b_arg - a_arg : strcmp(a->name, b->name);
}

static int where_make(struct table *table, uint32_t selector,
		      struct tetra_explained_row *ret)
{
	const struct lists *lists = &table->lists;
	const struct rule *rule = rule_of(table, selector);
	struct tetra_condition *where =
		arena_array(table->ret->arena, lists->n_axes + 1, sizeof(*where));
	uint32_t n = 0;
	int r = 0;

	if (!where)
		return -ENOMEM;
	for (uint32_t i = 0; rule && r >= 0 && i < lists->n_axes; i++) {
		if (!rule->sets[i] || lists->axes[i]->rate)
			continue;
		r = condition_make(table, i, (uint32_t)(rule - lists->rules), &where[n]);
		n += r == 0;
	}
	if (r < 0)
		return r;
	qsort(where, n, sizeof(*where), condition_compare);
	ret->where = where;
	ret->n_where = n;
	return 0;
}

/* Filters as they are written. */

/* Values of a filter that are shown. */
#define SHOWN_VALUES 8u

static void values_put(const struct policy_value *values, uint32_t n, struct strbuf *ret)
{
	for (uint32_t i = 0; values && i < n && i < SHOWN_VALUES; i++) {
		strbuf_puts(ret, i ? ", " : " ");
		quote(ret, values[i].text ? values[i].text : "", values[i].len);
	}
	if (!values || n > SHOWN_VALUES)
		strbuf_format(ret, "%s %u value%s", values ? " ..." : ",", n,
			      n == 1 ? "" : "s");
}

/* @values NULL: of some that have no text, only how many. */
static int written_add(struct table *table, struct tetra_explained_row *row,
		       const char *list, uint32_t i, const char *op,
		       const struct policy_value *values, uint32_t n_values)
{
	struct tetra_condition *where = (struct tetra_condition *)row->where;
	struct strbuf text = {};

	strbuf_format(&text, "%s[%u]", list, i);
	where[row->n_where].name = explanation_keep(table->ret, &text);
	strbuf_puts(&text, op);
	values_put(values, n_values, &text);
	where[row->n_where].text = explanation_keep(table->ret, &text);
	if (!where[row->n_where].name || !where[row->n_where].text)
		return -ENOMEM;
	row->n_where++;
	return 0;
}

static const char *in_or_not(bool negated)
{
	return negated ? "NotIn" : "In";
}

static int written_process(struct table *table, const struct policy_selector *s,
			   struct tetra_explained_row *row)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < s->n_pids; i++)
		r = written_add(table, row, "matchPIDs", i, in_or_not(s->pids[i].negated),
				s->pids[i].values, s->pids[i].n_values);
	for (uint32_t i = 0; r >= 0 && i < s->n_binaries; i++)
		r = written_add(table, row, "matchBinaries", i,
				operator_name(s->binaries[i].op), s->binaries[i].values,
				s->binaries[i].n_values);
	for (uint32_t i = 0; r >= 0 && i < s->n_namespaces; i++)
		r = written_add(table, row, "matchNamespaces", i,
				in_or_not(s->namespaces[i].negated), NULL,
				s->namespaces[i].n_values + s->namespaces[i].host_ns);
	for (uint32_t i = 0; r >= 0 && i < s->n_capabilities; i++)
		r = written_add(table, row, "matchCapabilities", i,
				in_or_not(s->capabilities[i].negated), NULL,
				(uint32_t)__builtin_popcountll(s->capabilities[i].mask));
	return r;
}

static int where_written(struct table *table, uint32_t selector,
			 struct tetra_explained_row *ret)
{
	const struct policy_selector *s = &table->hook->selectors[selector];
	size_t room = (size_t)s->n_pids + s->n_binaries + s->n_namespaces +
		      s->n_capabilities + s->n_args + s->n_return_args + 1;
	int r;

	ret->where = arena_array(table->ret->arena, room, sizeof(*ret->where));
	if (!ret->where)
		return -ENOMEM;
	r = written_process(table, s, ret);
	for (uint32_t i = 0; r >= 0 && i < s->n_args; i++)
		r = written_add(table, ret, "matchArgs", i, operator_name(s->args[i].op),
				s->args[i].values, s->args[i].n_values);
	for (uint32_t i = 0; r >= 0 && !s->enforces && i < s->n_return_args; i++)
		r = written_add(table, ret, "matchReturnArgs", i,
				operator_name(s->return_args[i].op),
				s->return_args[i].values, s->return_args[i].n_values);
	return r;
}

static int effect_keep(struct table *table, const struct policy_selector *s,
		       struct tetra_explained_row *ret)
{
	struct strbuf text = {};
	struct effect effect;

	effect_of_selector(table->policy, s, &effect);
	effect_text(&effect, &text);
	ret->effect = explanation_keep(table->ret, &text);
	return ret->effect ? 0 : -ENOMEM;
}

static bool has_rate(const struct policy_selector *s)
{
	for (uint32_t i = 0; s && i < s->n_actions; i++)
		if (s->actions[i].rate_ms)
			return true;
	return false;
}

/* "Kills the process (SIGKILL) and sends an event if ... and ..." */
static int row_text(struct table *table, const struct policy_selector *s,
		    struct tetra_explained_row *ret)
{
	struct strbuf text = {};
	char *first;

	sentence_effect(table->policy, s, &text);
	if (!ret->n_where)
		strbuf_puts(&text, ret->selector > 0 ? ", for every other event"
						     : ", for every event");
	for (uint32_t i = 0; i < ret->n_where; i++) {
		strbuf_puts(&text, i ? ", and " : has_rate(s) ? ", if " : " if ");
		sentence_condition(table->hook, &ret->where[i], &text);
	}
	strbuf_puts(&text, ".");
	if (!ret->is_decisive)
		strbuf_puts(&text,
			    ret->selector
				    ? " This row never decides: no event that rows above "
				      "it leave meets its conditions."
				    : " This row never decides: no event meets its "
				      "conditions.");
	ret->text = explanation_keep(table->ret, &text);
	if (!ret->text)
		return -ENOMEM;
	first = (char *)ret->text;
	if (*first >= 'a' && *first <= 'z')
		*first = (char)(*first - 'a' + 'A');
	return 0;
}

int row_make(struct table *table, uint32_t selector, bool is_exact,
	     struct tetra_explained_row *ret)
{
	const struct policy_selector *s = &table->hook->selectors[selector];
	int r;

	*ret = (struct tetra_explained_row){
		.size = sizeof(*ret),
		.hook = table->i_hook,
		.selector = (int32_t)selector,
		.line = s->mark.line,
		.column = s->mark.column,
		.is_decisive = is_decisive(table, selector),
	};
	if (s->label) {
		ret->label = arena_text(table->ret->arena, s->label, strlen(s->label));
		if (!ret->label)
			return -ENOMEM;
	}
	r = is_exact ? where_make(table, selector, ret)
		     : where_written(table, selector, ret);
	if (r >= 0)
		r = effect_keep(table, s, ret);
	return r < 0 ? r : row_text(table, s, ret);
}

int row_otherwise(struct table *table, struct tetra_explained_row *ret)
{
	const struct policy_hook *hook = table->hook;
	struct strbuf text = {};

	*ret = (struct tetra_explained_row){
		.size = sizeof(*ret),
		.hook = table->i_hook,
		.selector = -1,
		.line = hook->mark.line,
		.column = hook->mark.column,
		.is_decisive = 1,
		.effect = "allow",
	};
	if (!hook->n_selectors) {
		int r = effect_keep(table, NULL, ret);

		return r < 0 ? r : row_text(table, NULL, ret);
	}
	strbuf_puts(&text, "Otherwise nothing happens: the call goes on, and no event is "
			   "sent.");
	ret->text = explanation_keep(table->ret, &text);
	return ret->text ? 0 : -ENOMEM;
}
