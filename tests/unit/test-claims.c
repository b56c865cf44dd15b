/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lints claim about selectors against what the model accepts, for random policies: a
 * selector is reported as shadowed if and only if everything that it accepts is accepted by
 * those before it, and contradicting filters are reported if and only if nothing passes. The
 * lints read the document, lib/judge/accept.c reads the model.
 */
#include "lib/judge/accept.h"

#include <stdio.h>

#include "lib/base/strbuf.h"
#include "tests/unit/suite.h"

TIMEOUT(120)

#define N_POLICIES 1500
#define MAX_SIDES  16
#define PID_MAX	   4194303u

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

#define ONE_OF(list) ((list)[below(ARRAY_SIZE(list))])

/* Arguments of the hook, and what filters on them look like. */
static const struct arg_row {
	const char *type;
	uint32_t kind;
	const char *operators[12], *values[12];
	uint32_t n_operators, n_values;
} arg_rows[] = {
	{ "int8",
	  TETRA_ARG_INT8,
	  { "Equal", "NotEqual", "GT", "LT", "Mask", "InMap", "NotInMap", "InRange" },
	  { "0", "1", "2", "3", "-1", "-128", "127", "6" },
	  8,
	  8 },
	{ "uint8",
	  TETRA_ARG_UINT8,
	  { "Equal", "NotEqual", "GT", "LT", "Mask", "InMap", "NotInMap", "NotInRange" },
	  { "0", "1", "2", "3", "4", "7", "128", "255" },
	  8,
	  8 },
	{ "string",
	  TETRA_ARG_STRING,
	  { "Equal", "NotEqual", "Prefix", "NotPrefix", "Postfix", "NotPostfix" },
	  { "a", "b", "ab", "ba", "aba", "/a", "bb" },
	  6,
	  7 },
	{ "file",
	  TETRA_ARG_FILE,
	  { "Equal", "NotEqual", "Prefix", "NotPrefix", "Postfix", "NotPostfix" },
	  { "/a", "/a/b", "/b", "/a/", "/", "b", "/a/b/b" },
	  6,
	  7 },
};

static void put_value(struct strbuf *text, const struct arg_row *row, const char *op)
{
	const char *a = row->values[below(row->n_values)];
	const char *b = row->values[below(row->n_values)];

	if (strstr(op, "Range") || (strstr(op, "Map") && below(2)))
		strbuf_format(text, "\"%s:%s\"", a, b);
	else
		strbuf_format(text, "\"%s\"", a);
}

static void put_filter(struct strbuf *text, uint32_t index, const struct arg_row *row)
{
	const char *op = row->operators[below(row->n_operators)];
	uint32_t n = 1 + below(3);

	strbuf_format(text, "{index: %u, operator: %s, values: [", index, op);
	for (uint32_t i = 0; i < n; i++) {
		strbuf_puts(text, i ? ", " : "");
		put_value(text, row, op);
	}
	strbuf_puts(text, "]}");
}

static void put_process(struct strbuf *text)
{
	static const char *const in[] = { "In", "NotIn" };
	static const char *const programs[] = { "/a", "/b", "/a/b" };
	static const char *const words[] = { "In", "NotIn", "Prefix", "NotPostfix" };

	if (below(2))
		strbuf_format(text, ", matchPIDs: [{operator: %s, values: [%u, %u]}]",
			      ONE_OF(in), 2 + below(3), 2 + below(3));
	if (below(2))
		strbuf_format(text, ", matchBinaries: [{operator: %s, values: [%s, %s]}]",
			      ONE_OF(words), ONE_OF(programs), ONE_OF(programs));
	if (!below(4))
		strbuf_format(text,
			      ", matchNamespaces: [{namespace: Pid, operator: %s, "
			      "values: [%s, \"4026532001\"]}]",
			      ONE_OF(in), below(2) ? "host_ns" : "\"4026532002\"");
	if (!below(4))
		strbuf_format(text,
			      ", matchCapabilities: [{type: Permitted, operator: %s, "
			      "values: [%s, CAP_BPF]}]",
			      ONE_OF(in), below(2) ? "CAP_KILL" : "CAP_CHOWN");
}

static void put_selector(struct strbuf *text, const struct arg_row *const *rows)
{
	uint32_t n = below(2) ? 1 : 1 + below(4);

	strbuf_puts(text, "{matchArgs: [");
	for (uint32_t i = 0; i < n; i++) {
		uint32_t index = below(2);

		strbuf_puts(text, i ? ", " : "");
		put_filter(text, index, rows[index]);
	}
	strbuf_puts(text, "]");
	if (!below(3))
		put_process(text);
	strbuf_puts(text, "}");
}

static void put_policy(struct strbuf *text)
{
	const struct arg_row *rows[] = { &ONE_OF(arg_rows), &ONE_OF(arg_rows) };
	uint32_t n = 1 + below(4);

	strbuf_format(text,
		      "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		      "metadata: {name: a}\nspec:\n  kprobes:\n  - call: foo\n"
		      "    syscall: false\n"
		      "    args: [{index: 0, type: %s}, {index: 1, type: %s}]\n"
		      "    selectors: [",
		      rows[0]->type, rows[1]->type);
	for (uint32_t i = 0; i < n; i++) {
		strbuf_puts(text, i ? ", " : "");
		put_selector(text, rows);
	}
	strbuf_puts(text, "]\n");
}

/* What a selector accepts of what can be read. */
struct box {
	struct accept_side sides[MAX_SIDES];
	uint32_t n;
	bool empty;
};

static const struct set *made(int r, const struct set *const *set)
{
	ck_assert_int_eq(r, 0);
	return *set;
}

/* What there is of a dimension. */
static const struct set *domain_of(const struct set_space *space,
				   const struct dimension *dimension,
				   const struct policy_hook *hook)
{
	const struct set_range int8[] = { { 0, 127 }, { (uint64_t)-128, UINT64_MAX } };
	const struct set_range uint8 = { 0, 255 }, pid = { 0, PID_MAX };
	const struct set *read = &set_everything, *ret;
	uint32_t kind =
		dimension->kind == DIMENSION_ARG ? hook->args[dimension->which].kind : 0;
	int r = 0;

	if (kind == TETRA_ARG_INT8)
		r = set_of_ranges(space, DIMENSION_NUMBER, int8, 2, &read);
	else if (kind == TETRA_ARG_UINT8)
		r = set_of_ranges(space, DIMENSION_NUMBER, &uint8, 1, &read);
	else if (dimension->kind == DIMENSION_PID)
		r = set_of_ranges(space, DIMENSION_NUMBER, &pid, 1, &read);
	else if (kind == TETRA_ARG_FILE || dimension->kind == DIMENSION_BINARY)
		r = set_of_paths(space, &read);
	ck_assert_int_eq(r, 0);
	return made(set_tagged(space, &read, 1, &ret), &ret);
}

static void box_narrow(const struct set_space *space, struct box *box,
		       const struct accept_side *side, const struct policy_hook *hook,
		       bool inside)
{
	struct accept_side *found = box->sides;

	while (found < box->sides + box->n &&
	       !dimension_is_same(&found->dimension, &side->dimension))
		found++;
	if (found == box->sides + box->n) {
		ck_assert_uint_lt(box->n++, MAX_SIDES);
		found->dimension = side->dimension;
		found->set = domain_of(space, &side->dimension, hook);
	}
	ck_assert_int_eq(inside ? set_and(space, found->set, side->set, &found->set)
				: set_minus(space, found->set, side->set, &found->set),
			 0);
	box->empty |= set_is_empty(found->set);
}

/* Nothing of the box is accepted by none of the @n selectors. */
static bool is_covered(const struct set_space *space, const struct box *box,
		       const struct accept *early, uint32_t n,
		       const struct policy_hook *hook)
{
	bool covered = true;

	if (box->empty || !n)
		return box->empty;
	for (uint32_t i = 0; i < early->n && covered; i++) {
		struct box rest = *box;

		box_narrow(space, &rest, &early->sides[i], hook, false);
		covered = is_covered(space, &rest, early + 1, n - 1, hook);
	}
	return covered;
}

enum claim { CLAIM_SHADOWED = 1, CLAIM_EMPTY = 2, CLAIM_VALUES = 4 };

/* What the findings say of a selector. */
static uint32_t claims_of(struct tetra_diag *diag, uint32_t selector)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	uint32_t ret = 0;
	char path[64];

	snprintf(path, sizeof(path), "spec.kprobes[0].selectors[%u]", selector);
	for (unsigned int i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		if (!finding.path || strncmp(finding.path, path, strlen(path)) != 0)
			continue;
		if (str_equal(finding.code, "shadowed-selector"))
			ret |= CLAIM_SHADOWED;
		if (str_equal(finding.code, "never-matches"))
			ret |= strstr(finding.message, "passes both") ||
					       strstr(finding.message,
						      "all those before") ||
					       strstr(finding.message, "nothing passes")
				       ? CLAIM_EMPTY
				       : CLAIM_VALUES;
	}
	return ret;
}

struct tally {
	uint32_t n_selectors, n_shadowed, n_empty, n_differences;
};

static void compare(const struct set_space *space, const struct policy_hook *hook,
		    struct tetra_diag *diag, const char *text, struct tally *tally)
{
	struct accept accepts[8];
	uint32_t claims;
	bool shadowed;

	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		struct box box = {};

		ck_assert_int_eq(accept_selector(space, hook, i, &accepts[i]), 0);
		for (uint32_t k = 0; k < accepts[i].n; k++)
			box_narrow(space, &box, &accepts[i].sides[k], hook, true);
		shadowed = !box.empty && i && is_covered(space, &box, accepts, i, hook);
		claims = claims_of(diag, i);
		tally->n_selectors++;
		tally->n_shadowed += shadowed;
		tally->n_empty += box.empty;
		/* That a selector is empty may also be said of each value of a filter. */
		if (!!(claims & CLAIM_SHADOWED) == shadowed &&
		    (!(claims & CLAIM_EMPTY) || box.empty) && (!box.empty || claims))
			continue;
		if (tally->n_differences++ < 3)
			printf("selector %u: shadowed %d, empty %d, claims %u\n%s\n", i,
			       shadowed, box.empty, claims, text);
	}
}

static void try_policy(struct tally *tally)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy = NULL;
	TETRA_OPTS(tetra_parse_opts, opts, .lint = 1);
	uint64_t steps = UINT64_MAX;
	struct set_space space = { .steps = &steps };
	struct tetra_diag *diag = NULL;
	int r;

	ck_assert_int_eq(arena_new(&arena), 0);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	space.arena = arena;
	put_policy(&text);
	r = tetra_policy_parse(&policy, strbuf_get(&text), text.len, &opts, diag);
	/* Operators that are not supported yet have no model. */
	if (r == 0)
		compare(&space, &policy->hooks[0], diag, strbuf_get(&text), tally);
	else
		ck_assert_msg(r == -EOPNOTSUPP, "%d:\n%s", r, strbuf_get(&text));
	tetra_diag_free(diag);
}

/* TETRA_TEST_SEED moves the whole walk elsewhere. */
TEST(claims_about_selectors_are_true_and_complete)
{
	const char *given = getenv("TETRA_TEST_SEED");
	struct tally tally = {};

	seed = given ? strtoull(given, NULL, 0) : 20260;
	for (uint32_t i = 0; i < N_POLICIES; i++)
		try_policy(&tally);
	printf("%u selectors, %u shadowed, %u empty, %u differences\n", tally.n_selectors,
	       tally.n_shadowed, tally.n_empty, tally.n_differences);
	ck_assert_uint_eq(tally.n_differences, 0);
	ck_assert_uint_gt(tally.n_shadowed, 50);
	ck_assert_uint_gt(tally.n_empty, 100);
}
