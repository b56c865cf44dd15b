/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From filters to sets: a row per operator, a function per list of filters.
 */
#include "lib/meaning/set.h"

#include "lib/linux/names.h"
#include "lib/meaning/lint.h"

/* The largest number of a process (PID_MAX_LIMIT of the kernel, less one). */
#define PID_MAX 4194303u

/* The kernel's last one: TCP_BOUND_INACTIVE, from Linux 6.8 on. */
#define TCP_STATE_MAX 13u

/* The bits of each part of an argument. */
#define X(NAME, number, column, bits) [number] = (bits),
static const uint8_t part_bits[TETRA_PART_END] = { TETRA_PARTS(X) };
#undef X

static const struct names *part_names(uint32_t part)
{
	static const struct names *const names[TETRA_PART_END] = {
		[TETRA_PART_PROTOCOL] = &names_protocols,
		[TETRA_PART_FAMILY] = &names_families,
		[TETRA_PART_STATE] = &names_tcp_states,
		[TETRA_PART_FILE_TYPE] = &names_file_types,
	};

	return names[part];
}

/* What the values of each relation accept. */
#define X(NAME, number, numbers, texts, lint, bytes) [number] = LINT_SET_##lint,
static const uint8_t relation_kinds[TETRA_REL_END] = { TETRA_RELATIONS(X) };
#undef X

/* A new set of the list; the operator determines the rest; NULL if there is no room. */
static struct lint_set *set_add(struct lint_sets *sets, enum lint_list list,
				const struct node *node, doc_value op,
				const struct doc_values *values)
{
	struct lint_set *ret = &sets->items[sets->n];
	const struct operator_row *row = operator_row(doc_operator(op));

	if (!node || sets->n == LINT_MAX_SETS)
		return NULL;
	sets->n++;
	*ret = (struct lint_set){ .node = node, .op = op, .values = values };
	ret->subject = (struct lint_subject){ .list = list, .part = row->part };
	ret->negated = row->negated;
	ret->kind = relation_kinds[row->relation];
	ret->names = part_names(row->part);
	ret->bits = part_bits[row->part];
	if (row->part == TETRA_PART_STATE)
		ret->max = TCP_STATE_MAX;
	if (row->grammar == GRAMMAR_PRIVILEGED) {
		ret->kind = LINT_SET_FIXED;
		ret->fixed = (struct set_range){ 0, PORT_PRIVILEGED_MAX };
	}
	if (ret->kind != LINT_SET_FIXED && (!values->n || !values->node))
		ret->kind = LINT_SET_UNKNOWN;
	return ret;
}

static bool fits(const struct lint_set *set)
{
	return operator_row(doc_operator(set->op))->classes & set->type->classes;
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
		if (list == LINT_ARGS)
			set->subject.position = lint_filter_position(lint, &filters[i]);
		if (list == LINT_DATA)
			set->subject.position = lint_data_position(&filters[i]);
		if (!set->type || !fits(set) ||
		    (set->type->classes &
		     (TETRA_CLASS_AUTO | TETRA_CLASS_CAPS | TETRA_CLASS_SYSCALL)))
			set->kind = LINT_SET_UNKNOWN;
		else if (set->kind == LINT_SET_EQUAL && !set->bits &&
			 !(set->type->classes & TETRA_CLASS_INT))
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
		if (!set)
			continue;
		if (set->kind == LINT_SET_EQUAL)
			set->kind = LINT_SET_TEXT;
		if (!is_true(binaries[i].follow_children))
			continue;
		set->subject.flags = 1;
		if (set->kind)
			set->kind = LINT_SET_MEMBER;
	}
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
			set->subject.position =
				word_number(&namespaces, item->namespace->word);
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
			item->type ? word_number(&capability_sets, item->type->word)
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

/* @ret: room for LINT_MAX_SETS. */
static void sets_of(const struct lint *lint, const struct doc_selector *selector,
		    struct lint_sets *ret)
{
	static const struct doc_values none;
	const struct doc_selector *macro;
	uint32_t i;

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

/* What the sets accept, when all values that a subject may be a set of have been seen. */
static void meanings_add(const struct lint *lint, struct lint_sets *sets)
{
	struct lint_set *set;
	uint32_t i;

	for (i = 0; i < sets->n; i++) {
		set = &sets->items[i];
		if (set->kind == LINT_SET_UNKNOWN)
			set->subject.unknown = set->node;
		set->accepts = lint_values_accept(lint, &lint->space, set, 0,
						  set->values->n, &set->complete);
	}
}

/* Room for the values of filters on what a process has several of. */
static int members_new(const struct lint *lint, const struct lint_sets *sets, uint32_t n)
{
	struct lint_members *members = lint->members;
	uint32_t i, k, room = 1;

	for (i = 0; i < n; i++)
		for (k = 0; k < sets[i].n; k++)
			if (sets[i].items[k].kind == LINT_SET_MEMBER)
				room += sets[i].items[k].values->n;
	members->n_bytes = MIN((room + 7) / 8, SET_BITS_BYTES);
	members->items = arena_array(lint->space.arena, (size_t)members->n_bytes * 8,
				     sizeof(*members->items));
	return members->items ? 0 : -ENOMEM;
}

const struct lint_sets *lint_sets_new(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	struct lint_set items[LINT_MAX_SETS];
	struct lint_sets found, *ret;
	uint32_t i;

	ret = arena_array(lint->space.arena, hook->selectors.n, sizeof(*ret));
	for (i = 0; ret && i < hook->selectors.n; i++) {
		if (!hook->selectors.items[i].node)
			continue;
		found = (struct lint_sets){ items, 0 };
		sets_of(lint, &hook->selectors.items[i], &found);
		ret[i].items = arena_array(lint->space.arena, found.n, sizeof(*items));
		if (!ret[i].items)
			return NULL;
		memcpy(ret[i].items, items, found.n * sizeof(*items));
		ret[i].n = found.n;
	}
	if (!ret || members_new(lint, ret, hook->selectors.n) < 0)
		return NULL;
	for (i = 0; i < hook->selectors.n; i++)
		meanings_add(lint, &ret[i]);
	return ret;
}

bool lint_same_subject(const struct lint_subject *a, const struct lint_subject *b)
{
	if (a->unknown || b->unknown)
		return a->unknown && b->unknown && a->list == b->list &&
		       node_equal(a->unknown, b->unknown);
	return a->list == b->list && a->position == b->position && a->flags == b->flags &&
	       a->part == b->part;
}
