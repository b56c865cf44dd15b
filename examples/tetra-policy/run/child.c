/* SPDX-License-Identifier: Apache-2.0 */
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/guard.h"
#include "text.h"

/* What shells say of a command that is not there, or that cannot be executed. */
#define STATUS_NOT_FOUND  127
#define STATUS_NO_PROGRAM 126
#define STATUS_SIGNAL	  128

static const int passed[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

/*
 * A reader of our output that goes away does not end us while the command runs. And the command's
 * status is wanted, even if our parent ignores its children's.
 */
static const struct {
	int number;
	void (*handler)(int);
} others[] = { { SIGPIPE, SIG_IGN }, { SIGXFSZ, SIG_IGN }, { SIGCHLD, SIG_DFL } };

#define N_SIGNALS (ARRAY_SIZE(passed) + ARRAY_SIZE(others))

/* Of the command, while it has not been waited for. */
static volatile sig_atomic_t target;

/*
 * What a terminal sends goes to all processes in the foreground: the command has it already. That
 * the terminal is gone is told to the leader of its session alone.
 */
static void pass_on(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)context;
	if (target &&
	    (info->si_code != SI_KERNEL || (number == SIGHUP && getsid(0) == getpid())))
		kill(target, number);
	errno = error;
}

static void signals_set(const sigset_t *mask, struct sigaction *before)
{
	struct sigaction action = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO };
	size_t i;

	action.sa_mask = *mask;
	for (i = 0; i < ARRAY_SIZE(passed); i++) {
		sigaction(passed[i], &action, &before[i]);
		/* nohup(1), and a shell's command in the background. */
		if (before[i].sa_handler == SIG_IGN)
			sigaction(passed[i], &before[i], NULL);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		action = (struct sigaction){ .sa_handler = others[i].handler };
		sigaction(others[i].number, &action, &before[ARRAY_SIZE(passed) + i]);
	}
}

static void signals_restore(const struct sigaction *before)
{
	size_t i;

	for (i = 0; i < N_SIGNALS; i++)
		sigaction(i < ARRAY_SIZE(passed) ? passed[i]
						 : others[i - ARRAY_SIZE(passed)].number,
			  &before[i], NULL);
}

static __attribute__((noreturn)) void become(char **words)
{
	int error;

	execvp(words[0], words);
	error = errno;
	complain(words[0], strerror(error));
	_exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_NO_PROGRAM);
}

/* fork(), into a control group: the process is never outside of it. */
static pid_t fork_into(int group, int *ret_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)ret_fd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

int child_start(struct child *ret, char **words, const struct cgroup *group)
{
	struct sigaction before[N_SIGNALS];
	sigset_t all, mask;
	int fd = open(group->path, O_PATH | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	/* A signal that comes before the command is known waits. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	signals_set(&all, before);
	ret->pid = fork_into(fd, &ret->fd);
	if (ret->pid == 0) {
		/* Not without its policies. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signals_restore(before);
		sigprocmask(SIG_SETMASK, &mask, NULL);
		become(words);
	}
	error = errno;
	target = ret->pid < 0 ? 0 : ret->pid;
	close(fd);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return ret->pid < 0 ? -error : 0;
}

int child_take_status(struct child *child, int *ret_signal)
{
	int status = 0;

	target = 0;
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(child->fd);
	*ret_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return *ret_signal ? STATUS_SIGNAL + *ret_signal : WEXITSTATUS(status);
}
