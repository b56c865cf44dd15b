/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complete facts: what a kernel answers, live, is what its file answers. The live one is folders
 * and types that are made here. Damaged files are refused.
 */
#include <bpf/btf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/diag.h"
#include "lib/kernel/machine.h"
#include "lib/recording/packed.h"
#include "lib/recording/recording.h"
#include "tests/unit/suite.h"
#include "tests/unit/tree.h"
#include "tetra/fit.h"

/* Changes that keep the seal, per run. */
#define MUTATIONS 4000u

static char saved[80];

static void add_function(struct btf *btf, const char *name, int ret, int param)
{
	int proto = btf__add_func_proto(btf, ret);

	ck_assert_int_eq(btf__add_func_param(btf, "one", param), 0);
	ck_assert_int_gt(btf__add_func(btf, name, BTF_FUNC_STATIC, proto), 0);
}

static void put_types(void)
{
	static const char *const names[] = {
		"security_file_open", "bpf_lsm_file_open", "vfs_write",
		"notrace_one",	      "mod_one",	   "should_fail"
	};
	struct btf *btf = btf__new_empty();
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int file = btf__add_struct(btf, "file", 64);
	const void *data;
	uint32_t bytes;

	ck_assert_int_eq(btf__add_field(btf, "f_flags", i32, 64, 0), 0);
	file = btf__add_ptr(btf, file);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		add_function(btf, names[i], i32, file);
	add_function(btf, "__x64_sys_getpgid", i32,
		     btf__add_ptr(btf, btf__add_struct(btf, "pt_regs", 168)));
	data = btf__raw_data(btf, &bytes);
	put_below("sys/kernel/btf/vmlinux", data, bytes);
	btf__free(btf);
}

static void setup(void)
{
	tree_make();
	snprintf(saved, sizeof(saved), "%s/saved", root);
	put_types();
	put_text("sys/kernel/security/lsm", "capability,bpf\n");
	put_text("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	put_text("sys/kernel/tracing/events/enable", "0\n");
	put_text("sys/kernel/tracing/events/sched/enable", "0\n");
	put_text("sys/kernel/tracing/events/sched/sched_switch/format",
		 "name: sched_switch\nID: 7\nformat:\n"
		 "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		 "\tfield:pid_t prev_pid;\toffset:8;\tsize:4;\tsigned:1;\n");
	put_text(
		"sys/kernel/tracing/available_filter_functions",
		"security_file_open\nvfs_write\nmod_one\nshould_fail\nuntyped_one [ipv4]\nlast_one.isra.0");
	put_text("sys/kernel/debug/error_injection/list",
		 "should_fail\tERRNO\n__x64_sys_getpgid\tERRNO\n");
	put_text("sys/kernel/debug/sched/preempt", "none voluntary (full) \n");
	put_text("proc/sys/kernel/osrelease", "6.12.1-test\n");
	put_text("proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian\n");
	put_text("proc/config.gz", "CONFIG_BPF_LSM=y\n# CONFIG_FPROBE is not set\n"
				   "CONFIG_SOUND=m\nCONFIG_LSM=\"yama,bpf\"\n");
	put_text("proc/sys/kernel/ftrace_enabled", "1\n");
	put_text("proc/sys/kernel/unprivileged_bpf_disabled", "0\n");
}

static void teardown(void)
{
	tree_remove();
}

/* Features are given, so that nothing is asked of the machine that the test runs on. */
static struct tetra_kernel *probe(void)
{
	struct tetra_kernel *kernel = NULL;
	char proc[80], sys[80];
	struct kernel_probe_opts opts = { .proc_root = proc, .sys_root = sys };

	snprintf(proc, sizeof(proc), "%s/proc", root);
	snprintf(sys, sizeof(sys), "%s/sys", root);
	ck_assert_int_eq(kernel_probe(&kernel, &opts, NULL), 0);
	for (enum kernel_feature i = 0; i < KERNEL_FEATURE_END; i++)
		kernel->features[i] =
			(struct feature_answer){ .asked = 1, .has = i % 3 != 2 };
	kernel->features[KERNEL_OVERRIDE_RETURN].has = 1;
	kernel->features[KERNEL_FMODRET_SECURITY].has = 1;
	kernel->features[KERNEL_FMODRET_SYSCALL].has = 1;
	/* Otherwise it is asked whether they can be traced, with a program each. */
	ck_assert_int_eq(kernel_load_traceable(kernel), 0);
	facts_get(&kernel->facts, kernel->arena, FACT_FUNCTION, "should_fail")
		->modifiable = FACT_YES;
	return kernel;
}

static struct tetra_kernel *save_and_read(void)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();
	struct tetra_kernel *recorded = NULL;

	ck_assert_int_eq(kernel_save_facts(kernel, saved, NULL), 0);
	ck_assert_int_eq(kernel_read_facts(&recorded, saved, NULL), 0);
	return recorded;
}

TEST(facts_answer_about_functions_as_the_machine_does)
{
	static const char *const names[] = {
		"security_file_open",
		"vfs_write",
		"notrace_one",
		"mod_one",
		"should_fail",
		"untyped_one",
		"ipv4",
		"last_one.isra.0",
		"last_one",
		"missing",
		"",
		"__x64_sys_getpgid",
		"bpf_lsm_file_open",
		"sys_getpgid",
	};
	_cleanup_(kernel_freep) struct tetra_kernel *live = probe();
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();

	ck_assert(kernel_is_recorded(recorded) && kernel_is_complete(recorded));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct kernel_function a = {}, b = {};
		const char *name = names[i];

		ck_assert_int_eq(kernel_find_function(live, name, &a),
				 kernel_find_function(recorded, name, &b));
		ck_assert_uint_eq(a.btf_id, b.btf_id);
		ck_assert_uint_eq(a.n_params, b.n_params);
		ck_assert(kernel_has_symbol(live, name) ==
			  kernel_has_symbol(recorded, name));
		ck_assert(kernel_function_attachable(live, name) ==
			  kernel_function_attachable(recorded, name));
		ck_assert(kernel_function_traceable(live, name) ==
			  kernel_function_traceable(recorded, name));
		ck_assert(kernel_function_injectable(live, name) ==
			  kernel_function_injectable(recorded, name));
		ck_assert_int_eq(kernel_find_syscall(live, name, &a),
				 kernel_find_syscall(recorded, name, &b));
		ck_assert_int_eq(a.syscall_number, b.syscall_number);
		ck_assert(kernel_lsm_hook_of(live, name, &a) ==
			  kernel_lsm_hook_of(recorded, name, &b));
	}
	ck_assert(kernel_function_modifiable(recorded, "should_fail"));
	ck_assert(kernel_function_modifiable(recorded, "security_file_open"));
	ck_assert(kernel_function_modifiable(recorded, "__x64_sys_getpgid"));
	ck_assert(!kernel_function_modifiable(recorded, "vfs_write"));
	ck_assert(!kernel_function_attachable(recorded, "notrace_one"));
	ck_assert_str_eq(kernel_nearest_function(recorded, "vfs_wirte"), "vfs_write");
}

TEST(facts_say_the_rest_as_the_machine_does)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	struct kernel_member member;
	struct kernel_event event;

	for (enum kernel_feature i = 0; i < KERNEL_FEATURE_END; i++)
		if (i != KERNEL_OVERRIDE_RETURN && i != KERNEL_FMODRET_SECURITY &&
		    i != KERNEL_FMODRET_SYSCALL)
			ck_assert(kernel_has(recorded, i) == (i % 3 != 2));
	ck_assert_str_eq(kernel_release(recorded), "6.12.1-test");
	ck_assert_str_eq(kernel_lsm_list(recorded), "capability,bpf");
	ck_assert_int_eq(kernel_preemption(recorded), KERNEL_PREEMPTION_FULL);
	ck_assert(kernel_offers_voluntary(recorded));
	ck_assert(kernel_bpf_is_free(recorded));
	ck_assert_uint_eq(kernel_switches_off(recorded), 0);
	ck_assert(!kernel_is_confidential(recorded));
	ck_assert_int_eq(kernel_find_member(recorded, "file.f_flags", &member), 0);
	ck_assert_uint_eq(member.offset, 8);
	ck_assert_int_eq(kernel_find_member(recorded, "file.f_mode", &member), -ENOENT);
	ck_assert_int_eq(
		kernel_find_tracepoint_fields(recorded, "sched", "sched_switch", &event),
		0);
	ck_assert_uint_eq(event.n_fields, 2);
	ck_assert_int_eq(
		kernel_find_tracepoint_fields(recorded, "sched", "sched_wakeup", &event),
		-ENOENT);
	ck_assert(kernel_has_subsystem(recorded, "sched"));
	ck_assert(!kernel_has_subsystem(recorded, "syscalls"));
}

TEST(facts_have_the_lines_of_the_configuration_that_matter)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();

	ck_assert_str_eq(strbuf_get(&recorded->config),
			 "config\tCONFIG_BPF_LSM=y\nconfig\tCONFIG_LSM=\"yama,bpf\"\n");
}

TEST(facts_remember_switches_and_lockdown)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = NULL;

	put_text("proc/sys/kernel/ftrace_enabled", "0\n");
	put_text("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	recorded = save_and_read();
	ck_assert_uint_eq(kernel_switches_off(recorded), 1u << KERNEL_SWITCH_FTRACE);
	ck_assert(kernel_is_confidential(recorded));
}

TEST(facts_without_types_are_complete_too)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = NULL;
	struct kernel_function function;
	char path[TREE_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux", root);
	ck_assert_int_eq(unlink(path), 0);
	recorded = save_and_read();
	ck_assert_int_eq(kernel_find_function(recorded, "vfs_write", &function),
			 -EOPNOTSUPP);
	ck_assert(kernel_has_symbol(recorded, "vfs_write"));
	ck_assert(kernel_function_attachable(recorded, "vfs_write"));
}

TEST(facts_need_to_know_what_can_be_traced)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	symbols_done(&kernel->symbols);
	kernel->tracefs = NULL;
	kernel->sys_root = "/nonexistent";
	ck_assert_int_eq(kernel_save_facts(kernel, saved, diag), -EOPNOTSUPP);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1);
	ck_assert_int_eq(access(saved, F_OK), -1);
}

TEST(facts_are_written_whole_or_not_at_all)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = probe();
	char path[TREE_PATH_BYTES];

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	snprintf(path, sizeof(path), "%s/no/such/folder", root);
	ck_assert_int_eq(kernel_save_facts(kernel, path, diag), -ENOENT);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1);
	/* A folder is in its place. */
	snprintf(path, sizeof(path), "%s/sys", root);
	ck_assert_int_lt(kernel_save_facts(kernel, path, diag), 0);
	snprintf(path, sizeof(path), "%s/sys.new", root);
	ck_assert_int_eq(access(path, F_OK), -1);
}

TEST(facts_are_written_into_a_pipe)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	_cleanup_(closep) int fd = -1;
	char path[TREE_PATH_BYTES], bytes[2];
	struct stat st;

	snprintf(path, sizeof(path), "%s/pipe", root);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(fcntl(fd, F_SETPIPE_SZ, 1 << 20), 1 << 20);
	ck_assert_int_eq(kernel_save_facts(recorded, path, NULL), 0);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_int_ne(S_ISFIFO(st.st_mode), 0);
	ck_assert_int_eq(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
	ck_assert_mem_eq(bytes, "\x1f\x8b", sizeof(bytes));
}

TEST(facts_that_were_read_are_written_the_same)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	_cleanup_(strbuf_done) struct strbuf first = {}, second = {};
	char path[TREE_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/again", root);
	ck_assert_int_eq(kernel_save_facts(recorded, path, NULL), 0);
	ck_assert_int_eq(packed_read(&first, saved), 0);
	ck_assert_int_eq(packed_read(&second, path), 0);
	ck_assert_uint_eq(first.len, second.len);
	ck_assert_int_eq(memcmp(first.text, second.text, first.len), 0);
}

/* --- damage --- */

/* In memory: thousands of files take long. */
static int read_bytes(const void *data, size_t len, struct tetra_facts **ret)
{
	_cleanup_(closep) int fd = memfd_create("facts", MFD_CLOEXEC);
	char path[64];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return tetra_facts_load(ret, path, NULL);
}

static void expect_refused(const void *data, size_t len, size_t at)
{
	struct tetra_facts *facts = NULL;
	int r = read_bytes(data, len, &facts);

	ck_assert_msg(r == -EINVAL, "changed at %zu: %d", at, r);
	ck_assert_ptr_null(facts);
}

/* Every byte changed, and every length. */
static void damage_all(char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 1;
		expect_refused(data, len, i);
		data[i] ^= 1;
		expect_refused(data, i, i);
	}
}

/* As it is, not what it is packed to. */
static void read_packed(struct strbuf *ret)
{
	char chunk[4096];
	FILE *file = fopen(saved, "re");
	size_t n;

	ck_assert_ptr_nonnull(file);
	while ((n = fread(chunk, 1, sizeof(chunk), file)))
		strbuf_add(ret, chunk, n);
	fclose(file);
}

TEST(facts_refuse_damaged_text)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	_cleanup_(strbuf_done) struct strbuf text = {};

	ck_assert_int_eq(packed_read(&text, saved), 0);
	damage_all(text.text, text.len);
}

TEST(facts_refuse_packed_files_that_end_early)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	_cleanup_(strbuf_done) struct strbuf packed = {};

	read_packed(&packed);
	for (size_t i = 0; i < packed.len; i++)
		expect_refused(packed.text, i, i);
}

TEST(facts_that_are_an_excerpt_are_refused)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_facts *facts = NULL;
	char path[TREE_PATH_BYTES];

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	snprintf(path, sizeof(path), "%s/kernel/6.12.facts.gz",
		 getenv("TETRA_TEST_DATA"));
	ck_assert_int_eq(tetra_facts_load(&facts, path, diag), -EINVAL);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR), 1);
	ck_assert_int_eq(tetra_facts_load(&facts, "/nonexistent", diag), -ENOENT);
	ck_assert_int_eq(tetra_facts_load(&facts, NULL, diag), -EINVAL);
	ck_assert_int_eq(tetra_facts_load(NULL, path, diag), -EINVAL);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void ask_all(struct tetra_facts *facts)
{
	static const char policy_text[] =
		"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		"metadata: {name: any}\nspec: {kprobes: [{call: vfs_write, syscall: false, "
		"args: [{index: 0, type: file}]}, {call: sys_getpgid, syscall: true}]}\n";
	struct tetra_policy *policy = NULL;
	struct tetra_fit *fit = NULL;

	ck_assert_int_eq(
		tetra_policy_parse(&policy, policy_text, strlen(policy_text), NULL, NULL),
		0);
	if (tetra_fit(&fit, policy, facts, NULL, NULL) == 0)
		tetra_fit_free(fit);
	tetra_policy_unref(policy);
}

TEST(facts_refuse_sealed_nonsense)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "tetra-facts\t2\n", 0 },
		{ "tetra-facts\t2\nof a later version\t1\t2\n", 0 },
		{ "tetra-facts\t2\nbtf\t4294967295\n", -EINVAL },
		{ "tetra-facts\t2\nbtf\t1\n", -EINVAL },
		{ "tetra-facts\t2\nbtf\t4\nnone\n", -EINVAL },
		{ "tetra-facts\t2\nbtf\n", -EINVAL },
		{ "tetra-facts\t2\nknob\tbpf\n", -EINVAL },
		{ "tetra-facts\t2\nbits\tone\n", -EINVAL },
		{ "tetra-facts\t3\n", -EINVAL },
	};
	_cleanup_(strbuf_done) struct strbuf brief = {};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf text = {};
		struct tetra_facts *facts = NULL;
		int r;

		strbuf_puts(&text, rows[i].text);
		packed_seal(&text);
		r = read_bytes(text.text, text.len, &facts);
		ck_assert_msg(r == rows[i].error, "text %zu: %d", i, r);
		tetra_facts_free(facts);
	}
	strbuf_puts(&brief, "end");
	ck_assert(!packed_unseal(&brief));
}

/* libbpf looks at sizes only. */
TEST_EACH(facts_refuse_types_that_refer_to_nothing, 6)
{
	const int nothing = 77;
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct btf *btf = btf__new_empty();
	struct tetra_facts *facts = NULL;
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	const void *data;
	uint32_t bytes;

	switch (_i) {
	case 0:
		btf__add_ptr(btf, nothing);
		break;
	case 1:
		btf__add_const(btf, nothing);
		break;
	case 2:
		btf__add_array(btf, i32, nothing, 3);
		break;
	case 3:
		btf__add_struct(btf, "file", 64);
		btf__add_field(btf, "f_flags", nothing, 0, 0);
		break;
	case 4:
		btf__add_func_proto(btf, nothing);
		break;
	case 5:
		add_function(btf, "vfs_write", i32, nothing);
		break;
	}
	data = btf__raw_data(btf, &bytes);
	strbuf_format(&text, "tetra-facts\t2\nbtf\t%u\n", bytes);
	strbuf_add(&text, data, bytes);
	packed_seal(&text);
	ck_assert_int_eq(read_bytes(text.text, text.len, &facts), -EINVAL);
	btf__free(btf);
}

/* Somebody may seal what they like: it must be refused, or answer something. */
TEST(facts_survive_any_content)
{
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	_cleanup_(strbuf_done) struct strbuf text = {};
	uint64_t state = 88172645463325252ull;

	ck_assert_int_eq(packed_read(&text, saved), 0);
	ck_assert(packed_unseal(&text));
	for (unsigned int i = 0; i < MUTATIONS; i++) {
		_cleanup_(strbuf_done) struct strbuf changed = {};
		struct tetra_facts *facts = NULL;

		strbuf_add(&changed, text.text, text.len);
		for (unsigned int n = 1 + next_random(&state) % 4; n; n--)
			changed.text[next_random(&state) % text.len] =
				(char)next_random(&state);
		packed_seal(&changed);
		if (read_bytes(changed.text, changed.len, &facts) == 0)
			ask_all(facts);
		tetra_facts_free(facts);
	}
}

TEST(facts_tell_which_machine_they_are_of)
{
	struct tetra_machine machine = { .size = sizeof(machine) };
	_cleanup_(kernel_freep) struct tetra_kernel *recorded = save_and_read();
	struct tetra_facts *facts = NULL;

	ck_assert_int_eq(tetra_facts_load(&facts, saved, NULL), 0);
	ck_assert_int_eq(tetra_facts_get_machine(facts, &machine), 0);
	ck_assert_uint_eq(machine.is_live, 0);
	ck_assert_uint_eq(machine.preemption, TETRA_PREEMPTION_FULL);
	ck_assert_str_eq(machine.release, "6.12.1-test");
	ck_assert_str_eq(machine.lsm, "capability,bpf");
	ck_assert_str_ne(machine.machine, "");
	ck_assert_int_eq(tetra_facts_get_machine(facts, NULL), -EINVAL);
	tetra_facts_free(facts);
	ck_assert_int_eq(tetra_facts_read(&facts, NULL), 0);
	ck_assert_int_eq(tetra_facts_get_machine(facts, &machine), 0);
	ck_assert_uint_eq(machine.is_live, 1);
	ck_assert_ptr_null(tetra_facts_free(facts));
}

TIMEOUT(60)
FIXTURE(setup, teardown)
