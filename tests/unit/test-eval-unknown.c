/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluator where parts of an event are not known: by hand, what is decided anyway; and for
 * random selectors and events, that nothing is decided that another value would change.
 */
#include "tests/unit/eval-of.h"
#include "tests/unit/random-rules.h"
#include "tests/unit/suite.h"

TIMEOUT(120)

#define GAP(part) (1u << TETRA_PART_##part)

static enum eval_truth ask(struct policy_selector *selector,
			   const struct eval_event *event)
{
	struct policy_hook hook = { .selectors = selector, .n_selectors = 1 };

	return eval_selector(&hook, 0, event);
}

static enum eval_truth ask_arg(uint32_t kind, uint32_t op, struct policy_value value,
			       struct eval_arg arg, bool enforces)
{
	struct policy_filter filter = { .op = op, .values = &value, .n_values = 1 };
	struct policy_selector selector = { .args = &filter,
					    .n_args = 1,
					    .accepts_unreadable = enforces,
					    .distrusts = enforces };
	struct eval_event event = { .args = &arg };

	arg.kind = kind;
	return ask(&selector, &event);
}

#define TCP443                                                                           \
	.sock = { .family = 2, .protocol = 6, .dport = 443, .daddr = { 10, 0, 0, 1 } }

/* A case a line. */
/* clang-format off */
static const struct {
	uint32_t kind, op;
	struct policy_value value;
	struct eval_arg arg;
	bool enforces;
	enum eval_truth truth;
} rows[] = {
	/* Nothing is known: neither a filter nor its negation is decided, whoever asks. */
	{ TETRA_ARG_INT32, TETRA_OP_EQUAL, INT(1), { .unknown = GAP(VALUE) }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_INT32, TETRA_OP_NOT_IN_RANGE, INT(1), { .unknown = GAP(VALUE) }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_FILE, TETRA_OP_PREFIX, TEXT("/etc"), { .unknown = GAP(VALUE) }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_FILE, TETRA_OP_NOT_PREFIX, TEXT("/etc"), { .unknown = GAP(VALUE) }, 1, EVAL_UNKNOWN },
	{ TETRA_ARG_SOCK, TETRA_OP_DPORT, INT(443), { .unknown = GAP(VALUE) }, 0, EVAL_UNKNOWN },
	/* The type of a file and its name are two things. */
	{ TETRA_ARG_FILE, TETRA_OP_FILE_TYPE, INT(8), { .unknown = GAP(VALUE), .file_type = 8 }, 0, EVAL_YES },
	{ TETRA_ARG_FILE, TETRA_OP_FILE_TYPE, INT(8), { .unknown = GAP(FILE_TYPE) }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_FILE, TETRA_OP_PREFIX, TEXT("/etc"), { .unknown = GAP(FILE_TYPE), .text = "/etc", .len = 4 }, 0, EVAL_YES },
	/* Parts of a socket. */
	{ TETRA_ARG_SOCK, TETRA_OP_DPORT, INT(443), { .unknown = GAP(SADDR), TCP443 }, 0, EVAL_YES },
	{ TETRA_ARG_SOCK, TETRA_OP_DPORT, INT(80), { .unknown = GAP(SADDR), TCP443 }, 0, EVAL_NO },
	{ TETRA_ARG_SOCK, TETRA_OP_NOT_SADDR, { .addr_family = 4, .addr_bits = 8 }, { .unknown = GAP(SADDR), TCP443 }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_SOCK, TETRA_OP_SPORT, INT(1), { .unknown = GAP(SPORT), .sock = { .family = 1 } }, 0, EVAL_NO },
	{ TETRA_ARG_SOCK, TETRA_OP_NOT_SPORT, INT(1), { .unknown = GAP(SPORT), .sock = { .family = 1 } }, 0, EVAL_NO },
	{ TETRA_ARG_SOCK, TETRA_OP_DPORT, INT(443), { .unknown = GAP(FAMILY), .inet = 1, TCP443 }, 0, EVAL_YES },
	{ TETRA_ARG_SOCK, TETRA_OP_FAMILY, INT(2), { .unknown = GAP(FAMILY), .inet = 1, TCP443 }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_SOCK, TETRA_OP_FAMILY, INT(1), { .unknown = GAP(FAMILY), .inet = 1, TCP443 }, 0, EVAL_NO },
	{ TETRA_ARG_SOCK, TETRA_OP_FAMILY, RANGE(0, 20), { .unknown = GAP(FAMILY), .inet = 1, TCP443 }, 0, EVAL_YES },
	{ TETRA_ARG_SOCK, TETRA_OP_FAMILY, INT(2), { .unknown = GAP(FAMILY) }, 0, EVAL_UNKNOWN },
	/* The beginning of a text. */
	{ TETRA_ARG_STRING, TETRA_OP_PREFIX, TEXT("ab"), { .cut = 1, .text = "abc", .len = 3 }, 0, EVAL_YES },
	{ TETRA_ARG_STRING, TETRA_OP_PREFIX, TEXT("abcd"), { .cut = 1, .text = "abc", .len = 3 }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_STRING, TETRA_OP_PREFIX, TEXT("abx"), { .cut = 1, .text = "abc", .len = 3 }, 0, EVAL_NO },
	{ TETRA_ARG_STRING, TETRA_OP_NOT_PREFIX, TEXT("abx"), { .cut = 1, .text = "abc", .len = 3 }, 0, EVAL_YES },
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, TEXT("ab"), { .cut = 1, .text = "abc", .len = 3 }, 0, EVAL_NO },
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, TEXT("abc"), { .cut = 1, .text = "abc", .len = 3 }, 0, EVAL_UNKNOWN },
	{ TETRA_ARG_STRING, TETRA_OP_EQUAL, TEXT("abc"), { .cut = 1, .endless = 1, .text = "abc", .len = 3 }, 0, EVAL_NO },
	{ TETRA_ARG_STRING, TETRA_OP_NOT_EQUAL, TEXT("abcd"), { .cut = 1, .endless = 1, .text = "abc", .len = 3 }, 0, EVAL_YES },
	{ TETRA_ARG_STRING, TETRA_OP_POSTFIX, TEXT("c"), { .cut = 1, .text = "abc", .len = 3 }, 1, EVAL_UNKNOWN },
	{ TETRA_ARG_STRING, TETRA_OP_POSTFIX, TEXT("c"), { .cut = 1, .endless = 1 }, 0, EVAL_NO },
	{ TETRA_ARG_STRING, TETRA_OP_POSTFIX, TEXT("c"), { .cut = 1, .endless = 1 }, 1, EVAL_YES },
	/* A name that may be false matters to those who distrust it. */
	{ TETRA_ARG_FILE, TETRA_OP_NOT_EQUAL, TEXT("/a"), { .foreign_unknown = 1, .text = "/a", .len = 2 }, 0, EVAL_NO },
	{ TETRA_ARG_FILE, TETRA_OP_NOT_EQUAL, TEXT("/a"), { .foreign_unknown = 1, .text = "/a", .len = 2 }, 1, EVAL_UNKNOWN },
	{ TETRA_ARG_FILE, TETRA_OP_NOT_EQUAL, TEXT("/a"), { .foreign_unknown = 1, .text = "/b", .len = 2 }, 1, EVAL_YES },
	{ TETRA_ARG_FILE, TETRA_OP_EQUAL, TEXT("/a"), { .foreign_unknown = 1, .text = "/a", .len = 2 }, 1, EVAL_YES },
};
/* clang-format on */

TEST_EACH(a_filter_decides_what_is_decided, ARRAY_SIZE(rows))
{
	enum eval_truth truth = ask_arg(rows[_i].kind, rows[_i].op, rows[_i].value,
					rows[_i].arg, rows[_i].enforces);

	ck_assert_msg(truth == rows[_i].truth, "row %d: %s %s is %d", _i,
		      kind_row(rows[_i].kind)->name, operator_name(rows[_i].op), truth);
}

TEST(one_no_decides_and_one_unknown_does_not)
{
	struct policy_value one = INT(1), text = TEXT("/bin/sh");
	struct policy_pids pids = { .values = &one, .n_values = 1 };
	struct policy_binaries binaries = { .op = TETRA_OP_EQUAL,
					    .values = &text,
					    .n_values = 1 };
	struct policy_selector both = {
		.pids = &pids, .n_pids = 1, .binaries = &binaries, .n_binaries = 1
	};
	struct eval_event event = { .exe = "/bin/sh", .exe_len = 7 };

	event.unknown.tgid = 1;
	ck_assert_int_eq(ask(&both, &event), EVAL_UNKNOWN);
	event.exe = "/bin/ls";
	ck_assert_int_eq(ask(&both, &event), EVAL_NO);
	event.unknown.exe = 1;
	ck_assert_int_eq(ask(&both, &event), EVAL_UNKNOWN);
	binaries.n_values = 0;
	event.unknown.tgid = 0;
	event.tgid = 1;
	ck_assert_int_eq(ask(&both, &event), EVAL_YES);
}

/* Descent: what is known to be on the list stays there, the rest may be. */
TEST(descent_is_known_for_those_that_are_listed)
{
	struct policy_value text = TEXT("/bin/sh"), number = INT(7);
	struct policy_binaries binaries = {
		.op = TETRA_OP_EQUAL, .values = &text, .n_values = 1, .follow_children = 1
	};
	struct policy_pids pids = { .values = &number, .n_values = 1, .follow_forks = 1 };
	struct policy_selector program = { .binaries = &binaries, .n_binaries = 1 };
	struct policy_selector process = { .pids = &pids, .n_pids = 1 };
	struct eval_event event = { .exe = "/bin/ls", .exe_len = 7, .tgid = 8 };

	event.unknown.descent = event.unknown.forks = 1;
	ck_assert_int_eq(ask(&program, &event), EVAL_UNKNOWN);
	ck_assert_int_eq(ask(&process, &event), EVAL_UNKNOWN);
	event.binary_marks = event.pid_marks = 1;
	ck_assert_int_eq(ask(&program, &event), EVAL_YES);
	ck_assert_int_eq(ask(&process, &event), EVAL_YES);
	event.binary_marks = event.pid_marks = 0;
	event.exe = "/bin/sh";
	event.tgid = 7;
	ck_assert_int_eq(ask(&program, &event), EVAL_YES);
	ck_assert_int_eq(ask(&process, &event), EVAL_YES);
	binaries.op = TETRA_OP_NOT_EQUAL;
	pids.negated = 1;
	ck_assert_int_eq(ask(&program, &event), EVAL_NO);
	ck_assert_int_eq(ask(&process, &event), EVAL_NO);
}

/* A name that may be false may not be one that makes descendants. */
TEST(a_name_of_unknown_origin_may_start_no_descent)
{
	struct policy_value text = TEXT("/bin/sh");
	struct policy_binaries binaries = { .op = TETRA_OP_NOT_EQUAL,
					    .values = &text,
					    .n_values = 1,
					    .follow_children = 1 };
	struct policy_selector selector = { .binaries = &binaries, .n_binaries = 1 };
	struct eval_event event = { .exe = "/bin/sh", .exe_len = 7 };

	event.unknown.exe_foreign = 1;
	ck_assert_int_eq(ask(&selector, &event), EVAL_NO);
	selector.distrusts = 1;
	ck_assert_int_eq(ask(&selector, &event), EVAL_UNKNOWN);
	event.exe = "/bin/ls";
	ck_assert_int_eq(ask(&selector, &event), EVAL_YES);
}

TEST(a_namespace_has_a_number_and_may_be_the_hosts)
{
	struct policy_value number = INT(5);
	struct policy_namespace namespace = { .ns = TETRA_NS_MNT, .host_ns = 1 };
	struct policy_selector selector = { .namespaces = &namespace, .n_namespaces = 1 };
	struct eval_event event = { .namespaces[TETRA_NS_MNT] = 5 };

	/* The host's, of whatever number. */
	event.host_namespaces[TETRA_NS_MNT] = 5;
	event.unknown.namespaces = 1 << TETRA_NS_MNT;
	ck_assert_int_eq(ask(&selector, &event), EVAL_YES);
	namespace.negated = 1;
	ck_assert_int_eq(ask(&selector, &event), EVAL_NO);
	namespace.negated = 0;
	namespace.host_ns = 0;
	namespace.values = &number;
	namespace.n_values = 1;
	ck_assert_int_eq(ask(&selector, &event), EVAL_UNKNOWN);
	/* A number, of which it is not known whose it is. */
	event.unknown.namespaces = 0;
	event.unknown.hosts = 1 << TETRA_NS_MNT;
	ck_assert_int_eq(ask(&selector, &event), EVAL_YES);
	namespace.host_ns = 1;
	number.min = number.max = 6;
	ck_assert_int_eq(ask(&selector, &event), EVAL_UNKNOWN);
}

TEST(capabilities_elsewhere_need_the_user_namespace)
{
	struct policy_capabilities capabilities = { .set = TETRA_CAPSET_EFFECTIVE,
						    .mask = 2,
						    .is_namespace_capability = 1 };
	struct policy_selector selector = { .capabilities = &capabilities,
					    .n_capabilities = 1 };
	struct eval_event event = { .user_ns = 2, .host_user_ns = 1 };

	ck_assert_int_eq(ask(&selector, &event), EVAL_NO);
	event.unknown.caps = 1 << TETRA_CAPSET_EFFECTIVE;
	ck_assert_int_eq(ask(&selector, &event), EVAL_UNKNOWN);
	event.host_user_ns = 2;
	ck_assert_int_eq(ask(&selector, &event), EVAL_NO);
	event.unknown = (struct eval_gaps){ .user_ns = 1 };
	event.caps[TETRA_CAPSET_EFFECTIVE] = 2;
	ck_assert_int_eq(ask(&selector, &event), EVAL_UNKNOWN);
	event.caps[TETRA_CAPSET_EFFECTIVE] = 4;
	ck_assert_int_eq(ask(&selector, &event), EVAL_NO);
}

#define N_RULES	      40
#define RULE_SETS     300
#define EVENTS	      12
#define N_COMPLETIONS 8

/* Turns parts of @whole into gaps; @other gets the same parts, and the rest of @whole. */
struct blank {
	struct random_state random;
	uint64_t choice;
};

static bool blank_next(struct blank *blank)
{
	bool chosen = blank->choice & 1;

	blank->choice >>= 1;
	return chosen;
}

static void blank_arg(struct blank *blank, struct eval_arg *gaps, struct eval_arg *other)
{
	const struct eval_arg whole = *gaps;

	if (blank_next(blank)) {
		gaps->unknown |= GAP(VALUE);
	} else {
		struct eval_arg type = *other;

		*other = whole;
		other->type_state = type.type_state;
		other->file_type = type.file_type;
		if (whole.state == TETRA_VALUE_READ && blank_next(blank)) {
			gaps->foreign_unknown = whole.text != NULL;
			gaps->foreign = 0;
			other->foreign = whole.text && type.foreign;
		}
	}
	if (blank_next(blank)) {
		gaps->unknown |= GAP(FILE_TYPE);
	} else {
		other->type_state = whole.type_state;
		other->file_type = whole.file_type;
	}
}

#define BLANK(gap, member)                                                               \
	do {                                                                             \
		if (blank_next(blank))                                                   \
			gaps->unknown.gap = 1;                                           \
		else                                                                     \
			other->member = gaps->member;                                    \
	} while (0)

static void blank_process(struct blank *blank, struct eval_event *gaps,
			  struct eval_event *other)
{
	BLANK(tgid, tgid);
	BLANK(ns_tgid, ns_tgid);
	if (blank_next(blank)) {
		gaps->unknown.exe = 1;
	} else {
		other->exe = gaps->exe;
		other->exe_len = gaps->exe_len;
		other->exe_state = gaps->exe_state;
	}
	if (blank_next(blank)) {
		gaps->unknown.exe_foreign = 1;
		gaps->exe_foreign = 0;
	} else {
		other->exe_foreign = gaps->exe_foreign;
	}
	other->marks_unknown = gaps->marks_unknown;
	other->names_unknown = gaps->names_unknown;
	for (uint32_t i = 0; i < TETRA_NS_END; i++) {
		if (blank_next(blank))
			gaps->unknown.namespaces |= 1u << i,
				gaps->unknown.hosts |= 1u << i;
		else
			other->namespaces[i] = gaps->namespaces[i];
	}
	BLANK(user_ns, user_ns);
	for (uint32_t i = 0; i < TETRA_CAPSET_END; i++) {
		if (blank_next(blank))
			gaps->unknown.caps |= 1u << i;
		else
			other->caps[i] = gaps->caps[i];
	}
}

static bool follows_forks(const struct policy_hook *hook)
{
	for (uint32_t i = 0; i < hook->n_selectors; i++)
		for (uint32_t k = 0; k < hook->selectors[i].n_pids; k++)
			if (hook->selectors[i].pids[k].follow_forks)
				return true;
	return false;
}

static void check_group(const struct random_rules *rules, uint32_t group,
			const struct random_event *a, const struct random_event *b,
			uint64_t choice, uint32_t *decided)
{
	struct eval_arg gap_args[TETRA_MAX_SLOTS], other_args[TETRA_MAX_SLOTS];
	const struct policy_hook *hook = rules->hook.groups[group].hook;
	struct blank blank = { .choice = choice };
	struct eval_event gaps, other;

	random_event_see(rules, a, group, &gap_args, &gaps);
	random_event_see(rules, b, group, &other_args, &other);
	blank_process(&blank, &gaps, &other);
	/* Random marks do not follow from random pids. */
	gaps.unknown.descent = gaps.unknown.forks = gaps.unknown.ns_forks = 1;
	other.binary_marks |= gaps.binary_marks;
	other.pid_marks |= gaps.pid_marks;
	gaps.unknown.tgid |= follows_forks(hook);
	gaps.unknown.ns_tgid |= follows_forks(hook);
	for (uint32_t i = 0; i < hook->n_args; i++)
		blank_arg(&blank, &gap_args[i], &other_args[i]);
	blank_arg(&blank, &gaps.return_value, &other.return_value);
	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		enum eval_truth said = eval_selector(hook, i, &gaps);
		enum eval_truth is = eval_selector(hook, i, &other);

		ck_assert_int_ne(is, EVAL_UNKNOWN);
		*decided += said != EVAL_UNKNOWN;
		if (said == EVAL_UNKNOWN || said == is)
			continue;
		random_rules_describe(rules, group, stderr);
		random_event_describe(rules, b, stderr);
		ck_abort_msg("selector %u: said %d, is %d, choice %#lx", i, said, is,
			     (unsigned long)choice);
	}
}

static void check_rules(uint64_t seed, struct random_event *a, struct random_event *b,
			uint32_t *decided)
{
	_cleanup_(random_rules_freep) struct random_rules *rules = NULL;
	struct random_state random = { seed };

	ck_assert_int_eq(random_rules_new(&rules, seed, N_RULES), 0);
	for (uint32_t e = 0; e < EVENTS; e++) {
		uint64_t choice = random_next(&random) & random_next(&random);

		random_event_make(rules, e, a);
		for (uint32_t c = 0; c < N_COMPLETIONS; c++) {
			random_event_make(rules, 1000 + e * N_COMPLETIONS + c, b);
			for (uint32_t g = 0; g < rules->hook.n_groups; g++)
				check_group(rules, g, a, b, choice, decided);
		}
	}
}

TEST(what_is_decided_holds_for_all_completions)
{
	_cleanup_(freep) struct random_event *a = calloc(1, sizeof(*a));
	_cleanup_(freep) struct random_event *b = calloc(1, sizeof(*b));
	uint32_t decided = 0;

	ck_assert(a && b);
	for (uint64_t seed = 1; seed <= RULE_SETS; seed++)
		check_rules(seed, a, b, &decided);
	ck_assert_uint_gt(decided, 100000);
}
