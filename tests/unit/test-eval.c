/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluator against facts of the language about filters on arguments, each a row: what it
 * says here is what the compiled tables must say in a kernel.
 */
#include "tests/unit/eval-of.h"
#include "tests/unit/suite.h"

#define MAX_VALUES 3

struct row {
	uint32_t kind, op, n_values;
	struct policy_value values[MAX_VALUES];
	struct eval_arg arg; /* without its kind */
	bool accepted;
};

#define SEEN(literal)                                                                    \
	{                                                                                \
		.text = (literal), .len = sizeof(literal) - 1                            \
	}
#define SAW(value)                                                                       \
	{                                                                                \
		.number = (uint64_t)(value)                                              \
	}

/* A case a line. */
/* clang-format off */
static const struct row rows[] = {
	/* Numbers. */
	{ TETRA_ARG_INT32, TETRA_OP_EQUAL, 2, { INT(2), INT(-1) }, SAW(-1), true },
	{ TETRA_ARG_INT32, TETRA_OP_EQUAL, 2, { INT(2), INT(-1) }, SAW(1), false },
	{ TETRA_ARG_INT32, TETRA_OP_NOT_EQUAL, 2, { INT(2), INT(3) }, SAW(3), false },
	{ TETRA_ARG_INT32, TETRA_OP_NOT_EQUAL, 2, { INT(2), INT(3) }, SAW(4), true },
	{ TETRA_ARG_INT8, TETRA_OP_IN_MAP, 1, { RANGE(-3, 3) }, SAW(-2), true },
	{ TETRA_ARG_INT8, TETRA_OP_IN_MAP, 1, { RANGE(-3, 3) }, SAW(-4), false },
	{ TETRA_ARG_UINT64, TETRA_OP_NOT_IN_MAP, 1, { RANGE(5, ~0ull) }, SAW(-1), false },
	{ TETRA_ARG_UINT64, TETRA_OP_NOT_IN_MAP, 1, { RANGE(5, ~0ull) }, SAW(4), true },
	{ TETRA_ARG_INT32, TETRA_OP_IN_RANGE, 2, { RANGE(-5, -1), RANGE(7, 7) }, SAW(-5), true },
	{ TETRA_ARG_INT32, TETRA_OP_IN_RANGE, 2, { RANGE(-5, -1), RANGE(7, 7) }, SAW(7), true },
	{ TETRA_ARG_INT32, TETRA_OP_IN_RANGE, 2, { RANGE(-5, -1), RANGE(7, 7) }, SAW(0), false },
	{ TETRA_ARG_UINT64, TETRA_OP_IN_RANGE, 1, { RANGE(5, ~0ull) }, SAW(-1), true },
	{ TETRA_ARG_INT16, TETRA_OP_NOT_IN_RANGE, 1, { RANGE(-5, 5) }, SAW(-6), true },
	{ TETRA_ARG_INT16, TETRA_OP_NOT_IN_RANGE, 1, { RANGE(-5, 5) }, SAW(5), false },
	/* GT and LT: beyond any value; signed kinds have a sign. */
	{ TETRA_ARG_INT32, TETRA_OP_GT, 2, { INT(10), INT(3) }, SAW(4), true },
	{ TETRA_ARG_INT32, TETRA_OP_GT, 2, { INT(10), INT(3) }, SAW(3), false },
	{ TETRA_ARG_INT32, TETRA_OP_GT, 1, { INT(3) }, SAW(-1), false },
	{ TETRA_ARG_UINT64, TETRA_OP_GT, 1, { INT(3) }, SAW(-1), true },
	{ TETRA_ARG_INT16, TETRA_OP_LT, 1, { INT(0) }, SAW(-1), true },
	{ TETRA_ARG_SIZE, TETRA_OP_LT, 1, { INT(6) }, SAW(0x100000005ull), false },
	{ TETRA_ARG_SIZE, TETRA_OP_LT, 1, { INT(6) }, SAW(6), false },
	{ TETRA_ARG_UINT64, TETRA_OP_LT, 1, { INT(6) }, SAW(-1), false },
	/* Mask: any bit of any value; no bit of none. */
	{ TETRA_ARG_INT32, TETRA_OP_MASK, 2, { INT(4), INT(2) }, SAW(3), true },
	{ TETRA_ARG_INT32, TETRA_OP_MASK, 1, { INT(6) }, SAW(2), true },
	{ TETRA_ARG_INT32, TETRA_OP_MASK, 1, { INT(6) }, SAW(9), false },
	{ TETRA_ARG_INT32, TETRA_OP_MASK, 1, { INT(0) }, SAW(-1), false },
	/* Text. */
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, 1, { TEXT("ab") }, SEEN("ab"), true },
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, 1, { TEXT("ab") }, SEEN("abc"), false },
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, 1, { TEXT("") }, SEEN(""), true },
	{ TETRA_ARG_STRING, TETRA_OP_NOT_EQUAL, 1, { TEXT("ab") }, SEEN(""), true },
	{ TETRA_ARG_STRING, TETRA_OP_PREFIX, 1, { TEXT("ab") }, SEEN("abc"), true },
	{ TETRA_ARG_STRING, TETRA_OP_PREFIX, 1, { TEXT("ab") }, SEEN("a"), false },
	{ TETRA_ARG_STRING, TETRA_OP_NOT_PREFIX, 1, { TEXT("ab") }, SEEN("ab"), false },
	{ TETRA_ARG_STRING, TETRA_OP_POSTFIX, 2, { TEXT("z"), TEXT("c") }, SEEN("c"), 1 },
	{ TETRA_ARG_STRING, TETRA_OP_NOT_POSTFIX, 1, { TEXT("bc") }, SEEN("c"), true },
	/* NULs at the end of a buffer's literal count; others have none (test-policy). */
	{ TETRA_ARG_CHAR_BUF, TETRA_OP_EQUAL, 1, { TEXT("ab\0") }, SEEN("ab"), false },
	{ TETRA_ARG_CHAR_BUF, TETRA_OP_EQUAL, 1, { TEXT("ab\0") }, SEEN("ab\0"), true },
	/* Paths are bytes. */
	{ TETRA_ARG_FILE, TETRA_OP_PREFIX, 1, { TEXT("/etc") }, SEEN("/etcetera"), true },
	{ TETRA_ARG_FILE, TETRA_OP_PREFIX, 1, { TEXT("/etc/") }, SEEN("/etc"), false },
	{ TETRA_ARG_FILE, TETRA_OP_EQUAL, 1, { TEXT("/etc/") }, SEEN("/etc"), false },
	/* Operators that do not fit a kind accept nothing. */
	{ TETRA_ARG_CONST_BUF, TETRA_OP_NOT_EQUAL, 1, { INT(1) }, SAW(2), false },
	{ TETRA_ARG_INT32, TETRA_OP_PREFIX, 1, { TEXT("a") }, SAW(2), false },
};
/* clang-format on */

TEST_EACH(a_filter_means_what_its_row_says, ARRAY_SIZE(rows))
{
	const struct row *row = &rows[_i];
	struct policy_value values[MAX_VALUES];
	struct policy_filter filter = { .op = row->op, .values = values };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = row->arg;
	struct eval_event event = { .args = &arg };

	memcpy(values, row->values, sizeof(values));
	filter.n_values = row->n_values;
	arg.kind = row->kind;
	ck_assert_msg((judge(&selector, &event) == 0) == row->accepted, "row %d: %s %s",
		      _i, kind_row(row->kind)->name, operator_name(row->op));
	/* The same filter on the return value. */
	filter.arg = POLICY_ARG_RETURN;
	selector = (struct policy_selector){ .return_args = &filter, .n_return_args = 1 };
	event = (struct eval_event){ .return_value = arg };
	ck_assert((judge(&selector, &event) == 0) == row->accepted);
}

/* What a selector says to values that are not there to be compared. Positive, negated: the
 * filter. Lenient: the selector accepts what is unreadable, and faults. */
static const struct state_row {
	uint32_t kind;
	uint32_t state;
	bool strict_positive, strict_negated, lenient_positive, lenient_negated;
} state_rows[] = {
	{ TETRA_ARG_FILE, TETRA_VALUE_ABSENT, false, false, false, false },
	{ TETRA_ARG_FD, TETRA_VALUE_ABSENT, false, false, false, false },
	{ TETRA_ARG_FILE, TETRA_VALUE_NONE, false, true, false, true },
	{ TETRA_ARG_STRING, TETRA_VALUE_NONE, false, true, false, true },
	{ TETRA_ARG_BINPRM, TETRA_VALUE_NONE, false, true, false, true },
	{ TETRA_ARG_FILE, TETRA_VALUE_UNREADABLE, false, false, true, true },
	{ TETRA_ARG_PATH, TETRA_VALUE_UNREADABLE, false, false, true, true },
	{ TETRA_ARG_STRING, TETRA_VALUE_UNREADABLE, false, false, true, true },
	{ TETRA_ARG_CHAR_BUF, TETRA_VALUE_UNREADABLE, false, false, true, true },
	{ TETRA_ARG_STRING, TETRA_VALUE_FAULT, false, false, true, true },
};

static const struct {
	uint32_t positive, negated;
} text_pairs[] = {
	{ TETRA_OP_EQUAL, TETRA_OP_NOT_EQUAL },
	{ TETRA_OP_PREFIX, TETRA_OP_NOT_PREFIX },
	{ TETRA_OP_POSTFIX, TETRA_OP_NOT_POSTFIX },
};

static bool state_accepted(const struct state_row *row, uint32_t op, bool lenient)
{
	struct policy_value value = TEXT("/a");
	struct policy_filter filter = { .op = op, .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = { .kind = row->kind, .state = row->state };
	struct eval_event event = { .args = &arg };

	selector.accepts_unreadable = selector.accepts_fault = lenient;
	return judge(&selector, &event) == 0;
}

TEST_EACH(what_is_not_there_passes_by_its_state, ARRAY_SIZE(state_rows))
{
	const struct state_row *row = &state_rows[_i];

	for (size_t i = 0; i < ARRAY_SIZE(text_pairs); i++) {
		uint32_t op = text_pairs[i].positive;
		uint32_t not_op = text_pairs[i].negated;

		ck_assert(state_accepted(row, op, false) == row->strict_positive);
		ck_assert(state_accepted(row, not_op, false) == row->strict_negated);
		ck_assert(state_accepted(row, op, true) == row->lenient_positive);
		ck_assert(state_accepted(row, not_op, true) == row->lenient_negated);
	}
}

/* Memory of a system call is another question than whatever else cannot be read. */
TEST(a_fault_passes_on_request_only)
{
	struct policy_value value = TEXT("a");
	struct policy_filter filter = { .op = TETRA_OP_NOT_EQUAL,
					.values = &value,
					.n_values = 1 };
	struct policy_selector selector = { .args = &filter,
					    .n_args = 1,
					    .accepts_unreadable = 1 };
	struct eval_arg arg = { .kind = TETRA_ARG_STRING, .state = TETRA_VALUE_FAULT };
	struct eval_event event = { .args = &arg };

	ck_assert_int_eq(judge(&selector, &event), -1);
	selector.accepts_fault = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

/* Longer than all literals: only how it ends is not known. */
TEST(a_text_without_end_is_judged_by_its_beginning)
{
	struct policy_value value = TEXT("ab");
	struct policy_filter filter = { .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = {
		.kind = TETRA_ARG_STRING, .text = "abc", .len = 3, .endless = 1
	};
	struct eval_event event = { .args = &arg };
	static const struct {
		uint32_t op;
		bool strict, lenient;
	} truths[] = {
		{ TETRA_OP_EQUAL, false, false },  { TETRA_OP_NOT_EQUAL, true, true },
		{ TETRA_OP_PREFIX, true, true },   { TETRA_OP_NOT_PREFIX, false, false },
		{ TETRA_OP_POSTFIX, false, true }, { TETRA_OP_NOT_POSTFIX, false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(truths); i++) {
		filter.op = truths[i].op;
		selector.accepts_unreadable = 0;
		ck_assert((judge(&selector, &event) == 0) == truths[i].strict);
		selector.accepts_unreadable = 1;
		ck_assert((judge(&selector, &event) == 0) == truths[i].lenient);
	}
}

/* What was read before a fault decides, or nothing does: then it is a fault. */
static const struct {
	const char *read;
	uint32_t op;
	bool strict, lenient;
} cut_truths[] = {
	{ "SECRETS", TETRA_OP_PREFIX, true, true },
	{ "SECRET", TETRA_OP_PREFIX, true, true },
	{ "S", TETRA_OP_PREFIX, false, true },
	{ "SX", TETRA_OP_PREFIX, false, false },
	{ "GO", TETRA_OP_PREFIX, false, false },
	{ "SECRET", TETRA_OP_NOT_PREFIX, false, false },
	{ "S", TETRA_OP_NOT_PREFIX, false, true },
	{ "GO", TETRA_OP_NOT_PREFIX, true, true },
	{ "SECRET", TETRA_OP_EQUAL, true, true }, /* it may end there */
	{ "SECRET", TETRA_OP_NOT_EQUAL, false, true },
	{ "S", TETRA_OP_EQUAL, false, true },
	{ "SECRETS", TETRA_OP_EQUAL, false, false },
	{ "S", TETRA_OP_NOT_EQUAL, false, true },
	{ "SECRETS", TETRA_OP_NOT_EQUAL, true, true },
	{ "SECRET", TETRA_OP_POSTFIX, false, true },
	{ "GO", TETRA_OP_POSTFIX, false, true },
	{ "GO", TETRA_OP_NOT_POSTFIX, false, true },
	{ "", TETRA_OP_NOT_PREFIX, false, true },
};

TEST_EACH(a_text_that_a_fault_ends_is_judged_by_what_was_read, ARRAY_SIZE(cut_truths))
{
	struct policy_value value = TEXT("SECRET");
	struct policy_filter filter = { .op = cut_truths[_i].op,
					.values = &value,
					.n_values = 1 };
	struct policy_selector selector = { .args = &filter,
					    .n_args = 1,
					    .accepts_unreadable = 1 };
	struct eval_arg arg = { .kind = TETRA_ARG_STRING,
				.state = TETRA_VALUE_FAULT,
				.text = cut_truths[_i].read,
				.len = strlen(cut_truths[_i].read) };
	struct eval_event event = { .args = &arg };

	ck_assert((judge(&selector, &event) == 0) == cut_truths[_i].strict);
	selector.accepts_fault = 1;
	ck_assert((judge(&selector, &event) == 0) == cut_truths[_i].lenient);
}

TEST(an_exception_is_not_for_what_is_equal_so_far)
{
	struct policy_value value = TEXT("/srv/ok");
	struct policy_filter filter = { .op = TETRA_OP_EQUAL,
					.values = &value,
					.n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1, .exempts = 1 };
	struct eval_arg arg = { .kind = TETRA_ARG_STRING,
				.state = TETRA_VALUE_FAULT,
				.text = "/srv/ok",
				.len = strlen("/srv/ok") };
	struct eval_event event = { .args = &arg };

	ck_assert_int_eq(judge(&selector, &event), -1);
	arg.state = TETRA_VALUE_READ;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

/*
 * Selectors of one argument and of the result, which are 1 in the event: by their letters. A
 * capital enforces; a: looks at the argument, r: at the result, b: at both; x: at the argument,
 * and does not accept; y: at the result, and does not accept.
 */
static const struct {
	const char *selectors;
	int winner;
} result_truths[] = {
	{ "ra", 0 },  { "rA", 1 },  { "rxA", 2 }, { "raA", 0 }, { "rrA", 2 },
	{ "yA", 1 },  { "bA", 1 },  { "Rr", 0 },  { "rR", 1 },	{ "Y", 0 },
	{ "rY", 1 },  { "yY", 1 },  { "arA", 0 }, { "xrA", 2 }, { "rX", 0 },
	{ "rXa", 0 }, { "yx", -1 }, { "yX", -1 }, { "rXA", 2 },
};

static void result_selector(char letter, struct policy_selector *ret)
{
	static struct policy_value one = INT(1), two = INT(2);
	static struct policy_filter is_one = { .op = TETRA_OP_EQUAL, .n_values = 1 };
	static struct policy_filter is_two = { .op = TETRA_OP_EQUAL, .n_values = 1 };
	char kind = (char)(letter | 0x20);
	bool argument = kind == 'a' || kind == 'b' || kind == 'x';
	bool result = kind == 'r' || kind == 'b' || kind == 'y';

	is_one.values = &one;
	is_two.values = &two;
	*ret = (struct policy_selector){ .enforces = letter != kind };
	ret->args = kind == 'x' ? &is_two : &is_one;
	ret->n_args = argument;
	ret->return_args = kind == 'y' ? &is_two : &is_one;
	ret->n_return_args = result;
}

TEST_EACH(what_was_enforced_at_the_entry_wins, ARRAY_SIZE(result_truths))
{
	const char *letters = result_truths[_i].selectors;
	struct policy_selector selectors[4];
	struct policy_hook hook = { .selectors = selectors,
				    .n_selectors = (uint32_t)strlen(letters) };
	struct eval_arg arg = { .kind = TETRA_ARG_INT32, .number = 1 };
	struct eval_event event = { .args = &arg, .return_value = arg };

	for (uint32_t i = 0; i < hook.n_selectors; i++)
		result_selector(letters[i], &selectors[i]);
	ck_assert_int_eq(eval_policy_hook(&hook, &event), result_truths[_i].winner);
}

/* An allow-list does not believe a name that a user namespace made; a deny-list does. */
TEST(names_of_user_namespaces_are_not_believed)
{
	struct policy_value value = TEXT("/a");
	struct policy_filter filter = { .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = {
		.kind = TETRA_ARG_FILE, .text = "/a", .len = 2, .foreign = 1
	};
	struct eval_event event = { .args = &arg };

	for (size_t i = 0; i < ARRAY_SIZE(text_pairs); i++) {
		selector.distrusts = 0;
		filter.op = text_pairs[i].positive;
		ck_assert_int_eq(judge(&selector, &event), 0);
		filter.op = text_pairs[i].negated;
		ck_assert_int_eq(judge(&selector, &event), -1);
		selector.distrusts = 1;
		ck_assert_int_eq(judge(&selector, &event), 0);
		filter.op = text_pairs[i].positive;
		ck_assert_int_eq(judge(&selector, &event), 0);
		/* An exception is not had for such a name, nor by another one. */
		selector.exempts = 1;
		ck_assert_int_eq(judge(&selector, &event), -1);
		filter.op = text_pairs[i].negated;
		ck_assert_int_eq(judge(&selector, &event), -1);
		selector.exempts = 0;
	}
}

static bool sock_accepts(uint32_t op, struct policy_value value,
			 const struct tetra_record_sock *sock)
{
	struct policy_filter filter = { .op = op, .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = { .kind = TETRA_ARG_SOCK, .sock = *sock };
	struct eval_event event = { .args = &arg };

	return judge(&selector, &event) == 0;
}

TEST(addresses_are_compared_within_their_family)
{
	struct policy_value net = { .addr_family = 4,
				    .addr_bits = 9,
				    .addr = { 10, 128 } };
	struct policy_value any = { .addr_family = 6, .addr_bits = 0 };
	struct tetra_record_sock sock = { .family = 2,
					  .saddr = { 10, 200, 1, 1 },
					  .daddr = { 10, 1 } };

	ck_assert(sock_accepts(TETRA_OP_SADDR, net, &sock));
	ck_assert(!sock_accepts(TETRA_OP_DADDR, net, &sock));
	ck_assert(!sock_accepts(TETRA_OP_SADDR, any, &sock));
	sock.family = 10;
	ck_assert(sock_accepts(TETRA_OP_SADDR, any, &sock));
	ck_assert(!sock_accepts(TETRA_OP_SADDR, net, &sock));
	sock.family = 1;
	ck_assert(!sock_accepts(TETRA_OP_SADDR, any, &sock));
}

TEST(an_ipv4_address_in_ipv6_is_the_ipv4_address)
{
	struct policy_value net = { .addr_family = 4, .addr_bits = 8, .addr = { 10 } };
	struct policy_value any = { .addr_family = 6, .addr_bits = 0 };
	struct policy_value inet = INT(2), inet6 = INT(10);
	struct tetra_record_sock sock = {
		.family = 10, .daddr = { [10] = 0xff, [11] = 0xff, [12] = 10 }
	};

	ck_assert(sock_accepts(TETRA_OP_DADDR, net, &sock));
	ck_assert(!sock_accepts(TETRA_OP_DADDR, any, &sock));
	ck_assert(sock_accepts(TETRA_OP_FAMILY, inet6, &sock));
	ck_assert(!sock_accepts(TETRA_OP_FAMILY, inet, &sock));
	sock.daddr[9] = 1; /* some other address */
	ck_assert(!sock_accepts(TETRA_OP_DADDR, net, &sock));
	ck_assert(sock_accepts(TETRA_OP_DADDR, any, &sock));
}

TEST(ports_protocol_family_and_state_are_numbers)
{
	struct policy_value ports = RANGE(80, 90), tcp = INT(6), inet = INT(2);
	struct policy_value open = RANGE(1, 3), listen = INT(10);
	struct tetra_record_sock sock = {
		.family = 2, .protocol = 6, .sport = 90, .dport = 91, .state = 3
	};

	ck_assert(sock_accepts(TETRA_OP_SPORT, ports, &sock));
	ck_assert(!sock_accepts(TETRA_OP_DPORT, ports, &sock));
	ck_assert(sock_accepts(TETRA_OP_PROTOCOL, tcp, &sock));
	ck_assert(sock_accepts(TETRA_OP_FAMILY, inet, &sock));
	ck_assert(sock_accepts(TETRA_OP_STATE, open, &sock));
	ck_assert(!sock_accepts(TETRA_OP_STATE, listen, &sock));
	/* Sockets of other families have states too, with the numbers of TCP. */
	sock.family = 1;
	sock.state = 10;
	ck_assert(sock_accepts(TETRA_OP_STATE, listen, &sock));
	ck_assert(!sock_accepts(TETRA_OP_STATE, open, &sock));
}

/*
 * A socket of another family has neither address nor port: no filter on them holds for it,
 * whatever the kernel keeps at the place of a port. One of the internet's families passes a
 * filter or its negation, never both.
 */
static const struct {
	uint32_t positive, negated;
	struct policy_value value;
} inet_pairs[] = {
	{ TETRA_OP_SADDR, TETRA_OP_NOT_SADDR, { .addr_family = 4, .addr_bits = 0 } },
	{ TETRA_OP_DADDR, TETRA_OP_NOT_DADDR, { .addr_family = 4, .addr_bits = 0 } },
	{ TETRA_OP_SPORT, TETRA_OP_NOT_SPORT, RANGE(0, 80) },
	{ TETRA_OP_DPORT, TETRA_OP_NOT_DPORT, RANGE(0, 80) },
	{ TETRA_OP_SPORT_PRIV, TETRA_OP_NOT_SPORT_PRIV, RANGE(0, 1023) },
	{ TETRA_OP_DPORT_PRIV, TETRA_OP_NOT_DPORT_PRIV, RANGE(0, 1023) },
};

static const struct {
	struct tetra_record_sock sock;
	bool positive, negated;
} inet_truths[] = {
	/* AF_INET */
	{ { .family = 2 }, true, false },
	{ { .family = 2, .sport = 80, .dport = 80 }, true, false },
	/* AF_INET6 with an IPv4 address, which is one */
	{ { .family = 10,
	    .saddr = { [10] = 0xff, [11] = 0xff },
	    .daddr = { [10] = 0xff, [11] = 0xff } },
	  true,
	  false },
	/* AF_UNSPEC, AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK */
	{ { .family = 0 }, false, false },
	{ { .family = 1 }, false, false },
	{ { .family = 1, .sport = 5000, .dport = 5000 }, false, false },
	{ { .family = 16 }, false, false },
	{ { .family = 17, .sport = 80 }, false, false },
	{ { .family = 40, .sport = 2000, .dport = 2000 }, false, false },
};

TEST_EACH(only_sockets_of_the_internet_have_addresses_and_ports, ARRAY_SIZE(inet_truths))
{
	const struct tetra_record_sock *sock = &inet_truths[_i].sock;

	for (size_t i = 0; i < ARRAY_SIZE(inet_pairs); i++) {
		struct policy_value value = inet_pairs[i].value;

		ck_assert(sock_accepts(inet_pairs[i].positive, value, sock) ==
			  inet_truths[_i].positive);
		ck_assert(sock_accepts(inet_pairs[i].negated, value, sock) ==
			  inet_truths[_i].negated);
	}
}

/* An allow-list of one family: addresses of the other are none of them. */
TEST(negated_addresses_and_ports_hold_for_all_others)
{
	struct policy_value ten = { .addr_family = 4, .addr_bits = 8, .addr = { 10 } };
	struct policy_value ports = RANGE(80, 90), privileged = RANGE(0, 1023);
	struct tetra_record_sock sock = { .family = 2, .saddr = { 10 }, .daddr = { 11 } };

	ck_assert(!sock_accepts(TETRA_OP_NOT_SADDR, ten, &sock));
	ck_assert(sock_accepts(TETRA_OP_NOT_DADDR, ten, &sock));
	sock.family = 10;
	ck_assert(sock_accepts(TETRA_OP_NOT_SADDR, ten, &sock));
	sock.dport = 90;
	ck_assert(!sock_accepts(TETRA_OP_NOT_DPORT, ports, &sock));
	sock.dport = 1023;
	ck_assert(sock_accepts(TETRA_OP_NOT_DPORT, ports, &sock));
	ck_assert(sock_accepts(TETRA_OP_DPORT_PRIV, privileged, &sock));
	ck_assert(!sock_accepts(TETRA_OP_NOT_DPORT_PRIV, privileged, &sock));
	sock.sport = 1024;
	ck_assert(!sock_accepts(TETRA_OP_SPORT_PRIV, privileged, &sock));
	ck_assert(sock_accepts(TETRA_OP_NOT_SPORT_PRIV, privileged, &sock));
}

/* What is not there passes neither; what cannot be read is for the selector to decide. */
TEST(a_socket_that_is_not_read_passes_by_its_state)
{
	struct policy_value ports = RANGE(80, 90);
	struct policy_filter filter = { .values = &ports, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = { .kind = TETRA_ARG_SOCK };
	struct eval_event event = { .args = &arg };
	static const uint32_t ops[] = { TETRA_OP_SPORT, TETRA_OP_NOT_SPORT };

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		filter.op = ops[i];
		selector.accepts_unreadable = 1;
		arg.state = TETRA_VALUE_ABSENT;
		ck_assert_int_eq(judge(&selector, &event), -1);
		arg.state = TETRA_VALUE_UNREADABLE;
		ck_assert_int_eq(judge(&selector, &event), 0);
		selector.accepts_unreadable = 0;
		ck_assert_int_eq(judge(&selector, &event), -1);
	}
}

/* REG of a mode is 8, FIFO 1; 0 is an anonymous inode's. */
static const struct {
	struct eval_arg arg; /* without its kind */
	bool is_regular, is_other;
} type_truths[] = {
	{ { .file_type = 8, .text = "/a", .len = 2 }, true, false },
	{ { .file_type = 1, .text = "/a", .len = 2 }, false, true },
	{ { .file_type = 0, .text = "", .len = 0 }, false, true },
	/* A name that is absent, none or unreadable does not hide the type. */
	{ { .file_type = 8, .state = TETRA_VALUE_ABSENT }, true, false },
	{ { .file_type = 1, .state = TETRA_VALUE_ABSENT }, false, true },
	{ { .file_type = 8, .state = TETRA_VALUE_NONE }, true, false },
	{ { .file_type = 8, .state = TETRA_VALUE_UNREADABLE }, true, false },
	/* Nor does a name that is not believed. */
	{ { .file_type = 8, .text = "/a", .len = 2, .foreign = 1 }, true, false },
	/* No file: a null pointer, a path where nothing is yet. */
	{ { .type_state = TETRA_VALUE_ABSENT, .text = "/a", .len = 2 }, false, false },
	{ { .type_state = TETRA_VALUE_UNREADABLE, .text = "/a", .len = 2 },
	  false,
	  false },
};

TEST_EACH(a_file_has_a_type_with_or_without_a_name, ARRAY_SIZE(type_truths))
{
	struct policy_value regular = INT(8);
	struct policy_filter filter = { .values = &regular, .n_values = 1 };
	struct policy_selector selector = { .args = &filter,
					    .n_args = 1,
					    .distrusts = 1 };
	struct eval_arg arg = type_truths[_i].arg;
	struct eval_event event = { .args = &arg };
	static const uint32_t kinds[] = { TETRA_ARG_FILE, TETRA_ARG_PATH };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		arg.kind = kinds[i];
		filter.op = TETRA_OP_FILE_TYPE;
		ck_assert((judge(&selector, &event) == 0) == type_truths[_i].is_regular);
		filter.op = TETRA_OP_NOT_FILE_TYPE;
		ck_assert((judge(&selector, &event) == 0) == type_truths[_i].is_other);
	}
}
