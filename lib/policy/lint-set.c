/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From filters to sets: a row per operator, a function per list of filters.
 */
#include "lib/policy/lint-set.h"

#include "lib/kernel/names.h"
#include "lib/policy/lint.h"

static const struct name file_types[] = {
	{ "sock", 0 },	  { "socket", 0 }, { "lnk", 1 },   { "link", 1 }, { "reg", 2 },
	{ "regular", 2 }, { "blk", 3 },	   { "block", 3 }, { "dir", 4 },  { "chr", 5 },
	{ "char", 5 },	  { "fifo", 6 },   { "pipe", 6 },
};
static const struct names names_file_types = { file_types, ARRAY_SIZE(file_types) };

/* The largest number of a process (PID_MAX_LIMIT of the kernel, less one). */
#define PID_MAX 4194303u

/* The kernel's last one: TCP_BOUND_INACTIVE, from Linux 6.8 on. */
#define TCP_STATE_MAX 13u

/* Ports that only root binds. */
#define PRIVILEGED                                                                       \
	{                                                                                \
		0, 1023                                                                  \
	}

/* Operators without their negation; ports and the like are parts of an argument. */
static const struct set_row {
	const char *name;
	enum lint_set_kind kind;
	const char *attribute;
	const struct names *names;
	uint8_t bits;
	struct lint_range fixed;
} set_rows[] = {
	{ "Equal", LINT_SET_EQUAL, "", NULL, 0, {} },
	{ "GT", LINT_SET_GREATER, "", NULL, 0, {} },
	{ "GreaterThan", LINT_SET_GREATER, "", NULL, 0, {} },
	{ "LT", LINT_SET_LESS, "", NULL, 0, {} },
	{ "LessThan", LINT_SET_LESS, "", NULL, 0, {} },
	{ "Mask", LINT_SET_MASK, "", NULL, 0, {} },
	{ "InMap", LINT_SET_EQUAL, "", NULL, 0, {} },
	{ "InRange", LINT_SET_EQUAL, "", NULL, 0, {} },
	{ "Prefix", LINT_SET_PREFIX, "", NULL, 0, {} },
	{ "Postfix", LINT_SET_POSTFIX, "", NULL, 0, {} },
	{ "SubString", LINT_SET_PART, "", NULL, 0, {} },
	{ "SubStringIgnCase", LINT_SET_PART_NOCASE, "", NULL, 0, {} },
	{ "In", LINT_SET_TEXT, "", NULL, 0, {} },
	{ "SPort", LINT_SET_EQUAL, "SPort", NULL, 16, {} },
	{ "DPort", LINT_SET_EQUAL, "DPort", NULL, 16, {} },
	{ "SPortPriv", LINT_SET_FIXED, "SPort", NULL, 16, PRIVILEGED },
	{ "SportPriv", LINT_SET_FIXED, "SPort", NULL, 16, PRIVILEGED },
	{ "DPortPriv", LINT_SET_FIXED, "DPort", NULL, 16, PRIVILEGED },
	{ "SAddr", LINT_SET_NET, "SAddr", NULL, 128, {} },
	{ "DAddr", LINT_SET_NET, "DAddr", NULL, 128, {} },
	{ "Protocol", LINT_SET_EQUAL, "Protocol", &names_protocols, 16, {} },
	{ "Family", LINT_SET_EQUAL, "Family", &names_families, 16, {} },
	{ "State", LINT_SET_EQUAL, "State", &names_tcp_states, 8, {} },
	{ "FileType", LINT_SET_EQUAL, "FileType", &names_file_types, 3, {} },
};

/* A new set of the list; the operator determines the rest; NULL if there is no room. */
static struct lint_set *set_add(struct lint_sets *sets, enum lint_list list,
				const struct node *node, doc_value op,
				const struct doc_values *values)
{
	struct lint_set *ret = &sets->items[sets->n];
	const char *name = op ? op->text : "", *plain = name;
	size_t i;

	if (!node || sets->n == LINT_MAX_SETS)
		return NULL;
	sets->n++;
	*ret = (struct lint_set){ .node = node, .op = op, .values = values };
	ret->subject = (struct lint_subject){ .list = list, .attribute = "" };
	ret->negated = str_has_prefix(name, "Not");
	plain += ret->negated ? strlen("Not") : 0;
	for (i = 0; op && i < ARRAY_SIZE(set_rows); i++) {
		if (!str_equal(set_rows[i].name, plain))
			continue;
		ret->kind = set_rows[i].kind;
		ret->subject.attribute = set_rows[i].attribute;
		ret->names = set_rows[i].names;
		ret->bits = set_rows[i].bits;
		ret->fixed = set_rows[i].fixed;
		if (str_equal(set_rows[i].attribute, "State"))
			ret->max = TCP_STATE_MAX;
	}
	if (ret->kind != LINT_SET_FIXED && (!values->n || !values->node))
		ret->kind = LINT_SET_UNKNOWN;
	return ret;
}

static bool fits(const struct lint_set *set)
{
	const struct operator_row *op = set->op ? set->op->word : NULL;

	return op && (op->classes & set->type->classes);
}

static void filters_add(const struct lint *lint, struct lint_sets *sets,
			enum lint_list list, const struct doc_filter *filters, uint32_t n)
{
	struct lint_set *set;
	uint32_t i;

	for (i = 0; i < n; i++) {
		set = set_add(sets, list, filters[i].node, filters[i].op,
			      &filters[i].values);
		if (!set)
			continue;
		if (list == LINT_RETURN)
			set->type = lint_return_type(lint);
		else if (list == LINT_DATA)
			set->type = lint_data_type(lint, &filters[i]);
		else
			set->type = lint_filter_type(lint, &filters[i]);
		if (list != LINT_RETURN)
			set->subject.position = lint_filter_position(lint, &filters[i]);
		if (!set->type || !fits(set) ||
		    (set->type->classes & (TYPE_AUTO | TYPE_CAPS | TYPE_SYSCALL)))
			set->kind = LINT_SET_UNKNOWN;
		else if (set->kind == LINT_SET_EQUAL && !set->bits &&
			 !(set->type->classes & TYPE_INT))
			set->kind = LINT_SET_TEXT;
	}
}

static bool is_true(doc_value value)
{
	return value && value->number;
}

static void pids_add(struct lint_sets *sets, const struct doc_selector *doc)
{
	struct lint_set *set;
	uint32_t i;

	for (i = 0; i < doc->pids.n; i++) {
		const struct doc_pids *pids = &doc->pids.items[i];

		set = set_add(sets, LINT_PIDS, pids->node, pids->op, &pids->values);
		if (!set)
			continue;
		set->subject.flags = (uint8_t)(is_true(pids->follow_forks) |
					       is_true(pids->namespace_pid) << 1);
		set->bits = 32;
		set->max = PID_MAX;
		/* A process has one number and many ancestors. */
		if (set->kind)
			set->kind = is_true(pids->follow_forks) ? LINT_SET_MEMBER
								: LINT_SET_EQUAL;
	}
}

static void binaries_add(struct lint_sets *sets, enum lint_list list,
			 const struct doc_binaries *binaries, uint32_t n)
{
	struct lint_set *set;
	uint32_t i;

	for (i = 0; i < n; i++) {
		/* Without values it accepts everything: it does not filter. */
		if (!binaries[i].values.n)
			continue;
		set = set_add(sets, list, binaries[i].node, binaries[i].op,
			      &binaries[i].values);
		if (!set || !is_true(binaries[i].follow_children))
			continue;
		set->subject.flags = 1;
		if (set->kind)
			set->kind = LINT_SET_MEMBER;
	}
}

/* The row of a list of words. */
static uint32_t word_number(doc_value word, const struct words *words)
{
	return (uint32_t)(((const char *)word->word - (const char *)words->rows) /
			  (ptrdiff_t)words->stride);
}

static void namespaces_add(struct lint_sets *sets, const struct doc_selector *doc)
{
	struct lint_set *set;
	uint32_t i;

	for (i = 0; i < doc->namespaces.n; i++) {
		const struct doc_namespaces *item = &doc->namespaces.items[i];

		set = set_add(sets, LINT_NAMESPACES, item->node, item->op, &item->values);
		if (!set)
			continue;
		if (!item->namespace)
			set->kind = LINT_SET_UNKNOWN;
		else
			set->subject.position = word_number(item->namespace, &namespaces);
		if (set->kind)
			set->kind = LINT_SET_NAMESPACE;
	}
}

static void capabilities_add(struct lint_sets *sets, const struct doc_selector *doc)
{
	struct lint_set *set;
	uint32_t i;

	for (i = 0; i < doc->capabilities.n; i++) {
		const struct doc_capabilities *item = &doc->capabilities.items[i];

		set = set_add(sets, LINT_CAPABILITIES, item->node, item->op,
			      &item->values);
		if (!set)
			continue;
		set->subject.position =
			item->type ? word_number(item->type, &capability_sets)
				   : TETRA_CAPSET_EFFECTIVE;
		set->subject.flags = is_true(item->in_namespace);
		set->names = &names_capabilities;
		if (set->kind)
			set->kind = LINT_SET_CAPABILITY;
	}
}

static void others_add(struct lint_sets *sets, const struct node *list)
{
	static const struct doc_values none;
	const struct node *item;

	if (!list || list->type == NODE_SCALAR)
		return;
	if (list->type == NODE_MAPPING) {
		(void)set_add(sets, LINT_OTHER, list, NULL, &none);
		return;
	}
	node_for_each(item, list)(void) set_add(sets, LINT_OTHER, item, NULL, &none);
}

static void selector_add(const struct lint *lint, const struct doc_selector *doc,
			 struct lint_sets *ret)
{
	filters_add(lint, ret, LINT_ARGS, doc->args.items, doc->args.n);
	filters_add(lint, ret, LINT_DATA, doc->data.items, doc->data.n);
	filters_add(lint, ret, LINT_RETURN, doc->return_args.items, doc->return_args.n);
	pids_add(ret, doc);
	binaries_add(ret, LINT_BINARIES, doc->binaries.items, doc->binaries.n);
	binaries_add(ret, LINT_PARENTS, doc->parents.items, doc->parents.n);
	namespaces_add(ret, doc);
	capabilities_add(ret, doc);
	others_add(ret, doc->namespace_changes.node);
	others_add(ret, doc->capability_changes.node);
	others_add(ret, doc->cmd_args.node);
	others_add(ret, doc->callers.node);
	others_add(ret, doc->cel ? doc->cel->node : NULL);
	others_add(ret, doc->workloads ? doc->workloads->node : NULL);
}

void lint_sets_of(const struct lint *lint, const struct doc_selector *selector,
		  struct lint_sets *ret)
{
	static const struct doc_values none;
	const struct doc_selector *macro;
	uint32_t i;

	ret->n = 0;
	selector_add(lint, selector, ret);
	for (i = 0; i < selector->macros.n; i++) {
		macro = lint_macro(lint, selector->macros.items[i]);
		if (macro)
			selector_add(lint, macro, ret);
		else
			(void)set_add(ret, LINT_OTHER, selector->macros.node, NULL,
				      &none);
	}
}

bool lint_same_subject(const struct lint_set *a, const struct lint_set *b)
{
	const struct lint_subject *x = &a->subject, *y = &b->subject;

	return x->list == y->list && x->position == y->position && x->flags == y->flags &&
	       str_equal(x->attribute, y->attribute) && x->list != LINT_OTHER;
}

bool lint_set_is_path(const struct lint_set *set)
{
	return set->subject.list == LINT_BINARIES || set->subject.list == LINT_PARENTS ||
	       (set->type && (set->type->classes & TYPE_PATH));
}
