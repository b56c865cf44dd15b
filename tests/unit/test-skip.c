/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What enforces on kernels that skip programs: recorded kernels, some of them with another
 * mode of preemption or without the BPF LSM. What holds, what is refused and with which way
 * out, what a policy gets that is content with the best. And which program waits, before what
 * enforces, for memory of the process.
 */
#include <fcntl.h>
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/plan/plan.h"
#include "lib/recording/recording.h"
#include "tests/unit/suite.h"

#define HOLD  PLAN_NEEDS_HOLD
#define CATCH PLAN_NEEDS_CATCH

static const char *const phases[] = { "event",	"signal", "deny",
				      "return", "catch",  "touch" };

/* A facts file of @release with another line about preemption, and a feature less. */
static struct tetra_kernel *kernel_like(const char *release, const char *preemption,
					const char *without)
{
	_cleanup_(strbuf_done) struct strbuf facts = {}, no = {};
	char path[1024], *text = NULL, *at, *line;
	struct tetra_kernel *kernel = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int fd;

	snprintf(path, sizeof(path), "%s/kernel/%s.facts.gz", getenv("TETRA_TEST_DATA"),
		 release);
	ck_assert_int_eq(kernel_read_facts(&kernel, path, NULL), 0);
	ck_assert_int_eq(kernel_write_facts(kernel, file), 0);
	kernel = kernel_free(kernel);
	fclose(file);
	strbuf_format(&no, "feature\t%s\t", without);
	for (at = text; (line = strsep(&at, "\n"));) {
		if (str_has_prefix(line, "preemption\t") && *preemption)
			strbuf_format(&facts, "preemption\t%s\n", preemption);
		else if (str_has_prefix(line, strbuf_get(&no)))
			strbuf_format(&facts, "%sno\tneeds it\n", strbuf_get(&no));
		else if (*line)
			strbuf_format(&facts, "%s\n", line);
	}
	free(text);
	snprintf(path, sizeof(path), "/tmp/test-skip.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_eq(write(fd, facts.text, facts.len), (ssize_t)facts.len);
	close(fd);
	ck_assert_int_eq(kernel_read_facts(&kernel, path, NULL), 0);
	unlink(path);
	return kernel;
}

static struct tetra_policy *policy_of(const char *hook, const char *action)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	char line[1024] = "";

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	strbuf_format(&text,
		      "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		      "metadata: {name: t}\nspec:\n  %s, selectors: [{matchActions: "
		      "[{%s}]}]}]\n",
		      hook, action);
	if (tetra_policy_parse(&policy, text.text, text.len, NULL, diag) < 0)
		(void)tetra_diag_render(diag, 0, line, sizeof(line));
	ck_assert_msg(policy != NULL, "%s: %s", text.text, line);
	tetra_diag_free(diag);
	return policy;
}

static void ladder_tell(struct strbuf *text, const struct plan_ladder *ladder)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++) {
		const struct plan_instance *instance = &ladder->instances[i];
		const char *plus = "";

		strbuf_format(text, "%s%s:", i ? " " : "",
			      plan_program_name(instance->program));
		for (size_t k = 0; k < ARRAY_SIZE(phases); k++)
			if (instance->phase >> k & 1) {
				strbuf_format(text, "%s%s", plus, phases[k]);
				plus = "+";
			}
	}
}

static void diag_show(struct tetra_diag *diag, struct strbuf *text)
{
	char line[2048];

	for (unsigned int i = 0; tetra_diag_render(diag, i, line, sizeof(line)) >= 0; i++)
		strbuf_format(text, "%s\n", line);
}

#define OPEN	 "kprobes: [{call: security_file_open, syscall: false"
#define RENAME	 "kprobes: [{call: security_inode_rename, syscall: false"
#define LLSEEK	 "kprobes: [{call: tcp_connect, syscall: false"
#define SYMLINK	 "kprobes: [{call: sys_symlinkat, syscall: true"
#define RESULT	 ", return: true, returnArg: {index: 0, type: int}"
#define LSM	 "lsmhooks: [{hook: file_open"
#define BARRED	 "lsmhooks: [{hook: getprocattr"
#define CHOWN	 "lsmhooks: [{hook: path_chown"
#define CLASSIC	 "tracepoints: [{subsystem: syscalls, event: sys_enter_openat"
#define TASK	 "tracepoints: [{subsystem: sched, event: sched_process_exec"
#define RAW	 "tracepoints: [{subsystem: sched, event: sched_process_exec, raw: true"
#define KILL	 "action: Sigkill"
#define SIGTERM	 "action: Signal, argSig: 15"
#define OVERRIDE "action: Override, argError: -1"
#define POST	 "action: Post"
/* Every user may call bpf(2). */
#define FREE "\nknob\tbpf\t0"
/* A text of the caller, and a filter on it beside the action. */
#define TEXT(index)    ", args: [{index: " index ", type: string}]"
#define ON_TEXT(index) "}], matchArgs: [{index: " index ", operator: Equal, values: [/a]"

static const struct {
	const char *release, *preemption, *without, *hook, *action;
	uint32_t asks;
	const char *programs; /* NULL: refused */
	const char *says;     /* part of the findings; NULL: none */
	const char *reason;   /* part of the reason */
} rows[] = {
	/* Nothing is skipped: as ever. */
	{ "6.12", "voluntary", "", OPEN, OVERRIDE, HOLD, "fentry:event+signal lsm:deny",
	  NULL, "fentry sends the events, lsm denies" },
	{ "6.12", "none", "", LLSEEK, SIGTERM, HOLD, "fentry:event+signal", NULL,
	  "fentry" },
	{ "6.12", "none", "lsm", OPEN, OVERRIDE, HOLD, "fmod_ret:event+signal+deny", NULL,
	  "fmod_ret" },
	{ "6.12-full", "", "", SYMLINK, OVERRIDE, HOLD, "fmod_ret:event+signal+deny",
	  NULL, "fmod_ret" },
	{ "6.12-full", "", "", SYMLINK, OVERRIDE, CATCH, "fmod_ret:event+signal+deny",
	  NULL, "fmod_ret" },
	/* Before trampolines counted runs, a preemptible kernel skipped none. */
	{ "5.10", "full", "lsm", OPEN, OVERRIDE, HOLD, "fmod_ret:event+signal+deny", NULL,
	  "fmod_ret" },

	/* The LSM denies and is not skipped; its events may be. */
	{ "7.2", "", "", OPEN, OVERRIDE, HOLD, "fentry:event+signal lsm:deny", NULL,
	  "is preemptible (lazy) and can skip runs of fentry)" },
	{ "7.2", "", "", OPEN, KILL, HOLD, "fentry:event+signal lsm:deny", NULL,
	  "fentry" },
	{ "7.2", "", "", OPEN, SIGTERM, HOLD, "kprobe.multi:event+signal", NULL,
	  "not fentry: needs a kernel without" },
	{ "7.2", "", "", LSM, OVERRIDE, HOLD, "lsm:event+signal+deny", NULL, "lsm" },
	{ "7.2", "", "", OPEN RESULT, OVERRIDE, HOLD,
	  "fexit:event+return lsm:signal+deny", NULL, "fexit" },
	{ "6.12", "full", "", OPEN, OVERRIDE, HOLD, "fentry:event+signal lsm:deny", NULL,
	  "preemptible (full)" },
	{ "6.12", "unknown", "", LLSEEK, SIGTERM, HOLD, "kprobe.multi:event+signal", NULL,
	  "kprobe.multi" },

	/* A kill goes by a probe. */
	{ "7.2", "", "", LLSEEK, KILL, HOLD, "kprobe.multi:event+signal",
	  "security_socket_connect and security_socket_sendmsg would stop it",
	  "kprobe.multi" },
	{ "6.1", "full", "", LLSEEK, KILL, HOLD, "kprobe:event+signal", "would stop it",
	  "kprobe" },
	{ "7.2", "", "", SYMLINK, KILL, HOLD, "kprobe.multi:event+signal fmod_ret:deny",
	  "can skip what denies '__x64_sys_symlinkat'", "can skip runs of fmod_ret" },
	{ "7.2", "", "", SYMLINK RESULT, KILL, HOLD,
	  "kprobe.multi:signal fexit:event+return fmod_ret:deny", "can skip what denies",
	  "fexit and fmod_ret" },
	{ "7.2", "", "lsm", OPEN, KILL, HOLD, "kprobe.multi:event+signal fmod_ret:deny",
	  "can skip what denies 'security_file_open'", "kprobe.multi" },
	{ "6.1", "full", "steady-lsm", OPEN, KILL, HOLD, "kprobe:event+signal lsm:deny",
	  "can skip what denies", "runs of lsm" },
	/* Where a system call begins, also beside a tracepoint. */
	{ "7.2", "", "", CLASSIC, KILL, HOLD, "tracepoint:event kprobe.multi:signal",
	  "security_file_open would stop it", "kprobe.multi signals" },
	{ "7.2", "", "", CLASSIC, SIGTERM, HOLD, "tracepoint:event kprobe.multi:signal",
	  NULL, "can skip runs of tracepoint" },
	{ "7.2", "", "kprobe-multi", CLASSIC, SIGTERM, HOLD,
	  "tracepoint:event kprobe:signal", NULL, "kprobe signals" },
	{ "7.2", "", "", CLASSIC ", args: [{index: 4, type: int32}]", KILL, HOLD, NULL,
	  "call: sys_openat", NULL },
	/* A kprobe that may change the result holds where it works. */
	{ "6.12-full", "full", "", SYMLINK, OVERRIDE, HOLD, "kprobe:event+signal+deny",
	  NULL, "fmod_ret: needs a kernel without" },
	{ "6.12-full", "full", "", SYMLINK RESULT, OVERRIDE, HOLD,
	  "fexit:event+return kprobe:signal+deny", NULL, "kprobe" },

	/* Nothing holds. */
	{ "7.2", "", "", SYMLINK, OVERRIDE, HOLD, NULL, "hook security_inode_symlink",
	  NULL },
	{ "7.2", "", "lsm", SYMLINK, OVERRIDE, HOLD, NULL,
	  "boot with 'bpf' in lsm=", NULL },
	{ "7.2", "", "lsm", OPEN, OVERRIDE, HOLD, NULL, "boot with 'bpf' in lsm=", NULL },
	{ "6.12", "full", "lsm", OPEN, OVERRIDE, HOLD, NULL,
	  "this kernel is preemptible (full) and can skip runs of fmod_ret", NULL },
	{ "6.12", "unknown", "lsm", OPEN, OVERRIDE, HOLD, NULL, "preemptible (unknown)",
	  NULL },
	{ "7.2", "", "", RENAME, OVERRIDE, HOLD, NULL, "lsmhooks, hook: inode_rename",
	  NULL },
	{ "6.1", "full", "steady-lsm", OPEN, OVERRIDE, HOLD, NULL, "can skip runs of",
	  NULL },
	{ "6.1", "full", "steady-lsm", LSM, OVERRIDE, HOLD, NULL, "can skip runs of lsm",
	  NULL },
	{ "7.2", "", "", TASK, KILL, HOLD, NULL, "hook security_bprm_check", NULL },
	{ "7.2", "", "", TASK, SIGTERM, HOLD, NULL, "can skip runs of tracepoint", NULL },
	{ "7.2", "", "", RAW, KILL, HOLD, NULL, "can skip runs of tp_btf", NULL },
	{ "6.12", "full", "", CLASSIC, SIGTERM, HOLD, "tracepoint:event+signal", NULL,
	  "tracepoint" },
	{ "7.2", "", "", CLASSIC, POST, HOLD, "tracepoint:event+signal", NULL,
	  "tracepoint" },

	/* Unless the best is enough. */
	{ "7.2", "", "", SYMLINK, OVERRIDE, CATCH,
	  "kprobe.multi:event+signal kretprobe.multi:return+catch fmod_ret:deny",
	  "a process whose call got through is then killed",
	  "kills what got past a denial" },
	{ "7.2", "", "", SYMLINK RESULT, OVERRIDE, CATCH,
	  "kprobe.multi: fmod_ret:signal+deny kretprobe.multi:event+return+catch",
	  "best effort", "kills what got past" },
	{ "6.1", "full", "steady-lsm", OPEN, OVERRIDE, CATCH,
	  "kprobe:event+signal kretprobe:return+catch lsm:deny", "best effort",
	  "kprobe" },
	{ "7.2", "", "", TASK, KILL, CATCH, "tracepoint:event+signal", "best effort",
	  "tracepoint" },
	/* Probes can be skipped too; none is worse than a probe. */
	{ "7.2", "lazy" FREE, "", LLSEEK, KILL, HOLD, NULL,
	  "sysctl kernel.unprivileged_bpf_disabled=2", NULL },
	{ "7.2", "lazy" FREE, "", LLSEEK, KILL, CATCH, "kprobe.multi:event+signal",
	  "best effort", "can skip runs of kprobe.multi" },
	{ "7.2", "lazy" FREE, "", OPEN, OVERRIDE, HOLD, "fentry:event+signal lsm:deny",
	  NULL, "fentry" },
	{ "6.12", "voluntary" FREE, "", LLSEEK, SIGTERM, HOLD, "fentry:event+signal",
	  NULL, "fentry" },
	/* A program waits for the caller's memory, if there is one that runs before the judge. */
	{ "6.12-full", "", "", SYMLINK TEXT("0"), KILL ON_TEXT("0"), HOLD,
	  "fmod_ret:event+signal+deny fentry.s:touch", NULL,
	  "fentry.s waits for memory that is not resident" },
	{ "6.12-full", "", "", SYMLINK TEXT("0"), SIGTERM ON_TEXT("0"), HOLD,
	  "fentry:event+signal fentry.s:touch", NULL, "fentry.s waits" },
	{ "6.12-full", "", "", SYMLINK TEXT("0") RESULT, OVERRIDE ON_TEXT("0"), HOLD,
	  "fexit:event+return fmod_ret:signal+deny fentry.s:touch", NULL,
	  "fentry.s waits" },
	{ "7.2", "", "", SYMLINK TEXT("0"), KILL ON_TEXT("0"), HOLD,
	  "tracepoint.s:touch kprobe.multi:event+signal fmod_ret:deny",
	  "can skip what denies", "; fentry.s: the probe that enforces runs before it" },
	{ "7.2", "", "", SYMLINK TEXT("0"), OVERRIDE ON_TEXT("0"), CATCH,
	  "tracepoint.s:touch kprobe.multi:event+signal kretprobe.multi:return+catch "
	  "fmod_ret:deny",
	  "best effort", "tracepoint.s waits" },
	{ "7.2", "none", "", SYMLINK TEXT("0"), OVERRIDE ON_TEXT("0"), HOLD,
	  "fmod_ret:event+signal+deny fentry.s:touch", NULL, "fentry.s waits" },
	{ "7.2", "", "", CLASSIC TEXT("6"), SIGTERM ON_TEXT("6"), HOLD,
	  "tracepoint.s:touch tracepoint:event kprobe.multi:signal", NULL,
	  "tracepoint.s waits" },
	/* One that can be skipped, too. */
	{ "7.2", "", "", SYMLINK TEXT("0"), KILL ON_TEXT("0"), HOLD,
	  "tracepoint.s:touch kprobe.multi:event+signal fmod_ret:deny",
	  "is preemptible (lazy) and skips tracepoint.s, which waits for it", "waits" },
	{ "7.2", "", "", CLASSIC TEXT("6"), SIGTERM ON_TEXT("6"), CATCH,
	  "tracepoint.s:touch tracepoint:event kprobe.multi:signal",
	  "security_file_open would see it; such a call matches with the option",
	  "waits" },
	/* If there is none, that is said. */
	{ "6.12", "", "", SYMLINK TEXT("0"), SIGTERM ON_TEXT("0"), HOLD,
	  "fentry:event+signal",
	  "a text in memory that is not resident when '__x64_sys_symlinkat' is called cannot",
	  "fentry.s: needs sleepable programs on system calls" },
	{ "5.10", "", "", SYMLINK TEXT("0"), KILL ON_TEXT("0"), HOLD,
	  "fentry:event+signal",
	  "security_inode_symlink would see it; such a call matches with the option "
	  "unreadable: match",
	  "fentry.s: needs sleepable programs on system calls" },
	{ "6.12-full", "full", "", SYMLINK TEXT("0"), OVERRIDE ON_TEXT("0"), HOLD,
	  "kprobe:event+signal+deny", "not resident",
	  "fentry.s: the probe that enforces runs before it; tracepoint.s: needs sleepable" },
	{ "6.12", "", "", CLASSIC TEXT("6"), SIGTERM ON_TEXT("6"), HOLD,
	  "tracepoint:event+signal", "not resident", "tracepoint.s: needs sleepable" },
	/* Not where nothing enforces, nor where no filter looks at it. */
	{ "6.12-full", "", "", SYMLINK TEXT("0"), POST ON_TEXT("0"), HOLD,
	  "fentry:event+signal", NULL, "fentry sends the events" },
	{ "6.12-full", "", "", SYMLINK TEXT("0"), OVERRIDE, HOLD,
	  "fmod_ret:event+signal+deny", NULL, "fmod_ret" },
	/* Kernels do not allow all LSM hooks for BPF programs. */
	{ "7.2", "", "", BARRED, OVERRIDE, HOLD, NULL, "bar the LSM hook", NULL },
	{ "7.2", "", "", BARRED, POST, 0, NULL, "bar the LSM hook", NULL },
	/* Structs by value: 5.10 passes none to programs. */
	{ "5.10", "", "", CHOWN, POST, 0, NULL, "a struct by value", NULL },
	{ "6.12", "", "", CHOWN, POST, 0, "lsm:event+signal", NULL, "lsm" },
	/* Nothing is asked of a policy that does not enforce. */
	{ "7.2", "", "lsm", OPEN, OVERRIDE, 0, "fmod_ret:event+signal+deny", NULL,
	  "fmod_ret" },
};

TEST_EACH(plan_enforces_by_what_holds, ARRAY_SIZE(rows))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel =
		kernel_like(rows[_i].release, rows[_i].preemption, rows[_i].without);
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
		policy_of(rows[_i].hook, rows[_i].action);
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
	struct plan_ladder ladder = {};
	struct plan_use use = {};
	int r;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	ck_assert_int_eq(plan_use(&use, &policy->hooks[0], "t", kernel, NULL), 0);
	r = plan_ladder(&ladder, &use, use.needs | rows[_i].asks, NULL, kernel, diag);
	ladder_tell(&text, &ladder);
	diag_show(diag, &said);
	ck_assert_msg(r == (rows[_i].programs ? 0 : -EOPNOTSUPP), "%d: %s", r,
		      strbuf_get(&said));
	ck_assert_str_eq(strbuf_get(&text), rows[_i].programs ? rows[_i].programs : "");
	if (rows[_i].says || !strstr(strbuf_get(&said), "would stop it"))
		ck_assert_msg(rows[_i].says
				      ? strstr(strbuf_get(&said), rows[_i].says) != NULL
				      : !strstr(strbuf_get(&said), "can-be-skipped"),
			      "said '%s'", strbuf_get(&said));
	if (r == 0)
		ck_assert_msg(strstr(ladder.reason, rows[_i].reason) != NULL,
			      "reason '%s'", ladder.reason);
	ck_assert(!strstr(ladder.reason, "is preemptible") ==
		  !strstr(ladder.reason, "can skip"));
}

TIMEOUT(60)
