/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to recorded kernels, and to a live one whose /proc and /sys are folders made
 * here: nothing is asked of the machine that the test runs on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/linux/hook-names.h"
#include "lib/kernel/kernel.h"
#include "lib/kernel/syscalls.h"
#include "lib/recording/recording.h"
#include "tests/unit/suite.h"
#include "tests/unit/tree.h"

static const char *const releases[] = { "5.10", "6.1", "6.12", "7.2", "6.12-full" };

static struct tetra_kernel *recorded(const char *release)
{
	struct tetra_kernel *kernel = NULL;
	char path[1024];

	snprintf(path, sizeof(path), "%s/kernel/%s.facts.gz", getenv("TETRA_TEST_DATA"),
		 release);
	ck_assert_msg(kernel_read_facts(&kernel, path, NULL) == 0, "cannot read '%s'",
		      path);
	return kernel;
}

/* A column per kernel of releases[]: what was seen to work there by other means. */
static const struct {
	enum kernel_feature feature;
	const char *has;
} features[] = {
	{ KERNEL_BTF, "yyyyy" },
	{ KERNEL_BTF_MODULES, "-yyyy" },
	{ KERNEL_RINGBUF, "yyyyy" },
	{ KERNEL_FENTRY, "yyyyy" },
	{ KERNEL_LSM_BPF, "yyyyy" },
	{ KERNEL_FMODRET_SECURITY, "yyyyy" },
	{ KERNEL_FMODRET_SYSCALL, "---yy" },
	{ KERNEL_OVERRIDE_RETURN, "----y" },
	{ KERNEL_KPROBE, "yyyyy" },
	{ KERNEL_UPROBE, "yyyyy" },
	{ KERNEL_KPROBE_MULTI, "--yyy" },
	{ KERNEL_RAW_TP, "yyyyy" },
	{ KERNEL_TP_BTF, "yyyyy" },
	{ KERNEL_SEND_SIGNAL, "yyyyy" },
	{ KERNEL_BPF_LOOP, "-yyyy" },
	{ KERNEL_D_PATH_LSM, "-yyyy" },
	{ KERNEL_TASK_STORAGE, "-yyyy" },
	{ KERNEL_TASK_ITER, "yyyyy" },
	{ KERNEL_CURRENT_TASK_BTF, "-yyyy" },
	{ KERNEL_FENTRY_SLEEPS, "---yy" },
	{ KERNEL_TRACEPOINT_SLEEPS, "---y-" },
	{ KERNEL_FUNC_ARG, "-yyyy" },
	{ KERNEL_FUNC_IP, "-yyyy" },
	{ KERNEL_ATTACH_COOKIE, "-yyyy" },
	{ KERNEL_STEADY_TRAMPOLINE, "y----" },
	{ KERNEL_STEADY_LSM, "yyyyy" },
	{ KERNEL_STEADY_TRACEPOINT, "yyy-y" },
	{ KERNEL_GROWING_MAPS, "-yyyy" },
};

TEST_EACH(kernel_knows_recorded_features, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	size_t i;

	ck_assert_uint_eq(ARRAY_SIZE(features), KERNEL_FEATURE_END);
	for (i = 0; i < ARRAY_SIZE(features); i++) {
		bool expected = features[i].has[_i] == 'y';

		ck_assert_msg(kernel_has(kernel, features[i].feature) == expected,
			      "%s on %s", kernel_feature_name(features[i].feature),
			      releases[_i]);
		ck_assert((kernel_feature_reason(kernel, features[i].feature) == NULL) ==
			  expected);
	}
}

TEST_EACH(kernel_knows_recorded_identity, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	static const uint32_t versions[] = { 0x050a00, 0x060100, 0x060c75, 0x07020d,
					     0x060c75 };

	ck_assert(kernel_is_recorded(kernel));
	ck_assert_uint_eq(kernel_version(kernel), versions[_i]);
	ck_assert(
		str_has_prefix(kernel_release(kernel), _i == 4 ? "6.12" : releases[_i]));
	ck_assert_str_eq(kernel_machine(kernel), "x86_64");
	ck_assert_str_eq(kernel_syscall_prefix(kernel), "__x64_");
	ck_assert_ptr_nonnull(strstr(kernel_lsm_list(kernel), "bpf"));
	ck_assert_uint_eq(kernel_host_ns(kernel, TETRA_NS_PID), 4026531836u);
	ck_assert_ptr_null(kernel_btf(kernel));
}

TEST_EACH(kernel_finds_recorded_functions, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	struct kernel_function function;

	ck_assert_int_eq(
		kernel_find_function(kernel, "security_file_permission", &function), 0);
	ck_assert_str_eq(function.name, "security_file_permission");
	ck_assert_uint_ne(function.btf_id, 0);
	ck_assert_uint_eq(function.n_params, 2);
	ck_assert_str_eq(function.params[0].c_type, "struct file *");
	ck_assert_str_eq(function.params[0].type_name, "file");
	ck_assert_uint_eq(function.params[0].is_pointer, 1);
	ck_assert_str_eq(function.params[1].name, "mask");
	ck_assert_uint_eq(function.params[1].size, 4);
	ck_assert_uint_eq(function.params[1].is_signed, 1);
	ck_assert_int_eq(kernel_find_function(kernel, "no_such_function", &function),
			 -ENOENT);
	ck_assert(!kernel_has_symbol(kernel, "no_such_function"));
	ck_assert(!kernel_function_attachable(kernel, "no_such_function"));
	ck_assert(kernel_function_attachable(kernel, "tcp_connect"));
}

TEST_EACH(kernel_knows_what_can_be_overridden, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	bool full = _i == 4, syscalls = _i >= 3;

	ck_assert(kernel_function_modifiable(kernel, "security_file_open"));
	ck_assert(!kernel_function_injectable(kernel, "security_file_open"));
	ck_assert(!kernel_function_overridable(kernel, "tcp_connect"));
	ck_assert(kernel_function_injectable(kernel, "__x64_sys_symlinkat") == full);
	ck_assert(kernel_function_modifiable(kernel, "__x64_sys_symlinkat") == syscalls);
	ck_assert(kernel_function_overridable(kernel, "__x64_sys_symlinkat") == syscalls);
}

TEST_EACH(kernel_finds_lsm_hooks, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	struct kernel_function hook;

	ck_assert(kernel_lsm_hook(kernel, "file_open", &hook));
	ck_assert_str_eq(hook.name, "bpf_lsm_file_open");
	ck_assert_uint_eq(hook.n_params, 1);
	ck_assert(!kernel_lsm_hook(kernel, "nope_hook", &hook));
	ck_assert_str_eq(kernel_nearest_lsm_hook(kernel, "file_opne"), "file_open");

	ck_assert(kernel_lsm_hook_of(kernel, "security_bprm_check", &hook));
	ck_assert_str_eq(hook.name, "bpf_lsm_bprm_check_security");
	ck_assert(kernel_lsm_hook_of(kernel, "security_file_permission", &hook));
	/* The hook has four parameters, the function five. */
	ck_assert(!kernel_lsm_hook_of(kernel, "security_inode_rename", &hook));
	ck_assert(!kernel_lsm_hook_of(kernel, "tcp_connect", &hook));
}

/* Both directions, and what each kernel has of them. */
TEST_EACH(kernel_knows_hooks_of_other_names, ARRAY_SIZE(releases))
{
	static const struct {
		const char *function, *hook;
	} names[] = {
		{ "security_bprm_check", "bprm_check_security" },
		{ "security_create_user_ns", "userns_create" },
		{ "security_file_alloc", "file_alloc_security" },
		{ "security_file_open", "file_open" },
		{ "security_inode_init_security", "inode_init_security" },
		{ "security_prepare_creds", "cred_prepare" },
		{ "security_sem_free", "sem_free_security" },
		{ "security_settime64", "settime" },
		{ "security_sock_rcv_skb", "socket_sock_rcv_skb" },
		{ "security_transfer_creds", "cred_transfer" },
		{ "security_vm_enough_memory_mm", "vm_enough_memory" },
		{ "security_xfrm_policy_alloc", "xfrm_policy_alloc_security" },
	};
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	struct kernel_function hook;
	char buf[HOOK_NAME_BYTES];
	unsigned int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_str_eq(hook_function(names[i].hook, &buf), names[i].function);
		if (!kernel_lsm_hook_of(kernel, names[i].function, &hook))
			continue;
		ck_assert_str_eq(hook.name + strlen("bpf_lsm_"), names[i].hook);
		n++;
	}
	/* security_create_user_ns() came with 6.1; others have parameters of their own. */
	ck_assert_uint_ge(n, 10);
	ck_assert_int_eq(kernel_lsm_hook_of(kernel, "security_create_user_ns", &hook),
			 strcmp(releases[_i], "5.10") != 0);
}

TEST_EACH(kernel_finds_syscalls, ARRAY_SIZE(releases))
{
	static const char *const names[] = { "sys_symlinkat", "__x64_sys_symlinkat" };
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	struct kernel_function call;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_int_eq(kernel_find_syscall(kernel, names[i], &call), 0);
		ck_assert_str_eq(call.name, "__x64_sys_symlinkat");
		ck_assert_str_eq(call.target, call.name);
		ck_assert_int_eq(call.syscall_number, 266);
		ck_assert_uint_eq(call.has_params, 1);
		ck_assert_uint_eq(call.n_params, 3);
		ck_assert_str_eq(call.params[0].c_type, "const char *");
		ck_assert_str_eq(call.params[0].type_name, "char");
		ck_assert_str_eq(call.params[1].c_type, "int");
		ck_assert_uint_eq(call.params[1].size, 4);
	}
	ck_assert_int_eq(kernel_find_syscall(kernel, "sys_getpid", &call), 0);
	ck_assert_uint_eq(call.n_params, 0);
	ck_assert_str_eq(call.name, "__x64_sys_getpid");
	ck_assert_str_eq(call.target, "__do_sys_getpid");
	ck_assert(kernel_function_attachable(kernel, call.target));
	ck_assert_int_eq(kernel_find_syscall(kernel, "__ia32_sys_openat", &call), 0);
	ck_assert_int_eq(call.syscall_number, -1);
	ck_assert_int_eq(kernel_find_syscall(kernel, "write", &call), -ENOENT);
	ck_assert_int_eq(kernel_find_syscall(kernel, "sys_dupXXX", &call), -ENOENT);
	ck_assert_str_eq(kernel_nearest_syscall(kernel, "sys_open_at"), "sys_openat");
}

TEST_EACH(kernel_finds_tracepoints, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	struct kernel_event event;
	struct kernel_function raw;

	ck_assert_int_eq(kernel_find_tracepoint_fields(kernel, "syscalls",
						       "sys_enter_openat", &event),
			 0);
	ck_assert_uint_eq(event.n_common, 4);
	ck_assert_str_eq(event.fields[4].name, "__syscall_nr");
	ck_assert_str_eq(event.fields[6].name, "filename");
	ck_assert_uint_eq(event.fields[6].is_pointer, 1);
	ck_assert_int_eq(kernel_find_tracepoint_fields(kernel, "sched",
						       "sched_process_exec", &event),
			 0);
	ck_assert_uint_eq(event.fields[4].is_data_loc, 1);
	ck_assert_int_eq(kernel_find_tracepoint_fields(kernel, "sched",
						       "sched_process_exce", &event),
			 -ENOENT);
	ck_assert_str_eq(kernel_nearest_tracepoint(kernel, "sched", "sched_process_exce"),
			 "sched/sched_process_exec");

	ck_assert_int_eq(kernel_find_raw_tracepoint(kernel, "sched_process_exec", &raw),
			 0);
	ck_assert_uint_eq(raw.n_params, 3);
	ck_assert_str_eq(raw.params[2].c_type, "struct linux_binprm *");
	ck_assert_str_eq(raw.params[2].name, "bprm");
	ck_assert_int_eq(kernel_find_raw_tracepoint(kernel, "no_such_event", &raw),
			 -ENOENT);
}

TEST_EACH(kernel_hints_at_the_nearest_function, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);

	ck_assert_str_eq(kernel_nearest_function(kernel, "security_file_opne"),
			 "security_file_open");
	ck_assert_str_eq(kernel_nearest_function(kernel, "tcp_conect"), "tcp_connect");
	ck_assert_ptr_null(kernel_nearest_function(kernel, "pizza_is_the_best"));
	ck_assert_ptr_null(kernel_nearest_function(kernel, ""));
}

static void write_facts(struct tetra_kernel *kernel, struct strbuf *text)
{
	char *memory = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&memory, &size);

	ck_assert_int_eq(kernel_write_facts(kernel, file), 0);
	fclose(file);
	strbuf_add(text, memory, size);
	free(memory);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

TEST_EACH(kernel_facts_survive_writing_and_reading, ARRAY_SIZE(releases))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = recorded(releases[_i]);
	_cleanup_(kernel_freep) struct tetra_kernel *again = NULL;
	_cleanup_(strbuf_done) struct strbuf first = {}, second = {};
	char path[] = "/tmp/test-kernel.XXXXXX";

	close(mkstemp(path));
	write_facts(kernel, &first);
	put(path, first.text);
	ck_assert_int_eq(kernel_read_facts(&again, path, NULL), 0);
	unlink(path);
	write_facts(again, &second);
	ck_assert_str_eq(first.text, second.text);
}

TEST(kernel_refuses_damaged_facts)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "", -EINVAL },
		{ "something else\n", -EINVAL },
		{ "tetra-facts\t2\n", -EINVAL },
		{ "tetra-facts\t1\nrelease\n", -EINVAL },
		{ "tetra-facts\t1\nfield\ta\tint\t0\t4\t-\n", -EINVAL },
		{ "tetra-facts\t1\nfunction\tf\t1\tk\t-\tint\n", -EINVAL },
		{ "tetra-facts\t1\nfunction\tf\t1\tk\t-\n", -EINVAL },
		{ "tetra-facts\t1\nfunction\tf\t1\tk\t-\t:s:4:int:int\n", 0 },
		{ "tetra-facts\t1\nof\ta\tlater\tversion\nfeature\tflying\tyes\n", 0 },
		{ "tetra-facts\t1\nrelease\t9.9\nlsm\ta\tb\tc\n", 0 },
	};
	char path[] = "/tmp/test-kernel.XXXXXX";
	size_t i;

	close(mkstemp(path));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;
		_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
		int r;

		ck_assert_int_eq(tetra_diag_new(&diag), 0);
		put(path, rows[i].text);
		r = kernel_read_facts(&kernel, path, diag);
		ck_assert_msg(r == rows[i].error, "text %zu: %d", i, r);
		ck_assert_uint_eq(tetra_diag_count(diag, 0), r < 0);
	}
	unlink(path);
}

TEST(kernel_facts_may_be_missing)
{
	struct tetra_kernel *kernel = NULL;

	ck_assert_int_eq(kernel_read_facts(&kernel, "/nonexistent.facts", NULL), -ENOENT);
	ck_assert_ptr_null(kernel);
}

/* --- a live kernel on folders --- */

static void setup(void)
{
	tree_make();
	put_text("sys/kernel/security/lsm", "capability,bpfilter");
	put_text("sys/kernel/tracing/events/sched/sched_switch/format",
		 "name: sched_switch\nID: 7\nformat:\n"
		 "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		 "\tfield:pid_t prev_pid;\toffset:8;\tsize:4;\tsigned:1;\n");
	put_text("sys/kernel/tracing/available_filter_functions",
		 "vfs_write\ntcp_connect [ipv4]\nsecurity_file_open\nlast_one");
	put_text("proc/sys/kernel/osrelease", "4.18.300-rc1\n");
	put_text("proc/kallsyms", "0000000000000000 T vfs_write\n"
				  "0000000000000000 D some_data\n"
				  "0000000000000000 t mod_function\t[mod]\n");
}

static void teardown(void)
{
	tree_remove();
}

static struct tetra_kernel *probe(void)
{
	struct tetra_kernel *kernel = NULL;
	char proc[80], sys[80];
	struct kernel_probe_opts opts = { .proc_root = proc, .sys_root = sys };

	snprintf(proc, sizeof(proc), "%s/proc", root);
	snprintf(sys, sizeof(sys), "%s/sys", root);
	ck_assert_int_eq(kernel_probe(&kernel, &opts, NULL), 0);
	return kernel;
}

TEST(kernel_reads_its_identity)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();

	ck_assert(!kernel_is_recorded(kernel));
	ck_assert_str_eq(kernel_release(kernel), "4.18.300-rc1");
	ck_assert_uint_eq(kernel_version(kernel), 0x0412ff);
	ck_assert_str_eq(kernel_lsm_list(kernel), "capability,bpfilter");
	ck_assert_uint_eq(kernel_host_ns(kernel, TETRA_NS_NET), 0);
}

/* NULL: there is no such file. */
static const struct {
	const char *version, *knob, *boot, *config;
	enum kernel_preemption mode;
	bool preemptible;
} preemptions[] = {
	{ "#1 SMP Debian 5.10.262-1", NULL, NULL, NULL, KERNEL_PREEMPTION_NONE, false },
	{ "#1 SMP PREEMPT Debian", NULL, NULL, NULL, KERNEL_PREEMPTION_FULL, true },
	{ "#1 SMP PREEMPT_RT Debian", "none (voluntary) full \n", NULL, NULL,
	  KERNEL_PREEMPTION_FULL, true },
	{ "#1 SMP PREEMPT_DYNAMIC Debian", "none (voluntary) full \n", "preempt=full",
	  "CONFIG_PREEMPT=y\n", KERNEL_PREEMPTION_VOLUNTARY, false },
	{ "#1 SMP PREEMPT_DYNAMIC Debian", "full (lazy) \n", NULL, NULL,
	  KERNEL_PREEMPTION_LAZY, true },
	{ "#1 SMP PREEMPT_DYNAMIC", NULL, "ro preempt=none quiet preempt=full\n",
	  "CONFIG_PREEMPT_NONE=y\n", KERNEL_PREEMPTION_FULL, true },
	{ "#1 SMP PREEMPT_DYNAMIC", NULL, "ro preempt=sometimes nopreempt=full\n",
	  "# CONFIG_PREEMPT is not set\nCONFIG_PREEMPT_VOLUNTARY=y\n",
	  KERNEL_PREEMPTION_VOLUNTARY, false },
	{ "#1 SMP PREEMPT_DYNAMIC", "something else\n", "ro", "CONFIG_PREEMPT_LAZY=y\n",
	  KERNEL_PREEMPTION_LAZY, true },
	/* What cannot be told counts as preemptible. */
	{ "#1 SMP PREEMPT_DYNAMIC", NULL, "ro", NULL, KERNEL_PREEMPTION_UNKNOWN, true },
	{ NULL, NULL, NULL, NULL, KERNEL_PREEMPTION_UNKNOWN, true },
};

static void put_if(const char *path, const char *text)
{
	if (text)
		put_text(path, text);
}

TEST_EACH(kernel_tells_how_it_is_preempted, ARRAY_SIZE(preemptions))
{
	struct tetra_kernel *kernel;

	put_if("proc/sys/kernel/version", preemptions[_i].version);
	put_if("sys/kernel/debug/sched/preempt", preemptions[_i].knob);
	put_if("proc/cmdline", preemptions[_i].boot);
	put_if("proc/config.gz", preemptions[_i].config);
	kernel = probe();
	ck_assert_str_eq(kernel_preemption_name(kernel_preemption(kernel)),
			 kernel_preemption_name(preemptions[_i].mode));
	ck_assert(kernel_is_preemptible(kernel) == preemptions[_i].preemptible);
	kernel_free(kernel);
}

TEST(kernel_notices_another_preemption)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;

	put_text("proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC");
	put_text("sys/kernel/debug/sched/preempt", "none (voluntary) full \n");
	kernel = probe();
	ck_assert(!kernel_is_preemptible(kernel));
	ck_assert(kernel_offers_voluntary(kernel));
	put_text("sys/kernel/debug/sched/preempt", "none voluntary (full) \n");
	ck_assert(!kernel_is_preemptible(kernel));
	ck_assert_int_eq(kernel_preemption_again(kernel), KERNEL_PREEMPTION_FULL);
	ck_assert(kernel_is_preemptible(kernel));
}

TEST(kernel_sees_switches_that_are_off)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;

	put_text("proc/sys/kernel/ftrace_enabled", "1\n");
	kernel = probe();
	ck_assert_uint_eq(kernel_switches_off(kernel), 0);
	put_text("proc/sys/kernel/ftrace_enabled", "0\n");
	ck_assert_uint_eq(kernel_switches_off(kernel), 1u << KERNEL_SWITCH_FTRACE);
	put_text("proc/sys/kernel/ftrace_enabled", "1\n");
	ck_assert_uint_eq(kernel_switches_off(kernel), 0);
	for (int i = 0; i < KERNEL_SWITCH_END; i++) {
		ck_assert_str_ne(kernel_switch_name(i), "");
		ck_assert_str_ne(kernel_switch_stops(i), "");
		ck_assert_str_ne(kernel_switch_cure(i), "");
	}
}

TEST(kernel_without_btf_says_so)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();
	struct kernel_function function;

	ck_assert(!kernel_has(kernel, KERNEL_BTF));
	ck_assert_ptr_nonnull(strstr(kernel_feature_reason(kernel, KERNEL_BTF),
				     "CONFIG_DEBUG_INFO_BTF"));
	/* What needs BTF fails for that reason. */
	ck_assert(!kernel_has(kernel, KERNEL_LSM_BPF));
	ck_assert_ptr_nonnull(strstr(kernel_feature_reason(kernel, KERNEL_LSM_BPF),
				     "CONFIG_DEBUG_INFO_BTF"));
	ck_assert_int_eq(kernel_find_function(kernel, "vfs_write", &function),
			 -EOPNOTSUPP);
	ck_assert_ptr_null(kernel_nearest_function(kernel, "vfs_write"));
}

TEST(kernel_reads_what_ftrace_reaches)
{
	static const struct {
		const char *name;
		bool there;
	} rows[] = {
		{ "vfs_write", true }, { "tcp_connect", true }, { "last_one", true },
		{ "vfs_writ", false }, { "fs_write", false },	{ "ipv4", false },
		{ "\nvfs", false },    { "", false },
	};
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert(kernel_has_symbol(kernel, rows[i].name) == rows[i].there);
		ck_assert(kernel_function_attachable(kernel, rows[i].name) ==
			  rows[i].there);
	}
}

TEST(kernel_without_tracefs_reads_kallsyms)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;
	struct kernel_event event;
	char path[128];

	snprintf(path, sizeof(path), "%s/sys/kernel/tracing/available_filter_functions",
		 root);
	unlink(path);
	kernel = probe();
	ck_assert(kernel_has_symbol(kernel, "vfs_write"));
	ck_assert(kernel_has_symbol(kernel, "mod_function"));
	ck_assert(!kernel_has_symbol(kernel, "some_data"));
	ck_assert(!kernel_has_symbol(kernel, "mod"));
	/* Nothing says that it may not be. */
	ck_assert(kernel_function_attachable(kernel, "vfs_write"));
	ck_assert_int_eq(
		kernel_find_tracepoint_fields(kernel, "sched", "sched_switch", &event),
		0);
}

TEST(kernel_reads_tracepoints_live)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();
	struct kernel_event event;

	ck_assert_int_eq(
		kernel_find_tracepoint_fields(kernel, "sched", "sched_switch", &event),
		0);
	ck_assert_str_eq(event.subsystem, "sched");
	ck_assert_uint_eq(event.id, 7);
	ck_assert_uint_eq(event.n_common, 1);
	ck_assert_int_eq(kernel_find_tracepoint_fields(kernel, "no", "such", &event),
			 -ENOENT);
	ck_assert_int_eq(kernel_find_tracepoint_fields(kernel, "..", "sched", &event),
			 -ENOENT);
	ck_assert_str_eq(kernel_nearest_tracepoint(kernel, "shed", "sched_swich"),
			 "sched/sched_switch");
	ck_assert_ptr_null(kernel_nearest_tracepoint(kernel, "sched", "zzzzzzzz"));
}

TEST(syscalls_have_numbers)
{
	ck_assert_int_eq(syscall_number("x86_64", "newuname"), 63);
	ck_assert_int_eq(syscall_number("x86_64", "uname"), -1);
	ck_assert_int_eq(syscall_number("x86_64", "io_uring_enter"), 426);
	ck_assert_int_eq(syscall_number("pdp11", "read"), -1);
	ck_assert_str_eq(syscall_prefix("aarch64"), "__arm64_");
	ck_assert_str_eq(syscall_prefix("pdp11"), "");
	ck_assert_str_eq(syscall_name_of("__ia32_sys_read"), "read");
	ck_assert_ptr_null(syscall_name_of("__x64_read"));
	ck_assert_ptr_null(syscall_name_of("sys_"));
}

TEST(kernel_feature_names_are_there_and_back)
{
	enum kernel_feature feature;

	for (feature = 0; feature < KERNEL_FEATURE_END; feature++) {
		ck_assert_int_eq(kernel_feature_from_name(kernel_feature_name(feature)),
				 feature);
		ck_assert(str_has_prefix(kernel_feature_need(feature), "needs "));
	}
	ck_assert_int_eq(kernel_feature_from_name("flying"), KERNEL_FEATURE_END);
}

FIXTURE(setup, teardown)
