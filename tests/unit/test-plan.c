/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies on recorded kernels: which programs would be attached, how arguments are read,
 * what is refused and with what words. Nothing is asked of the machine that the test runs on.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/plan/plan.h"

#define PATH_BYTES 4096

static const char *const releases[] = { "5.10", "6.1", "6.12", "7.2", "6.12-full" };

/* Parsed once: reading facts takes longer than planning. */
static struct tetra_kernel *kernels[ARRAY_SIZE(releases)];

static struct tetra_kernel *recorded(unsigned int i)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/kernel/%s.facts.gz", getenv("TETRA_TEST_DATA"),
		 releases[i]);
	if (!kernels[i])
		ck_assert_int_eq(kernel_read_facts(&kernels[i], path, NULL), 0);
	return kernels[i];
}

/* --- plans as text --- */

static void phases_tell(struct strbuf *text, uint32_t phase)
{
	static const char *const names[] = { "event", "signal", "deny", "return" };
	const char *plus = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(phase & 1u << i))
			continue;
		strbuf_format(text, "%s%s", plus, names[i]);
		plus = "+";
	}
	if (!phase)
		strbuf_puts(text, "-");
}

static void ladder_tell(struct strbuf *text, const struct plan_ladder *ladder)
{
	uint32_t i;

	for (i = 0; i < ladder->n_instances; i++) {
		const struct plan_instance *instance = &ladder->instances[i];

		strbuf_format(text, "%s%s:%s:", text->len ? " " : "",
			      plan_program_name(instance->program), instance->target);
		phases_tell(text, instance->phase);
	}
}

/* The first hook of a policy; the findings go to @diag. */
static int plan_first(struct tetra_policy *policy, struct tetra_kernel *kernel,
		      struct plan_use *use, struct plan_ladder *ladder,
		      struct tetra_diag *diag)
{
	const struct policy_hook *hook = &policy->hooks[0];
	struct diag_place place = { .file = policy->file,
				    .line = hook->name_mark.line,
				    .column = hook->name_mark.column,
				    .path = hook->yaml_path };
	int r = plan_use(use, hook, policy->file, kernel, diag);

	return r < 0 ? r : plan_ladder(ladder, use, use->needs, &place, kernel, diag);
}

/* "kprobes" or "lsmhooks" ... with one hook, indented by two, as YAML. */
static struct tetra_policy *policy_of(const char *spec)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = NULL;
	char shown[512] = "";
	int r;

	strbuf_format(&text,
		      "apiVersion: cilium.io/v1alpha1\n"
		      "kind: TracingPolicy\n"
		      "metadata: {name: test}\n"
		      "spec:\n"
		      "  %s\n",
		      spec);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	r = tetra_policy_parse(&policy, text.text, text.len, NULL, diag);
	if (r < 0)
		(void)tetra_diag_render(diag, 0, shown, sizeof(shown));
	ck_assert_msg(r == 0, "%s\n%s", text.text, shown);
	return policy;
}

static void diag_show(struct tetra_diag *diag, struct strbuf *text)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		strbuf_format(text, "%s%s %s: %s%s%s%s", text->len ? "\n" : "",
			      finding.path ? finding.path : "-", finding.code,
			      finding.message, finding.hint ? " (" : "",
			      finding.hint ? finding.hint : "", finding.hint ? ")" : "");
}

/* --- the ladder --- */

#define KILL "selectors: [{matchActions: [{action: Sigkill}]}]"
#define SIGTERM "selectors: [{matchActions: [{action: Signal, argSig: 15}]}]"
#define OVERRIDE "selectors: [{matchActions: [{action: Override, argError: -1}]}]"
#define RETURN "return: true, returnArg: {type: int}"

#define FUNCTION(name, rest) "kprobes: [{call: " name ", syscall: false" rest "}]"
#define SYSCALL(name, rest) "kprobes: [{call: " name ", syscall: true" rest "}]"
#define LSM(name, rest) "lsmhooks: [{hook: " name rest "}]"
#define EVENT(subsystem, name, rest) \
	"tracepoints: [{subsystem: " subsystem ", event: " name rest "}]"

#define ALL 31u
#define LATER 24u /* 7.2 and the one with everything */
#define EARLIER 7u

/* @kernels: bits of releases[]. @says: part of a finding; NULL: nothing is said. */
static const struct {
	const char *spec;
	uint32_t kernels;
	const char *programs; /* NULL: refused */
	const char *says;
} ladders[] = {
	{ FUNCTION("tcp_connect", ""), ALL, "fentry:tcp_connect:event+signal", NULL },
	{ FUNCTION("tcp_connect", ", " RETURN), ALL,
	  "fexit:tcp_connect:event+signal+return", NULL },
	{ FUNCTION("tcp_connect", ", " SIGTERM), ALL, "fentry:tcp_connect:event+signal",
	  NULL },
	{ FUNCTION("tcp_connect", ", " RETURN ", " SIGTERM), ALL,
	  "fentry:tcp_connect:signal fexit:tcp_connect:event+return", NULL },
	{ FUNCTION("tcp_connect", ", " KILL), ALL, "fentry:tcp_connect:event+signal",
	  "security_socket_connect would stop it" },

	{ FUNCTION("security_file_open", ""), ALL,
	  "fentry:security_file_open:event+signal", NULL },
	{ FUNCTION("security_file_open", ", " KILL), ALL,
	  "fentry:security_file_open:event+signal lsm:file_open:deny", NULL },
	{ FUNCTION("security_file_open", ", " OVERRIDE), ALL,
	  "fentry:security_file_open:event+signal lsm:file_open:deny", NULL },
	{ FUNCTION("security_file_open", ", " RETURN ", " OVERRIDE), ALL,
	  "fexit:security_file_open:event+return lsm:file_open:signal+deny", NULL },
	{ FUNCTION("security_bprm_check", ", " KILL), ALL,
	  "fentry:security_bprm_check:event+signal lsm:bprm_check_security:deny", NULL },
	/* The hook's parameters are not the function's. */
	{ FUNCTION("security_inode_rename", ", " KILL), ALL,
	  "fmod_ret:security_inode_rename:event+signal+deny", NULL },
	{ FUNCTION("security_inode_rename", ", " RETURN ", " OVERRIDE), ALL,
	  "fexit:security_inode_rename:event+return "
	  "fmod_ret:security_inode_rename:signal+deny",
	  NULL },
	/* Returns nothing: there is nothing to deny with. */
	{ FUNCTION("security_bprm_committing_creds", ", " KILL), ALL,
	  "fentry:security_bprm_committing_creds:event+signal",
	  "security_bprm_check would stop it" },
	{ FUNCTION("security_bprm_committing_creds", ", " OVERRIDE), ALL, NULL,
	  "it returns nothing" },

	{ SYSCALL("sys_symlinkat", ""), ALL, "fentry:__x64_sys_symlinkat:event+signal",
	  NULL },
	{ SYSCALL("sys_symlinkat", ", " RETURN), ALL,
	  "fexit:__x64_sys_symlinkat:event+signal+return", NULL },
	{ SYSCALL("sys_symlinkat", ", " KILL), EARLIER,
	  "fentry:__x64_sys_symlinkat:event+signal",
	  "kills, but the call may complete" },
	{ SYSCALL("sys_symlinkat", ", " KILL), EARLIER,
	  "fentry:__x64_sys_symlinkat:event+signal",
	  "security_inode_symlink would stop it" },
	{ SYSCALL("sys_symlinkat", ", " KILL), LATER,
	  "fmod_ret:__x64_sys_symlinkat:event+signal+deny", NULL },
	{ SYSCALL("sys_symlinkat", ", " OVERRIDE), EARLIER, NULL,
	  "fmod_ret: needs CONFIG_FUNCTION_ERROR_INJECTION" },
	{ SYSCALL("sys_symlinkat", ", " OVERRIDE), EARLIER, NULL,
	  "kprobe: needs CONFIG_BPF_KPROBE_OVERRIDE" },
	{ SYSCALL("sys_symlinkat", ", " RETURN ", " OVERRIDE), LATER,
	  "fexit:__x64_sys_symlinkat:event+return "
	  "fmod_ret:__x64_sys_symlinkat:signal+deny",
	  NULL },
	{ SYSCALL("sys_getpid", ""), ALL, "fentry:__do_sys_getpid:event+signal", NULL },

	{ LSM("file_open", ""), ALL, "lsm:file_open:event+signal", NULL },
	{ LSM("file_open", ", " KILL), ALL, "lsm:file_open:event+signal+deny", NULL },
	{ LSM("file_open", ", " OVERRIDE), ALL, "lsm:file_open:event+signal+deny", NULL },
	{ LSM("bprm_committing_creds", ", " KILL), ALL,
	  "lsm:bprm_committing_creds:event+signal", "it returns nothing" },
	{ LSM("nope_hook", ""), ALL, NULL, "no LSM hook 'nope_hook'" },
	{ LSM("security_file_open", ""), ALL, NULL, "did you mean 'file_open'?" },
	{ LSM("bpf_lsm_file_open", ""), ALL, NULL, "did you mean 'file_open'?" },

	{ EVENT("sched", "sched_process_exec", ""), ALL,
	  "tracepoint:sched/sched_process_exec:event+signal", NULL },
	{ EVENT("syscalls", "sys_enter_openat", ", " KILL), ALL,
	  "tracepoint:syscalls/sys_enter_openat:event+signal",
	  "security_file_open would stop it" },
	{ EVENT("sched", "sched_process_exec", ", raw: true"), ALL,
	  "tp_btf:sched_process_exec:event+signal", NULL },
	{ EVENT("sched", "sched_process_exce", ""), ALL, NULL,
	  "did you mean 'sched/sched_process_exec'?" },
	{ EVENT("shed", "sched_process_exec", ""), ALL, NULL, "did you mean 'sched'?" },

	/* What is there is not what was meant. */
	{ SYSCALL("tcp_connect", ""), ALL, NULL, "syscall: false" },
	{ SYSCALL("write", ""), ALL, NULL, "did you mean 'sys_write'?" },
	{ SYSCALL("sys_open_at", ""), ALL, NULL, "did you mean 'sys_openat'?" },
	{ FUNCTION("sys_lseek", ""), ALL, NULL, "syscall: true" },
	{ FUNCTION("security_file_opne", ""), ALL, NULL,
	  "did you mean 'security_file_open'?" },
	{ FUNCTION("__x64_sys_symlinkat", ""), ALL,
	  "fentry:__x64_sys_symlinkat:event+signal", NULL },
};

START_TEST(plan_climbs_the_ladder)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ladders); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(ladders[i].spec);
		_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
		_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
		struct plan_use use = {};
		struct plan_ladder ladder = {};
		int r;

		if (!(ladders[i].kernels & 1u << _i))
			continue;
		ck_assert_int_eq(tetra_diag_new(&diag), 0);
		r = plan_first(policy, recorded(_i), &use, &ladder, diag);
		ladder_tell(&text, &ladder);
		diag_show(diag, &said);
		ck_assert_msg((r == 0) == (ladders[i].programs != NULL),
			      "%s: %s: %d\n%s\n%s", releases[_i], ladders[i].spec, r,
			      strbuf_get(&text), strbuf_get(&said));
		ck_assert_msg(r == 0 || r == -ENOENT || r == -EOPNOTSUPP, "%d", r);
		ck_assert_str_eq(strbuf_get(&text),
				 ladders[i].programs ? ladders[i].programs : "");
		ck_assert_msg(ladders[i].says ?
				      strstr(strbuf_get(&said), ladders[i].says) != NULL :
				      said.len == 0,
			      "%s: %s: said '%s'", releases[_i], ladders[i].spec,
			      strbuf_get(&said));
		ck_assert(r < 0 || ladder.reason[0]);
		ck_assert(!strchr(ladder.reason, '\n'));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plan");
	TCase *ladder = tcase_create("ladder");
	SRunner *runner;
	int failed, n = ARRAY_SIZE(releases);

	tcase_add_loop_test(ladder, plan_climbs_the_ladder, 0, n);
	suite_add_tcase(suite, ladder);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
