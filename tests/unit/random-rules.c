/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/random-rules.h"

/* What filters look at: the slots by number, then these. */
enum source {
	SOURCE_SLOT = 0,
	SOURCE_RETURN = 3,
	SOURCE_PIDS,
	SOURCE_BINARIES,
	SOURCE_NAMESPACES,
	SOURCE_CAPABILITIES,
	SOURCE_END,
};

#define SLOTS_MAX     3
#define SELECTORS_MAX 5
#define FILTERS_MAX   6

/* Kept under the matcher's columns, whatever else a hook looks at. */
static const uint8_t namespaces_used[] = {
	TETRA_NS_UTS,
	TETRA_NS_MNT,
	TETRA_NS_NET,
	TETRA_NS_USER,
};

static const uint8_t slot_kinds[] = {
	TETRA_ARG_INT8,	 TETRA_ARG_UINT8,	  TETRA_ARG_INT16,    TETRA_ARG_UINT16,
	TETRA_ARG_INT32, TETRA_ARG_UINT32,	  TETRA_ARG_INT64,    TETRA_ARG_UINT64,
	TETRA_ARG_SIZE,	 TETRA_ARG_STRING,	  TETRA_ARG_FILENAME, TETRA_ARG_CHAR_BUF,
	TETRA_ARG_FILE,	 TETRA_ARG_PATH,	  TETRA_ARG_FD,	      TETRA_ARG_BINPRM,
	TETRA_ARG_FILE,	 TETRA_ARG_STRING,	  TETRA_ARG_SOCK,     TETRA_ARG_SOCKADDR,
	TETRA_ARG_SKB,	 TETRA_ARG_CAP_EFFECTIVE,
};

uint64_t random_next(struct random_state *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint32_t random_below(struct random_state *random, uint32_t n)
{
	return (random_next(random) >> 32) % n;
}

bool random_once(struct random_state *random, uint32_t n)
{
	return random_below(random, n) == 0;
}

uint64_t random_extend(uint32_t kind, uint64_t number)
{
	const struct kind_row *row = kind_row(kind);
	uint32_t shift = 64 - row->bits;

	if (!row->bits)
		return number;
	number <<= shift;
	return row->is_signed ? (uint64_t)((int64_t)number >> shift) : number >> shift;
}

uint64_t random_number(struct random_state *random, uint32_t kind)
{
	static const uint8_t edges[] = { 7, 8, 15, 16, 31, 32, 63, 64 };
	uint32_t edge;

	switch (random_below(random, 4)) {
	case 0:
		edge = edges[random_below(random, ARRAY_SIZE(edges))];
		return random_extend(kind, (edge == 64 ? 0 : 1ull << edge) - 1 +
						   random_below(random, 3));
	case 1:
		return random_extend(kind, random_next(random));
	case 2:
		return random_extend(kind, -(uint64_t)random_below(random, 8));
	}
	return random_extend(kind, random_below(random, 40));
}

/* A piece of the stem, as a component: long pieces cross the tries' chunks. */
static size_t random_component(const struct random_rules *rules,
			       struct random_state *random, uint32_t n_lengths, char *ret)
{
	static const uint8_t lengths[] = { 1,  1,  2,  2,  3,  3,  4,  7,  8,	9,
					   15, 31, 32, 33, 40, 63, 64, 65, 100, 255 };
	size_t len = lengths[random_below(random, MIN(n_lengths, ARRAY_SIZE(lengths)))];

	memcpy(ret, rules->stem + (random_once(random, 4) ? random_below(random, 3) : 0),
	       len);
	if (random_once(random, 4))
		ret[len - 1] = 'x';
	if (random_once(random, 8))
		ret[0] = 'y';
	return len;
}

size_t random_text(const struct random_rules *rules, struct random_state *random,
		   bool path, char *ret, size_t size)
{
	uint32_t n = random_once(random, 24) ? TETRA_MAX_COMPONENTS
					     : 1 + random_below(random, 4);
	size_t len = 0;

	if (!path && random_once(random, 64)) {
		for (len = 0; len < size; len++)
			ret[len] = rules->stem[len % 37];
		return size - random_below(random, 3);
	}
	for (uint32_t i = 0; i < n && len + 257 < size; i++) {
		if (path || i)
			ret[len++] = '/';
		/* Deep paths have short components: their pieces are limited too. */
		len += random_component(rules, random, n > 4 ? 13 : UINT32_MAX,
					ret + len);
	}
	return len;
}

static void *alloc(struct random_rules *rules, size_t n, size_t size)
{
	void *memory = arena_array(rules->arena, n ? n : 1, size);

	/* A test without memory has nothing to say. */
	if (!memory)
		abort();
	return memory;
}

/* "Not", unless the rules shall be sparse. */
static bool make_negated(struct random_rules *rules)
{
	return !rules->sparse && random_once(&rules->random, 2);
}

static struct policy_value *alloc_values(struct random_rules *rules, uint32_t *ret_n)
{
	*ret_n = 1 + random_below(&rules->random, rules->n_values_max);
	return alloc(rules, *ret_n, sizeof(struct policy_value));
}

static void keep_text(struct random_rules *rules, const struct policy_value *value)
{
	uint32_t at = rules->n_texts < RANDOM_KEPT
			      ? rules->n_texts++
			      : random_below(&rules->random, RANDOM_KEPT);

	rules->texts[at] = (struct random_text){ value->text, value->len };
}

static void keep_number(struct random_rules *rules, uint64_t number)
{
	uint32_t at = rules->n_numbers < RANDOM_KEPT
			      ? rules->n_numbers++
			      : random_below(&rules->random, RANDOM_KEPT);

	rules->numbers[at] = number;
}

static void keep_address(struct random_rules *rules, const struct policy_value *value)
{
	uint32_t at = rules->n_addresses < RANDOM_KEPT
			      ? rules->n_addresses++
			      : random_below(&rules->random, RANDOM_KEPT);

	rules->addresses[at] = value;
}

/* A literal: cut from either end as its operator likes it, and now and then malformed. */
static void make_text(struct random_rules *rules, struct policy_value *value, uint32_t op,
		      uint32_t kind)
{
	struct random_state *random = &rules->random;
	bool path = kind_has_class(kind, TETRA_CLASS_PATH);
	char text[RANDOM_TEXT_BYTES];
	size_t len = random_text(rules, random, path, text, sizeof(text) - 8), cut;
	bool whole = operator_relation(op) == TETRA_REL_IS;
	bool tail = operator_relation(op) == TETRA_REL_POSTFIX;

	cut = !whole && len && random_once(random, 2) ? random_below(random, len) : 0;
	if (random_once(random, rules->sparse ? 1024 : 32))
		cut = len; /* the empty literal */
	memmove(text, text + (tail ? cut : 0), len - cut);
	len -= cut;
	if (random_once(random, 16))
		text[len++] = '/';
	if (random_once(random, 64))
		text[len++] = '/';
	if (random_once(random, 32))
		text[len++] = '\0';
	value->text = arena_text(rules->arena, text, len);
	value->len = kind_literal_bytes(kind, text, len);
	if (!value->text)
		abort();
	keep_text(rules, value);
}

static void make_number(struct random_rules *rules, struct policy_value *value,
			uint32_t kind, bool range)
{
	struct random_state *random = &rules->random;
	uint64_t a = random_number(random, kind), b = a;
	bool is_signed = kind_row(kind)->is_signed;

	if (rules->n_numbers && random_once(random, 3))
		a = b = random_extend(
			kind, rules->numbers[random_below(random, rules->n_numbers)]);
	if (range && random_once(random, 3))
		b = random_once(random, 2)
			    ? random_number(random, kind)
			    : random_extend(kind, a + random_below(random, 80));
	if (is_signed ? (int64_t)a > (int64_t)b : a > b) {
		value->min = b;
		value->max = a;
	} else {
		value->min = a;
		value->max = b;
	}
	keep_number(rules, value->min);
	keep_number(rules, value->max);
}

static void make_address(struct random_rules *rules, struct policy_value *value)
{
	static const uint8_t bits4[] = { 0, 1, 7, 8, 9, 16, 24, 31, 32, 32 };
	static const uint8_t bits6[] = { 0, 1, 48, 63, 64, 65, 96, 127, 128, 128 };
	struct random_state *random = &rules->random;
	uint32_t which = random_below(random, ARRAY_SIZE(bits4));

	value->addr_family = random_once(random, 2) ? 4 : 6;
	value->addr_bits = value->addr_family == 4 ? bits4[which] : bits6[which];
	if (rules->n_addresses && random_once(random, 2)) {
		const struct policy_value *other =
			rules->addresses[random_below(random, rules->n_addresses)];

		memcpy(value->addr, other->addr, sizeof(value->addr));
	}
	for (uint32_t i = 0; i < 16; i++)
		if (random_once(random, 4))
			value->addr[i] =
				random_once(random, 2) ? 0xff : random_next(random);
	for (uint32_t i = value->addr_bits; i < 128; i++)
		value->addr[i / 8] &= ~(0x80 >> i % 8);
	keep_address(rules, value);
}

/* Sparse rules find their values by keys, and half of the others have no order in them:
 * tables of keys shall be met. */
static bool is_wanted(const struct random_rules *rules, const struct operator_row *op)
{
	bool ordered = op->relation == TETRA_REL_ABOVE || op->relation == TETRA_REL_BELOW;

	if (rules->sparse)
		return !op->negated && !ordered && op->relation != TETRA_REL_HAS_BITS;
	return !ordered || rules->seed & 1;
}

/* Any operator of the table that compares such arguments; @but: not this relation. */
static uint32_t make_operator(struct random_rules *rules, uint32_t kind, uint32_t but)
{
	uint32_t op;

	do
		op = 1 + random_below(&rules->random, TETRA_OP_END - 1);
	while (!operator_row(op)->supported || operator_relation(op) == but ||
	       !operator_fits_kind(op, kind) || !is_wanted(rules, operator_row(op)));
	return op;
}

static void make_number_filter(struct random_rules *rules, struct policy_filter *filter,
			       uint32_t kind, bool masked)
{
	bool range;

	filter->op = make_operator(rules, kind, masked ? TETRA_REL_HAS_BITS : 0);
	range = operator_relation(filter->op) == TETRA_REL_IN_RANGE && rules->seed & 2;
	filter->values = alloc_values(rules, &filter->n_values);
	for (uint32_t i = 0; i < filter->n_values; i++)
		make_number(rules, &filter->values[i], kind, range);
}

static void make_text_filter(struct random_rules *rules, struct policy_filter *filter,
			     uint32_t kind)
{
	filter->op = make_operator(rules, kind, 0);
	filter->values = alloc_values(rules, &filter->n_values);
	for (uint32_t i = 0; i < filter->n_values; i++) {
		struct policy_value *value = &filter->values[i];

		if (operator_row(filter->op)->part == TETRA_PART_FILE_TYPE)
			value->min = value->max = random_below(&rules->random, 16);
		else
			make_text(rules, value, filter->op, kind);
	}
}

static void make_sock_value(struct random_rules *rules, struct policy_value *value,
			    uint32_t part)
{
#define X(NAME, number, column, bits) [number] = bits,
	static const uint8_t bits[TETRA_PART_END] = { TETRA_PARTS(X) };
#undef X

	switch (part) {
	case TETRA_PART_SADDR:
	case TETRA_PART_DADDR:
		make_address(rules, value);
		break;
	case TETRA_PART_FAMILY:
		value->min = value->max = random_once(&rules->random, 2) ? 2 : 10;
		break;
	default:
		make_number(rules, value,
			    bits[part] == 8 ? TETRA_ARG_UINT8 : TETRA_ARG_UINT16, true);
	}
}

static void make_sock_filter(struct random_rules *rules, struct policy_filter *filter,
			     uint32_t kind)
{
	const struct operator_row *op;

	filter->op = make_operator(rules, kind, 0);
	op = operator_row(filter->op);
	filter->values = alloc_values(rules, &filter->n_values);
	if (op->grammar == GRAMMAR_PRIVILEGED) {
		filter->n_values = 1;
		filter->values[0].max = PORT_PRIVILEGED_MAX;
		return;
	}
	for (uint32_t i = 0; i < filter->n_values; i++)
		make_sock_value(rules, &filter->values[i], op->part);
}

static bool filters_have_mask(const struct policy_filter *filters, uint32_t n,
			      uint32_t arg)
{
	for (uint32_t i = 0; i < n; i++)
		if (filters[i].arg == arg &&
		    operator_relation(filters[i].op) == TETRA_REL_HAS_BITS)
			return true;
	return false;
}

static void make_filter(struct random_rules *rules, struct policy_filter *filters,
			uint32_t *n, uint32_t arg, uint32_t kind)
{
	struct policy_filter *filter = &filters[*n];

	filter->arg = arg;
	switch (kind_row(kind)->slots) {
	case TETRA_SLOTS_NUMBER:
		make_number_filter(rules, filter, kind,
				   filters_have_mask(filters, *n, arg));
		break;
	case TETRA_SLOTS_SOCK:
		make_sock_filter(rules, filter, kind);
		break;
	default:
		make_text_filter(rules, filter, kind);
	}
	++*n;
}

static void make_pids(struct random_rules *rules, struct policy_selector *selector,
		      struct ruleset_marks *marks)
{
	struct policy_pids *pids = &selector->pids[selector->n_pids++];

	pids->negated = make_negated(rules);
	pids->namespace_pid = random_once(&rules->random, 3);
	if (random_once(&rules->random, 4) && marks->pid == RULESET_NO_MARK) {
		pids->follow_forks = 1;
		marks->pid = random_below(&rules->random, 64);
	}
	pids->values = alloc_values(rules, &pids->n_values);
	for (uint32_t i = 0; i < pids->n_values; i++)
		pids->values[i].min = pids->values[i].max =
			random_below(&rules->random, 20);
}

static void make_binaries(struct random_rules *rules, struct policy_selector *selector,
			  struct ruleset_marks *marks)
{
	struct policy_binaries *binaries = &selector->binaries[0];

	if (selector->n_binaries++) {
		selector->n_binaries = 1;
		return;
	}
	binaries->op = make_operator(rules, TETRA_ARG_BINPRM, 0);
	if (operator_relation(binaries->op) == TETRA_REL_IS &&
	    random_once(&rules->random, 4)) {
		binaries->follow_children = 1;
		marks->binary = random_below(&rules->random, 64);
	}
	binaries->values = alloc_values(rules, &binaries->n_values);
	for (uint32_t i = 0; i < binaries->n_values; i++) {
		make_text(rules, &binaries->values[i], binaries->op, TETRA_ARG_BINPRM);
		/* What is kept of an executable's path; the first limit is 256. */
		if (operator_relation(binaries->op) != TETRA_REL_IS)
			binaries->values[i].len = MIN(binaries->values[i].len, 128u);
	}
	if (!rules->sparse && random_once(&rules->random, 32))
		binaries->n_values = 0;
}

static void make_namespace(struct random_rules *rules, struct policy_selector *selector)
{
	struct policy_namespace *namespace =
		&selector->namespaces[selector->n_namespaces++];

	namespace->ns = namespaces_used[random_below(&rules->random,
						     ARRAY_SIZE(namespaces_used))];
	namespace->negated = make_negated(rules);
	namespace->host_ns = random_once(&rules->random, 3);
	namespace->values = alloc_values(rules, &namespace->n_values);
	for (uint32_t i = 0; i < namespace->n_values; i++)
	namespace->values[i].min = namespace->values[i].max =
		4026531830u + random_below(&rules->random, 8);
}

static void make_capabilities(struct random_rules *rules,
			      struct policy_selector *selector)
{
	struct policy_capabilities *made =
		&selector->capabilities[selector->n_capabilities];

	*made = (struct policy_capabilities){
		.set = random_below(&rules->random, TETRA_CAPSET_END),
		.negated = make_negated(rules),
		.is_namespace_capability = random_once(&rules->random, 4),
		.mask = 1ull << random_below(&rules->random, 41),
	};
	if (random_once(&rules->random, 2))
		made->mask |= random_next(&rules->random) & ((1ull << 41) - 1);
	/* Two positive ones on one set are one too many for the tables, unless nested. */
	for (uint32_t i = 0; i < selector->n_capabilities; i++)
		if (selector->capabilities[i].set == made->set && !made->negated)
			made->mask |= selector->capabilities[i].mask;
	selector->n_capabilities++;
}

static void make_selector_filter(struct random_rules *rules,
				 const struct policy_hook *hook,
				 struct policy_selector *selector,
				 struct ruleset_marks *marks)
{
	uint32_t source = random_below(&rules->random, SOURCE_END);

	if (!(rules->sources >> source & 1))
		return;
	switch (source) {
	case SOURCE_PIDS:
		make_pids(rules, selector, marks);
		break;
	case SOURCE_BINARIES:
		make_binaries(rules, selector, marks);
		break;
	case SOURCE_NAMESPACES:
		make_namespace(rules, selector);
		break;
	case SOURCE_CAPABILITIES:
		make_capabilities(rules, selector);
		break;
	case SOURCE_RETURN:
		if (hook->wants_return)
			make_filter(rules, selector->return_args,
				    &selector->n_return_args, POLICY_ARG_RETURN,
				    hook->return_arg.kind);
		break;
	default:
		if (source < hook->n_args)
			make_filter(rules, selector->args, &selector->n_args, source,
				    hook->args[source].kind);
	}
}

static bool selector_has_filter(const struct policy_selector *selector)
{
	return selector->n_args + selector->n_return_args + selector->n_pids +
	       selector->n_binaries + selector->n_namespaces + selector->n_capabilities;
}

static void make_action(struct random_rules *rules, struct policy_selector *selector)
{
	static const uint8_t kinds[] = { TETRA_ACTION_POST,   TETRA_ACTION_POST,
					 TETRA_ACTION_NOPOST, TETRA_ACTION_SIGKILL,
					 TETRA_ACTION_SIGNAL, TETRA_ACTION_OVERRIDE };
	struct policy_action *action = &selector->actions[0];

	action->kind = kinds[random_below(&rules->random, ARRAY_SIZE(kinds))];
	if (action->kind == TETRA_ACTION_SIGKILL || action->kind == TETRA_ACTION_SIGNAL)
		action->signal = action->kind == TETRA_ACTION_SIGKILL ? 9 : 10;
	if (action->kind == TETRA_ACTION_OVERRIDE)
		action->error = -1;
	selector->enforces = action_enforces(action->kind);
}

static void make_selector(struct random_rules *rules, const struct policy_hook *hook,
			  struct policy_selector *selector, struct ruleset_marks *marks)
{
	uint32_t n = 1 + random_below(&rules->random, rules->n_filters_max);

	selector->args = alloc(rules, FILTERS_MAX, sizeof(*selector->args));
	selector->return_args = alloc(rules, FILTERS_MAX, sizeof(*selector->return_args));
	selector->pids = alloc(rules, FILTERS_MAX, sizeof(*selector->pids));
	selector->binaries = alloc(rules, 1, sizeof(*selector->binaries));
	selector->namespaces = alloc(rules, FILTERS_MAX, sizeof(*selector->namespaces));
	selector->capabilities =
		alloc(rules, FILTERS_MAX, sizeof(*selector->capabilities));
	/* Sources that this rule set does not have cost a try. */
	for (uint32_t i = 0; i < 4 * n && i < FILTERS_MAX; i++)
		make_selector_filter(rules, hook, selector, marks);
	for (uint32_t i = 0; rules->sparse && i < 64 && !selector_has_filter(selector);
	     i++)
		make_selector_filter(rules, hook, selector, marks);
	selector->accepts_unreadable = random_once(&rules->random, 2);
	selector->accepts_fault = random_once(&rules->random, 4);
	selector->distrusts = random_once(&rules->random, 2);
	selector->exempts = random_once(&rules->random, 3);
	selector->actions = alloc(rules, 1, sizeof(*selector->actions));
	selector->n_actions = 1;
	make_action(rules, selector);
}

/* Each group names the slots in an order of its own. */
static void make_args(struct random_rules *rules, struct policy_hook *hook,
		      struct ruleset_group *group)
{
	uint32_t n =
		rules->hook.slots[TETRA_RETURN_SLOT].kind ? SLOTS_MAX - 1 : SLOTS_MAX;
	uint32_t first = random_below(&rules->random, n);

	memset(&group->slots, RULESET_NO_SLOT, sizeof(group->slots));
	hook->args = alloc(rules, n, sizeof(*hook->args));
	hook->n_args = n;
	for (uint32_t i = 0; i < n; i++) {
		group->slots.of_arg[i] = (first + i) % n;
		hook->args[i].kind = rules->hook.slots[(first + i) % n].kind;
	}
	hook->wants_return = rules->hook.slots[TETRA_RETURN_SLOT].kind != 0;
	if (hook->wants_return)
		group->slots.of_return = TETRA_RETURN_SLOT;
	hook->return_arg.kind = rules->hook.slots[TETRA_RETURN_SLOT].kind;
}

static void make_group(struct random_rules *rules, struct ruleset_group *group,
		       uint32_t n_selectors)
{
	struct policy_hook *hook = alloc(rules, 1, sizeof(*hook));
	struct ruleset_marks *marks = alloc(rules, n_selectors, sizeof(*marks));

	group->hook = hook;
	group->marks = marks;
	group->monitor = random_once(&rules->random, 2);
	group->disabled = random_once(&rules->random, 16);
	memcpy(group->host_ns, rules->host_ns, sizeof(group->host_ns));
	group->host_user_ns = rules->host_user_ns;
	hook->name = "random";
	make_args(rules, hook, group);
	hook->selectors = alloc(rules, n_selectors, sizeof(*hook->selectors));
	for (uint32_t i = 0; i < n_selectors; i++) {
		marks[i] = (struct ruleset_marks){ RULESET_NO_MARK, RULESET_NO_MARK };
		make_selector(rules, hook, &hook->selectors[i], &marks[i]);
	}
	/* Now and then one that accepts everything. */
	hook->n_selectors =
		!rules->sparse && random_once(&rules->random, 40) ? 0 : n_selectors;
}

/* Control groups, each below an earlier one; deep ones are rare, but there are some. */
static void make_cgroups(struct random_rules *rules)
{
	struct random_state *random = &rules->scopes;

	rules->cgroups[0].id = 1;
	for (uint32_t i = 1; i < RANDOM_CGROUPS; i++) {
		uint32_t above = random_once(random, 3) ? i - 1 : random_below(random, i);
		const struct ruleset_cgroup *parent = &rules->cgroups[above];
		struct ruleset_cgroup *group = &rules->cgroups[i];
		uint64_t *ids = alloc(rules, parent->level + 1, sizeof(*ids));

		if (parent->level)
			memcpy(ids, parent->above, parent->level * sizeof(*ids));
		ids[parent->level] = parent->id;
		group->id = random_next(random);
		group->level = parent->level + 1;
		group->above = ids;
	}
}

static int by_id(const void *a, const void *b)
{
	const struct ruleset_cgroup *one = a, *two = b;

	return one->id < two->id ? -1 : one->id > two->id;
}

/* Some groups for which the policy is; now and then none at all. */
static const struct ruleset_scope *make_scope(struct random_rules *rules)
{
	struct ruleset_scope *scope = alloc(rules, 1, sizeof(*scope));
	struct ruleset_cgroup *groups = alloc(rules, RANDOM_CGROUPS, sizeof(*groups));
	uint32_t often = 1 + random_below(&rules->scopes, RANDOM_CGROUPS);

	for (uint32_t i = 0; i < RANDOM_CGROUPS; i++)
		if (random_once(&rules->scopes, often))
			groups[scope->n++] = rules->cgroups[i];
	qsort(groups, scope->n, sizeof(*groups), by_id);
	scope->groups = groups;
	return scope;
}

static void make_scopes(struct random_rules *rules)
{
	make_cgroups(rules);
	/* Half of the hooks have none. */
	if (random_once(&rules->scopes, 2))
		return;
	for (uint32_t i = 0; i < rules->hook.n_groups; i++)
		if (random_once(&rules->scopes, 2))
			rules->hook.groups[i].scope = make_scope(rules);
}

static void make_groups(struct random_rules *rules, uint32_t n_rules)
{
	struct ruleset_group *groups = alloc(rules, n_rules, sizeof(*groups));
	uint32_t n = 0, n_selectors;

	/* Bits are lost at the end of a word, so a full hook has one selector each. */
	for (uint32_t done = 0; done < n_rules; done += n_selectors) {
		n_selectors = n_rules > 900
				      ? 1
				      : 1 + random_below(&rules->random, SELECTORS_MAX);
		if (n_rules < 900 && random_once(&rules->random, 200))
			n_selectors = 64;
		if (done + n_selectors > n_rules)
			n_selectors = n_rules - done;
		groups[n].id = RANDOM_FIRST_GROUP + n;
		make_group(rules, &groups[n++], n_selectors);
	}
	rules->hook.groups = groups;
	rules->hook.n_groups = n;
}

static void make_hook(struct random_rules *rules)
{
	struct random_state *random = &rules->random;

	for (uint32_t i = 0; i < SLOTS_MAX; i++)
		rules->hook.slots[i].kind =
			slot_kinds[random_below(random, ARRAY_SIZE(slot_kinds))];
	rules->hook.n_slots = SLOTS_MAX;
	if (random_once(random, 4)) {
		rules->hook.slots[SLOTS_MAX - 1].kind = 0;
		rules->hook.slots[TETRA_RETURN_SLOT].kind = TETRA_ARG_INT32;
		rules->hook.n_slots = TETRA_MAX_SLOTS;
	}
	for (uint32_t i = 0; i < sizeof(rules->stem); i++)
		rules->stem[i] = 'a' + random_below(random, 2);
	for (uint32_t i = 0; i < TETRA_NS_END; i++)
		rules->host_ns[i] = 4026531830u + random_below(random, 4);
	rules->host_user_ns = rules->host_ns[TETRA_NS_USER];
	rules->sparse = random_once(random, 2);
	rules->n_values_max = random_once(random, 2) ? 1 : 1 + random_below(random, 10);
	rules->n_filters_max = 1 + random_below(random, 3);
	rules->sources = random_once(random, 3) ? 1u << random_below(random, SLOTS_MAX)
						: random_next(random) >> 32;
	/* The last slot may belong to the return value. */
	rules->sources |= rules->sparse && !(rules->sources & 3) ? 1 : 0;
	for (uint32_t i = 0; i < ARRAY_SIZE(rules->ruleset.seed.k); i++)
		rules->ruleset.seed.k[i] = random_next(random);
}

int random_rules_new(struct random_rules **ret, uint64_t seed, uint32_t n_rules)
{
	_cleanup_(random_rules_freep) struct random_rules *rules =
		calloc(1, sizeof(*rules));
	int r;

	if (!rules)
		return -ENOMEM;
	r = arena_new(&rules->arena);
	if (r < 0)
		return r;
	rules->seed = seed;
	rules->random.state = seed;
	make_hook(rules);
	make_groups(rules, n_rules);
	rules->scopes.state = ~seed;
	make_scopes(rules);
	rules->ruleset.generation = seed;
	rules->ruleset.hooks = &rules->hook;
	rules->ruleset.n_hooks = 1;
	*ret = TAKE_PTR(rules);
	return 0;
}

struct random_rules *random_rules_free(struct random_rules *rules)
{
	if (!rules)
		return NULL;
	arena_free(rules->arena);
	free(rules);
	return NULL;
}
