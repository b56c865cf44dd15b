/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow-worker STEP...: the processes of follow. Static, to run under any name anywhere.
 *
 *   out NAME          what follows is answered in LAB/out/NAME
 *   wait NAME         until there is LAB/NAME
 *   fork              continues in a child; the parent waits for it
 *   stay              continues in a child; the parent does nothing until it is killed
 *   orphan            continues in a child whose parent and its parent have ended
 *   parent            continues in a child of its own parent (CLONE_PARENT)
 *   apart             goes on in a user namespace of its own
 *   exec PATH         the program PATH takes the remaining steps
 *   memfd             likewise, this program from memory
 *   tree FOLDER NAME  likewise, a program in a copy of the folder's mount that is nowhere
 *   spoof PATH        likewise, this program under that name, in a user namespace of its own
 *   uid NUMBER
 *   act PATH          answers with the errno of opening the file, or 0
 *   tell PATH         ends with that as its status, and so does who waits for it
 *   storm PATH        until there is LAB/over, in a child of a child each: execs other
 *   strike PATH       opens the file, and says so where it should not have worked
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/follow.h"

#define OUT_FD	100
#define WAIT_US 20000
/* An orphan's parents end. */
#define END_US 100000

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

extern char **environ;

static _Noreturn void fail(const char *what)
{
	perror(what);
	dprintf(OUT_FD, "%d\n", ANSWER_FAILED);
	_exit(EXIT_FAILURE);
}

static void step_out(const char *name)
{
	int fd = openat(AT_FDCWD, LAB "/out", O_PATH | O_DIRECTORY);
	int out = openat(fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (out < 0 || dup2(out, OUT_FD) < 0)
		fail(name);
	close(out);
	close(fd);
}

static int is_there(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), LAB "/%s", name);
	return access(path, F_OK) == 0;
}

static void step_fork(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		fail("fork");
	if (pid == 0)
		return;
	waitpid(pid, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

static void step_stay(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	for (;;)
		pause();
}

static void step_orphan(void)
{
	if (fork() || fork())
		_exit(EXIT_SUCCESS);
	usleep(END_US);
}

static void step_parent(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		fail("clone");
	if (pid)
		_exit(EXIT_SUCCESS);
	usleep(END_US);
}

/* All programs are this one, and LAB/other is everybody's to read. */
static void self_copy(int to)
{
	int from = open(LAB "/other", O_RDONLY | O_CLOEXEC);
	struct stat file;

	if (from < 0 || to < 0 || fstat(from, &file) < 0 ||
	    sendfile(to, from, NULL, (size_t)file.st_size) != file.st_size)
		fail("copy");
	close(from);
}

static void step_memfd(char **steps)
{
	int fd = (int)syscall(SYS_memfd_create, "worker", 0);

	self_copy(fd);
	syscall(SYS_execveat, fd, "", steps, environ, AT_EMPTY_PATH);
	fail("memfd");
}

static void step_tree(const char *folder, const char *name, char **steps)
{
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE);

	if (tree < 0)
		fail("open_tree");
	syscall(SYS_execveat, tree, name, steps, environ, 0);
	fail("execveat");
}

static void text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	close(fd);
}

/* Root in a user namespace of its own, with mounts that nobody else sees. */
static void user_namespace_enter(void)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "0 %d 1", (int)getuid());
	snprintf(gids, sizeof(gids), "0 %d 1", (int)getgid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		fail("unshare");
	text_write("/proc/self/uid_map", uids);
	text_write("/proc/self/setgroups", "deny");
	text_write("/proc/self/gid_map", gids);
}

static void step_spoof(const char *path, char **steps)
{
	char folder[256];
	int to;

	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	user_namespace_enter();
	if (mount("none", folder, "tmpfs", 0, NULL) < 0)
		fail("mount");
	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	self_copy(to);
	close(to);
	execv(path, steps);
	fail(path);
}

static void step_uid(unsigned int uid)
{
	if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    prctl(PR_SET_DUMPABLE, 1) < 0)
		fail("uid");
}

static void step_act(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	dprintf(OUT_FD, "%d\n", fd < 0 ? errno : 0);
	if (fd >= 0)
		close(fd);
}

static void step_tell(const char *path)
{
	_exit(open(path, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0);
}

/* It waits for orphans as well, and is nice: the session wants a processor, too. */
static void step_storm(const char *path)
{
	(void)nice(19);
	signal(SIGCHLD, SIG_DFL);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		fail("subreaper");
	while (!is_there("over")) {
		if (fork() == 0) {
			if (fork())
				_exit(EXIT_SUCCESS);
			execl(LAB "/other", "other", "strike", path, NULL);
			_exit(EXIT_FAILURE);
		}
		while (wait(NULL) > 0)
			;
	}
}

static void step_strike(const char *path)
{
	if (open(path, O_RDONLY | O_CLOEXEC) >= 0)
		dprintf(OUT_FD, "0\n");
}

static void steps_run(char **steps)
{
	for (; *steps; steps++) {
		const char *step = *steps;

		if (!strcmp(step, "fork"))
			step_fork();
		else if (!strcmp(step, "stay"))
			step_stay();
		else if (!strcmp(step, "orphan"))
			step_orphan();
		else if (!strcmp(step, "parent"))
			step_parent();
		else if (!strcmp(step, "apart"))
			user_namespace_enter();
		else if (!strcmp(step, "memfd"))
			step_memfd(steps);
		else if (!steps[1])
			fail(step);
		else if (!strcmp(step, "out"))
			step_out(*++steps);
		else if (!strcmp(step, "wait"))
			for (steps++; !is_there(*steps);)
				usleep(WAIT_US);
		else if (!strcmp(step, "exec"))
			(void)(execv(steps[1], steps + 1) < 0 && (fail(steps[1]), 1));
		else if (!strcmp(step, "spoof"))
			step_spoof(steps[1], steps + 1);
		else if (!strcmp(step, "tree"))
			step_tree(steps[1], steps[2], steps + 2);
		else if (!strcmp(step, "uid"))
			step_uid((unsigned int)atoi(*++steps));
		else if (!strcmp(step, "act"))
			step_act(*++steps);
		else if (!strcmp(step, "tell"))
			step_tell(*++steps);
		else if (!strcmp(step, "storm"))
			step_storm(*++steps);
		else if (!strcmp(step, "strike"))
			step_strike(*++steps);
		else
			fail(step);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		steps_run(argv + 1);
	return EXIT_SUCCESS;
}
