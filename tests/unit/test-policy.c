/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "lib/base/strbuf.h"
#include "lib/policy/policy.h"
#include "tests/unit/expect.h"
#include "tests/unit/suite.h"

#define HEAD "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"

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

	strbuf_format(&text, HEAD "spec:\n%s", spec);
	policy = tetra_policy_unref(policy);
	return tetra_policy_parse(&policy, strbuf_get(&text), text.len, NULL, diag);
}

static const struct policy_hook *good(const char *spec)
{
	int r = parse(spec);

	if (r < 0)
		expect_print(diag);
	ck_assert_int_eq(r, 0);
	return policy->hooks;
}

/* One kprobe with arguments of all classes and these filters in its one selector. */
static const struct policy_selector *selector(const char *rest)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	strbuf_format(&text,
		      "  kprobes:\n"
		      "  - call: sys_x\n"
		      "    return: true\n"
		      "    returnArg: {index: 0, type: int}\n"
		      "    args:\n"
		      "    - {index: 0, type: int}\n"
		      "    - {index: 1, type: string}\n"
		      "    - {index: 2, type: sock}\n"
		      "    - {index: 3, type: uint64}\n"
		      "    - {index: 4, type: path}\n"
		      "    selectors:\n"
		      "    - {%s}\n",
		      rest);
	return good(strbuf_get(&text))->selectors;
}

static const struct policy_filter *filter(const char *rest)
{
	char text[512];
	const struct policy_selector *found;

	snprintf(text, sizeof(text), "matchArgs: [{%s}]", rest);
	found = selector(text);
	ck_assert_uint_eq(found->n_args, 1);
	return found->args;
}

TEST(policy_has_its_envelope)
{
	good("  options: [{name: policy-mode, value: monitor}]\n"
	     "  kprobes: [{call: sys_read}, {call: vfs_read, syscall: false}]\n"
	     "  lsmhooks: [{hook: file_open}]\n");
	ck_assert_str_eq(tetra_policy_get_name(policy), "p");
	ck_assert_uint_eq(tetra_policy_get_mode(policy), TETRA_MODE_MONITOR);
	ck_assert_uint_eq(tetra_policy_count_hooks(policy), 3);
	ck_assert_int_eq(tetra_policy_enforces(policy), 0);
	ck_assert_uint_eq(policy->name_mark.line, 3);
	ck_assert_uint_eq(policy->name_mark.column, 18);
	ck_assert_str_eq(policy->file, "-");
	ck_assert_int_eq(strncmp(policy->text, HEAD, strlen(HEAD)), 0);
}

TEST(policy_has_options)
{
	good("  options: [{name: unreadable, value: no-match},\n"
	     "            {name: user-namespaces, value: trust},\n"
	     "            {name: enforcement, value: best-effort}]\n"
	     "  lsmhooks: [{hook: file_open}]\n");
	ck_assert_uint_eq(policy->unreadable, POLICY_UNREADABLE_NO_MATCH);
	ck_assert_uint_eq(policy->user_namespaces, POLICY_USER_NAMESPACES_TRUST);
	ck_assert_uint_eq(policy->enforcement, POLICY_ENFORCEMENT_BEST_EFFORT);
	good("  options: [{name: unreadable, value: match},\n"
	     "            {name: user-namespaces, value: distrust},\n"
	     "            {name: enforcement, value: strict}]\n"
	     "  lsmhooks: [{hook: file_open}]\n");
	ck_assert_uint_eq(policy->unreadable, POLICY_UNREADABLE_MATCH);
	ck_assert_uint_eq(policy->user_namespaces, POLICY_USER_NAMESPACES_DISTRUST);
	ck_assert_uint_eq(policy->enforcement, POLICY_ENFORCEMENT_STRICT);
	good("  lsmhooks: [{hook: file_open}]\n");
	ck_assert_uint_eq(policy->unreadable, POLICY_UNREADABLE_DEFAULT);
	ck_assert_uint_eq(policy->user_namespaces, POLICY_USER_NAMESPACES_DEFAULT);
	ck_assert_uint_eq(policy->enforcement, POLICY_ENFORCEMENT_STRICT);
}

/* The selectors: an exception, an enforcing one, one that only watches. */
TEST(exceptions_do_not_accept_what_cannot_be_read)
{
	static const struct {
		const char *options;
		uint8_t unreadable[3], fault[3];
	} truths[] = {
		{ "", { 0, 1, 0 }, { 0, 0, 0 } },
		{ "  options: [{name: unreadable, value: match}]\n",
		  { 0, 1, 1 },
		  { 0, 1, 1 } },
		{ "  options: [{name: unreadable, value: no-match}]\n",
		  { 0, 0, 0 },
		  { 0, 0, 0 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(truths); i++) {
		char text[1024];
		const struct policy_hook *hook;

		snprintf(
			text, sizeof(text),
			"%s  kprobes:\n"
			"  - call: security_file_open\n"
			"    syscall: false\n"
			"    args: [{index: 0, type: file}]\n"
			"    selectors:\n"
			"    - matchArgs: [{index: 0, operator: Prefix, values: [/a/b/]}]\n"
			"      matchActions: [{action: NoPost}]\n"
			"    - matchArgs: [{index: 0, operator: Prefix, values: [/a/]}]\n"
			"      matchActions: [{action: Override, argError: -1}]\n"
			"    - matchArgs: [{index: 0, operator: Prefix, values: [/c/]}]\n",
			truths[i].options);
		hook = good(text);
		for (uint32_t k = 0; k < 3; k++) {
			ck_assert_uint_eq(hook->selectors[k].accepts_unreadable,
					  truths[i].unreadable[k]);
			ck_assert_uint_eq(hook->selectors[k].accepts_fault,
					  truths[i].fault[k]);
		}
	}
}

TEST(policy_has_hooks_of_each_kind)
{
	const struct policy_hook *hooks =
		good("  kprobes:\n"
		     "  - call: sys_read\n"
		     "    ignore: {callNotFound: true}\n"
		     "  - {call: vfs_read, syscall: false}\n"
		     "  tracepoints:\n"
		     "  - {subsystem: sched, event: sched_switch}\n"
		     "  - {subsystem: sched, event: sched_process_exec, raw: true}\n"
		     "  lsmhooks: [{hook: file_open}]\n");

	ck_assert_uint_eq(policy->n_hooks, 5);
	ck_assert_uint_eq(hooks[0].kind, POLICY_KPROBE);
	ck_assert_str_eq(hooks[0].name, "sys_read");
	ck_assert_uint_eq(hooks[0].syscall, 1);
	ck_assert_uint_eq(hooks[0].syscall_given, 0);
	ck_assert_uint_eq(hooks[0].call_not_found_ok, 1);
	ck_assert_str_eq(hooks[0].yaml_path, "spec.kprobes[0]");
	ck_assert_uint_eq(hooks[0].name_mark.line, 6);
	ck_assert_uint_eq(hooks[0].name_mark.column, 11);
	ck_assert_uint_eq(hooks[1].syscall, 0);
	ck_assert_uint_eq(hooks[1].syscall_given, 1);
	ck_assert_uint_eq(hooks[2].kind, POLICY_TRACEPOINT);
	ck_assert_str_eq(hooks[2].subsystem, "sched");
	ck_assert_uint_eq(hooks[3].kind, POLICY_RAW_TRACEPOINT);
	ck_assert_uint_eq(hooks[4].kind, POLICY_LSM);
	ck_assert_str_eq(hooks[4].yaml_path, "spec.lsmhooks[0]");
	ck_assert_uint_eq(hooks[4].n_selectors, 0);
}

TEST(policy_has_arguments)
{
	const struct policy_hook *hook =
		good("  kprobes:\n"
		     "  - call: sys_write\n"
		     "    return: true\n"
		     "    returnArg: {index: 0, type: long}\n"
		     "    args:\n"
		     "    - {index: 1, type: char_buf, sizeArgIndex: 3, label: data}\n"
		     "    - {index: 2, type: size_t}\n"
		     "  tracepoints:\n"
		     "  - subsystem: a\n"
		     "    event: b\n"
		     "    args: [{index: 7}]\n");

	ck_assert_uint_eq(hook->n_args, 2);
	ck_assert_uint_eq(hook->args[0].kind, TETRA_ARG_CHAR_BUF);
	ck_assert_uint_eq(hook->args[0].index, 1);
	ck_assert_uint_eq(hook->args[0].size_index, 3);
	ck_assert_str_eq(hook->args[0].label, "data");
	ck_assert_uint_eq(hook->args[0].type_mark.column, 24);
	ck_assert_ptr_null(hook->args[1].label);
	ck_assert_uint_eq(hook->wants_return, 1);
	ck_assert_uint_eq(hook->return_arg.kind, TETRA_ARG_INT64);
	ck_assert_str_eq(hook->return_arg.type, "long");
	ck_assert_uint_eq(hook[1].args[0].kind, 0);
	ck_assert_str_eq(hook[1].args[0].type, "auto");
}

TEST(policy_parses_integers)
{
	const struct policy_filter *f =
		filter("index: 0, operator: Equal, values: ['-1', 0x10, '0b11', 010]");

	ck_assert_uint_eq(f->op, TETRA_OP_EQUAL);
	ck_assert_uint_eq(f->arg, 0);
	ck_assert_uint_eq(f->n_values, 4);
	ck_assert_uint_eq(f->values[0].min, UINT64_MAX);
	ck_assert_uint_eq(f->values[1].min, 16);
	ck_assert_uint_eq(f->values[1].max, 16);
	ck_assert_uint_eq(f->values[2].min, 3);
	ck_assert_uint_eq(f->values[3].min, 8);
	ck_assert_str_eq(f->values[3].text, "010");
	f = filter("index: 0, operator: Mask, values: [0x80000000]");
	ck_assert_uint_eq(f->values[0].min, 0x80000000u);
	f = filter("index: 3, operator: GreaterThan, values: [18446744073709551615]");
	ck_assert_uint_eq(f->op, TETRA_OP_GT);
	ck_assert_uint_eq(f->values[0].min, UINT64_MAX);
}

TEST(policy_parses_sets)
{
	const struct policy_filter *f =
		filter("args: [0], operator: InMap, values: ['9:5', '-3', 0xfffffffe]");

	ck_assert_uint_eq(f->n_values, 3);
	ck_assert_uint_eq(f->values[0].min, 5);
	ck_assert_uint_eq(f->values[0].max, 9);
	ck_assert_int_eq((int64_t)f->values[1].min, -3);
	ck_assert_int_eq((int64_t)f->values[2].min, -2);
	/* Across the top of a signed type: two ranges. */
	f = filter("index: 0, operator: NotInMap, values: ['0x7ffffffe:0x80000001']");
	ck_assert_uint_eq(f->n_values, 2);
	ck_assert_int_eq((int64_t)f->values[0].min, INT32_MAX - 1);
	ck_assert_int_eq((int64_t)f->values[0].max, INT32_MAX);
	ck_assert_int_eq((int64_t)f->values[1].min, INT32_MIN);
	ck_assert_int_eq((int64_t)f->values[1].max, INT32_MIN + 1);
	ck_assert_str_eq(f->values[1].text, f->values[0].text);
}

/* The edges of a narrow signed type: the number below the top, the top, the last pattern. */
TEST(policy_parses_patterns_at_the_edges)
{
	static const struct {
		const char *value;
		int error;
		int64_t min, max;
	} rows[] = {
		{ "127", 0, 127, 127 },	      { "128", 0, -128, -128 },
		{ "255", 0, -1, -1 },	      { "256", -EINVAL, 0, 0 },
		{ "-128", 0, -128, -128 },    { "-129", -EINVAL, 0, 0 },
		{ "1:127", 0, 1, 127 },	      { "128:255", 0, -128, -1 },
		{ "128:256", -EINVAL, 0, 0 },
	};
	const struct policy_filter *f;
	char spec[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(spec, sizeof(spec),
			 "  kprobes: [{call: sys_x, args: [{index: 0, type: int8}],"
			 " selectors: [{matchArgs: [{index: 0, operator: InMap,"
			 " values: ['%s']}]}]}]\n",
			 rows[i].value);
		ck_assert_msg(parse(spec) == rows[i].error, "%s", rows[i].value);
		if (rows[i].error)
			continue;
		f = policy->hooks->selectors->args;
		ck_assert_uint_eq(f->n_values, 1);
		ck_assert_int_eq((int64_t)f->values[0].min, rows[i].min);
		ck_assert_int_eq((int64_t)f->values[0].max, rows[i].max);
	}
}

TEST(policy_parses_texts)
{
	const struct policy_filter *f =
		filter("index: 1, operator: Postfix, values: [\"a\\0b\\0\", 12, ' x ']");

	ck_assert_uint_eq(f->n_values, 3);
	ck_assert_uint_eq(f->values[0].len, 3);
	ck_assert_mem_eq(f->values[0].text, "a\0b", 4);
	ck_assert_str_eq(f->values[1].text, "12");
	ck_assert_str_eq(f->values[2].text, " x ");
	ck_assert_uint_eq(f->values[2].mark.column, 73);
	f = filter("index: 1, operator: Equal, values: ['']");
	ck_assert_uint_eq(f->values[0].len, 0);
}

/* NULs at the end of a literal count for buffers alone. */
TEST(policy_drops_nuls_at_the_end_of_literals)
{
	static const struct {
		const char *type, *value;
		size_t len;
	} rows[] = {
		{ "string", "ab\\0\\0", 2 },  { "filename", "ab\\0", 2 },
		{ "filename", "\\0", 0 },     { "file", "/ab\\0", 3 },
		{ "dentry", "/a\\0b\\0", 4 }, { "char_buf", "ab\\0", 3 },
		{ "char_buf", "\\0", 1 },
	};
	char spec[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(
			spec, sizeof(spec),
			"  kprobes: [{call: x, syscall: false,"
			" args: [{index: 0, type: %s, sizeArgIndex: 1}], selectors: "
			"[{matchArgs: [{index: 0, operator: Equal, values: [\"%s\"]}]}]}]",
			rows[i].type, rows[i].value);
		ck_assert_uint_eq(good(spec)->selectors[0].args[0].values[0].len,
				  rows[i].len);
	}
}

/* A literal of @n letters, in a filter or as a binary; @code: why it is not accepted. */
static const struct {
	const char *filter;
	uint32_t limit;
} literal_limits[] = {
	{ "matchArgs: [{index: 1, operator: Equal, values: [%s]}]", 4096 },
	{ "matchArgs: [{index: 1, operator: NotEqual, values: [%s]}]", 4096 },
	{ "matchArgs: [{index: 1, operator: Prefix, values: [%s]}]", 256 },
	{ "matchArgs: [{index: 1, operator: NotPrefix, values: [%s]}]", 256 },
	{ "matchArgs: [{index: 1, operator: Postfix, values: [%s]}]", 127 },
	{ "matchArgs: [{index: 1, operator: NotPostfix, values: [%s]}]", 127 },
	{ "matchArgs: [{index: 1, operator: SubString, values: [%s]}]", 99 },
	{ "matchBinaries: [{operator: In, values: [%s]}]", 255 },
	{ "matchBinaries: [{operator: NotIn, values: [%s]}]", 255 },
	{ "matchBinaries: [{operator: Prefix, values: [%s]}]", 256 },
	{ "matchBinaries: [{operator: NotPrefix, values: [%s]}]", 256 },
	{ "matchBinaries: [{operator: Postfix, values: [%s]}]", 127 },
	{ "matchBinaries: [{operator: NotPostfix, values: [%s]}]", 127 },
};

static bool is_too_long(const char *filter, uint32_t n)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	char literal[4200], rest[4400], spec[4800];
	unsigned int i;
	bool found = false;

	memset(literal, 'a', n);
	literal[n] = '\0';
	snprintf(rest, sizeof(rest), filter, literal);
	snprintf(spec, sizeof(spec),
		 "  kprobes: [{call: sys_x, args: [{index: 1, type: string}],"
		 " selectors: [{%s}]}]\n",
		 rest);
	tetra_diag_clear(diag);
	(void)parse(spec);
	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		found |= str_equal(finding.code, "too-long");
	return found;
}

TEST(policy_takes_literals_up_to_the_limit_of_their_operator)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(literal_limits); i++) {
		const char *row = literal_limits[i].filter;

		ck_assert_msg(!is_too_long(row, literal_limits[i].limit), "%s", row);
		ck_assert_msg(is_too_long(row, literal_limits[i].limit + 1), "%s", row);
	}
}

TEST(policy_parses_sockets)
{
	static const uint8_t net[16] = { 10, 1 }, six[16] = { 0xfd, 0, 0x12 };
	const struct policy_filter *f = filter(
		"index: 2, operator: DAddr, values: [10.1.2.3/16, 'fd00:1200::/24', '::1']");

	ck_assert_uint_eq(f->values[0].addr_family, 4);
	ck_assert_uint_eq(f->values[0].addr_bits, 16);
	ck_assert_mem_eq(f->values[0].addr, net, 4);
	ck_assert_uint_eq(f->values[1].addr_family, 6);
	ck_assert_uint_eq(f->values[1].addr_bits, 24);
	ck_assert_mem_eq(f->values[1].addr, six, 16);
	ck_assert_uint_eq(f->values[2].addr_bits, 128);
	f = filter("index: 2, operator: SPort, values: [53, '90:80']");
	ck_assert_uint_eq(f->values[0].max, 53);
	ck_assert_uint_eq(f->values[1].min, 80);
	ck_assert_uint_eq(f->values[1].max, 90);
	f = filter("index: 2, operator: Protocol, values: [IPPROTO_TCP, 17, '1:3']");
	ck_assert_uint_eq(f->values[0].min, 6);
	ck_assert_uint_eq(f->values[2].max, 3);
	f = filter("index: 2, operator: Family, values: [AF_INET6]");
	ck_assert_uint_eq(f->values[0].min, 10);
}

TEST(policy_finds_filters_of_tracepoints_by_field_or_position)
{
	const struct policy_hook *hook =
		good("  tracepoints:\n"
		     "  - subsystem: a\n"
		     "    event: b\n"
		     "    args: [{index: 7, type: int}, {index: 5, type: string}]\n"
		     "    selectors:\n"
		     "    - matchArgs:\n"
		     "      - {index: 5, operator: Equal, values: [a]}\n"
		     "      - {index: 1, operator: Equal, values: [a]}\n"
		     "      - {args: [0], operator: Equal, values: [1]}\n");

	ck_assert_uint_eq(hook->selectors[0].args[0].arg, 1);
	ck_assert_uint_eq(hook->selectors[0].args[1].arg, 1);
	ck_assert_uint_eq(hook->selectors[0].args[2].arg, 0);
}

TEST(policy_filters_return_values)
{
	const struct policy_selector *s =
		selector("matchReturnArgs: [{operator: LT, values: [0]}]");

	ck_assert_uint_eq(s->n_return_args, 1);
	ck_assert_uint_eq(s->return_args[0].arg, POLICY_ARG_RETURN);
	ck_assert_uint_eq(s->return_args[0].op, TETRA_OP_LT);
}

TEST(policy_has_scopes)
{
	const struct policy_selector *s = selector(
		"matchPIDs: [{operator: NotIn, values: [1, '2', 3, 4, 5], followForks: true,"
		" isNamespacePID: true}, {operator: In, values: [7]}],"
		" matchBinaries: [{operator: NotPrefix, values: [/usr/, /opt/]}],"
		" matchNamespaces: [{namespace: PidForChildren, operator: NotIn,"
		" values: [host_ns, '4026531836']}],"
		" matchCapabilities: [{type: Permitted, operator: In, isNamespaceCapability: true,"
		" values: [CAP_SYS_ADMIN, cap_chown]}], label: here");

	ck_assert_str_eq(s->label, "here");
	ck_assert_uint_eq(s->n_pids, 2);
	ck_assert(s->pids[0].negated && s->pids[0].follow_forks &&
		  s->pids[0].namespace_pid);
	ck_assert_uint_eq(s->pids[0].n_values, 5);
	ck_assert_uint_eq(s->pids[0].values[1].min, 2);
	ck_assert(!s->pids[1].negated && !s->pids[1].follow_forks);
	ck_assert_uint_eq(s->n_binaries, 1);
	ck_assert_uint_eq(s->binaries[0].op, TETRA_OP_NOT_PREFIX);
	ck_assert_str_eq(s->binaries[0].values[1].text, "/opt/");
	ck_assert_uint_eq(s->namespaces[0].ns, TETRA_NS_PID_FOR_CHILDREN);
	ck_assert_uint_eq(s->namespaces[0].host_ns, 1);
	ck_assert_uint_eq(s->namespaces[0].n_values, 1);
	ck_assert_uint_eq(s->namespaces[0].values[0].min, 4026531836u);
	ck_assert_uint_eq(s->capabilities[0].set, TETRA_CAPSET_PERMITTED);
	ck_assert_uint_eq(s->capabilities[0].mask, (UINT64_C(1) << 21) | 1);
	ck_assert_uint_eq(s->capabilities[0].is_namespace_capability, 1);
}

TEST(policy_has_defaults)
{
	const struct policy_selector *s =
		selector("matchCapabilities: [{operator: In, values: [CAP_KILL]}],"
			 " matchBinaries: [{operator: In, values: []}]");

	ck_assert_uint_eq(s->capabilities[0].set, TETRA_CAPSET_EFFECTIVE);
	ck_assert_uint_eq(s->n_binaries, 0);
	ck_assert_uint_eq(s->n_actions, 1);
	ck_assert_uint_eq(s->actions[0].kind, TETRA_ACTION_POST);
	ck_assert_uint_eq(s->actions[0].rate_ms, 0);
	ck_assert_uint_eq(tetra_policy_get_mode(policy), TETRA_MODE_ENFORCE);
	ck_assert_uint_eq(tetra_policy_enforces(policy), 0);
}

TEST(policy_has_actions)
{
	const struct policy_selector *s = selector(
		"matchActions: [{action: Post, rateLimit: 5m, rateLimitScope: global},"
		" {action: Signal, argSig: 15}, {action: Override, argError: -13}]");

	ck_assert_uint_eq(s->n_actions, 3);
	ck_assert_uint_eq(s->actions[0].rate_ms, 300000);
	ck_assert_uint_eq(s->actions[0].rate_scope, POLICY_RATE_GLOBAL);
	ck_assert_uint_eq(s->actions[1].signal, 15);
	ck_assert_int_eq(s->actions[2].error, -13);
	ck_assert_uint_eq(tetra_policy_enforces(policy), 1);
	s = selector("matchActions: [{action: Sigkill}, {action: NoPost}]");
	ck_assert_uint_eq(s->actions[0].signal, 9);
	ck_assert_uint_eq(s->actions[1].kind, TETRA_ACTION_NOPOST);
}

TEST(policy_reads_rate_limits)
{
	static const struct {
		const char *text;
		uint32_t ms;
	} rows[] = {
		{ "'5'", 5000 },   { "5s", 5000 }, { "2M", 120000 },
		{ "1h", 3600000 }, { "'0'", 0 },   { "4294967295h", UINT32_MAX },
	};
	const struct policy_selector *s;
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			 "matchActions: [{action: Post, rateLimit: %s}]", rows[i].text);
		s = selector(text);
		ck_assert_uint_eq(s->actions[0].rate_ms, rows[i].ms);
	}
}

TEST(policy_escapes_texts_once)
{
	const struct policy_hook *hook =
		good("  lsmhooks:\n"
		     "  - hook: file_open\n"
		     "    message: \"a\\\"b\\\\c\\n\\x01é\\u00a0\\U0001F512\"\n"
		     "    tags: [one, 'two words']\n");

	ck_assert_str_eq(hook->message, "a\\\"b\\\\c\\n\\x01é\\u00a0🔒");
	ck_assert_uint_eq(hook->n_tags, 2);
	ck_assert_str_eq(hook->tags[1], "two words");
}

TEST(policy_cuts_texts_between_characters)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	const struct policy_hook *hook;
	unsigned int i;

	strbuf_puts(&text, "  lsmhooks:\n  - hook: file_open\n    message: x");
	for (i = 0; i < 200; i++)
		strbuf_puts(&text, "é");
	strbuf_puts(&text, "\n");
	hook = good(strbuf_get(&text));
	ck_assert_uint_eq(strlen(hook->message), 255);
}

TEST(policy_says_what_is_not_supported)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	ck_assert_int_eq(parse("  kprobes:\n  - call: sys_x\n    args:\n"
			       "    - {index: 0, type: char_iovec}\n"),
			 -EOPNOTSUPP);
	ck_assert_ptr_null(policy);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_str_eq(finding.code, "not-supported");
	ck_assert_str_eq(finding.path, "spec.kprobes[0].args[0].type");
	/* An error counts more. */
	ck_assert_int_eq(parse("  loader: true\n  kprobes: [{}]\n"), -EINVAL);
	/* One word for a section, not one for each part of it. */
	tetra_diag_clear(diag);
	ck_assert_int_eq(
		parse("  fentries:\n  - call: a\n    args: [{index: 0, type: char_iovec}]\n"),
		-EOPNOTSUPP);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1);
	/* What would be written into a program's registers is not left out in silence. */
	tetra_diag_clear(diag);
	ck_assert_int_eq(
		parse("  kprobes:\n  - call: sys_x\n    selectors:\n    - matchActions:\n"
		      "      - {action: Override, argError: -1, argRegs: ['rax=1']}\n"
		      "      - {action: Override, argError: -1, argNewAddr: 4096}\n"),
		-EOPNOTSUPP);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR), 2);
	ck_assert_int_eq(tetra_diag_get(diag, 1, &finding), 0);
	ck_assert_str_eq(finding.path,
			 "spec.kprobes[0].selectors[0].matchActions[1].argNewAddr");
}

TEST(policy_says_each_fault_once)
{
	static const char *const values[] = { "null", "2", "{}", "[]" };
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(text, sizeof(text),
			 "  kprobes: [{call: sys_x, args: [{index: 0, type: int}], "
			 "selectors: [{matchArgs: [{operator: Equal, values: %s}]}]}]\n",
			 values[i]);
		ck_assert_int_eq(parse(text), -EINVAL);
		ck_assert_uint_eq(tetra_diag_count(diag, 0), i + 1);
	}
}

TEST(policy_opts_follow_their_size)
{
	struct {
		struct tetra_parse_opts opts;
		uint64_t newer;
	} given = { .opts = { .size = sizeof(given), .file = "named" } };

	ck_assert_int_eq(tetra_policy_parse(&policy, "", 0, &given.opts, diag), -EINVAL);
	ck_assert_int_eq(tetra_policy_parse(&policy, NULL, 0, &given.opts, diag),
			 -EINVAL);
	ck_assert_int_eq(tetra_policy_parse(&policy, NULL, 1, &given.opts, diag),
			 -EINVAL);
	given.newer = 1;
	ck_assert_int_eq(tetra_policy_parse(&policy, "", 0, &given.opts, diag), -E2BIG);
	given.opts.size = 0;
	ck_assert_int_eq(tetra_policy_parse(&policy, "", 0, &given.opts, diag), -EINVAL);
}

TEST(policy_reads_files)
{
	char filename[1024];

	snprintf(filename, sizeof(filename), "%s/policy/good/ok-json.yaml",
		 getenv("TETRA_TEST_DATA"));
	ck_assert_int_eq(tetra_policy_parse_file(&policy, filename, NULL, diag), 0);
	ck_assert_str_eq(policy->file, filename);
	ck_assert_ptr_eq(tetra_policy_ref(policy), policy);
	ck_assert_ptr_null(tetra_policy_unref(policy));
	ck_assert_str_eq(tetra_policy_get_name(policy), "ok-json");
	policy = tetra_policy_unref(policy);
	ck_assert_int_eq(tetra_policy_parse_file(&policy, "/nowhere/x", NULL, diag),
			 -ENOENT);
	ck_assert_int_eq(tetra_policy_parse_file(&policy, "/", NULL, diag), -EINVAL);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 2);
}

TEST(policy_refuses_too_long_texts)
{
	size_t len = TETRA_POLICY_MAX_BYTES + 1;
	char *text = malloc(len);

	memset(text, '#', len);
	ck_assert_int_eq(tetra_policy_parse(&policy, text, len, NULL, diag), -E2BIG);
	/* One byte less is read: it is an empty document. */
	ck_assert_int_eq(tetra_policy_parse(&policy, text, len - 1, NULL, diag), -EINVAL);
	free(text);
}

/* Findings of a later transaction show the lines of a text up to 64 KiB. */
TEST(policy_keeps_a_text_up_to_its_limit)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	strbuf_puts(&text, HEAD "spec: {lsmhooks: [{hook: file_open}]}\n");
	while (text.len < 64u << 10)
		strbuf_puts(&text, "#");
	ck_assert_int_eq(tetra_policy_parse(&policy, text.text, text.len, NULL, diag), 0);
	ck_assert_ptr_nonnull(policy->text);
	policy = tetra_policy_unref(policy);
	strbuf_puts(&text, "#");
	ck_assert_int_eq(tetra_policy_parse(&policy, text.text, text.len, NULL, diag), 0);
	ck_assert_ptr_null(policy->text);
}

static bool has_finding_at(const char *path)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (finding.path && str_equal(finding.path, path))
			return true;
	return false;
}

TEST(policy_takes_a_thousand_options)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	unsigned int i;

	strbuf_puts(&text, "  lsmhooks: [{hook: file_open}]\n  options:\n");
	for (i = 0; i < 1000; i++)
		strbuf_format(&text, "  - {name: n%u}\n", i);
	ck_assert_int_eq(parse(strbuf_get(&text)), -EINVAL);
	ck_assert(!has_finding_at("spec.options[1000]"));
	strbuf_puts(&text, "  - {name: last}\n");
	ck_assert_int_eq(parse(strbuf_get(&text)), -EINVAL);
	ck_assert(has_finding_at("spec.options[1000]"));
}

static void check_folder(const char *name, unsigned int least)
{
	struct expect_counts counts = {};
	char folder[1024];

	snprintf(folder, sizeof(folder), "%s/policy/%s", getenv("TETRA_TEST_DATA"), name);
	ck_assert_int_eq(expect_folder(folder, &counts), 0);
	ck_assert_uint_ge(counts.n_files, least);
	ck_assert_uint_eq(counts.n_failed, 0);
}

TEST(policy_refuses_bad_files_with_every_reason)
{
	check_folder("bad", 40);
}

TEST(policy_takes_odd_files_without_a_word)
{
	check_folder("good", 8);
}

/* Hundreds of keys, one after the other cut off: no crash, and always an answer. */
TEST(policy_survives_cut_texts)
{
	static const char text[] = HEAD
		"spec:\n  kprobes:\n  - call: &a \"sys_x\"\n    args: [{index: 0, type: int}]\n"
		"    selectors: [{matchArgs: [{index: 0, operator: InMap, values: ['1:2']}],"
		" matchActions: [{action: Post, rateLimit: '5'}]}]\n";
	size_t len;
	int r;

	for (len = 0; len < sizeof(text); len++) {
		r = tetra_policy_parse(&policy, text, len, NULL, NULL);
		ck_assert(r == 0 || r == -EINVAL);
		policy = tetra_policy_unref(policy);
	}
}

TEST(policy_answers_large_texts)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	unsigned int i;

	strbuf_puts(&text, "  kprobes:\n");
	for (i = 0; i < 100000; i++)
		strbuf_format(&text, "  - call: sys_x%u\n", i);
	good(strbuf_get(&text));
	ck_assert_uint_eq(policy->n_hooks, 100000);
	ck_assert_ptr_null(policy->text);
	strbuf_clear(&text);
	strbuf_puts(&text, "  kprobes:\n  - call: sys_x\n    tags: [");
	for (i = 0; i < 1000000; i++)
		strbuf_puts(&text, "ab,");
	strbuf_puts(&text, "]\n");
	ck_assert_int_eq(parse(strbuf_get(&text)), -EINVAL);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1);
}

/* Names that are wrong or not there, by the hundred thousand: hints for them cost nothing. */
TEST(policy_answers_large_wrong_texts)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	clock_t begin = clock();
	unsigned int i;

	strbuf_puts(&text, "  kprobes:\n  - call: sys_x\n    selectors:\n"
			   "    - matchCapabilities: [{operator: In, values: [");
	for (i = 0; i < 700000; i++)
		strbuf_puts(&text, "CAP_SYS_ADMIM,");
	strbuf_puts(&text, "]}]\n");
	ck_assert_int_eq(parse(strbuf_get(&text)), -EINVAL);
	strbuf_clear(&text);
	strbuf_puts(&text, "  lists:\n");
	for (i = 0; i < 40000; i++)
		strbuf_format(&text, "  - {name: n%u, values: [sys_x]}\n", i);
	strbuf_puts(&text, "  options:\n");
	for (i = 0; i < 40000; i++)
		strbuf_format(&text, "  - {name: n%u, value: x}\n", i);
	strbuf_puts(&text, "  kprobes:\n");
	for (i = 0; i < 40000; i++)
		strbuf_format(&text, "  - {call: 'list:n%u'}\n", i);
	ck_assert_int_eq(parse(strbuf_get(&text)), -EINVAL);
	ck_assert(!SUITE_IS_TIMED || clock() - begin < 8 * CLOCKS_PER_SEC);
}

FIXTURE(setup, teardown)
TIMEOUT(60)
