/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluator against facts of the language, each a row: what it says here is what the
 * compiled tables must say in a kernel.
 */
#include <check.h>

#include "lib/policy/eval.h"

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
	/* Paths are bytes; what has none passes nothing. */
	{ TETRA_ARG_FILE, TETRA_OP_PREFIX, 1, { TEXT("/etc") }, SEEN("/etcetera"), true },
	{ TETRA_ARG_FILE, TETRA_OP_PREFIX, 1, { TEXT("/etc/") }, SEEN("/etc"), false },
	{ TETRA_ARG_FILE, TETRA_OP_EQUAL, 1, { TEXT("/etc/") }, SEEN("/etc"), false },
	{ TETRA_ARG_PATH, TETRA_OP_NOT_PREFIX, 1, { TEXT("/etc") }, SEEN(""), false },
	{ TETRA_ARG_FD, TETRA_OP_NOT_EQUAL, 1, { TEXT("/") }, { .missing = 1 }, false },
	{ TETRA_ARG_STRING, TETRA_OP_NOT_EQUAL, 1, { TEXT("") }, { .missing = 1 }, 0 },
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

START_TEST(a_filter_means_what_its_row_says)
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
END_TEST

static bool sock_accepts(uint32_t op, struct policy_value value,
			 const struct eval_sock *sock)
{
	struct policy_filter filter = { .op = op, .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter, .n_args = 1 };
	struct eval_arg arg = { .kind = TETRA_ARG_SOCK, .sock = *sock };
	struct eval_event event = { .args = &arg };

	return judge(&selector, &event) == 0;
}

START_TEST(addresses_are_compared_within_their_family)
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
END_TEST

START_TEST(ports_protocol_and_family_are_numbers)
{
	struct policy_value ports = RANGE(80, 90), tcp = INT(6), inet = INT(2);
	struct eval_sock sock = { .family = 2, .protocol = 6, .sport = 90, .dport = 91 };

	ck_assert(sock_accepts(TETRA_OP_SPORT, ports, &sock));
	ck_assert(!sock_accepts(TETRA_OP_DPORT, ports, &sock));
	ck_assert(sock_accepts(TETRA_OP_PROTOCOL, tcp, &sock));
	ck_assert(sock_accepts(TETRA_OP_FAMILY, inet, &sock));
}
END_TEST

START_TEST(pids_are_compared_or_inherited)
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
END_TEST

START_TEST(binaries_need_a_name)
{
	struct policy_value value = TEXT("/usr/bin/cat");
	struct policy_binaries binaries = { .op = TETRA_OP_NOT_EQUAL, .values = &value };
	struct policy_selector selector = { .binaries = &binaries, .n_binaries = 1 };
	struct eval_event event = { .exe = "" };

	ck_assert_int_eq(judge(&selector, &event), 0); /* no values: no filter */
	binaries.n_values = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	event.exe = "/bin/sh";
	event.exe_len = 7;
	ck_assert_int_eq(judge(&selector, &event), 0);
	binaries.follow_children = 1;
	event.binary_marks = 1;
	ck_assert_int_eq(judge(&selector, &event), -1);
	event.exe_len = 0;
	binaries.op = TETRA_OP_EQUAL;
	ck_assert_int_eq(judge(&selector, &event), -1);
}
END_TEST

START_TEST(namespaces_know_the_hosts)
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
END_TEST

START_TEST(capabilities_are_any_or_none)
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
END_TEST

START_TEST(the_first_selector_wins)
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
END_TEST

int main(void)
{
	Suite *suite = suite_create("eval");
	TCase *tcase = tcase_create("facts");
	SRunner *runner;
	int n_failed;

	tcase_add_loop_test(tcase, a_filter_means_what_its_row_says, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, addresses_are_compared_within_their_family);
	tcase_add_test(tcase, ports_protocol_and_family_are_numbers);
	tcase_add_test(tcase, pids_are_compared_or_inherited);
	tcase_add_test(tcase, binaries_need_a_name);
	tcase_add_test(tcase, namespaces_know_the_hosts);
	tcase_add_test(tcase, capabilities_are_any_or_none);
	tcase_add_test(tcase, the_first_selector_wins);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
