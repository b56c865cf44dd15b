// SPDX-License-Identifier: Apache-2.0
/* trig's operations on processes, credentials, namespaces and the kernel. */
#include "trig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEXT(i)	  word_text(n, words, i)
#define NUMBER(i) word_number(n, words, i)

static volatile sig_atomic_t signal_seen;

static void on_signal(int number)
{
	signal_seen = number;
}

static int capability_number(const char *name)
{
	static const char *const names[] = {
		"CHOWN",	   "DAC_OVERRIDE",     "DAC_READ_SEARCH",
		"FOWNER",	   "FSETID",	       "KILL",
		"SETGID",	   "SETUID",	       "SETPCAP",
		"LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST",
		"NET_ADMIN",	   "NET_RAW",	       "IPC_LOCK",
		"IPC_OWNER",	   "SYS_MODULE",       "SYS_RAWIO",
		"SYS_CHROOT",	   "SYS_PTRACE",       "SYS_PACCT",
		"SYS_ADMIN",	   "SYS_BOOT",	       "SYS_NICE",
		"SYS_RESOURCE",	   "SYS_TIME",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return i;
	return atoi(name);
}

/* sets: any of e(ffective) p(ermitted) i(nheritable) */
static long capability_change(const char *sets, const char *name, int on)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2], *part;
	int number = capability_number(name);
	__u32 bit = 1u << (number & 31);

	if (syscall(SYS_capget, &header, data))
		return -1;
	part = &data[number >> 5];
	for (; *sets; sets++) {
		__u32 *set = *sets == 'e'   ? &part->effective
			     : *sets == 'p' ? &part->permitted
					    : &part->inheritable;

		*set = on ? *set | bit : *set & ~bit;
	}
	return syscall(SYS_capset, &header, data);
}

static long op_capdrop(int n, char **words)
{
	return capability_change(TEXT(1), TEXT(2), 0);
}

static long op_capadd(int n, char **words)
{
	return capability_change(TEXT(1), TEXT(2), 1);
}

static long op_capbset(int n, char **words)
{
	return prctl(PR_CAPBSET_DROP, capability_number(TEXT(1)), 0, 0, 0);
}

static long op_keepcaps(int n, char **words)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

static long op_getpid(int n, char **words)
{
	return syscall(SYS_getpid) > 0 ? 1 : 0;
}

static long op_setuid(int n, char **words)
{
	return syscall(SYS_setuid, (int)NUMBER(1));
}

static long op_setgid(int n, char **words)
{
	return syscall(SYS_setgid, (int)NUMBER(1));
}

static long op_setreuid(int n, char **words)
{
	return syscall(SYS_setreuid, (int)NUMBER(1), (int)NUMBER(2));
}

static long op_setresuid(int n, char **words)
{
	return syscall(SYS_setresuid, (int)NUMBER(1), (int)NUMBER(2), (int)NUMBER(3));
}

/* unshare NAMES: uts, ipc, mnt, pid, net, user, cgroup in one word */
static long op_unshare(int n, char **words)
{
	static const struct {
		const char *name;
		int flag;
	} namespaces[] = {
		{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC },
		{ "mnt", CLONE_NEWNS },	       { "net", CLONE_NEWNET },
		{ "pid", CLONE_NEWPID },       { "user", CLONE_NEWUSER },
		{ "uts", CLONE_NEWUTS },
	};
	int flags = 0;

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++)
		if (strstr(TEXT(1), namespaces[i].name))
			flags |= namespaces[i].flag;
	return unshare(flags);
}

/* setns PATH */
static long op_setns(int n, char **words)
{
	int fd = open(TEXT(1), O_RDONLY);
	long result;

	if (fd < 0)
		return -1;
	result = setns(fd, 0);
	fd_close(fd);
	return result;
}

static long op_sethostname(int n, char **words)
{
	return sethostname(TEXT(1), strlen(TEXT(1)));
}

static long op_ptrace(int n, char **words)
{
	return syscall(SYS_ptrace, NUMBER(1), NUMBER(2), 0, 0);
}

static long op_prctl(int n, char **words)
{
	return prctl(NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5));
}

static long op_clock_settime(int n, char **words)
{
	return syscall(SYS_clock_settime, (int)NUMBER(1), NULL);
}

static long op_getcpu(int n, char **words)
{
	unsigned int cpu, node;

	return syscall(SYS_getcpu, &cpu, &node, NULL);
}

static long op_init_module(int n, char **words)
{
	return syscall(SYS_init_module, NULL, 0, "");
}

/* finit_module PATH */
static long op_finit_module(int n, char **words)
{
	int fd = open(TEXT(1), O_RDONLY);
	long result;

	if (fd < 0)
		return -1;
	result = syscall(SYS_finit_module, fd, "", 0);
	fd_close(fd);
	return result;
}

static long op_delete_module(int n, char **words)
{
	return syscall(SYS_delete_module, TEXT(1), O_NONBLOCK);
}

static long bpf_try(int command, union bpf_attr *attr)
{
	long fd = syscall(SYS_bpf, command, attr, sizeof(*attr));

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* bpfmap ENTRIES NAME */
static long op_bpfmap(int n, char **words)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = NUMBER(1);
	strncpy(attr.map_name, TEXT(2), sizeof(attr.map_name) - 1);
	return bpf_try(BPF_MAP_CREATE, &attr);
}

/* bpfprog NAME: a socket filter that returns 0 */
static long op_bpfprog(int n, char **words)
{
	struct bpf_insn program[2] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (unsigned long)program;
	attr.insn_cnt = 2;
	attr.license = (unsigned long)"GPL";
	strncpy(attr.prog_name, TEXT(1), sizeof(attr.prog_name) - 1);
	return bpf_try(BPF_PROG_LOAD, &attr);
}

static long op_perf(int n, char **words)
{
	struct perf_event_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static long op_kill(int n, char **words)
{
	return kill(NUMBER(1), NUMBER(2));
}

static long op_killself(int n, char **words)
{
	return kill(getpid(), NUMBER(1));
}

/* catch SIGNAL: from now on it is only noted; got tells which came */
static long op_catch(int n, char **words)
{
	signal(NUMBER(1), on_signal);
	return 0;
}

static long op_got(int n, char **words)
{
	return signal_seen;
}

static long op_sleepms(int n, char **words)
{
	struct timespec time = { NUMBER(1) / 1000, NUMBER(1) % 1000 * 1000000 };

	nanosleep(&time, NULL);
	return 0;
}

/* exec PATH ARGS: in a child; its exit status, 1000 + its signal, 200 + errno */
static long op_exec(int n, char **words)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		/* In place of the "--" or the end that follows. */
		words[n] = NULL;
		execv(TEXT(1), words + 1);
		_exit(200 + (errno & 31));
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* execv PATH ARGS: in this process */
static long op_execv(int n, char **words)
{
	words[n] = NULL;
	execv(TEXT(1), words + 1);
	return -1;
}

/* int80 NUMBER [ARGUMENT]: a call of 32-bit programs */
static long op_int80(int n, char **words)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(NUMBER(1)), "b"(NUMBER(2))
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

const struct op trig_process_ops[] = {
	{ "bpfmap", op_bpfmap },
	{ "bpfprog", op_bpfprog },
	{ "capadd", op_capadd },
	{ "capbset", op_capbset },
	{ "capdrop", op_capdrop },
	{ "catch", op_catch },
	{ "clock_settime", op_clock_settime },
	{ "delete_module", op_delete_module },
	{ "exec", op_exec },
	{ "execv", op_execv },
	{ "finit_module", op_finit_module },
	{ "getcpu", op_getcpu },
	{ "getpid", op_getpid },
	{ "got", op_got },
	{ "init_module", op_init_module },
	{ "int80", op_int80 },
	{ "keepcaps", op_keepcaps },
	{ "kill", op_kill },
	{ "killself", op_killself },
	{ "perf", op_perf },
	{ "prctl", op_prctl },
	{ "ptrace", op_ptrace },
	{ "setgid", op_setgid },
	{ "sethostname", op_sethostname },
	{ "setns", op_setns },
	{ "setresuid", op_setresuid },
	{ "setreuid", op_setreuid },
	{ "setuid", op_setuid },
	{ "sleepms", op_sleepms },
	{ "unshare", op_unshare },
	{ 0 },
};
