/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks on lists of symbols. */
#include <stdio.h>

#include "lib/base/strbuf.h"
#include "lib/policy/policy.h"
#include "tests/unit/expect.h"
#include "tests/unit/suite.h"

#define HEAD                                                                             \
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\nspec:\n"

#define MOST 4096

static struct tetra_policy *policy;
static struct tetra_diag *diag;

static void setup(void)
{
	policy = NULL;
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void teardown(void)
{
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
}

static int parse(const char *spec)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	strbuf_format(&text, HEAD "%s", spec);
	return tetra_policy_parse(&policy, strbuf_get(&text), text.len, NULL, diag);
}

static void expect_only(const char *code, const char *path)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_str_eq(finding.code, code);
	ck_assert_str_eq(finding.path, path);
}

static void expect_hook(uint32_t i, const char *name, uint8_t is_syscall,
			const char *place)
{
	const struct policy_hook *hook = &policy->hooks[i];

	ck_assert_uint_lt(i, policy->n_hooks);
	ck_assert_str_eq(hook->name, name);
	ck_assert_uint_eq(hook->syscall, is_syscall);
	ck_assert_str_eq(hook->yaml_path, "spec.kprobes[0]");
	ck_assert_str_eq(hook->name_path, place);
	ck_assert_uint_eq(hook->n_selectors, 1);
	ck_assert_uint_eq(hook->selectors[0].n_binaries, 1);
}

/* In order, each once, without the ABI; a list of calls makes hooks on calls. */
TEST(lists_are_hooks_on_their_symbols)
{
	ck_assert_int_eq(
		parse("  kprobes:\n  - call: list:a\n    syscall: false\n"
		      "    selectors: [{matchBinaries: [{operator: In, values: [/x]}]}]\n"
		      "  lists:\n  - name: a\n    type: syscalls\n"
		      "    values: [sys_dup, x64/sys_dup2, x64/sys_dup, __x64_sys_dup3]\n"),
		0);
	ck_assert_uint_eq(policy->n_hooks, 3);
	expect_hook(0, "sys_dup", 1, "spec.lists[0].values[0]");
	expect_hook(1, "sys_dup2", 1, "spec.lists[0].values[1]");
	expect_hook(2, "__x64_sys_dup3", 1, "spec.lists[0].values[3]");
}

TEST(lists_without_a_type_are_what_the_hook_is)
{
	ck_assert_int_eq(
		parse("  kprobes:\n  - call: list:a\n    syscall: false\n"
		      "    selectors: [{matchBinaries: [{operator: In, values: [/x]}]}]\n"
		      "  - call: tcp_close\n    syscall: false\n"
		      "  lists:\n  - name: a\n    values: [fd_install, tcp_connect]\n"),
		0);
	ck_assert_uint_eq(policy->n_hooks, 3);
	expect_hook(0, "fd_install", 0, "spec.lists[0].values[0]");
	expect_hook(1, "tcp_connect", 0, "spec.lists[0].values[1]");
	ck_assert_str_eq(policy->hooks[2].name, "tcp_close");
	ck_assert_ptr_null(policy->hooks[2].name_path);
}

/* What is wrong with a hook is said once, not once a symbol. */
TEST(lists_repeat_no_finding)
{
	ck_assert_int_eq(parse("  kprobes:\n  - call: list:a\n"
			       "    args: [{index: 0, type: itn}]\n"
			       "  lists:\n  - name: a\n    type: syscalls\n"
			       "    values: [sys_dup, sys_dup2, sys_dup3]\n"),
			 -EINVAL);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR), 1);
}

TEST(lists_that_cannot_be_hooked_are_named)
{
	ck_assert_int_eq(parse("  kprobes:\n  - call: list:a\n"
			       "  lists:\n  - name: a\n    type: generated_syscalls\n"),
			 -EOPNOTSUPP);
	expect_only("not-supported", "spec.kprobes[0].call");
}

TEST(lists_of_another_abi_are_named)
{
	ck_assert_int_eq(parse("  kprobes:\n  - call: list:a\n"
			       "  lists:\n  - name: a\n    type: syscalls\n"
			       "    values: [sys_dup, i386/sys_dup]\n"),
			 -EOPNOTSUPP);
	expect_only("not-supported", "spec.lists[0].values[1]");
}

TEST(lists_without_symbols_hook_nothing)
{
	ck_assert_int_eq(parse("  kprobes:\n  - call: list:a\n"
			       "  lists:\n  - name: a\n    type: syscalls\n"),
			 -EINVAL);
	expect_only("bad-value", "spec.kprobes[0].call");
}

/* Two hooks on two lists that have @n symbols between them. */
static int parse_long(uint32_t n)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	strbuf_puts(&text, "  kprobes:\n  - {call: 'list:a', syscall: false}\n"
			   "  - {call: 'list:b', syscall: false}\n"
			   "  lists:\n  - {name: a, values: [x]}\n"
			   "  - name: b\n    values:\n");
	for (uint32_t i = 1; i < n; i++)
		strbuf_format(&text, "    - f%u\n", i);
	return parse(strbuf_get(&text));
}

TEST(lists_have_a_limit)
{
	ck_assert_int_eq(parse_long(MOST), 0);
	ck_assert_uint_eq(policy->n_hooks, MOST);
	policy = tetra_policy_unref(policy);
	ck_assert_int_eq(parse_long(MOST + 1), -EINVAL);
	expect_only("too-many", "spec.kprobes[1].call");
}

/* By whatever name: a wrapper of this machine is the call. */
TEST(lists_have_a_call_once)
{
	ck_assert_int_eq(
		parse("  kprobes:\n  - call: list:a\n"
		      "  lists:\n  - name: a\n    type: syscalls\n    values: "
		      "[sys_dup, __x64_sys_dup, x64/sys_dup, x64/__x64_sys_dup]\n"),
		0);
	ck_assert_uint_eq(policy->n_hooks, 1);
}

TEST(lists_are_for_calls_alone)
{
	static const struct {
		const char *hook, *path;
	} rows[] = {
		{ "lsmhooks: [{hook: 'list:a'}]", "spec.lsmhooks[0].hook" },
		{ "tracepoints: [{subsystem: sched, event: 'list:a'}]",
		  "spec.tracepoints[0].event" },
		{ "tracepoints: [{subsystem: 'list:a', event: sched_switch}]",
		  "spec.tracepoints[0].subsystem" },
	};
	char spec[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(spec, sizeof(spec),
			 "  %s\n  lists: [{name: a, values: [file_open]}]\n",
			 rows[i].hook);
		tetra_diag_clear(diag);
		ck_assert_int_eq(parse(spec), -EINVAL);
		expect_only("not-allowed", rows[i].path);
	}
}

/* The ABI before the slash, and the symbol's own. */
TEST(lists_contradict_no_abi)
{
	static const char *const values[] = { "x64/__ia32_sys_dup", "i386/__x64_sys_dup",
					      "x64/__arm64_sys_dup" };
	char spec[256];

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(spec, sizeof(spec),
			 "  kprobes: [{call: sys_x}]\n"
			 "  lists: [{name: a, type: syscalls, values: [%s]}]\n",
			 values[i]);
		tetra_diag_clear(diag);
		ck_assert_int_eq(parse(spec), -EINVAL);
		expect_only("bad-value", "spec.lists[0].values[0]");
	}
}

/* Override is for what each of the symbols allows. */
TEST(lists_are_overridden_symbol_by_symbol)
{
	static const char spec[] =
		"  kprobes:\n  - call: list:a\n    syscall: false\n    selectors: "
		"[{matchActions: [{action: Override, argError: -1}]}]\n"
		"  lists: [{name: a, values: [security_file_open, %s]}]\n";
	char text[512];

	snprintf(text, sizeof(text), spec, "security_inode_unlink");
	ck_assert_int_eq(parse(text), 0);
	policy = tetra_policy_unref(policy);
	snprintf(text, sizeof(text), spec, "vfs_read");
	ck_assert_int_eq(parse(text), -EINVAL);
	expect_only("not-allowed", "spec.kprobes[0].selectors[0].matchActions[0].action");
}

/* Said once, where the list is used first. */
TEST(lists_are_judged_once)
{
	ck_assert_int_eq(parse("  kprobes: [{call: 'list:a'}, {call: 'list:a'}]\n"
			       "  lists: [{name: a, type: syscalls, values: "
			       "[i386/sys_dup]}]\n"),
			 -EOPNOTSUPP);
	expect_only("not-supported", "spec.lists[0].values[0]");
}

/* A filter on the number of the call, with these values, and lists. */
static int parse_filter(const char *values, const char *lists)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	strbuf_format(
		&text,
		"  tracepoints:\n  - subsystem: raw_syscalls\n    event: sys_enter\n"
		"    args: [{index: 4, type: syscall64}]\n"
		"    selectors: [{matchArgs: [{index: 4, operator: InMap, values: "
		"%s}]}]\n"
		"  lists:\n%s",
		values, lists);
	return parse(strbuf_get(&text));
}

/* By number, the 32-bit ones marked, where the list stands among other values. */
TEST(lists_are_numbers_in_filters)
{
	static const struct {
		uint64_t number;
		const char *text;
	} wanted[] = { { 7, "7" },
		       { 32, "sys_dup" },
		       { 0x80000029, "i386/sys_dup" },
		       { 4, "sys_stat" },
		       { 4, "x64/sys_newstat" },
		       { 186, "186" } };
	const struct policy_filter *filter;

	ck_assert_int_eq(parse_filter("['7', 'list:a', '186']",
				      "  - name: a\n    type: syscalls\n"
				      "    values: [sys_dup, i386/sys_dup, "
				      "sys_stat, x64/sys_newstat]\n"),
			 0);
	filter = policy->hooks[0].selectors[0].args;
	ck_assert_uint_eq(filter->n_values, ARRAY_SIZE(wanted));
	for (uint32_t i = 0; i < filter->n_values; i++) {
		ck_assert_uint_eq(filter->values[i].min, wanted[i].number);
		ck_assert_uint_eq(filter->values[i].max, wanted[i].number);
		ck_assert_str_eq(filter->values[i].text, wanted[i].text);
	}
}

TEST(lists_in_filters_hold_calls)
{
	ck_assert_int_eq(parse_filter("['list:a']", "  - {name: a, values: [sys_dup]}\n"),
			 -EINVAL);
	expect_only("type-mismatch",
		    "spec.tracepoints[0].selectors[0].matchArgs[0].values[0]");
}

TEST(lists_in_filters_name_unknown_calls)
{
	ck_assert_int_eq(
		parse_filter(
			"['list:a']",
			"  - {name: a, type: syscalls, values: [sys_dup, sys_dpu]}\n"),
		-EINVAL);
	expect_only("unknown-symbol", "spec.lists[0].values[1]");
}

/* The entries of 32-bit calls have names that differ from those of the calls. */
TEST(lists_in_filters_take_no_32_bit_entries)
{
	ck_assert_int_eq(parse_filter("['list:a']",
				      "  - {name: a, type: syscalls, values: "
				      "[__ia32_sys_stat]}\n"),
			 -EOPNOTSUPP);
	expect_only("not-supported", "spec.lists[0].values[0]");
}

/* Lists of 512 calls, named by a filter again and again. */
static int parse_listed(uint32_t n)
{
	_cleanup_(strbuf_done) struct strbuf values = {}, lists = {};

	strbuf_puts(&values, "[");
	for (uint32_t i = 0; i < n / 512; i++)
		strbuf_puts(&values, "'list:a',");
	strbuf_puts(&values, n % 512 ? "'list:b']" : "]");
	strbuf_puts(&lists, "  - {name: b, type: syscalls, values: [sys_dup]}\n"
			    "  - name: a\n    type: syscalls\n    values:\n");
	for (uint32_t i = 0; i < 512; i++)
		strbuf_puts(&lists, "    - sys_dup\n");
	return parse_filter(strbuf_get(&values), strbuf_get(&lists));
}

TEST(lists_in_filters_have_a_limit)
{
	ck_assert_int_eq(parse_listed(65536), 0);
	ck_assert_uint_eq(policy->hooks[0].selectors[0].args->n_values, 65536);
	policy = tetra_policy_unref(policy);
	ck_assert_int_eq(parse_listed(65537), -EINVAL);
	expect_only("too-many",
		    "spec.tracepoints[0].selectors[0].matchArgs[0].values[128]");
}

FIXTURE(setup, teardown)
TIMEOUT(60)
