/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reaches: names at the limits of what is followed, and files that have none, for each type of
 * argument that is a file. Up to the limit a name decides; past it nothing is known, and what
 * is not known does not pass. A file without a path is in no folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/vm/programs/rig.h"

#define LAB    "/tmp/lab"
#define TOP    LAB "/top" /* a file system of its own */
#define SECRET TOP "/secret"
#define FREE   TOP "/free"
#define TOOLS  TOP "/tools"
/* Components and mounts that a walk follows (PATH_STEPS of the programs). */
#define WALK_STEPS 4096
/* Components above a file in SECRET or FREE: tmp, lab, top, the folder. */
#define STEPS_ABOVE 4
/* The same within the file system. */
#define STEPS_INSIDE 1

/* Types that name a file, each at a hook of its own. */
enum { OPENED, STATED, UNLINKED, SOUGHT, EXECUTED, N_KINDS };

static const char *const kinds[N_KINDS] = { "file", "path", "dentry", "fd",
					    "linux_binprm" };

static struct tetra_session *session;
static int n_mounts; /* between the file system and the root */

/* What a child of its own ends with: 0 done, an errno, or minus a signal. */
static int act(int (*fn)(const char *text, int number), const char *text, int number)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(text, number));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1000;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void file_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) < 0 ||
	    sendfile(out, in, NULL, st.st_size) != st.st_size)
		_exit(200);
	close(in);
	close(out);
}

/* --- depth --- */

static volatile sig_atomic_t was_signalled;

static void on_signal(int number)
{
	(void)number;
	was_signalled = 1;
}

/* As a policy is written. */
/* clang-format off */
#define REFUSE "      matchActions: [{action: Override, argError: -1}]\n"
#define HOOK(call, is_call, index, type, filter)                                \
	"  - call: " call "\n"                                                  \
	"    syscall: " is_call "\n"                                            \
	"    args: [{index: " index ", type: " type "}]\n"                      \
	"    selectors:\n"                                                      \
	"    - matchArgs: [{index: " index ", " filter "}]\n"
#define IN_SECRET "operator: Prefix, values: ['" SECRET "/', /secret/]"
static const char depth_policy[] =
	RIG_HEAD_OF("depth")
	"  kprobes:\n"
	HOOK("security_file_open", "false", "0", "file", IN_SECRET) REFUSE
	HOOK("security_inode_getattr", "false", "0", "path", IN_SECRET) REFUSE
	HOOK("security_inode_unlink", "false", "1", "dentry", IN_SECRET) REFUSE
	HOOK("sys_lseek", "true", "0", "fd", IN_SECRET)
	"      matchActions: [{action: Signal, argSig: 10}]\n"
	HOOK("security_bprm_check", "false", "0", "linux_binprm", IN_SECRET) REFUSE;
/* clang-format on */

/* Each folder is made by the first that comes there. */
static void folders_enter(int levels)
{
	for (int i = 0; i < levels; i++)
		if ((mkdir("d", 0755) < 0 && errno != EEXIST) || chdir("d") < 0)
			_exit(201);
}

static int exec_errno(void)
{
	char *const argv[] = { "true", NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv("./true", argv);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static bool is_signalled(int fd)
{
	was_signalled = 0;
	(void)lseek(fd, 0, SEEK_SET);
	return was_signalled;
}

/* What is stopped so far below @top, a bit for each kind. */
static int act_deep(const char *top, int levels)
{
	struct stat st;
	int fd, stopped = 0;

	signal(SIGUSR1, on_signal);
	if (chdir(top) < 0)
		return 255;
	folders_enter(levels);
	/* A link is not opened, so it can be made where nothing may be. */
	if (mknod("file", S_IFREG | 0644, 0) < 0 || link(TOP "/true", "true") < 0)
		return 254;
	fd = open("file", O_RDONLY | O_CLOEXEC);
	stopped |= (fd < 0 && errno == EPERM) << OPENED;
	stopped |= (stat("file", &st) < 0 && errno == EPERM) << STATED;
	if (fd < 0)
		fd = open("file", O_PATH | O_CLOEXEC);
	stopped |= is_signalled(fd) << SOUGHT;
	stopped |= (exec_errno() == EPERM) << EXECUTED;
	stopped |= (unlink("file") < 0 && errno == EPERM) << UNLINKED;
	return stopped;
}

static int steps_of(int kind, int levels)
{
	return levels + 1 + (kind == UNLINKED ? STEPS_INSIDE : STEPS_ABOVE + n_mounts);
}

static int wanted_of(int levels, bool is_secret)
{
	int wanted = 0;

	for (int kind = 0; kind < N_KINDS; kind++)
		wanted |= (is_secret || steps_of(kind, levels) > WALK_STEPS) << kind;
	return wanted;
}

static void check_level(int levels)
{
	for (int is_secret = 0; is_secret < 2; is_secret++) {
		int got = act(act_deep, is_secret ? SECRET : FREE, levels);
		int differs = got ^ wanted_of(levels, is_secret);

		for (int kind = 0; kind < N_KINDS; kind++)
			fact(got >= 0 && !(differs >> kind & 1), "%s, %d steps, %s: %s",
			     kinds[kind], steps_of(kind, levels),
			     is_secret ? "secret" : "free",
			     got >> kind & 1 ? "stopped" : "passes");
	}
}

/* One step below the limit, at it and past it: of a dentry, which has no mounts, elsewhere. */
static void check_depth(void)
{
	int full = WALK_STEPS - 1 - STEPS_ABOVE - n_mounts;
	int inside = WALK_STEPS - 1 - STEPS_INSIDE;
	const int levels[] = { 195,	   full - 1, full,	full + 1,
			       inside - 1, inside,   inside + 1 };

	rig_load(session, rig_policy("%s", depth_policy), 0);
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		check_level(levels[i]);
	fact_equal(tetra_policy_unload(session, "depth", NULL), 0, "unloaded");
}

/* --- length --- */

/* Opens a file whose path has so many bytes; returns the errno. */
static int open_long(const char *top, const char *name, int bytes)
{
	char folder[NAME_MAX + 1];
	int left = bytes - (int)strlen(top) - (int)strlen(name) - 1;

	if (chdir(top) < 0)
		return 255;
	while (left > 0) {
		/* Never is a single byte left: a folder's slash and no name. */
		int n = left > 252 ? 250 : left - 1;

		n = left - n - 1 == 1 ? n - 1 : n;
		memset(folder, 'n', n);
		folder[n] = 0;
		if ((mkdir(folder, 0755) < 0 && errno != EEXIST) || chdir(folder) < 0)
			return 253;
		left -= n + 1;
	}
	return open(name, O_RDONLY | O_CREAT | O_CLOEXEC, 0644) < 0 ? errno : 0;
}

static int act_long_secret(const char *name, int bytes)
{
	return open_long(SECRET, name, bytes);
}

static int act_long_free(const char *name, int bytes)
{
	return open_long(FREE, name, bytes);
}

/* In the free folder one end is forbidden, in the secret one all but one. */
static void check_length(void)
{
	static const int bytes[] = { 4000, 4093, 4094, 4095, 4096, 4097, 4098, 5000 };

	rig_load(session,
		 rig_policy(RIG_HEAD_OF("length") "  kprobes:\n" HOOK(
			 "security_file_open", "false", "0", "file",
			 "operator: Postfix, values: [nnn/end]") REFUSE
			    "    - matchArgs:\n"
			    "      - {index: 0, operator: Prefix, values: ['" SECRET
			    "/n']}\n"
			    "      - {index: 0, operator: NotPostfix, values: "
			    "[nnn/ok]}\n" REFUSE),
		 0);
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		fact_equal(act(act_long_free, "end", bytes[i]), EPERM,
			   "Postfix, %d bytes", bytes[i]);
		fact_equal(act(act_long_free, "ending", bytes[i]), 0,
			   "Postfix, another end, %d bytes", bytes[i]);
		fact_equal(act(act_long_secret, "ok", bytes[i]), 0,
			   "NotPostfix, %d bytes", bytes[i]);
		fact_equal(act(act_long_secret, "no", bytes[i]), EPERM,
			   "Prefix and NotPostfix, %d bytes", bytes[i]);
	}
	fact_equal(tetra_policy_unload(session, "length", NULL), 0, "unloaded");
}

/* --- no name, and a name that is gone --- */

static int exec_fd(int fd)
{
	char *const argv[] = { "true", NULL }, *const envp[] = { NULL };

	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	return errno;
}

static int act_exec(const char *path, int number)
{
	char *const argv[] = { "true", NULL };

	(void)number;
	execv(path, argv);
	return errno;
}

static int act_exec_at(const char *path, int number)
{
	(void)number;
	return exec_fd(open(path, O_RDONLY | O_CLOEXEC));
}

static int act_exec_memfd(const char *path, int number)
{
	int fd = memfd_create("true", MFD_CLOEXEC);
	int in = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	(void)number;
	if (fd < 0 || in < 0 || fstat(in, &st) < 0 ||
	    sendfile(fd, in, NULL, st.st_size) != st.st_size)
		return 202;
	return exec_fd(fd);
}

static int act_exec_unlinked(const char *path, int number)
{
	int fd;

	(void)number;
	file_copy(TOP "/true", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || unlink(path) < 0)
		return 203;
	return exec_fd(fd);
}

static int act_stat_unlinked(const char *path, int number)
{
	int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
	struct stat st;

	(void)number;
	if (fd < 0 || unlink(path) < 0)
		return 204;
	return fstat(fd, &st) < 0 ? errno : 0;
}

static int act_stat_memfd(const char *name, int number)
{
	struct stat st;

	(void)number;
	return fstat(memfd_create(name, MFD_CLOEXEC), &st) < 0 ? errno : 0;
}

/* Hooks whose first argument is the file. */
static const char *const hooks[] = {
	"  lsmhooks:\n  - hook: bprm_check_security\n"
	"    args: [{index: 0, type: linux_binprm}]\n",
	"  kprobes:\n  - call: security_bprm_check\n    syscall: false\n"
	"    args: [{index: 0, type: linux_binprm}]\n",
	"  kprobes:\n  - call: security_inode_getattr\n    syscall: false\n"
	"    args: [{index: 0, type: path}]\n",
};

enum { LSM_EXEC, EXEC, STAT };

static const struct row {
	int hook;
	const char *operator, * values;
	int (*run)(const char *path, int number);
	const char *path;
	int wanted;
} rows[] = {
	/* Allow-lists of programs. */
	{ LSM_EXEC, "NotPrefix", "'" TOOLS "/'", act_exec, TOOLS "/true", 0 },
	{ LSM_EXEC, "NotPrefix", "'" TOOLS "/'", act_exec_at, TOOLS "/true", 0 },
	{ LSM_EXEC, "NotPrefix", "'" TOOLS "/'", act_exec_at, FREE "/true", EPERM },
	{ LSM_EXEC, "NotPrefix", "'" TOOLS "/'", act_exec_memfd, TOOLS "/true", EPERM },
	{ LSM_EXEC, "NotPrefix", "'" TOOLS "/'", act_exec_unlinked, FREE "/gone", EPERM },
	{ LSM_EXEC, "NotPrefix", "'" TOOLS "/'", act_exec_unlinked, TOOLS "/gone", 0 },
	{ LSM_EXEC, "NotEqual", "'" TOOLS "/true'", act_exec_at, TOOLS "/true", 0 },
	{ LSM_EXEC, "NotEqual", "'" TOOLS "/true'", act_exec_memfd, TOOLS "/true",
	  EPERM },
	{ LSM_EXEC, "NotEqual", "'" TOOLS "/true'", act_exec_unlinked, FREE "/true2",
	  EPERM },
	{ LSM_EXEC, "NotPostfix", "/true, /ok", act_exec_at, TOOLS "/true", 0 },
	{ LSM_EXEC, "NotPostfix", "/true, /ok", act_exec_memfd, TOOLS "/true", EPERM },
	{ LSM_EXEC, "NotPostfix", "/true, /ok", act_exec_unlinked, FREE "/gone", EPERM },
	{ LSM_EXEC, "NotPostfix", "/true, /ok", act_exec_unlinked, FREE "/ok", 0 },
	{ EXEC, "NotEqual", "'" TOOLS "/true'", act_exec_at, TOOLS "/true", 0 },
	{ EXEC, "NotEqual", "'" TOOLS "/true'", act_exec_memfd, TOOLS "/true", EPERM },
	{ EXEC, "NotEqual", "'" TOOLS "/true'", act_exec_unlinked, FREE "/true2", EPERM },
	{ EXEC, "NotPostfix", "/true, /ok", act_exec_at, TOOLS "/true", 0 },
	{ EXEC, "NotPostfix", "/true, /ok", act_exec_memfd, TOOLS "/true", EPERM },
	{ EXEC, "NotPostfix", "/true, /ok", act_exec_unlinked, FREE "/gone", EPERM },
	{ EXEC, "NotPostfix", "/true, /ok", act_exec_unlinked, FREE "/ok", 0 },
	/* Names that are gone. */
	{ EXEC, "Postfix", "/gone", act_exec_unlinked, FREE "/gone", EPERM },
	{ EXEC, "Postfix", "/gone", act_exec_memfd, TOOLS "/true", 0 },
	{ EXEC, "Postfix", "' (deleted)', 'true (deleted)'", act_exec_unlinked,
	  FREE "/gone", 0 },
	{ EXEC, "Postfix", "' (deleted)', 'true (deleted)'", act_exec_memfd,
	  TOOLS "/true", 0 },
	{ STAT, "Postfix", "/gone", act_stat_unlinked, FREE "/gone", EPERM },
	{ STAT, "Postfix", "/gone", act_stat_memfd, "gone", 0 },
	{ STAT, "Postfix", "' (deleted)'", act_stat_unlinked, FREE "/gone", 0 },
	{ STAT, "Postfix", "' (deleted)'", act_stat_memfd, "gone", 0 },
	{ STAT, "Equal", "'" FREE "/gone'", act_stat_unlinked, FREE "/gone", EPERM },
};

static bool same_policy(const struct row *a, const struct row *b)
{
	return a->hook == b->hook && !strcmp(a->operator, b->operator) &&
	       !strcmp(a->values, b->values);
}

static void check_row(const struct row *row, const struct row *before)
{
	if (!before || !same_policy(row, before))
		rig_load(
			session,
			rig_policy(
				RIG_HEAD_OF(
					"nameless") "%s"
						    "    selectors:\n"
						    "    - matchArgs: [{index: 0, operator: %s, "
						    "values: [%s]}]\n" REFUSE,
				hooks[row->hook], row->operator, row->values),
			TETRA_LOAD_REPLACE);
	fact_equal(act(row->run, row->path, 0), row->wanted, "%s %s %s: row %td",
		   row->operator, row->values, row->path, row - rows);
}

static void check_nameless(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i], i ? &rows[i - 1] : NULL);
	fact_equal(tetra_policy_unload(session, "nameless", NULL), 0, "unloaded");
}

/* Of the mounts that /proc lists, the one with this number: where it is mounted. */
static int mount_parent(int id)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	int own, parent, found = -1;

	while (file && found < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "%d %d", &own, &parent) == 2 && own == id)
			found = parent;
	if (file)
		fclose(file);
	return found;
}

static int mount_of(const char *path)
{
	struct statx st;

	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_MNT_ID))
		_exit(206);
	return (int)st.stx_mnt_id;
}

/* Newer kernels keep an empty file system below the first one, which is never listed. */
#define NULLFS_MAJOR 7

/* Crossed on the way from a file in TOP to the root of the namespace, which need not be listed. */
static int mounts_count(void)
{
	struct utsname name;
	int id = mount_of(TOP), parent, n;

	n = uname(&name) == 0 && atoi(name.release) >= NULLFS_MAJOR;

	for (; (parent = mount_parent(id)) >= 0 && parent != id; id = parent)
		n++;
	return n;
}

static void stage_make(void)
{
	if (system("mkdir -p " TOP " && mount -t tmpfs top " TOP) != 0)
		_exit(205);
	rig_file(SECRET, SECRET "/file");
	rig_file(FREE, FREE "/file");
	rig_file(TOOLS, TOOLS "/file");
	file_copy("/bin/true", TOP "/true");
	file_copy("/bin/true", TOOLS "/true");
	file_copy("/bin/true", FREE "/true");
	n_mounts = mounts_count();
	printf("%d mounts\n", n_mounts);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	stage_make();
	session = rig_session(NULL);
	check_nameless();
	check_length();
	check_depth();
	tetra_session_free(session);
	(void)umount2(TOP, MNT_DETACH);
	return fact_close();
}
