/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluator against facts of the language about processes: pids, programs, namespaces and
 * capabilities.
 */
#include "tests/unit/eval-of.h"
#include "tests/unit/suite.h"

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
