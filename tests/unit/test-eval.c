/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluator against facts of the language, each a row: what it says here is what the
 * compiled tables must say in a kernel.
 */
#include "lib/policy/eval.h"
#include "tests/unit/suite.h"

#define TEXT(literal)                                                                    \
	{                                                                                \
		.text = (char *)(literal), .len = sizeof(literal) - 1                    \
	}
#define INT(number)                                                                      \
	{                                                                                \
		.min = (uint64_t)(number), .max = (uint64_t)(number)                     \
	}
#define RANGE(from, to)                                                                  \
	{                                                                                \
		.min = (uint64_t)(from), .max = (uint64_t)(to)                           \
	}
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
	/* NULs that end a literal count for buffers alone. */
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, 1, { TEXT("ab\0") }, SEEN("ab"), true },
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

static int judge(struct policy_selector *selector, const struct eval_event *event)
{
	struct policy_hook hook = { .selectors = selector, .n_selectors = 1 };

	return eval_policy_hook(&hook, event);
}

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
		      _i, arg_kind_name(row->kind), operator_name(row->op));
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
} text_operators[] = {
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

	for (size_t i = 0; i < ARRAY_SIZE(text_operators); i++) {
		uint32_t op = text_operators[i].positive;
		uint32_t not_op = text_operators[i].negated;

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

	for (size_t i = 0; i < ARRAY_SIZE(text_operators); i++) {
		selector.distrusts = 0;
		filter.op = text_operators[i].positive;
		ck_assert_int_eq(judge(&selector, &event), 0);
		filter.op = text_operators[i].negated;
		ck_assert_int_eq(judge(&selector, &event), -1);
		selector.distrusts = 1;
		ck_assert_int_eq(judge(&selector, &event), 0);
		filter.op = text_operators[i].positive;
		ck_assert_int_eq(judge(&selector, &event), 0);
		/* An exception is not had for such a name, nor by another one. */
		selector.exempts = 1;
		ck_assert_int_eq(judge(&selector, &event), -1);
		filter.op = text_operators[i].negated;
		ck_assert_int_eq(judge(&selector, &event), -1);
		selector.exempts = 0;
	}
}

static bool sock_accepts(uint32_t op, struct policy_value value,
			 const struct eval_sock *sock)
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
	struct eval_sock sock = { .family = 2,
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
	struct eval_sock sock = { .family = 10,
				  .daddr = { [10] = 0xff, [11] = 0xff, [12] = 10 } };

	ck_assert(sock_accepts(TETRA_OP_DADDR, net, &sock));
	ck_assert(!sock_accepts(TETRA_OP_DADDR, any, &sock));
	ck_assert(sock_accepts(TETRA_OP_FAMILY, inet6, &sock));
	ck_assert(!sock_accepts(TETRA_OP_FAMILY, inet, &sock));
	sock.daddr[9] = 1; /* some other address */
	ck_assert(!sock_accepts(TETRA_OP_DADDR, net, &sock));
	ck_assert(sock_accepts(TETRA_OP_DADDR, any, &sock));
}

TEST(ports_protocol_and_family_are_numbers)
{
	struct policy_value ports = RANGE(80, 90), tcp = INT(6), inet = INT(2);
	struct eval_sock sock = { .family = 2, .protocol = 6, .sport = 90, .dport = 91 };

	ck_assert(sock_accepts(TETRA_OP_SPORT, ports, &sock));
	ck_assert(!sock_accepts(TETRA_OP_DPORT, ports, &sock));
	ck_assert(sock_accepts(TETRA_OP_PROTOCOL, tcp, &sock));
	ck_assert(sock_accepts(TETRA_OP_FAMILY, inet, &sock));
}

TEST(pids_are_compared_or_inherited)
{
	struct policy_value value = INT(7);
	struct policy_pids pids = { .values = &value, .n_values = 1 };
	struct policy_selector selector = { .pids = &pids, .n_pids = 1 };
	struct eval_event event = { .tgid = 7, .ns_tgid = 8 };

	ck_assert_int_eq(judge(&selector, &event), 0);
	pids.namespace_pid = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	pids.negated = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
	pids.follow_forks = 1;
	event.pid_marks = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	pids.negated = 0;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

/* By state and leniency: In, NotIn, In with followChildren, NotIn with it; no marks. */
static const struct exe_row {
	uint32_t state;
	bool marks_unknown, lenient;
	bool in, not_in, in_follow, not_in_follow;
} exe_rows[] = {
	{ TETRA_VALUE_READ, false, false, false, true, false, true },
	{ TETRA_VALUE_READ, false, true, false, true, false, true },
	{ TETRA_VALUE_READ, true, false, false, true, false, false },
	{ TETRA_VALUE_READ, true, true, false, true, true, true },
	/* Its name is not, its ancestors are. */
	{ TETRA_VALUE_UNREADABLE, false, false, false, false, false, false },
	{ TETRA_VALUE_UNREADABLE, false, true, true, true, true, true },
	/* Nothing is known of the process. */
	{ TETRA_VALUE_UNREADABLE, true, false, false, false, false, false },
	{ TETRA_VALUE_UNREADABLE, true, true, true, true, true, true },
	/* A kernel thread. */
	{ TETRA_VALUE_NONE, false, false, false, false, false, false },
	{ TETRA_VALUE_NONE, false, true, false, true, false, true },
};

static bool exe_accepted(const struct exe_row *row, uint32_t op, bool follow)
{
	struct policy_value value = TEXT("/usr/bin/cat");
	struct policy_binaries binaries = {
		.op = op, .values = &value, .n_values = 1, .follow_children = follow
	};
	struct policy_selector selector = { .binaries = &binaries, .n_binaries = 1 };
	struct eval_event event = { .exe = "/bin/sh", .exe_len = 7 };

	event.exe_state = row->state;
	event.marks_unknown = row->marks_unknown;
	selector.accepts_unreadable = row->lenient;
	return judge(&selector, &event) == 0;
}

TEST_EACH(executables_pass_by_their_state, ARRAY_SIZE(exe_rows))
{
	const struct exe_row *row = &exe_rows[_i];

	ck_assert(exe_accepted(row, TETRA_OP_EQUAL, false) == row->in);
	ck_assert(exe_accepted(row, TETRA_OP_PREFIX, false) == row->in);
	ck_assert(exe_accepted(row, TETRA_OP_POSTFIX, false) == row->in);
	ck_assert(exe_accepted(row, TETRA_OP_NOT_EQUAL, false) == row->not_in);
	ck_assert(exe_accepted(row, TETRA_OP_NOT_PREFIX, false) == row->not_in);
	ck_assert(exe_accepted(row, TETRA_OP_NOT_POSTFIX, false) == row->not_in);
	ck_assert(exe_accepted(row, TETRA_OP_EQUAL, true) == row->in_follow);
	ck_assert(exe_accepted(row, TETRA_OP_NOT_EQUAL, true) == row->not_in_follow);
}

/* A memfd has no name, and that is known: it is in no list. */
TEST(an_executable_may_have_an_empty_name)
{
	static const struct exe_row memfd = { .state = TETRA_VALUE_READ };
	struct policy_value value = TEXT("/");
	struct policy_binaries binaries = { .op = TETRA_OP_NOT_PREFIX,
					    .values = &value,
					    .n_values = 1 };
	struct policy_selector selector = { .binaries = &binaries, .n_binaries = 1 };
	struct eval_event event = { .exe = "", .exe_state = memfd.state };

	ck_assert_int_eq(judge(&selector, &event), 0);
	binaries.op = TETRA_OP_PREFIX;
	ck_assert_int_eq(judge(&selector, &event), -1);
	binaries.n_values = 0; /* no values: no filter */
	ck_assert_int_eq(judge(&selector, &event), 0);
}

TEST(executables_of_user_namespaces_are_not_believed)
{
	struct policy_value value = TEXT("/bin/sh");
	struct policy_binaries binaries = { .op = TETRA_OP_NOT_EQUAL,
					    .values = &value,
					    .n_values = 1 };
	struct policy_selector selector = { .binaries = &binaries, .n_binaries = 1 };
	struct eval_event event = { .exe = "/bin/sh", .exe_len = 7, .exe_foreign = 1 };

	ck_assert_int_eq(judge(&selector, &event), -1);
	selector.distrusts = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
	binaries.op = TETRA_OP_EQUAL;
	ck_assert_int_eq(judge(&selector, &event), 0);
	selector.exempts = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	binaries.op = TETRA_OP_NOT_EQUAL;
	ck_assert_int_eq(judge(&selector, &event), -1);
	selector.distrusts = 0;
	binaries.op = TETRA_OP_EQUAL;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

/*
 * followChildren: by the executable's own name, which a user namespace may have made, and what
 * is known of earlier ones and of the ancestors'. On the list: In /good passes.
 */
static const struct descent_truth {
	const char *exe; /* NULL: unreadable */
	uint8_t foreign, inherited, names_unknown, distrusts;
	bool in, not_in, lenient_in, lenient_not_in;
} descent_truths[] = {
	/* The listed program, its child, and another. */
	{ "/good", 0, 0, 0, 0, true, false, true, false },
	{ "/bad", 0, 1, 0, 0, true, false, true, false },
	{ "/bad", 0, 0, 0, 0, false, true, false, true },
	{ "/good", 0, 0, 0, 1, true, false, true, false },
	/* The name is believed, or not by the allow-list. */
	{ "/good", 1, 0, 0, 0, true, false, true, false },
	{ "/good", 1, 0, 0, 1, true, true, true, true },
	/* A child of the listed one, whatever it executes. */
	{ "/good", 1, 1, 0, 1, true, false, true, false },
	{ "/bad", 1, 1, 0, 1, true, false, true, false },
	/* A memfd is known to be no listed program. */
	{ "", 0, 0, 0, 1, false, true, false, true },
	{ "", 0, 1, 0, 1, true, false, true, false },
	/* Unreadable, now or before, of itself or of an ancestor. */
	{ NULL, 0, 0, 0, 1, false, false, true, true },
	{ NULL, 0, 1, 0, 1, false, false, true, true },
	{ "/bad", 0, 0, 1, 1, false, false, true, true },
	{ "/bad", 0, 1, 1, 1, false, false, true, true },
	{ "", 0, 0, 1, 1, false, false, true, true },
	{ "/good", 1, 0, 1, 1, false, false, true, true },
};

static bool descent_passes(const struct descent_truth *truth, uint32_t op, bool lenient)
{
	struct policy_value value = TEXT("/good");
	struct policy_binaries binaries = {
		.op = op, .values = &value, .n_values = 1, .follow_children = 1
	};
	struct policy_selector selector = { .binaries = &binaries,
					    .n_binaries = 1,
					    .distrusts = truth->distrusts,
					    .accepts_unreadable = lenient };
	struct eval_event event = { .exe = truth->exe,
				    .exe_foreign = truth->foreign,
				    .binary_marks = truth->inherited,
				    .names_unknown = truth->names_unknown };

	if (truth->exe)
		event.exe_len = strlen(truth->exe);
	else
		event.exe_state = TETRA_VALUE_UNREADABLE;
	return judge(&selector, &event) == 0;
}

TEST_EACH(descent_is_by_names_that_are_known_and_believed, ARRAY_SIZE(descent_truths))
{
	const struct descent_truth *truth = &descent_truths[_i];

	ck_assert(descent_passes(truth, TETRA_OP_EQUAL, false) == truth->in);
	ck_assert(descent_passes(truth, TETRA_OP_NOT_EQUAL, false) == truth->not_in);
	ck_assert(descent_passes(truth, TETRA_OP_EQUAL, true) == truth->lenient_in);
	ck_assert(descent_passes(truth, TETRA_OP_NOT_EQUAL, true) ==
		  truth->lenient_not_in);
}

/* An exception, which comes before a denial, is an allow-list whose filter is positive. */
TEST(exceptions_for_children_do_not_believe_foreign_names)
{
	static const struct {
		uint8_t exempts, distrusts, foreign, inherited;
		bool in, not_in;
	} truths[] = {
		{ 1, 1, 0, 0, true, false }, { 1, 1, 1, 0, false, false },
		{ 1, 1, 1, 1, true, false }, { 1, 0, 1, 0, true, false },
		{ 0, 1, 1, 0, true, true },
	};
	struct policy_value value = TEXT("/good");
	struct policy_binaries binaries = { .values = &value,
					    .n_values = 1,
					    .follow_children = 1 };
	struct policy_selector selector = { .binaries = &binaries, .n_binaries = 1 };
	struct eval_event event = { .exe = "/good", .exe_len = 5 };

	for (size_t i = 0; i < ARRAY_SIZE(truths); i++) {
		selector.exempts = truths[i].exempts;
		selector.distrusts = truths[i].distrusts;
		event.exe_foreign = truths[i].foreign;
		event.binary_marks = truths[i].inherited;
		binaries.op = TETRA_OP_EQUAL;
		ck_assert((judge(&selector, &event) == 0) == truths[i].in);
		binaries.op = TETRA_OP_NOT_EQUAL;
		ck_assert((judge(&selector, &event) == 0) == truths[i].not_in);
	}
}

/* Whose numbers they descend from is known even if their names are not. */
TEST(unreadable_names_do_not_matter_to_pids)
{
	struct policy_value value = INT(7);
	struct policy_pids pids = { .values = &value, .n_values = 1, .follow_forks = 1 };
	struct policy_selector selector = { .pids = &pids, .n_pids = 1 };
	struct eval_event event = { .names_unknown = 1,
				    .pid_marks = 1,
				    .exe_state = TETRA_VALUE_UNREADABLE };

	selector.accepts_unreadable = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
	event.pid_marks = 0;
	ck_assert_int_eq(judge(&selector, &event), -1);
}

TEST(marks_of_unknown_processes_are_unreadable)
{
	struct policy_value value = INT(7);
	struct policy_pids pids = { .values = &value, .n_values = 1, .follow_forks = 1 };
	struct policy_selector selector = { .pids = &pids, .n_pids = 1 };
	struct eval_event event = { .marks_unknown = 1 };

	ck_assert_int_eq(judge(&selector, &event), -1);
	pids.negated = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	selector.accepts_unreadable = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
	pids.negated = 0;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

/* Neither, never, both: what each filter says of processes at the edge of what it asks. */
static const struct pid_truth {
	uint8_t negated, namespace_pid, follow_forks;
	uint32_t tgid, ns_tgid, marked;
	bool passes;
} pid_truths[] = {
	/* In 7, NotIn 7 by the host's number: the namespace's does not matter. */
	{ 0, 0, 0, 7, 0, 0, true },
	{ 0, 0, 0, 7, 3, 0, true },
	{ 0, 0, 0, 3, 7, 1, false },
	{ 1, 0, 0, 7, 0, 0, false },
	{ 1, 0, 0, 3, 7, 1, true },
	/* By the namespace's number, the root namespace's processes have 0 there. */
	{ 0, 1, 0, 7, 0, 0, false },
	{ 1, 1, 0, 7, 0, 0, true },
	{ 0, 1, 0, 3, 7, 0, true },
	{ 1, 1, 0, 3, 7, 0, false },
	/* With followForks the mark decides, whatever the process's own number is. */
	{ 0, 0, 1, 7, 0, 0, false },
	{ 0, 0, 1, 3, 0, 1, true },
	{ 1, 0, 1, 7, 0, 0, true },
	{ 1, 0, 1, 3, 0, 1, false },
	/* With both, a process of the root namespace passes neither In nor NotIn. */
	{ 0, 1, 1, 7, 0, 0, false },
	{ 0, 1, 1, 7, 0, 1, false },
	{ 1, 1, 1, 7, 0, 0, false },
	{ 1, 1, 1, 7, 0, 1, false },
	{ 0, 1, 1, 3, 9, 1, true },
	{ 0, 1, 1, 3, 9, 0, false },
	{ 1, 1, 1, 3, 9, 1, false },
	{ 1, 1, 1, 3, 9, 0, true },
};

TEST_EACH(a_pid_is_in_or_not_or_neither, ARRAY_SIZE(pid_truths))
{
	const struct pid_truth *truth = &pid_truths[_i];
	struct policy_value value = INT(7);
	struct policy_pids pids = {
		.values = &value,
		.n_values = 1,
		.negated = truth->negated,
		.namespace_pid = truth->namespace_pid,
		.follow_forks = truth->follow_forks,
	};
	struct policy_selector selector = { .pids = &pids, .n_pids = 1 };
	struct eval_event event = {
		.tgid = truth->tgid,
		.ns_tgid = truth->ns_tgid,
		.pid_marks = truth->marked,
	};

	ck_assert_int_eq(judge(&selector, &event), truth->passes ? 0 : -1);
}

/* Values, and the host's namespace, and both: In is any of them, NotIn none. */
static const struct namespace_truth {
	uint8_t negated, host_ns;
	uint64_t inode;
	bool passes;
} namespace_truths[] = {
	{ 0, 0, 100, true },
	{ 0, 0, 5, false },
	{ 0, 0, 6, false },
	{ 0, 1, 100, true },
	{ 0, 1, 5, true },
	{ 0, 1, 6, false },
	{ 1, 0, 100, false },
	{ 1, 0, 5, true },
	{ 1, 0, 6, true },
	{ 1, 1, 100, false },
	{ 1, 1, 5, false },
	{ 1, 1, 6, true },
	/* A kernel without that kind of namespace. */
	{ 0, 0, 0, false },
	{ 1, 0, 0, true },
};

TEST_EACH(a_namespace_is_in_or_not, ARRAY_SIZE(namespace_truths))
{
	const struct namespace_truth *truth = &namespace_truths[_i];
	struct policy_value value = INT(100);
	struct policy_namespace namespace = {
		.ns = TETRA_NS_NET,
		.host_ns = truth->host_ns,
		.negated = truth->negated,
		.values = &value,
		.n_values = 1,
	};
	struct policy_selector selector = { .namespaces = &namespace, .n_namespaces = 1 };
	struct eval_event event = { .host_namespaces[TETRA_NS_NET] = 5 };

	event.namespaces[TETRA_NS_NET] = truth->inode;
	ck_assert_int_eq(judge(&selector, &event), truth->passes ? 0 : -1);
}

/* isNamespaceCapability: who is in the host's user namespace passes neither. */
static const struct capability_truth {
	uint8_t negated, namespace_capability, in_host;
	uint64_t caps;
	bool passes;
} capability_truths[] = {
	{ 0, 0, 1, 2, true },  { 0, 0, 1, 1, false }, { 1, 0, 1, 2, false },
	{ 1, 0, 1, 1, true },  { 0, 0, 0, 2, true },  { 1, 0, 0, 1, true },
	{ 0, 1, 1, 2, false }, { 0, 1, 1, 1, false }, { 1, 1, 1, 2, false },
	{ 1, 1, 1, 1, false }, { 0, 1, 0, 2, true },  { 0, 1, 0, 1, false },
	{ 1, 1, 0, 2, false }, { 1, 1, 0, 1, true },  { 0, 0, 1, 0, false },
	{ 1, 0, 1, 0, true },
};

TEST_EACH(a_capability_is_in_or_not_or_neither, ARRAY_SIZE(capability_truths))
{
	const struct capability_truth *truth = &capability_truths[_i];
	struct policy_capabilities capabilities = {
		.set = TETRA_CAPSET_EFFECTIVE,
		.mask = 6,
		.negated = truth->negated,
		.is_namespace_capability = truth->namespace_capability,
	};
	struct policy_selector selector = { .capabilities = &capabilities,
					    .n_capabilities = 1 };
	struct eval_event event = { .host_user_ns = 1,
				    .user_ns = truth->in_host ? 1 : 2 };

	event.caps[TETRA_CAPSET_EFFECTIVE] = truth->caps;
	ck_assert_int_eq(judge(&selector, &event), truth->passes ? 0 : -1);
}

TEST(namespaces_know_the_hosts)
{
	struct policy_value value = INT(100);
	struct policy_namespace namespace = {
		.ns = TETRA_NS_NET,
		.host_ns = 1,
		.values = &value,
		.n_values = 1,
	};
	struct policy_selector selector = { .namespaces = &namespace, .n_namespaces = 1 };
	struct eval_event event = { 0 };

	event.host_namespaces[TETRA_NS_NET] = 5;
	event.namespaces[TETRA_NS_NET] = 5;
	ck_assert_int_eq(judge(&selector, &event), 0);
	event.namespaces[TETRA_NS_NET] = 100;
	ck_assert_int_eq(judge(&selector, &event), 0);
	event.namespaces[TETRA_NS_NET] = 6;
	ck_assert_int_eq(judge(&selector, &event), -1);
	namespace.negated = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

TEST(capabilities_are_any_or_none)
{
	struct policy_capabilities capabilities = { .set = TETRA_CAPSET_EFFECTIVE,
						    .mask = 6 };
	struct policy_selector selector = { .capabilities = &capabilities,
					    .n_capabilities = 1 };
	struct eval_event event = { .host_user_ns = 1, .user_ns = 1 };

	event.caps[TETRA_CAPSET_EFFECTIVE] = 3;
	ck_assert_int_eq(judge(&selector, &event), 0);
	capabilities.is_namespace_capability = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	event.user_ns = 2;
	ck_assert_int_eq(judge(&selector, &event), 0);
	capabilities.negated = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	event.caps[TETRA_CAPSET_EFFECTIVE] = 1;
	ck_assert_int_eq(judge(&selector, &event), 0);
}

TEST(the_first_selector_wins)
{
	struct policy_value seven = INT(7), eight = INT(8);
	struct policy_pids pids[] = {
		{ .values = &seven, .n_values = 1 },
		{ .values = &eight, .n_values = 1 },
	};
	struct policy_selector selectors[] = {
		{ .pids = &pids[0], .n_pids = 1 },
		{ .pids = &pids[1], .n_pids = 1 },
		{ .pids = NULL },
	};
	struct policy_hook hook = { .selectors = selectors, .n_selectors = 2 };
	struct eval_event event = { .tgid = 8 };

	ck_assert_int_eq(eval_policy_hook(&hook, &event), 1);
	event.tgid = 9;
	ck_assert_int_eq(eval_policy_hook(&hook, &event), -1);
	hook.n_selectors = 3;
	ck_assert_int_eq(eval_policy_hook(&hook, &event), 2);
	hook.n_selectors = 0;
	ck_assert_int_eq(eval_policy_hook(&hook, &event), 0);
}
