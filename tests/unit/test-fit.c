/* SPDX-License-Identifier: Apache-2.0 */
/* Policies judged for recorded kernels. */
#include "lib/fit/facts.h"
#include "tests/unit/plan-of.h"
#include "tetra/fit.h"

/* Columns of the rows below. */
enum { K5_10, K6_1, K6_12, K7_2, FULL };

static struct tetra_fit *fit_of(const char *spec, unsigned int kernel, uint32_t mode)
{
	const struct tetra_load_opts opts = { .size = sizeof(opts), .mode = mode };
	struct tetra_facts facts = { recorded(kernel) };
	struct tetra_policy *policy = policy_of(spec);
	struct tetra_fit *fit = NULL;

	ck_assert_int_eq(tetra_fit(&fit, policy, &facts, &opts, NULL), 0);
	tetra_policy_unref(policy);
	return fit;
}

static struct tetra_policy_fit verdict_of(const struct tetra_fit *fit)
{
	struct tetra_policy_fit verdict = { .size = sizeof(verdict) };

	ck_assert_int_eq(tetra_fit_get_policy(fit, &verdict), 0);
	return verdict;
}

static struct tetra_hook_fit hook_of(const struct tetra_fit *fit, size_t index)
{
	struct tetra_hook_fit hook = { .size = sizeof(hook) };

	ck_assert_int_eq(tetra_fit_get_hook(fit, index, &hook), 0);
	return hook;
}

#define FILE_INT ARGS(ARG("0", "file") ", " ARG("1", "int"))

static const struct {
	const char *spec;
	unsigned int kernel;
	const char *attach, *deny, *kill, *emulated, *arguments;
} rows[] = {
	{ FUNCTION("security_file_permission", FILE_INT ", " KILL), K6_12, "fentry+lsm",
	  "lsm", "denies", "", "file,int32" },
	{ FUNCTION("security_file_permission", FILE_INT), K6_12, "fentry", "none", "none",
	  "", "file,int32" },
	{ FUNCTION("security_file_permission", ", " OVERRIDE), K5_10, "fentry+lsm", "lsm",
	  "none", "", "" },
	{ LSM("file_open", ARGS(ARG("0", "file")) ", " KILL), K6_1, "lsm", "lsm",
	  "denies", "", "file" },
	{ FUNCTION("tcp_connect", ", " KILL), K6_12, "fentry", "none", "may-complete", "",
	  "" },
	{ FUNCTION("tcp_connect", ", " SIGTERM), K6_12, "fentry", "none", "none", "",
	  "" },
	{ SYSCALL("sys_getpgid", ", " OVERRIDE), FULL, "fmod_ret", "fmod_ret", "none", "",
	  "" },
	{ SYSCALL("sys_getpgid", ", " KILL), K6_12, "fentry", "none", "may-complete", "",
	  "" },
	/* Preemptible: what denies may be skipped, and probes come before trampolines. */
	{ SYSCALL("sys_getpgid", ", " KILL), K7_2, "kprobe.multi+fmod_ret", "fmod_ret",
	  "may-complete", "", "" },
	{ FUNCTION("tcp_connect", ", " KILL), K7_2, "kprobe.multi", "none",
	  "may-complete", "", "" },
	{ EVENT("syscalls", "sys_enter_getpgid", ", " KILL), K7_2,
	  "tracepoint+kprobe.multi", "none", "may-complete",
	  "kprobe.multi on __x64_sys_getpgid signals", "" },
	{ FUNCTION("tcp_connect", ", " RETURN), K6_12, "fexit", "none", "none", "",
	  "return:int32" },
	{ SYSCALL("sys_symlinkat",
		  ARGS(ARG("0",
			   "string")) ", selectors: [{matchArgs: [{index: 0, operator: "
				      "Equal, values: [\"/a\"]}], matchActions: "
				      "[{action: Sigkill}]}]"),
	  FULL, "fmod_ret+fentry.s", "fmod_ret", "denies",
	  "fentry.s waits for memory that is not resident", "string" },
};

TEST_EACH(fit_tells_how_hooks_are_attached, ARRAY_SIZE(rows))
{
	struct tetra_fit *fit = fit_of(rows[_i].spec, rows[_i].kernel, 0);
	struct tetra_policy_fit verdict = verdict_of(fit);
	struct tetra_hook_fit hook = hook_of(fit, 0);
	_cleanup_(strbuf_done) struct strbuf emulated = {};

	for (uint32_t i = 0; i < hook.n_emulated; i++)
		strbuf_format(&emulated, "%s%s", i ? "; " : "", hook.emulated[i]);
	ck_assert_msg(verdict.loads, "%s", verdict.reason);
	ck_assert_ptr_null(verdict.reason);
	ck_assert_uint_ge(verdict.kernel_bytes, 4096);
	ck_assert_uint_eq(verdict.n_hooks, 1);
	ck_assert_uint_eq(hook.fits, 1);
	ck_assert_str_eq(hook.attach, rows[_i].attach);
	ck_assert_str_eq(hook.deny, rows[_i].deny);
	ck_assert_str_eq(hook.kill, rows[_i].kill);
	ck_assert_str_eq(strbuf_get(&emulated), rows[_i].emulated);
	ck_assert_str_eq(hook.arguments, rows[_i].arguments);
	ck_assert_str_ne(hook.reason, "");
	tetra_fit_free(fit);
}

static const struct {
	const char *spec;
	unsigned int kernel;
	const char *reason; /* a part of it */
} refusals[] = {
	{ FUNCTION("no_such_function", ""), K6_12, "no kernel function" },
	{ SYSCALL("sys_openat", ", " OVERRIDE), K6_12, "cannot change the result" },
	{ EVENT("sched", "no_such_event", ""), K5_10, "no event" },
	/* This kernel can skip every program there. */
	{ SYSCALL("sys_openat", ", " OVERRIDE), K7_2, "cannot enforce reliably" },
};

TEST_EACH(fit_tells_why_not, ARRAY_SIZE(refusals))
{
	struct tetra_fit *fit = fit_of(refusals[_i].spec, refusals[_i].kernel, 0);
	struct tetra_policy_fit verdict = verdict_of(fit);
	struct tetra_hook_fit hook = hook_of(fit, 0);

	ck_assert_uint_eq(verdict.loads, 0);
	ck_assert_uint_eq(verdict.kernel_bytes, 0);
	ck_assert_msg(strstr(verdict.reason, refusals[_i].reason), "%s", verdict.reason);
	ck_assert_uint_eq(hook.fits, 0);
	ck_assert_str_eq(hook.reason, verdict.reason);
	tetra_fit_free(fit);
}

/* What cannot be held is refused when it enforces, and only then. */
TEST(fit_judges_the_mode_that_is_asked_for)
{
	const char *spec = SYSCALL("sys_openat", ", " OVERRIDE);
	struct tetra_fit *monitor = fit_of(spec, K7_2, TETRA_MODE_MONITOR);
	struct tetra_fit *enforce = fit_of(spec, K7_2, TETRA_MODE_ENFORCE);

	ck_assert_uint_eq(verdict_of(monitor).loads, 1);
	ck_assert_uint_eq(verdict_of(enforce).loads, 0);
	ck_assert_str_eq(hook_of(enforce, 0).attach, hook_of(monitor, 0).attach);
	tetra_fit_free(monitor);
	tetra_fit_free(enforce);
}

/* One hook is at fault; the others say what they would be. */
TEST(fit_judges_each_hook_of_a_refused_policy)
{
	struct tetra_fit *fit = fit_of(
		"kprobes: [{call: tcp_connect, syscall: false}, {call: tcp_conect, syscall: "
		"false}, {call: security_file_open, syscall: false, " KILL "}]",
		K6_12, 0);

	ck_assert_uint_eq(verdict_of(fit).loads, 0);
	ck_assert_uint_eq(verdict_of(fit).n_hooks, 3);
	ck_assert_ptr_nonnull(
		strstr(verdict_of(fit).reason, "did you mean 'tcp_connect'"));
	ck_assert_str_eq(hook_of(fit, 0).attach, "fentry");
	ck_assert_uint_eq(hook_of(fit, 0).fits, 1);
	ck_assert_uint_eq(hook_of(fit, 1).fits, 0);
	ck_assert_str_eq(hook_of(fit, 1).attach, "none");
	ck_assert_str_eq(hook_of(fit, 1).index, "kprobes[1]");
	ck_assert_str_eq(hook_of(fit, 1).function, "tcp_conect");
	ck_assert_str_eq(hook_of(fit, 2).kill, "denies");
	tetra_fit_free(fit);
}

/* The hooks of a list have one place, and each its own verdict. */
TEST(fit_judges_each_symbol_of_a_list)
{
	struct tetra_fit *fit =
		fit_of("lists: [{name: a, values: [tcp_connect, tcp_conect]}]\n  "
		       "kprobes: [{call: 'list:a', syscall: false}]",
		       K6_12, 0);

	ck_assert_uint_eq(verdict_of(fit).n_hooks, 2);
	ck_assert_str_eq(hook_of(fit, 0).attach, "fentry");
	ck_assert_uint_eq(hook_of(fit, 0).fits, 1);
	ck_assert_uint_eq(hook_of(fit, 1).fits, 0);
	ck_assert_str_eq(hook_of(fit, 1).function, "tcp_conect");
	ck_assert_ptr_nonnull(strstr(hook_of(fit, 1).reason, "no kernel function"));
	tetra_fit_free(fit);
}

/* As in a session: uses of one point share its programs. */
TEST(fit_joins_hooks_on_one_function)
{
	struct tetra_fit *fit =
		fit_of("kprobes: [{call: security_file_open, syscall: false}, {call: "
		       "security_file_open, syscall: false, " KILL "}]",
		       K6_12, 0);

	ck_assert_str_eq(hook_of(fit, 0).attach, "fentry+lsm");
	ck_assert_str_eq(hook_of(fit, 0).kill, "none");
	ck_assert_str_eq(hook_of(fit, 1).kill, "denies");
	tetra_fit_free(fit);
}

TEST(fit_says_what_is_ignored)
{
	struct tetra_fit *fit = fit_of(
		"kprobes: [{call: no_such_function, syscall: false, ignore: {callNotFound: "
		"true}}, {call: tcp_connect, syscall: false}]",
		K6_12, 0);

	ck_assert_uint_eq(verdict_of(fit).loads, 1);
	ck_assert_uint_eq(hook_of(fit, 0).fits, 0);
	ck_assert_str_eq(hook_of(fit, 0).attach, "none");
	ck_assert_ptr_nonnull(strstr(hook_of(fit, 0).reason, "ignore"));
	ck_assert_str_eq(hook_of(fit, 1).attach, "fentry");
	tetra_fit_free(fit);
}

TEST(fit_counts_the_memory_of_rules)
{
	struct tetra_fit *plain = fit_of(FUNCTION("tcp_connect", ""), K6_12, 0);
	struct tetra_fit *limited = fit_of(
		FUNCTION(
			"tcp_connect",
			", selectors: [{matchActions: [{action: Post, rateLimit: 1m}]}]"),
		K6_12, 0);

	ck_assert_uint_eq(verdict_of(plain).kernel_bytes % 4096, 0);
	ck_assert_uint_ge(verdict_of(limited).kernel_bytes,
			  verdict_of(plain).kernel_bytes + (512u << 10));
	tetra_fit_free(plain);
	tetra_fit_free(limited);
}

TEST(fit_reports_the_findings_of_loading)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_facts facts = { recorded(K6_12) };
	struct tetra_policy *policy = policy_of(FUNCTION("tcp_connect", ", " KILL));
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct tetra_fit *fit = NULL;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	ck_assert_int_eq(tetra_fit(&fit, policy, &facts, NULL, diag), 0);
	diag_show(diag, &text);
	ck_assert_ptr_nonnull(strstr(strbuf_get(&text), "does-not-prevent"));
	tetra_fit_free(fit);
	tetra_policy_unref(policy);
}

TEST(fit_refuses_what_it_does_not_understand)
{
	const struct tetra_load_opts bad = { .size = sizeof(bad), .mode = 77 };
	struct tetra_facts facts = { recorded(K6_12) };
	struct tetra_policy *policy = policy_of(FUNCTION("tcp_connect", ""));
	struct tetra_hook_fit hook = { .size = sizeof(hook) };
	struct tetra_fit *fit = NULL;

	ck_assert_int_eq(tetra_fit(&fit, policy, &facts, &bad, NULL), -EINVAL);
	ck_assert_int_eq(tetra_fit(NULL, policy, &facts, NULL, NULL), -EINVAL);
	ck_assert_int_eq(tetra_fit(&fit, NULL, &facts, NULL, NULL), -EINVAL);
	ck_assert_int_eq(tetra_fit(&fit, policy, NULL, NULL, NULL), -EINVAL);
	ck_assert_ptr_null(fit);
	ck_assert_int_eq(tetra_fit(&fit, policy, &facts, NULL, NULL), 0);
	ck_assert_int_eq(tetra_fit_get_hook(fit, 1, &hook), -ENOENT);
	ck_assert_int_eq(tetra_fit_get_hook(fit, 0, NULL), -EINVAL);
	ck_assert_int_eq(tetra_fit_get_policy(fit, NULL), -EINVAL);
	ck_assert_ptr_null(tetra_fit_free(fit));
	ck_assert_ptr_null(tetra_fit_free(NULL));
	tetra_policy_unref(policy);
}
