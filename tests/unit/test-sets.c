/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets against the plainest meaning of what they were made from: random sets, and every word
 * that is short enough.
 */
#include "lib/judge/set.h"
#include "tests/unit/suite.h"

TIMEOUT(60)

#define ROUNDS	    400
#define MAX_LEN	    5
#define MAX_MEMBERS 12

static struct arena *arena;
static uint64_t steps, seed;
static struct set_space space;

static void setup(void)
{
	ck_assert_int_eq(arena_new(&arena), 0);
	steps = UINT64_MAX;
	seed = 1;
	space = (struct set_space){ arena, &steps };
}

static void teardown(void)
{
	arena_free(arena);
}

FIXTURE(setup, teardown)

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static const char letters[] = { 'a', 'A', '/' };

/* What a random set was made from. */
struct plain {
	enum { TEXTS, RANGES, BITS, AND, OR, MINUS } form;
	enum set_shape shape;
	struct set_word texts[4];
	struct set_range ranges[4];
	uint8_t mask[2];
	uint32_t n;
	unsigned int n_bytes;
	const struct plain *a, *b;
	const struct set *set;
};

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool text_is_at(struct set_word whole, size_t at, struct set_word part, bool folds)
{
	if (part.n > whole.n || at > whole.n - part.n)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		char x = whole.bytes[at + i], y = part.bytes[i];

		if (folds ? folded(x) != folded(y) : x != y)
			return false;
	}
	return true;
}

static bool text_fits(enum set_shape shape, struct set_word whole, struct set_word part)
{
	switch (shape) {
	case SET_EQUAL:
		return whole.n == part.n && text_is_at(whole, 0, part, false);
	case SET_PREFIX:
		return text_is_at(whole, 0, part, false);
	case SET_POSTFIX:
		return part.n <= whole.n &&
		       text_is_at(whole, whole.n - part.n, part, false);
	default:
		for (size_t at = 0; at <= whole.n; at++)
			if (text_is_at(whole, at, part, shape == SET_PART_NOCASE))
				return true;
		return false;
	}
}

static bool plain_has(const struct plain *plain, struct set_word word)
{
	set_number number = 0;
	bool found = false;

	switch (plain->form) {
	case AND:
		return plain_has(plain->a, word) && plain_has(plain->b, word);
	case OR:
		return plain_has(plain->a, word) || plain_has(plain->b, word);
	case MINUS:
		return plain_has(plain->a, word) && !plain_has(plain->b, word);
	case TEXTS:
		for (uint32_t i = 0; i < plain->n; i++)
			found |= text_fits(plain->shape, word, plain->texts[i]);
		return found;
	default:
		break;
	}
	if (word.n != plain->n_bytes)
		return false;
	for (size_t i = 0; i < word.n; i++)
		number = number << 8 | (uint8_t)word.bytes[i];
	for (uint32_t i = 0; plain->form == RANGES && i < plain->n; i++)
		found |=
			plain->ranges[i].low <= number && number <= plain->ranges[i].high;
	for (uint32_t i = 0; plain->form == BITS && i < word.n; i++)
		found |= (uint8_t)word.bytes[i] & plain->mask[i];
	return found;
}

static struct set_word random_word(void)
{
	size_t n = below(MAX_LEN);
	char *bytes = arena_alloc(arena, n + 1);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = letters[below(ARRAY_SIZE(letters))];
	return (struct set_word){ bytes, n };
}

static struct plain *plain_texts(void)
{
	struct plain *plain = arena_alloc(arena, sizeof(*plain));

	ck_assert_ptr_nonnull(plain);
	plain->form = TEXTS;
	plain->shape = below(5);
	plain->n = below(5);
	for (uint32_t i = 0; i < plain->n; i++)
		plain->texts[i] = random_word();
	ck_assert_int_eq(
		set_of_texts(&space, plain->shape, plain->texts, plain->n, &plain->set),
		0);
	return plain;
}

static uint32_t random_edge(uint32_t top)
{
	static const uint32_t edges[] = { 0, 1, 127, 128, 255, 256, 257, 65534, 65535 };

	return below(2) ? MIN(edges[below(ARRAY_SIZE(edges))], top) : below(top + 1);
}

static struct plain *plain_numbers(unsigned int n_bytes)
{
	struct plain *plain = arena_alloc(arena, sizeof(*plain));
	uint32_t top = (1u << 8 * n_bytes) - 1;
	int r;

	ck_assert_ptr_nonnull(plain);
	plain->form = below(3) ? RANGES : BITS;
	plain->n_bytes = n_bytes;
	plain->n = below(5);
	for (uint32_t i = 0; i < plain->n; i++) {
		uint32_t a = random_edge(top), b = below(3) ? random_edge(top) : a;

		plain->ranges[i] = (struct set_range){ MIN(a, b), MAX(a, b) };
	}
	plain->mask[0] = (uint8_t)(below(256) & below(256));
	plain->mask[1] = (uint8_t)(below(256) & below(256));
	r = plain->form == RANGES
		    ? set_of_ranges(&space, n_bytes, plain->ranges, plain->n, &plain->set)
		    : set_of_bits(&space, n_bytes, plain->mask, &plain->set);
	ck_assert_int_eq(r, 0);
	return plain;
}

/* @n_bytes: of numbers; 0: texts. */
static struct plain *plain_random(unsigned int n_bytes, uint32_t depth)
{
	struct plain *plain;
	int r;

	if (!depth || !below(4))
		return n_bytes ? plain_numbers(n_bytes) : plain_texts();
	plain = arena_alloc(arena, sizeof(*plain));
	ck_assert_ptr_nonnull(plain);
	plain->form = AND + below(3);
	plain->a = plain_random(n_bytes, depth - 1);
	plain->b = plain_random(n_bytes, depth - 1);
	if (plain->form == AND)
		r = set_and(&space, plain->a->set, plain->b->set, &plain->set);
	else if (plain->form == OR)
		r = set_or(&space, plain->a->set, plain->b->set, &plain->set);
	else
		r = set_minus(&space, plain->a->set, plain->b->set, &plain->set);
	ck_assert_int_eq(r, 0);
	return plain;
}

/* The word number @i: texts of the letters by length, or numbers; false: no more. */
static bool word_at(unsigned int n_bytes, uint32_t i, char (*buf)[MAX_LEN],
		    struct set_word *ret)
{
	uint32_t n = n_bytes, power = 1;

	if (n_bytes) {
		for (uint32_t k = 0; k < n; k++)
			(*buf)[k] = (char)(i >> 8 * (n - 1 - k));
		*ret = (struct set_word){ *buf, n };
		return i < 1u << 8 * n_bytes;
	}
	while (i >= power && n < MAX_LEN) {
		i -= power;
		power *= ARRAY_SIZE(letters);
		n++;
	}
	for (uint32_t k = 0; k < n; k++, i /= ARRAY_SIZE(letters))
		(*buf)[k] = letters[i % ARRAY_SIZE(letters)];
	*ret = (struct set_word){ *buf, n };
	return i == 0;
}

/* Texts and bytes in turn, and a few numbers of two bytes. */
static unsigned int bytes_of_round(uint32_t round)
{
	return round % 16 == 0 ? 2 : round % 2;
}

TEST(sets_have_the_words_that_they_were_made_from)
{
	for (uint32_t round = 0; round < ROUNDS; round++) {
		unsigned int n_bytes = bytes_of_round(round);
		struct plain *plain = plain_random(n_bytes, 3);
		struct set_word word;
		char buf[MAX_LEN];
		bool any = false;

		for (uint32_t i = 0; word_at(n_bytes, i, &buf, &word); i++) {
			bool has = plain_has(plain, word);

			ck_assert_msg(set_has(plain->set, word.bytes, word.n) == has,
				      "round %u: a word of %zu bytes", round, word.n);
			any |= has;
		}
		if (any || n_bytes)
			ck_assert_msg(set_is_empty(plain->set) == !any, "round %u",
				      round);
	}
}

TEST(a_sample_is_one_of_the_shortest_words)
{
	for (uint32_t round = 0; round < ROUNDS; round++) {
		unsigned int n_bytes = bytes_of_round(round);
		struct plain *plain = plain_random(n_bytes, 2);
		struct set_word sample, word;
		char buf[MAX_LEN];
		int r = set_sample(&space, plain->set, &sample);

		if (set_is_empty(plain->set)) {
			ck_assert_int_eq(r, -ENOENT);
			continue;
		}
		ck_assert_int_eq(r, 0);
		ck_assert(plain_has(plain, sample));
		ck_assert(set_has(plain->set, sample.bytes, sample.n));
		for (uint32_t i = 0; word_at(n_bytes, i, &buf, &word); i++)
			if (word.n < sample.n)
				ck_assert(!plain_has(plain, word));
	}
}

static const struct set *
operate(int (*operation)(const struct set_space *space, const struct set *a,
			 const struct set *b, const struct set **ret),
	const struct set *a, const struct set *b)
{
	const struct set *ret = NULL;

	ck_assert_int_eq(operation(&space, a, b, &ret), 0);
	return ret;
}

static void check_same(const struct set *a, const struct set *b)
{
	ck_assert_int_eq(set_is_within(&space, a, b), 1);
	ck_assert_int_eq(set_is_within(&space, b, a), 1);
	ck_assert(set_is_empty(operate(set_minus, a, b)));
}

TEST(sets_obey_the_laws_of_sets)
{
	for (uint32_t round = 0; round < ROUNDS; round++) {
		unsigned int n_bytes = bytes_of_round(round);
		const struct set *u = &set_everything;
		const struct set *a = plain_random(n_bytes, 2)->set;
		const struct set *b = plain_random(n_bytes, 2)->set;
		const struct set *c = plain_random(n_bytes, 1)->set;
		const struct set *both = operate(set_and, a, b);
		const struct set *any = operate(set_or, a, b);
		const struct set *only = operate(set_minus, a, b);
		const struct set *not_a = operate(set_minus, u, a);
		const struct set *not_b = operate(set_minus, u, b);

		/* De Morgan, both ways. */
		check_same(operate(set_minus, u, both), operate(set_or, not_a, not_b));
		check_same(operate(set_minus, u, any), operate(set_and, not_a, not_b));
		check_same(operate(set_minus, u, not_a), a);
		check_same(only, operate(set_and, a, not_b));
		check_same(operate(set_and, a, operate(set_or, b, c)),
			   operate(set_or, both, operate(set_and, a, c)));
		check_same(operate(set_or, only, both), a);
		/* Within is: nothing is left over. Apart is: nothing is in both. */
		ck_assert_int_eq(set_is_within(&space, a, b), set_is_empty(only));
		ck_assert_int_eq(set_overlaps(&space, a, b), !set_is_empty(both));
		ck_assert(set_is_empty(operate(set_and, a, not_a)));
		check_same(operate(set_or, a, not_a), u);
	}
}

TEST(paths_have_no_empty_component)
{
	static const struct {
		const char *text;
		bool is_path;
	} rows[] = {
		{ "", false },	   { "/", true },      { "//", false },
		{ "a", false },	   { "/a", true },     { "/a/", false },
		{ "/a/b", true },  { "/a//b", false }, { "a/b", false },
		{ "/\xff", true }, { "/a/..b", true },
	};
	const struct set *paths;

	ck_assert_int_eq(set_of_paths(&space, &paths), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(set_has(paths, rows[i].text, strlen(rows[i].text)) ==
				      rows[i].is_path,
			      "'%s'", rows[i].text);
	ck_assert(!set_has(paths, "/a\0b", 4));
}

static void put_number(set_number number, uint8_t (*ret)[SET_NUMBER_BYTES])
{
	for (unsigned int i = SET_NUMBER_BYTES; i-- > 0; number >>= 8)
		(*ret)[i] = (uint8_t)number;
}

static bool has_number(const struct set *set, set_number number)
{
	uint8_t bytes[SET_NUMBER_BYTES];

	put_number(number, &bytes);
	return set_has(set, bytes, sizeof(bytes));
}

TEST(ranges_of_128_bits_end_where_they_should)
{
	const set_number top = ~(set_number)0, mid = (set_number)1 << 127;
	struct set_range ranges[] = {
		{ mid - 1, mid }, { 5, 5 }, { top - 1, top }, { 6, 300 }, { 9, 8 }
	};
	const struct set *set, *all;

	ck_assert_int_eq(set_of_ranges(&space, 16, ranges, ARRAY_SIZE(ranges), &set), 0);
	for (size_t i = 0; i < 4; i++) {
		ck_assert(has_number(set, ranges[i].low));
		ck_assert(has_number(set, ranges[i].high));
	}
	ck_assert(!has_number(set, 4) && !has_number(set, 301));
	ck_assert(!has_number(set, mid - 2) && !has_number(set, mid + 1));
	ck_assert(!has_number(set, top - 2) && !has_number(set, 0));
	/* Ranges that touch are one; the order does not matter. */
	ranges[0] = (struct set_range){ mid, top };
	ranges[1] = (struct set_range){ 0, mid - 1 };
	ck_assert_int_eq(set_of_ranges(&space, 16, ranges, 2, &set), 0);
	ranges[0] = (struct set_range){ 0, top };
	ck_assert_int_eq(set_of_ranges(&space, 16, ranges, 1, &all), 0);
	check_same(set, all);
}

TEST(ranges_above_the_top_are_cut)
{
	const struct set_range ranges[] = { { 250, 1000 }, { 256, 300 } };
	const struct set *set;

	ck_assert_int_eq(set_of_ranges(&space, 1, ranges, ARRAY_SIZE(ranges), &set), 0);
	ck_assert(set_has(set, "\xfa", 1) && set_has(set, "\xff", 1));
	ck_assert(!set_has(set, "\xf9", 1) && !set_has(set, "\0", 1));
	ck_assert(!set_has(set, "\1\0", 2) && !set_has(set, "", 0));
}

TEST(tags_keep_values_apart)
{
	const struct set_word a = { "a", 1 }, b = { "b", 1 };
	const struct set *rests[4] = {}, *set;

	ck_assert_int_eq(set_of_texts(&space, SET_PREFIX, &a, 1, &rests[0]), 0);
	ck_assert_int_eq(set_of_texts(&space, SET_EQUAL, &b, 1, &rests[1]), 0);
	rests[3] = rests[0];
	ck_assert_int_eq(set_tagged(&space, rests, ARRAY_SIZE(rests), &set), 0);
	ck_assert(set_has(set, "\0ax", 3) && set_has(set, "\3ax", 3));
	ck_assert(set_has(set, "\1b", 2) && !set_has(set, "\1bx", 3));
	ck_assert(!set_has(set, "\2ax", 3) && !set_has(set, "\0b", 2));
	ck_assert(!set_has(set, "", 0) && !set_has(set, "\4a", 2));
	rests[0] = &set_everything;
	rests[1] = &set_nothing;
	ck_assert_int_eq(set_tagged(&space, rests, 2, &set), 0);
	ck_assert(set_has(set, "\0", 1) && !set_has(set, "\1", 1));
}

/* A literal of @n bytes. */
static struct set_word long_word(size_t n)
{
	char *bytes = arena_alloc(arena, n + 1);

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 'x', n);
	return (struct set_word){ bytes, n };
}

TEST(what_is_too_big_is_said)
{
	/* Nowhere, everywhere, and the beginning are states, too. */
	struct set_word word = long_word(SET_MAX_STATES - 3);
	const struct set *set = NULL, *other;

	ck_assert_int_eq(set_of_texts(&space, SET_EQUAL, &word, 1, &set), 0);
	ck_assert(set_has(set, word.bytes, word.n));
	ck_assert(!set_has(set, word.bytes, word.n - 1));
	ck_assert_int_eq(set_is_within(&space, set, set), 1);
	word = long_word(SET_MAX_STATES - 2);
	ck_assert_int_eq(set_of_texts(&space, SET_EQUAL, &word, 1, &other), -E2BIG);
	ck_assert_int_eq(set_of_texts(&space, SET_PART, &word, 1, &other), -E2BIG);
}

TEST(a_space_without_steps_says_so)
{
	const struct set *first, *second, *both = NULL;
	uint64_t before;

	for (unsigned int n = 2; n < 6; n++) {
		struct set_word a = long_word(1u << n), b = long_word(1u << n);

		((char *)b.bytes)[0] = 'y';
		ck_assert_int_eq(set_of_texts(&space, SET_PART, &a, 1, &first), 0);
		ck_assert_int_eq(set_of_texts(&space, SET_PART, &b, 1, &second), 0);
		before = steps;
		ck_assert_int_eq(set_and(&space, first, second, &both), 0);
		before -= steps;
		/* Exactly as many steps as it takes are enough, one less is not. */
		steps = before;
		ck_assert_int_eq(set_and(&space, first, second, &both), 0);
		ck_assert_uint_eq(steps, 0);
		steps = before - 1;
		ck_assert_int_eq(set_and(&space, first, second, &both), -E2BIG);
		/* Of a question that is answered no, all pairs are met. */
		steps = before;
		ck_assert_int_eq(set_overlaps(&space, first, &set_nothing), 0);
		ck_assert_int_eq(set_is_within(&space, first, first), 1);
		before -= steps;
		steps = before;
		ck_assert_int_eq(set_overlaps(&space, first, &set_nothing), 0);
		ck_assert_int_eq(set_is_within(&space, first, first), 1);
		steps = before - 1;
		ck_assert_int_eq(set_overlaps(&space, first, &set_nothing), 0);
		ck_assert_int_eq(set_is_within(&space, first, first), -E2BIG);
		steps = UINT64_MAX;
	}
}
