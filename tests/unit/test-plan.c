/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies on recorded kernels: which programs would be attached, how arguments are read,
 * what is refused and with what words. Nothing is asked of the machine that the test runs on.
 */
#include <unistd.h>

#include "lib/use/layout.h"
#include "tests/unit/plan-of.h"

#define ALL	    31u
#define LATER	    24u /* 7.2 and the one with everything */
#define EARLIER	    7u
#define LAZY	    8u /* 7.2 is preemptible: what enforces is not on a trampoline there */
#define STEADY	    (ALL & ~LAZY)
#define WITH_FPROBE 28u /* 6.12, 7.2 and the one with everything */

/* --- arguments --- */

/* The last argument of a hook. @reads NULL: refused. @says as below. */
static const struct {
	const char *spec;
	uint32_t kernels;
	const char *reads, *says;
} arguments[] = {
	{ FUNCTION("security_file_open", ARGS(ARG("0", "file"))), ALL,
	  "file param 0 typed", NULL },
	{ FUNCTION("security_file_open", ARGS(ARG("0", "path"))), ALL, "path param 0",
	  "spec.kprobes[0].args[0].type arg-type-mismatch: type 'path' does not fit: the "
	  "parameter of 'security_file_open' is 'struct file *' (type 'file' reads it)" },
	{ FUNCTION("security_path_truncate", ARGS(ARG("0", "path"))), ALL,
	  "path param 0 typed", NULL },
	{ FUNCTION("security_bprm_check", ARGS(ARG("0", "linux_binprm"))), ALL,
	  "linux_binprm param 0 typed", NULL },
	{ FUNCTION("tcp_connect", ARGS(ARG("0", "sock"))), ALL, "sock param 0", NULL },
	{ FUNCTION("security_socket_bind", ARGS(ARG("0", "socket"))), ALL,
	  "socket param 0->24", NULL },
	{ FUNCTION("security_mmap_file", ARGS(ARG("0", "file"))), ALL,
	  "file param 0 typed", NULL },
	/* The hook may get no file, and says so from 7.2 on. */
	{ LSM("mmap_file", ARGS(ARG("0", "file"))), 8, "file param 0", NULL },
	{ LSM("file_open", ARGS(ARG("0", "file"))), ALL, "file param 0 typed", NULL },

	/* Numbers: width and sign. */
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "int"))), ALL,
	  "int32 param 1", NULL },
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "uint32"))), ALL,
	  "uint32 param 1", "(type 'int32' reads it)" },
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "int64"))), ALL,
	  "int64 as int32 param 1", "arg-type-mismatch" },
	{ FUNCTION("security_mmap_file", ARGS(ARG("1", "int"))), ALL, "int32 param 1",
	  NULL },
	{ FUNCTION("security_mmap_file", ARGS(ARG("1", "uint64"))), ALL, "uint64 param 1",
	  NULL },
	{ FUNCTION("security_mmap_file", ARGS(ARG("1", "uint32"))), ALL, "uint32 param 1",
	  "(type 'uint64' reads it)" },
	{ FUNCTION("security_file_open", ARGS(ARG("0", "uint64"))), ALL, "uint64 param 0",
	  NULL },
	{ FUNCTION("security_file_open", ARGS(ARG("0", "int"))), ALL, "int32 param 0",
	  "(type 'file' reads it)" },
	/* Nothing to read: unsupported here, unless a filter needs it. */
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "file"))), ALL,
	  "nop param 1",
	  "type 'file' cannot be read: the parameter of 'security_file_permission' is "
	  "'int'; it is reported as unsupported" },
	{ FUNCTION("security_file_permission",
		   ARGS(ARG("1", "file")) ", " EQUAL("1", "/a")),
	  ALL, NULL, "type 'file' cannot be read" },
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "string"))), ALL,
	  "nop param 1", "cannot be read" },
	{ FUNCTION("security_file_permission",
		   ARGS(ARG("1", "string")) ", " EQUAL("1", "a")),
	  ALL, NULL, "cannot be read" },
	{ FUNCTION("security_file_open", ARGS(ARG("0", "nop"))), ALL, "nop param 0",
	  NULL },

	/* Beyond the last. */
	{ FUNCTION("security_file_open", ARGS(ARG("3", "int"))), ALL, "nop param 3",
	  "spec.kprobes[0].args[0].index arg-beyond-parameters" },
	{ FUNCTION("security_file_open", ARGS(ARG("3", "int")) ", " EQUAL("3", "1")), ALL,
	  NULL, "out-of-range" },
	{ LSM("file_open", ARGS(ARG("1", "int"))), ALL, "nop param 1",
	  "arg-beyond-parameters" },
	{ SYSCALL("sys_lseek", ARGS(ARG("4", "int"))), ALL, "int32 param 4 user",
	  "arg-beyond-parameters" },
	{ EVENT("sched", "sched_process_exec", ", raw: true" ARGS(ARG("4", "int"))), ALL,
	  NULL, "out-of-range" },

	/* Through members of a struct. */
	{ FUNCTION("commit_creds", ARGS(ARG("0", "cred"))), ALL, "cred param 0", NULL },
	{ FUNCTION("commit_creds", ARGS(ARG("0", "file"))), ALL, "file param 0",
	  "type 'cred' reads it" },
	{ FUNCTION("security_inode_unlink", ARGS(ARG("1", "dentry"))), ALL,
	  "dentry param 1", NULL },
	{ SYSCALL("sys_symlinkat", ARGS(ARG("0", "cred"))), ALL, "nop param 0 user",
	  "type 'cred' cannot be read" },
	{ FUNCTION("do_filp_open", ARGS(ARG("1", "filename"))), ALL & ~8u,
	  "filename param 1->0", NULL },

	/* System calls. */
	{ SYSCALL("sys_symlinkat", ARGS(ARG("0", "string"))), ALL, "string param 0 user",
	  NULL },
	{ SYSCALL("sys_symlinkat", ARGS(ARG("1", "int"))), ALL, "int32 param 1 user",
	  NULL },
	{ SYSCALL("sys_symlinkat", ARGS(ARG("0", "file"))), ALL, "nop param 0 user",
	  "type 'file' cannot be read" },
	{ SYSCALL("sys_symlinkat", ARGS(ARG("0", "file")) ", " EQUAL("0", "/a")), ALL,
	  NULL, "type 'file' cannot be read" },
	{ SYSCALL("sys_write", ARGS(ARG("0", "fd"))), ALL, "fd param 0 user", NULL },
	{ SYSCALL("sys_write", ARGS("{index: 1, type: char_buf, sizeArgIndex: 3}")), ALL,
	  "char_buf param 1 size param 2 user", NULL },
	{ SYSCALL("sys_write", ARGS("{index: 1, type: char_buf, sizeArgIndex: 2}")), ALL,
	  "char_buf param 1 size param 1 user", "sizeArgIndex counts parameters from 1" },
	/* A narrow parameter is no wider because it is read as one. */
	{ SYSCALL("sys_write", ARGS("{index: 1, type: char_buf, sizeArgIndex: 1}")), ALL,
	  "char_buf param 1 size param 0 as uint32 user", NULL },
	{ SYSCALL("sys_write", ARGS(ARG("0", "uint64"))), ALL,
	  "uint64 as uint32 param 0 user", "'unsigned int'" },
	{ SYSCALL("sys_write", ARGS(ARG("0", "int64"))), ALL,
	  "int64 as uint32 param 0 user", "'unsigned int'" },
	{ SYSCALL("sys_write", ARGS(ARG("0", "int"))), ALL, "int32 param 0 user", NULL },
	{ SYSCALL("sys_write", ARGS(ARG("2", "int"))), ALL, "int32 param 2 user", NULL },
	{ SYSCALL("sys_write", ARGS(ARG("2", "size_t"))), ALL, "size_t param 2 user",
	  NULL },
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "int64"))), ALL,
	  "int64 as int32 param 1", "'int'" },
	{ FUNCTION("security_file_permission", ARGS(ARG("1", "size_t"))), ALL,
	  "size_t as uint32 param 1", "'int'" },
	{ EVENT("syscalls", "sys_enter_write", ARGS(ARG("5", "uint64"))), ALL,
	  "uint64 as uint32 field 16+8 user", NULL },
	{ SYSCALL("sys_write", ARGS("{index: 1, type: char_buf, sizeArgIndex: 4}")), ALL,
	  NULL, "has no parameter 4" },
	{ SYSCALL("__ia32_sys_openat", ARGS(ARG("1", "string"))), ALL, NULL,
	  "the arguments of 32-bit system calls cannot be read" },

	/* Raw tracepoints: parameters. */
	{ EVENT("sched", "sched_process_exec",
		", raw: true" ARGS(ARG("2", "linux_binprm"))),
	  ALL, "linux_binprm param 2 typed", NULL },

	/* Fields. */
	{ EVENT("sched", "sched_process_exec", ARGS(ARG("4", "string"))), ALL,
	  "string loc 8", NULL },
	{ EVENT("sched", "sched_process_exec", ARGS("{index: 4}")), ALL, "string loc 8",
	  NULL },
	{ EVENT("sched", "sched_process_exec", ARGS("{index: 5}")), ALL,
	  "int32 field 12+4", NULL },
	{ EVENT("sched", "sched_process_exec", ARGS(ARG("5", "int64"))), ALL,
	  "int64 as int32 field 12+4", "arg-type-mismatch" },
	{ EVENT("sched", "sched_process_exec", ARGS(ARG("5", "file"))), ALL, NULL,
	  "cannot be read" },
	{ EVENT("sched", "sched_process_exec", ARGS(ARG("4", "int32"))), ALL, NULL,
	  "field 'filename' is 'char[]' of 4 bytes (type 'string' reads it)" },
	{ EVENT("sched", "sched_process_exec", ARGS(ARG("3", "int32"))), ALL, NULL,
	  "field 'common_pid' is not available" },
	{ EVENT("task", "task_rename", ARGS(ARG("7", "int16"))), 7, "int16 field 44+2",
	  NULL },
	{ EVENT("task", "task_rename", ARGS("{index: 7}")), 7, NULL,
	  "cannot derive a type from field 'oom_score_adj'" },
	{ EVENT("sched", "sched_process_exec", ARGS(ARG("40", "int32"))), ALL, NULL,
	  "spec.tracepoints[0].args[0].index out-of-range" },
	{ EVENT("task", "task_rename", ARGS(ARG("5", "string"))), 7, "string array 12",
	  NULL },
	{ EVENT("syscalls", "sys_enter_openat", ARGS(ARG("6", "string"))), ALL,
	  "string field 24+8 user", NULL },
	{ EVENT("syscalls", "sys_enter_openat", ARGS("{index: 6}")), ALL, NULL,
	  "a buffer needs sizeArgIndex" },
	{ EVENT("syscalls", "sys_enter_write", ARGS("{index: 6, sizeArgIndex: 8}")), ALL,
	  "char_buf field 24+8 size field 32+8 user", NULL },
	{ EVENT("syscalls", "sys_enter_write", ARGS("{index: 6, sizeArgIndex: 7}")), ALL,
	  NULL, "sizeArgIndex counts fields from 1" },
	{ EVENT("raw_syscalls", "sys_enter", ARGS("{index: 5}")), ALL,
	  "const_buf array 16 size constant 48", NULL },
	{ EVENT("raw_syscalls", "sys_enter",
		ARGS("{index: 4}") ", selectors: [{matchArgs: [{index: 4, operator: "
				   "Prefix, values: [x]}]}]"),
	  ALL, NULL, "Prefix cannot be used on a field of type int64" },
	/* Values that only the type of the field rules out. */
	{ EXEC_FIELD("Equal", "abc"), ALL, NULL,
	  "is not a number, and the field is int" },
	{ EXEC_FIELD("Equal", "'18446744073709551616'"), ALL, NULL,
	  "is out of range for the field, int" },
	{ EXEC_FIELD("NotEqual", "'4294967297'"), ALL, NULL,
	  "is out of range for the field, int" },
	{ EXEC_FIELD("GT", "'-18446744073709551615'"), ALL, NULL,
	  "is out of range for the field, int" },
	{ EXEC_FIELD("InRange", "'1:4294967296'"), ALL, NULL,
	  "is out of range for the field, int" },
	{ EXEC_FIELD("Mask", "'4294967296'"), ALL, NULL,
	  "is out of range for the field, int" },
	{ EXEC_FIELD("Mask", "'0xffffffff', '-1'"), ALL, "int32 field 12+4", NULL },
	{ EXEC_FIELD("Equal", "'-1', '0x7f'"), ALL, "int32 field 12+4", NULL },
	{ EXEC_FIELD("InRange", "'-5:5'"), ALL, "int32 field 12+4", NULL },
};

/* A kernel that has only what @lines say. */
static struct tetra_kernel *kernel_of(const char *lines)
{
	struct tetra_kernel *kernel = NULL;
	char path[] = "/tmp/test-plan.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "tetra-facts\t1\nrelease\t6.1.0\nmachine\tx86_64\n%s", lines);
	fclose(file);
	ck_assert_int_eq(kernel_read_facts(&kernel, path, NULL), 0);
	unlink(path);
	return kernel;
}

#define COMMIT_CREDS                                                                     \
	"function\tcommit_creds\t1\tk\tSA\t:s:4:int:int\tnew:p:8:cred:struct cred *\n"

TEST(plan_asks_where_members_are)
{
	/* The attributes of bpf(2) are part of the kernel's interface: nothing is asked. */
	static const uint32_t kinds[] = {
		TETRA_ARG_CRED,		  TETRA_ARG_FILENAME, TETRA_ARG_SOCKET,
		TETRA_ARG_USER_NAMESPACE, TETRA_ARG_BPF_PROG, TETRA_ARG_BPF_MAP,
		TETRA_ARG_PERF_EVENT,	  TETRA_ARG_MODULE,   TETRA_ARG_LOAD_INFO,
		TETRA_ARG_KIOCB,
	};
	const char *missing;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		ck_assert_ptr_nonnull(layout_member(kinds[k], 0));
		for (unsigned int i = 0; i < ARRAY_SIZE(releases); i++) {
			struct tetra_slot_config slot = { .kind = kinds[k] };

			ck_assert_msg(layout_plan(&slot, recorded(i), &missing) == 0,
				      "%s: %s", releases[i], missing);
		}
	}
}

TEST(plan_says_which_member_a_kernel_lacks)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
		policy_of(FUNCTION("commit_creds", ARGS(ARG("0", "cred"))));
	/* One that it lacks, one of another size. */
	struct tetra_kernel *kernel = kernel_of(
		COMMIT_CREDS "member\tcred.uid\t8\t4\nmember\tcred.gid\t12\t2\n");
	struct tetra_slot_config slot = { .kind = TETRA_ARG_FILENAME };
	const char *missing = NULL;
	struct plan_use use;

	ck_assert_int_eq(layout_plan(&slot, kernel, &missing), -EOPNOTSUPP);
	ck_assert_str_eq(missing, "filename.name");
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	ck_assert_int_eq(plan_use(&use, &policy->hooks[0], "p.yaml", kernel, diag), 0);
	diag_show(diag, &text);
	ck_assert_str_eq(
		text.text,
		"spec.kprobes[0].args[0].type not-possible-here: type 'cred' cannot "
		"be read: this kernel has no 'cred.gid'; it is reported as "
		"unsupported");
	ck_assert_uint_eq(use.args[0].kind, TETRA_ARG_NOP);
	ck_assert_uint_eq(use.unsupported, 1);
	kernel_free(kernel);
}

/* --- the ladder --- */

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
	{ FUNCTION("tcp_connect", ", " SIGTERM), STEADY,
	  "fentry:tcp_connect:event+signal", NULL },
	{ FUNCTION("tcp_connect", ", " SIGTERM), LAZY,
	  "kprobe.multi:tcp_connect:event+signal", NULL },
	{ FUNCTION("tcp_connect", ", " RETURN ", " SIGTERM), STEADY,
	  "fentry:tcp_connect:signal fexit:tcp_connect:event+return", NULL },
	{ FUNCTION("tcp_connect", ", " RETURN ", " SIGTERM), LAZY,
	  "kprobe.multi:tcp_connect:signal fexit:tcp_connect:event+return", NULL },
	{ FUNCTION("tcp_connect", ", " KILL), STEADY, "fentry:tcp_connect:event+signal",
	  "security_socket_connect and security_socket_sendmsg would stop it" },
	{ FUNCTION("tcp_connect", ", " KILL), LAZY,
	  "kprobe.multi:tcp_connect:event+signal",
	  "security_socket_connect and security_socket_sendmsg would stop it" },
	/* Trampolines pass on six parameters. */
	{ FUNCTION("tcp_fragment", ""), ALL, "fentry:tcp_fragment:event+signal", NULL },
	{ FUNCTION("tcp_collapse", ""), WITH_FPROBE,
	  "kprobe.multi:tcp_collapse:event+signal", NULL },
	{ FUNCTION("tcp_collapse", ""), 3, "kprobe:tcp_collapse:event+signal", NULL },
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
	{ FUNCTION("security_inode_rename", ", " KILL), STEADY,
	  "fmod_ret:security_inode_rename:event+signal+deny", NULL },
	{ FUNCTION("security_inode_rename", ", " KILL), LAZY,
	  "kprobe.multi:security_inode_rename:event+signal "
	  "fmod_ret:security_inode_rename:deny",
	  NULL },
	{ FUNCTION("security_inode_rename", ", " RETURN ", " OVERRIDE), ALL,
	  "fexit:security_inode_rename:event+return "
	  "fmod_ret:security_inode_rename:signal+deny",
	  NULL },
	/* Returns nothing: there is nothing to deny with. */
	{ FUNCTION("security_bprm_committing_creds", ", " KILL), STEADY,
	  "fentry:security_bprm_committing_creds:event+signal",
	  "security_bprm_check would stop it" },
	{ FUNCTION("security_bprm_committing_creds", ", " KILL), LAZY,
	  "kprobe.multi:security_bprm_committing_creds:event+signal",
	  "security_bprm_check would stop it" },
	{ FUNCTION("security_bprm_committing_creds", ", " OVERRIDE), ALL, NULL,
	  "it returns nothing" },

	{ SYSCALL("sys_symlinkat", ""), ALL, "fentry:__x64_sys_symlinkat:event+signal",
	  NULL },
	{ SYSCALL("sys_symlinkat", ", " RETURN), ALL,
	  "fexit:__x64_sys_symlinkat:event+signal+return", NULL },
	{ SYSCALL("sys_symlinkat", ", " KILL), EARLIER,
	  "fentry:__x64_sys_symlinkat:event+signal", "kills, but the call may complete" },
	{ SYSCALL("sys_symlinkat", ", " KILL), EARLIER,
	  "fentry:__x64_sys_symlinkat:event+signal",
	  "security_inode_symlink would stop it" },
	{ SYSCALL("sys_symlinkat", ", " KILL), LATER & ~LAZY,
	  "fmod_ret:__x64_sys_symlinkat:event+signal+deny", NULL },
	{ SYSCALL("sys_symlinkat", ", " KILL), LAZY,
	  "kprobe.multi:__x64_sys_symlinkat:event+signal "
	  "fmod_ret:__x64_sys_symlinkat:deny",
	  NULL },
	{ SYSCALL("sys_symlinkat", ", " OVERRIDE), EARLIER, NULL,
	  "fmod_ret: needs CONFIG_FUNCTION_ERROR_INJECTION" },
	{ SYSCALL("sys_symlinkat", ", " OVERRIDE), EARLIER, NULL,
	  "kprobe: needs CONFIG_BPF_KPROBE_OVERRIDE" },
	{ SYSCALL("sys_symlinkat", ", " RETURN ", " OVERRIDE), LATER,
	  "fexit:__x64_sys_symlinkat:event+return "
	  "fmod_ret:__x64_sys_symlinkat:signal+deny",
	  NULL },
	{ SYSCALL("sys_getpid", ""), ALL, "fentry:__do_sys_getpid:event+signal", NULL },
	/* More than six parameters. */
	{ FUNCTION("do_mmap", ""), WITH_FPROBE, "kprobe.multi:do_mmap:event+signal",
	  NULL },
	{ FUNCTION("do_mmap", ", " RETURN), WITH_FPROBE,
	  "kprobe.multi:do_mmap:- kretprobe.multi:do_mmap:event+signal+return", NULL },
	{ FUNCTION("do_mmap", ""), ALL & ~WITH_FPROBE, "kprobe:do_mmap:event+signal",
	  NULL },
	{ FUNCTION("do_mmap", ", " RETURN), ALL & ~WITH_FPROBE,
	  "kprobe:do_mmap:- kretprobe:do_mmap:event+signal+return", NULL },

	{ LSM("file_open", ""), ALL, "lsm:file_open:event+signal", NULL },
	{ LSM("file_open", ", " KILL), ALL, "lsm:file_open:event+signal+deny", NULL },
	{ LSM("file_open", ", " OVERRIDE), ALL, "lsm:file_open:event+signal+deny", NULL },
	{ LSM("bprm_committing_creds", ", " KILL), ALL,
	  "lsm:bprm_committing_creds:event+signal", "it returns nothing" },
	{ LSM("nope_hook", ""), ALL, NULL, "no LSM hook 'nope_hook'" },
	{ LSM("verify_prog", ""), ALL, NULL, "no LSM hook 'verify_prog'" },
	{ LSM("file_opens", ""), ALL, NULL, "did you mean 'file_open'?" },

	{ EVENT("sched", "sched_process_exec", ""), ALL,
	  "tracepoint:sched/sched_process_exec:event+signal", NULL },
	{ EVENT("syscalls", "sys_enter_openat", ", " KILL), STEADY,
	  "tracepoint:syscalls/sys_enter_openat:event+signal",
	  "security_file_open would stop it" },
	{ EVENT("syscalls", "sys_enter_openat", ", " KILL), LAZY,
	  "tracepoint:syscalls/sys_enter_openat:event "
	  "kprobe.multi:__x64_sys_openat:signal",
	  "security_file_open would stop it" },
	{ EVENT("sched", "sched_process_exec", ", raw: true"), ALL,
	  "tp_btf:sched_process_exec:event+signal", NULL },
	{ EVENT("sched", "sched_process_exce", ""), ALL, NULL,
	  "did you mean 'sched/sched_process_exec'?" },
	{ EVENT("shed", "sched_process_exec", ""), ALL, NULL,
	  "no subsystem 'shed' (did you mean 'sched/sched_process_exec'?)" },

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

TEST_EACH(plan_climbs_the_ladder, ARRAY_SIZE(releases))
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
		ck_assert_msg(ladders[i].says
				      ? strstr(strbuf_get(&said), ladders[i].says) != NULL
				      : said.len == 0,
			      "%s: %s: said '%s'", releases[_i], ladders[i].spec,
			      strbuf_get(&said));
		ck_assert(r < 0 || ladder.reason[0]);
		ck_assert(!strchr(ladder.reason, '\n'));
	}
}

/* --- kernels with less --- */

/* What 6.12-full would be without some features: names, each between commas. */
static struct tetra_kernel *kernel_without(const char *features)
{
	_cleanup_(strbuf_done) struct strbuf less = {};
	char path[] = "/tmp/test-plan.XXXXXX", *facts = NULL, *at, *line, name[64];
	struct tetra_kernel *kernel = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&facts, &size);
	int fd = mkstemp(path);

	ck_assert_int_eq(kernel_write_facts(recorded(4), file), 0);
	fclose(file);
	for (at = facts; (line = strsep(&at, "\n"));) {
		if (sscanf(line, "feature\t%60[^\t]", name) == 1) {
			char between[64];

			snprintf(between, sizeof(between), ",%.60s,", name);
			if (strstr(features, between)) {
				strbuf_format(&less, "feature\t%s\tno\tneeds %s\n", name,
					      name);
				continue;
			}
		}
		if (*line)
			strbuf_format(&less, "%s\n", line);
	}
	free(facts);
	ck_assert_int_eq(write(fd, less.text, less.len), (ssize_t)less.len);
	close(fd);
	ck_assert_int_eq(kernel_read_facts(&kernel, path, NULL), 0);
	unlink(path);
	return kernel;
}

#define NO_LSM	    ",lsm,"
#define NO_FENTRY   ",fentry,lsm,fmod-ret-syscall,fmod-ret-security,btf-tracepoint,"
#define NO_MULTI    NO_FENTRY "kprobe-multi,"
#define NO_KPROBE   NO_MULTI "kprobe,override-return,"
#define NO_OVERRIDE NO_MULTI "override-return,"

static const struct {
	const char *without, *spec, *programs, *says;
} lesser[] = {
	{ NO_LSM, FUNCTION("security_file_open", ", " KILL),
	  "fmod_ret:security_file_open:event+signal+deny", NULL },
	{ NO_LSM, FUNCTION("security_file_open", ", " RETURN ", " KILL),
	  "fexit:security_file_open:event+return "
	  "fmod_ret:security_file_open:signal+deny",
	  NULL },
	{ NO_LSM, LSM("file_open", ", " KILL), NULL, "cannot see 'file_open'" },
	{ NO_LSM, LSM("file_open", ""), NULL, "lsm: needs lsm" },
	{ NO_FENTRY, FUNCTION("tcp_connect", ""), "kprobe.multi:tcp_connect:event+signal",
	  NULL },
	{ NO_FENTRY, FUNCTION("tcp_connect", ", " RETURN),
	  "kprobe.multi:tcp_connect:- kretprobe.multi:tcp_connect:event+signal+return",
	  NULL },
	{ NO_FENTRY, FUNCTION("tcp_connect", ", " RETURN ", " SIGTERM),
	  "kprobe.multi:tcp_connect:signal kretprobe.multi:tcp_connect:event+return",
	  NULL },
	/* What denies is a kprobe, and what keeps arguments for a kretprobe is one too. */
	{ NO_FENTRY, SYSCALL("sys_symlinkat", ", " OVERRIDE),
	  "kprobe:__x64_sys_symlinkat:event+signal+deny", NULL },
	{ NO_FENTRY, SYSCALL("sys_symlinkat", ", " RETURN ", " OVERRIDE),
	  "kprobe:__x64_sys_symlinkat:signal+deny "
	  "kretprobe:__x64_sys_symlinkat:event+return",
	  NULL },
	{ NO_FENTRY, FUNCTION("security_file_open", ", " KILL),
	  "kprobe.multi:security_file_open:event+signal",
	  "kills, but the call may complete" },
	{ NO_MULTI, FUNCTION("tcp_connect", ""), "kprobe:tcp_connect:event+signal",
	  NULL },
	{ NO_MULTI, FUNCTION("tcp_connect", ", " RETURN),
	  "kprobe:tcp_connect:- kretprobe:tcp_connect:event+signal+return", NULL },
	{ NO_MULTI, FUNCTION("tcp_connect", ", " RETURN ", " SIGTERM),
	  "kprobe:tcp_connect:signal kretprobe:tcp_connect:event+return", NULL },
	{ NO_MULTI, SYSCALL("sys_symlinkat", ", " OVERRIDE),
	  "kprobe:__x64_sys_symlinkat:event+signal+deny", NULL },
	{ NO_MULTI, SYSCALL("sys_symlinkat", ", " KILL),
	  "kprobe:__x64_sys_symlinkat:event+signal+deny", NULL },
	{ NO_MULTI, SYSCALL("sys_symlinkat", ", " RETURN ", " OVERRIDE),
	  "kprobe:__x64_sys_symlinkat:signal+deny "
	  "kretprobe:__x64_sys_symlinkat:event+return",
	  NULL },
	{ NO_OVERRIDE, SYSCALL("sys_symlinkat", ", " OVERRIDE), NULL,
	  "security_inode_symlink can deny it" },
	{ NO_OVERRIDE, SYSCALL("sys_symlinkat", ", " KILL),
	  "kprobe:__x64_sys_symlinkat:event+signal",
	  "security_inode_symlink would stop" },
	{ NO_MULTI, FUNCTION("security_file_open", ", " KILL),
	  "kprobe:security_file_open:event+signal", "kills, but the call may complete" },
	{ NO_FENTRY, FUNCTION("security_file_open", ", " OVERRIDE), NULL,
	  "kprobe: the function is not on the kernel's error injection list" },
	{ NO_FENTRY, EVENT("sched", "sched_process_exec", ", raw: true"),
	  "raw_tp:sched_process_exec:event+signal", NULL },
	{ NO_KPROBE, SYSCALL("sys_symlinkat", ""),
	  "raw_tp/sys_enter:sys_enter:event+signal", NULL },
	{ NO_KPROBE, SYSCALL("sys_symlinkat", ", " RETURN),
	  "raw_tp/sys_exit:sys_exit:event+signal+return", NULL },
	{ NO_KPROBE, SYSCALL("sys_symlinkat", ", " RETURN ", " SIGTERM),
	  "raw_tp/sys_enter:sys_enter:signal raw_tp/sys_exit:sys_exit:event+return",
	  NULL },
	{ NO_KPROBE, SYSCALL("__ia32_sys_openat", ""), NULL,
	  "raw_tp/sys_enter: no number of this call" },
	{ NO_KPROBE, FUNCTION("tcp_connect", ""), NULL,
	  "fentry: needs fentry; kprobe.multi: needs kprobe-multi; kprobe: needs kprobe" },
	{ ",send-signal,", FUNCTION("tcp_connect", ", " KILL), NULL,
	  "needs bpf_send_signal" },
};

/*
 * Needs of several policies together, also those that one policy's text may not have.
 * @needs: PLAN_NEEDS_*.
 */
static const struct {
	const char *spec;
	uint32_t needs;
	const char *programs, *says;
} needs[] = {
	{ FUNCTION("tcp_connect", ""), PLAN_NEEDS_EVENT | PLAN_NEEDS_OVERRIDE, NULL,
	  "security_socket_connect and security_socket_sendmsg can deny it; fmod_ret: " },
	{ FUNCTION("fd_install", ""), PLAN_NEEDS_EVENT | PLAN_NEEDS_OVERRIDE, NULL,
	  "it returns nothing" },
	/* unsigned int */
	{ FUNCTION("tcp_current_mss", ""), PLAN_NEEDS_EVENT | PLAN_NEEDS_OVERRIDE, NULL,
	  "it returns no error number" },
	{ EVENT("sched", "sched_process_exec", ""),
	  PLAN_NEEDS_EVENT | PLAN_NEEDS_OVERRIDE, NULL,
	  "security_bprm_check can deny it" },
	{ EVENT("sched", "sched_process_exec", ", raw: true"),
	  PLAN_NEEDS_EVENT | PLAN_NEEDS_KILL, "tp_btf:sched_process_exec:event+signal",
	  "security_bprm_check would stop it" },
	{ FUNCTION("security_file_open", ""),
	  PLAN_NEEDS_EVENT | PLAN_NEEDS_KILL | PLAN_NEEDS_OVERRIDE | PLAN_NEEDS_RETURN,
	  "fexit:security_file_open:event+return lsm:file_open:signal+deny", NULL },
	{ SYSCALL("sys_getpid", ""), PLAN_NEEDS_EVENT | PLAN_NEEDS_RETURN,
	  "fexit:__do_sys_getpid:event+signal+return", NULL },
};

TEST_EACH(plan_joins_needs, ARRAY_SIZE(releases))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needs); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(needs[i].spec);
		_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
		_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
		struct plan_use use;
		struct plan_ladder ladder = {};
		int r;

		ck_assert_int_eq(tetra_diag_new(&diag), 0);
		ck_assert_int_eq(
			plan_use(&use, &policy->hooks[0], "t", recorded(_i), diag), 0);
		r = plan_ladder(&ladder, &use, needs[i].needs, NULL, recorded(_i), diag);
		ladder_tell(&text, &ladder);
		diag_show(diag, &said);
		ck_assert_str_eq(strbuf_get(&text),
				 needs[i].programs ? needs[i].programs : "");
		ck_assert_int_eq(r, needs[i].programs ? 0 : -EOPNOTSUPP);
		ck_assert_msg(needs[i].says
				      ? strstr(strbuf_get(&said), needs[i].says) != NULL
				      : said.len == 0,
			      "%s: said '%s'", needs[i].spec, strbuf_get(&said));
	}
}

/* What the attach code relies on, beside program, target and phase. */
TEST_EACH(plan_describes_instances, ARRAY_SIZE(releases))
{
	static const struct {
		const char *spec;
		uint32_t n_params;
		int32_t number;
		uint8_t syscall, has_return, typed, can_deny;
		const char *key, *symbol;
	} rows[] = {
		{ FUNCTION("security_file_permission", ", " KILL), 2, -1, 0, 1, 1, 1,
		  "function:security_file_permission", "security_file_permission" },
		{ FUNCTION("security_bprm_committing_creds", ""), 1, -1, 0, 0, 1, 0,
		  "function:security_bprm_committing_creds",
		  "security_bprm_committing_creds" },
		{ SYSCALL("sys_symlinkat", ""), 1, -1, 1, 1, 1, 0,
		  "syscall:__x64_sys_symlinkat", "__x64_sys_symlinkat" },
		{ SYSCALL("sys_getpid", ""), 1, -1, 1, 1, 1, 0,
		  "syscall:__x64_sys_getpid", "__x64_sys_getpid" },
		{ LSM("file_open", ", " OVERRIDE), 1, -1, 0, 1, 1, 1, "lsm:file_open",
		  "file_open" },
		{ EVENT("sched", "sched_switch", ""), 0, -1, 0, 0, 0, 0,
		  "tracepoint:sched/sched_switch", "sched_switch" },
		{ EVENT("sched", "sched_process_exec", ", raw: true"), 3, -1, 0, 0, 1, 0,
		  "raw:sched/sched_process_exec", "sched_process_exec" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(rows[i].spec);
		struct plan_use use;
		struct plan_ladder ladder;
		char name[PLAN_POINT_BYTES];

		ck_assert_int_eq(plan_first(policy, recorded(_i), &use, &ladder, NULL),
				 0);
		plan_point_print(&use.point, &name);
		ck_assert_str_eq(name, rows[i].key);
		ck_assert_str_eq(use.point.symbol, rows[i].symbol);
		ck_assert_uint_eq(ladder.can_deny, rows[i].can_deny);
		ck_assert_uint_eq(ladder.instances[0].n_params, rows[i].n_params);
		ck_assert_int_eq(ladder.instances[0].syscall_number, rows[i].number);
		ck_assert_uint_eq(ladder.instances[0].syscall, rows[i].syscall);
		ck_assert_uint_eq(ladder.instances[0].has_return, rows[i].has_return);
		ck_assert_uint_eq(plan_program_words(ladder.instances[0].program) ==
					  PLAN_WORDS_TYPED,
				  rows[i].typed);
	}
}

TEST_EACH(plan_reads_results, ARRAY_SIZE(releases))
{
	static const struct {
		const char *spec;
		int error;
		uint32_t kind;
		const char *says;
	} rows[] = {
		{ FUNCTION("tcp_connect", ", " RETURN), 0, TETRA_ARG_INT32, NULL },
		{ FUNCTION("tcp_connect",
			   ", return: true, returnArg: {index: 0, type: int64}"),
		  0, TETRA_ARG_INT64,
		  "spec.kprobes[0].returnArg.type arg-type-mismatch" },
		{ FUNCTION("tcp_connect",
			   ", return: true, returnArg: {index: 0, type: file}"),
		  -EOPNOTSUPP, 0, "the result of 'tcp_connect' is 'int'" },
		{ FUNCTION("sk_alloc",
			   ", return: true, returnArg: {index: 0, type: sock}"),
		  0, TETRA_ARG_SOCK, NULL },
		{ SYSCALL("sys_write", ", " RETURN), 0, TETRA_ARG_INT32, NULL },
		{ FUNCTION("fd_install", ", " RETURN), 0, 0,
		  "'fd_install' returns nothing" },
		{ FUNCTION("fd_install",
			   ", " RETURN
			   ", selectors: [{matchReturnArgs: [{operator: Equal, "
			   "values: [1]}]}]"),
		  -EOPNOTSUPP, 0, "returns nothing that a filter could look at" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(rows[i].spec);
		_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
		_cleanup_(strbuf_done) struct strbuf said = {};
		struct plan_use use = {};

		ck_assert_int_eq(tetra_diag_new(&diag), 0);
		ck_assert_int_eq(
			plan_use(&use, &policy->hooks[0], "t", recorded(_i), diag),
			rows[i].error);
		ck_assert_uint_eq(use.return_arg.kind, rows[i].kind);
		ck_assert(rows[i].error || use.needs & PLAN_NEEDS_RETURN);
		diag_show(diag, &said);
		ck_assert_msg(rows[i].says
				      ? strstr(strbuf_get(&said), rows[i].says) != NULL
				      : said.len == 0,
			      "%s: said '%s'", rows[i].spec, strbuf_get(&said));
	}
}

TEST_EACH(plan_makes_do_with_less, ARRAY_SIZE(lesser))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel =
		kernel_without(lesser[_i].without);
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
		policy_of(lesser[_i].spec);
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
	struct plan_use use = {};
	struct plan_ladder ladder = {};
	int r;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	r = plan_first(policy, kernel, &use, &ladder, diag);
	ladder_tell(&text, &ladder);
	diag_show(diag, &said);
	ck_assert_str_eq(strbuf_get(&text),
			 lesser[_i].programs ? lesser[_i].programs : "");
	ck_assert_int_eq(r, lesser[_i].programs ? 0 : -EOPNOTSUPP);
	ck_assert_msg(lesser[_i].says ? strstr(strbuf_get(&said), lesser[_i].says) != NULL
				      : said.len == 0,
		      "%s: said '%s'", lesser[_i].spec, strbuf_get(&said));
	/* What was passed over is told. */
	ck_assert(r < 0 || strstr(ladder.reason, "; not "));
}

TEST_EACH(plan_reads_arguments, ARRAY_SIZE(releases))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(arguments[i].spec);
		_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
		_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
		struct plan_use use = {};
		int r;

		if (!(arguments[i].kernels & 1u << _i))
			continue;
		ck_assert_int_eq(tetra_diag_new(&diag), 0);
		r = plan_use(&use, &policy->hooks[0], "t", recorded(_i), diag);
		diag_show(diag, &said);
		ck_assert_msg((r == 0) == (arguments[i].reads != NULL), "%s: %s: %d\n%s",
			      releases[_i], arguments[i].spec, r, strbuf_get(&said));
		if (r == 0) {
			slot_tell(&text, &use, use.n_args - 1);
			ck_assert_str_eq(strbuf_get(&text), arguments[i].reads);
		}
		ck_assert_msg(arguments[i].says ? strstr(strbuf_get(&said),
							 arguments[i].says) != NULL
						: said.len == 0,
			      "%s: %s: said '%s'", releases[_i], arguments[i].spec,
			      strbuf_get(&said));
	}
}
