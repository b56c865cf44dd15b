/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the literals that lie inside of the set; if they are not all of it, those outside; if
 * they are not all of that, one inside with exceptions. A sample is the last resort.
 */
#include "lib/compare/describe.h"

#include <inttypes.h>

#include "lib/base/kinds.h"
#include "lib/compare/quote.h"
#include "lib/compare/witness.h"
#include "lib/judge/address.h"
#include "lib/linux/names.h"

/* The values of one tag: those in the set, and the others. */
struct pool {
	const struct lists *lists;
	const struct axis *axis;
	const struct vocabulary *vocabulary;
	uint32_t n_words;
	uint64_t *in, *out, *covered;
	uint64_t *chosen; /* literals */
	uint8_t tag;
};

static uint64_t *pool_words(const struct pool *pool, uint32_t n)
{
	return arena_array(pool->lists->space.arena, BITS_WORDS(n) + 1, sizeof(uint64_t));
}

static int pool_init(struct pool *pool, const uint64_t *atoms)
{
	const struct partition *fine = &pool->vocabulary->atoms;

	pool->n_words = BITS_WORDS(MAX(fine->n_atoms, 1u));
	pool->in = pool_words(pool, fine->n_atoms);
	pool->out = pool_words(pool, fine->n_atoms);
	pool->covered = pool_words(pool, fine->n_atoms);
	pool->chosen = pool_words(pool, pool->vocabulary->n);
	if (!pool->in || !pool->out || !pool->covered || !pool->chosen)
		return -ENOMEM;
	for (uint32_t i = 0; i < fine->n_atoms; i++) {
		if (word_tag(fine->samples[i]) != pool->tag)
			continue;
		bits_add(bits_has(atoms, pool->vocabulary->coarse[i]) ? pool->in
								      : pool->out,
			 i);
	}
	return 0;
}

static bool is_none(const struct pool *pool, const uint64_t *atoms)
{
	return bits_next(atoms, 0, pool->vocabulary->atoms.n_atoms) == BITS_NONE;
}

static bool literal_has(const struct pool *pool, uint32_t literal, uint32_t atom)
{
	return bits_has(partition_members(&pool->vocabulary->atoms, atom),
			pool->vocabulary->first + literal);
}

/* How many of @atoms the literal has. */
static uint32_t literal_count(const struct pool *pool, uint32_t literal,
			      const uint64_t *atoms)
{
	uint32_t n = 0;

	bits_for_each (a, atoms, pool->vocabulary->atoms.n_atoms)
		n += literal_has(pool, literal, a);
	return n;
}

struct candidate {
	uint32_t literal, n;
};

/* Those with the most values first; of the same number, as they are written. */
static int candidate_compare(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return a->literal < b->literal ? -1 : a->literal > b->literal;
}

/* Takes a literal if it has something that is not covered yet. */
static void choose(struct pool *pool, uint32_t literal, const uint64_t *inside)
{
	bits_for_each (a, inside, pool->vocabulary->atoms.n_atoms) {
		if (!literal_has(pool, literal, a) || bits_has(pool->covered, a))
			continue;
		bits_add(pool->covered, a);
		bits_add(pool->chosen, literal);
	}
}

/* Chooses literals that have nothing of @outside until all of @inside is covered; whether it
 * is. */
static bool cover(struct pool *pool, const uint64_t *inside, const uint64_t *outside)
{
	uint32_t n_literals = pool->vocabulary->n, n = 0;
	struct candidate *candidates = arena_array(pool->lists->space.arena,
						   n_literals + 1, sizeof(*candidates));

	memset(pool->covered, 0, pool->n_words * sizeof(*pool->covered));
	memset(pool->chosen, 0, BITS_WORDS(n_literals + 1) * sizeof(*pool->chosen));
	if (!candidates)
		return false;
	for (uint32_t i = 0; i < n_literals; i++) {
		candidates[n] = (struct candidate){ i, literal_count(pool, i, inside) };
		n += candidates[n].n && !literal_count(pool, i, outside);
	}
	qsort(candidates, n, sizeof(*candidates), candidate_compare);
	for (uint32_t i = 0; i < n; i++)
		choose(pool, candidates[i].literal, inside);
	return bits_equal(pool->covered, inside, pool->n_words);
}

static void or_add(struct strbuf *ret, const char *word)
{
	if (ret->len)
		strbuf_puts(ret, word);
}

static void literal_text(const struct pool *pool, const struct literal *literal,
			 struct strbuf *ret)
{
	const struct axis *axis = pool->axis;
	const struct policy_value *value = literal->value;
	uint8_t address[ADDRESS_BYTES] = { [10] = 0xff, [11] = 0xff };

	if (axis->dimension.kind == DIMENSION_NAMESPACE && !value) {
		strbuf_puts(ret, "host");
	} else if (literal->relation == TETRA_REL_IN_NET) {
		bool is_ipv4 = value->addr_family == 4;

		memcpy(address + (is_ipv4 ? 12 : 0), value->addr, is_ipv4 ? 4 : 16);
		quote_address(ret, address, value->addr_bits + (is_ipv4 ? 96 : 0));
	} else if (axis->dimension.kind == DIMENSION_BINARY || axis_is_readable(axis)) {
		quote(ret, value->text, value->len);
	} else if (value->min == value->max) {
		quote_number(ret, axis, value->min);
	} else {
		quote_number(ret, axis, value->min);
		strbuf_puts(ret, "..");
		quote_number(ret, axis, value->max);
	}
}

static void mask_text(const struct pool *pool, uint64_t mask, struct strbuf *ret)
{
	bool first = true;

	if (pool->axis->dimension.kind != DIMENSION_CAPS) {
		strbuf_format(ret, "%#" PRIx64, mask);
		return;
	}
	strbuf_puts(ret, "{");
	for (uint32_t bit = 0; bit < 64; bit++) {
		const char *name = names_text(&names_capabilities, bit);

		if (!(mask >> bit & 1) || !name)
			continue;
		strbuf_format(ret, "%s%s", first ? "" : ", ", name);
		first = false;
	}
	strbuf_puts(ret, "}");
}

/* The chosen literals that are whole values, as "= X" or "in {X, Y}". */
static void whole_text(const struct pool *pool, bool negated, struct strbuf *ret)
{
	const struct vocabulary *vocabulary = pool->vocabulary;
	uint32_t n = 0;
	bool first = true;

	bits_for_each (i, pool->chosen, vocabulary->n)
		n += vocabulary->literals[i].relation == TETRA_REL_IS;
	if (!n)
		return;
	or_add(ret, negated ? " and " : " or ");
	strbuf_puts(ret, negated ? "not in {" : n > 1 ? "in {" : "= ");
	n = negated || n > 1 ? n : 0;
	bits_for_each (i, pool->chosen, vocabulary->n) {
		if (vocabulary->literals[i].relation != TETRA_REL_IS)
			continue;
		strbuf_puts(ret, first ? "" : ", ");
		literal_text(pool, &vocabulary->literals[i], ret);
		first = false;
	}
	strbuf_puts(ret, n ? "}" : "");
}

static void part_text(const struct pool *pool, const struct literal *literal,
		      bool negated, struct strbuf *ret)
{
	or_add(ret, negated ? " and " : " or ");
	switch (literal->relation) {
	case TETRA_REL_PREFIX:
		strbuf_puts(ret, negated ? "not under " : "under ");
		break;
	case TETRA_REL_POSTFIX:
		strbuf_puts(ret, negated ? "not ends with " : "ends with ");
		break;
	case TETRA_REL_HAS_BITS:
		strbuf_puts(ret, negated ? "none of " : "any of ");
		mask_text(pool, literal->value ? literal->value->min : literal->mask,
			  ret);
		return;
	default:
		strbuf_puts(ret, negated ? "not in " : "in ");
	}
	literal_text(pool, literal, ret);
}

static void chosen_text(const struct pool *pool, bool negated, struct strbuf *ret)
{
	whole_text(pool, negated, ret);
	bits_for_each (i, pool->chosen, pool->vocabulary->n)
		if (pool->vocabulary->literals[i].relation != TETRA_REL_IS)
			part_text(pool, &pool->vocabulary->literals[i], negated, ret);
}

/* The values of @literal without exceptions, if these have names. */
static bool except_text(struct pool *pool, uint32_t literal, struct strbuf *ret)
{
	uint32_t n_atoms = pool->vocabulary->atoms.n_atoms;
	uint64_t *without = pool_words(pool, n_atoms);
	struct strbuf rest = {};

	if (!without)
		return false;
	bits_for_each (a, pool->out, n_atoms)
		if (literal_has(pool, literal, a))
			bits_add(without, a);
	if (!cover(pool, without, pool->in))
		return false;
	part_text(pool, &pool->vocabulary->literals[literal], false, ret);
	strbuf_puts(ret, " and ");
	chosen_text(pool, true, &rest);
	strbuf_puts(ret, strbuf_get(&rest));
	strbuf_done(&rest);
	return true;
}

static bool literal_has_all(const struct pool *pool, uint32_t literal)
{
	bits_for_each (a, pool->in, pool->vocabulary->atoms.n_atoms)
		if (!literal_has(pool, literal, a))
			return false;
	return true;
}

static void sample_text(const struct pool *pool, struct strbuf *ret)
{
	uint32_t atom = bits_next(pool->in, 0, pool->vocabulary->atoms.n_atoms);
	struct set_word word = pool->vocabulary->atoms.samples[atom];

	strbuf_puts(ret, "like ");
	if (axis_is_readable(pool->axis))
		quote(ret, word.bytes + 1, word.n - 1);
	else
		quote_number(ret, pool->axis, word_value(word));
}

/* What is left of the set after the literals inside, if it is all but some literals. */
static bool mixed_text(struct pool *pool, struct strbuf *ret)
{
	uint32_t n_atoms = pool->vocabulary->atoms.n_atoms;
	uint64_t *rest = pool_words(pool, n_atoms), *others = pool_words(pool, n_atoms);
	struct strbuf inside = {}, outside = {};
	bool done;

	if (!rest || !others)
		return false;
	(void)cover(pool, pool->in, pool->out);
	chosen_text(pool, false, &inside);
	bits_for_each (a, pool->in, n_atoms)
		if (!bits_has(pool->covered, a))
			bits_add(rest, a);
	for (uint32_t w = 0; w < pool->n_words; w++)
		others[w] = (pool->in[w] | pool->out[w]) & ~rest[w];
	done = cover(pool, others, rest);
	if (done) {
		chosen_text(pool, true, &outside);
		or_add(ret, " or ");
		strbuf_format(ret, "%s%s%s", strbuf_get(&outside),
			      inside.len ? " or " : "", strbuf_get(&inside));
	}
	strbuf_done(&inside);
	strbuf_done(&outside);
	return done;
}

static void pool_text(struct pool *pool, struct strbuf *ret)
{
	if (is_none(pool, pool->out)) {
		strbuf_puts(ret, "readable");
		return;
	}
	if (cover(pool, pool->in, pool->out)) {
		chosen_text(pool, false, ret);
		return;
	}
	if (cover(pool, pool->out, pool->in)) {
		chosen_text(pool, true, ret);
		return;
	}
	for (uint32_t i = 0; i < pool->vocabulary->n; i++)
		if (literal_has_all(pool, i) && except_text(pool, i, ret))
			return;
	if (!mixed_text(pool, ret))
		sample_text(pool, ret);
}

/* Numbers */

/* A number where something may begin to differ. */
struct cuts {
	uint64_t *items; /* with the sign bit flipped if the kind is signed */
	uint32_t n;
};

static int cut_compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static uint64_t flip(const struct axis *axis)
{
	bool is_signed = axis->dimension.kind == DIMENSION_ARG &&
			 kind_row(axis->kind)->is_signed &&
			 axis->dimension.part == TETRA_PART_VALUE;

	return is_signed ? UINT64_C(1) << 63 : 0;
}

static unsigned int bits_of(const struct axis *axis)
{
	if (axis->dimension.kind != DIMENSION_ARG)
		return 32;
	if (axis->dimension.part != TETRA_PART_VALUE)
		return dimension_part_bits(axis->kind, axis->dimension.part);
	return kind_row(axis->kind)->bits;
}

/* Of the axis, flipped. */
static uint64_t lowest(const struct axis *axis)
{
	return flip(axis) ? flip(axis) - (UINT64_C(1) << (bits_of(axis) - 1)) : 0;
}

static uint64_t highest(const struct axis *axis)
{
	return lowest(axis) + ((UINT64_C(1) << (bits_of(axis) - 1)) - 1) * 2 + 1;
}

static void cut_add(const struct axis *axis, uint64_t number, struct cuts *cuts)
{
	if (number > lowest(axis) && number <= highest(axis))
		cuts->items[cuts->n++] = number;
}

/* Before @low, and behind @high. */
static void cuts_around(const struct axis *axis, uint64_t low, uint64_t high,
			struct cuts *cuts)
{
	cut_add(axis, low ^ flip(axis), cuts);
	if ((high ^ flip(axis)) != UINT64_MAX)
		cut_add(axis, (high ^ flip(axis)) + 1, cuts);
}

static int cuts_make(const struct lists *lists, const struct axis *axis,
		     const struct vocabulary *vocabulary, struct cuts *ret)
{
	const struct partition *partition = &axis->partition;

	ret->n = 0;
	ret->items = arena_array(lists->space.arena,
				 2 * ((size_t)vocabulary->n + partition->n_atoms) + 2,
				 sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	ret->items[ret->n++] = lowest(axis);
	for (uint32_t i = 0; i < vocabulary->n; i++)
		cuts_around(axis, vocabulary->literals[i].value->min,
			    vocabulary->literals[i].value->max, ret);
	/* No policy need name what facts tell apart, such as the families of packets. */
	for (uint32_t a = 0; a < partition->n_atoms; a++) {
		uint64_t number = word_value(partition->samples[a]);

		if (word_tag(partition->samples[a]) == TETRA_VALUE_READ)
			cuts_around(axis, number, number, ret);
	}
	qsort(ret->items, ret->n, sizeof(*ret->items), cut_compare);
	return 0;
}

static bool number_is_in(const struct axis *axis, uint64_t number, const uint64_t *atoms)
{
	char bytes[1 + DIMENSION_NUMBER] = { TETRA_VALUE_READ };
	struct set_word word = { bytes, sizeof(bytes) };
	uint32_t atom;

	for (unsigned int i = 0; i < DIMENSION_NUMBER; i++)
		bytes[1 + i] = (char)(number >> 8 * (7 - i));
	atom = partition_find(&axis->partition, word);
	return atom != NO_ATOM && bits_has(atoms, atom);
}

struct spans {
	struct span {
		uint64_t low, high; /* flipped */
	} * items;
	uint32_t n;
	bool single; /* each is one number */
};

/* The spans of numbers that are in the set, or that are not. */
static int spans_make(const struct lists *lists, const struct axis *axis,
		      const struct cuts *cuts, const uint64_t *atoms, bool inside,
		      struct spans *ret)
{
	*ret = (struct spans){ .single = true };
	ret->items = arena_array(lists->space.arena, cuts->n + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (uint32_t i = 0; i < cuts->n; i++) {
		uint64_t low = cuts->items[i];
		uint64_t high = i + 1 < cuts->n ? cuts->items[i + 1] - 1 : highest(axis);

		if (i + 1 < cuts->n && cuts->items[i + 1] == low)
			continue;
		if (number_is_in(axis, low ^ flip(axis), atoms) != inside)
			continue;
		if (ret->n && ret->items[ret->n - 1].high + 1 == low)
			ret->items[ret->n - 1].high = high;
		else
			ret->items[ret->n++] = (struct span){ low, high };
	}
	for (uint32_t i = 0; i < ret->n; i++)
		ret->single &= ret->items[i].low == ret->items[i].high;
	return 0;
}

static void singles_text(const struct axis *axis, const struct spans *spans, bool negated,
			 struct strbuf *ret)
{
	bool braces = negated || spans->n > 1;

	strbuf_puts(ret, negated ? "not in {" : braces ? "in {" : "= ");
	for (uint32_t i = 0; i < spans->n; i++) {
		strbuf_puts(ret, i ? ", " : "");
		quote_number(ret, axis, spans->items[i].low ^ flip(axis));
	}
	strbuf_puts(ret, braces ? "}" : "");
}

static void spans_text(const struct axis *axis, const struct spans *spans,
		       struct strbuf *ret)
{
	for (uint32_t i = 0; i < spans->n; i++) {
		const struct span *span = &spans->items[i];

		strbuf_puts(ret, i ? " or " : "");
		strbuf_puts(ret, span->low == span->high ? "= " : "in ");
		quote_number(ret, axis, span->low ^ flip(axis));
		if (span->low == span->high)
			continue;
		strbuf_puts(ret, "..");
		quote_number(ret, axis, span->high ^ flip(axis));
	}
}

static bool has_tag(const struct axis *axis, const uint64_t *atoms, uint8_t tag,
		    bool wanted)
{
	for (uint32_t a = 0; a < axis->partition.n_atoms; a++)
		if (word_tag(axis->partition.samples[a]) == tag &&
		    bits_has(atoms, a) == wanted)
			return true;
	return false;
}

static int number_text(const struct lists *lists, const struct axis *axis,
		       const struct vocabulary *vocabulary, const uint64_t *atoms,
		       struct strbuf *ret)
{
	struct spans inside, outside;
	struct cuts cuts;
	int r = cuts_make(lists, axis, vocabulary, &cuts);

	if (r >= 0)
		r = spans_make(lists, axis, &cuts, atoms, true, &inside);
	if (r >= 0)
		r = spans_make(lists, axis, &cuts, atoms, false, &outside);
	if (r < 0 || !inside.n)
		return r;
	if (!has_tag(axis, atoms, TETRA_VALUE_READ, false))
		strbuf_puts(ret, "readable");
	else if (inside.single)
		singles_text(axis, &inside, false, ret);
	else if (outside.single)
		singles_text(axis, &outside, true, ret);
	else
		spans_text(axis, &inside, ret);
	return 0;
}

/* Numbers that policies compare with ranges only. */
static bool has_spans(const struct axis *axis, const struct vocabulary *vocabulary)
{
	enum dimension_kind kind = axis->dimension.kind;

	if (kind != DIMENSION_ARG && kind != DIMENSION_PID && kind != DIMENSION_NS_PID)
		return false;
	if (axis_is_readable(axis) || axis->dimension.part == TETRA_PART_SADDR ||
	    axis->dimension.part == TETRA_PART_DADDR ||
	    (kind == DIMENSION_ARG && !bits_of(axis)))
		return false;
	for (uint32_t i = 0; i < vocabulary->n; i++)
		if (vocabulary->literals[i].relation == TETRA_REL_HAS_BITS)
			return false;
	return true;
}

/* All of it */

static int tag_text(const struct lists *lists, uint32_t number,
		    const struct vocabulary *vocabulary, const uint64_t *atoms,
		    uint8_t tag, struct strbuf *ret)
{
	struct pool pool = { .lists = lists,
			     .axis = lists->axes[number],
			     .vocabulary = vocabulary,
			     .tag = tag };
	int r = pool_init(&pool, atoms);

	if (r < 0 || is_none(&pool, pool.in))
		return r;
	pool_text(&pool, ret);
	return 0;
}

/* Names that may be false, and beginnings: only where they are not treated like others. */
static int odd_text(const struct lists *lists, uint32_t number,
		    const struct vocabulary *vocabulary, const uint64_t *atoms,
		    uint8_t tag, const char *what, const struct strbuf *read,
		    struct strbuf *ret)
{
	struct strbuf text = {};
	int r = tag_text(lists, number, vocabulary, atoms, tag, &text);

	if (r >= 0 && text.len && !str_equal(strbuf_get(&text), strbuf_get(read))) {
		bool all = !has_tag(lists->axes[number], atoms, tag, false);

		if (!all || !str_has_prefix(strbuf_get(read), "not ")) {
			or_add(ret, " or ");
			strbuf_format(ret, "%s%s%s", all ? "" : strbuf_get(&text),
				      all ? "" : " ", what);
		}
	}
	strbuf_done(&text);
	return r;
}

static void states_text(const struct axis *axis, const uint64_t *atoms,
			struct strbuf *ret)
{
	static const struct {
		uint8_t tag;
		const char *text;
	} states[] = {
		{ TETRA_VALUE_UNREADABLE, "unreadable" },
		{ TETRA_VALUE_FAULT, "unreadable in user memory" },
		{ TETRA_VALUE_NONE, "no path" },
		{ TETRA_VALUE_ABSENT, "absent" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (has_tag(axis, atoms, states[i].tag, true)) {
			or_add(ret, " or ");
			strbuf_puts(ret, states[i].text);
		}
}

static void descent_text(const struct axis *axis, const uint64_t *atoms,
			 struct strbuf *ret)
{
	static const char *const descents[] = { "no", "yes", "unknown" };
	bool seen[ARRAY_SIZE(descents)] = {};

	bits_for_each (a, atoms, axis->partition.n_atoms)
		seen[word_value(axis->partition.samples[a]) % ARRAY_SIZE(descents)] =
			true;
	for (size_t i = 0; i < ARRAY_SIZE(descents); i++)
		if (seen[i]) {
			or_add(ret, " or ");
			strbuf_format(ret, "= %s", descents[i]);
		}
}

bool describe_is_opaque(const struct axis *axis)
{
	return axis->pids || axis->binaries || axis->rate;
}

int describe_set(const struct lists *lists, uint32_t number,
		 const struct vocabulary *vocabulary, const uint64_t *atoms,
		 struct strbuf *ret)
{
	const struct axis *axis = lists->axes[number];
	struct strbuf read = {};
	int r;

	if (describe_is_opaque(axis)) {
		descent_text(axis, atoms, ret);
		return ret->failed ? -ENOMEM : 0;
	}
	if (has_spans(axis, vocabulary))
		r = number_text(lists, axis, vocabulary, atoms, &read);
	else
		r = tag_text(lists, number, vocabulary, atoms, TETRA_VALUE_READ, &read);
	if (read.len)
		strbuf_puts(ret, strbuf_get(&read));
	if (r >= 0)
		r = odd_text(lists, number, vocabulary, atoms, DIMENSION_FOREIGN,
			     "named in a user namespace", &read, ret);
	if (r >= 0)
		r = odd_text(lists, number, vocabulary, atoms, DIMENSION_ENDLESS,
			     "truncated", &read, ret);
	states_text(axis, atoms, ret);
	if (read.failed || ret->failed)
		r = -ENOMEM;
	strbuf_done(&read);
	return r;
}

static uint32_t position_of(const struct rule_group *group, const struct axis *axis)
{
	for (uint32_t i = 0; group->hook && i < group->hook->n_args; i++)
		if (axis_reads(axis, &group->hook->args[i]))
			return i;
	return UINT32_MAX;
}

bool describe_is_of_arg(const char *name)
{
	return str_has_prefix(name, "args[") || str_has_prefix(name, "data[");
}

static void arg_name(const struct lists *lists, const struct axis *axis, uint32_t group,
		     struct strbuf *ret)
{
	const struct rule_group *at = &lists->groups[group];
	uint32_t position = position_of(at, axis), n;
	const char *part = quote_part(axis->dimension.part);

	if (axis->index == POLICY_ARG_RETURN) {
		strbuf_puts(ret, "return");
		return;
	}
	for (uint32_t g = 0; position == UINT32_MAX && g < lists->n_groups; g++) {
		at = &lists->groups[g];
		position = position_of(at, axis);
		if (position != UINT32_MAX)
			strbuf_puts(ret, at->side == SIDE_OLD ? "old." : "");
	}
	n = at->hook ? at->hook->n_args - at->hook->n_data : UINT32_MAX;
	strbuf_format(ret, "%s[%u]%s%s", position < n ? "args" : "data",
		      position < n ? position : position - n, part ? "." : "",
		      part ? part : "");
}

static void values_name(const char *what, const struct policy_value *values, uint32_t n,
			struct strbuf *ret)
{
	strbuf_format(ret, "%s {", what);
	for (uint32_t i = 0; i < n; i++) {
		strbuf_puts(ret, i ? ", " : "");
		if (values[i].text && values[i].len && values[i].text[0] == '/')
			quote(ret, values[i].text, values[i].len);
		else
			strbuf_format(ret, "%" PRIu64, values[i].min);
	}
	strbuf_puts(ret, "}");
}

static void rate_name(const struct policy_action *rate, struct strbuf *ret)
{
	static const char *const scopes[] = { "thread", "process", "global" };

	strbuf_format(ret, "within rateLimit %u ms (%s)", rate->rate_ms,
		      scopes[rate->rate_scope % ARRAY_SIZE(scopes)]);
}

void describe_name(const struct lists *lists, uint32_t number, uint32_t group,
		   struct strbuf *ret)
{
	const struct axis *axis = lists->axes[number];

	if (axis->rate)
		return rate_name(axis->rate, ret);
	switch (axis->dimension.kind) {
	case DIMENSION_ARG:
		return arg_name(lists, axis, group, ret);
	case DIMENSION_PID:
		return strbuf_puts(ret, "pid");
	case DIMENSION_NS_PID:
		return strbuf_puts(ret, "ns_pid");
	case DIMENSION_BINARY:
		return strbuf_puts(ret, "binary");
	case DIMENSION_NAMESPACE:
		return strbuf_format(ret, "ns.%s",
				     quote_namespace(axis->dimension.which));
	case DIMENSION_CAPS:
	case DIMENSION_NS_CAPS:
		return strbuf_format(ret, "caps.%s", quote_capset(axis->dimension.which));
	case DIMENSION_FORKS:
		return values_name("followForks", axis->pids->values,
				   axis->pids->n_values, ret);
	case DIMENSION_NS_FORKS:
		return values_name("followForks in its namespace", axis->pids->values,
				   axis->pids->n_values, ret);
	case DIMENSION_CHILDREN:
		return values_name("followChildren", axis->binaries->values,
				   axis->binaries->n_values, ret);
	}
}
