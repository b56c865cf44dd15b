/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/view.h"

int sandbox_open(const struct sandbox *sandbox, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned long long)flags | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT };

	return (int)syscall(SYS_openat2, sandbox->root, path, &how, sizeof(how));
}

int sandbox_enter(const struct sandbox *sandbox)
{
	if (sandbox->net_ns >= 0 && setns(sandbox->net_ns, CLONE_NEWNET) < 0)
		return -1;
	return setns(sandbox->mnt_ns, CLONE_NEWNS);
}

/* The keeper: it makes the view, says so, and waits to be killed. */
static void keep(int to_runner, const struct node *form, int has_net)
{
	char why[512] = "";

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (view_make(form, has_net, why, sizeof(why)) == 0)
		strcpy(why, "+");
	if (write(to_runner, why, strlen(why)) < 0)
		_exit(1);
	close(to_runner);
	for (;;)
		pause();
}

static int take(struct sandbox *sandbox)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/root", (int)sandbox->keeper);
	sandbox->root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(name, sizeof(name), "/proc/%d/ns/mnt", (int)sandbox->keeper);
	sandbox->mnt_ns = open(name, O_RDONLY | O_CLOEXEC);
	snprintf(name, sizeof(name), "/proc/%d/ns/net", (int)sandbox->keeper);
	sandbox->net_ns = open(name, O_RDONLY | O_CLOEXEC);
	return sandbox->root < 0 || sandbox->mnt_ns < 0 || sandbox->net_ns < 0 ? -1 : 0;
}

int sandbox_make(struct sandbox *ret, struct arena *arena, const struct node *form,
		 int has_net, const char **ret_why)
{
	char why[512];
	int ends[2];
	ssize_t n;

	*ret = (struct sandbox){ .root = -1, .mnt_ns = -1, .net_ns = -1 };
	if (pipe2(ends, O_CLOEXEC) < 0) {
		*ret_why = strerror(errno);
		return -1;
	}
	ret->keeper = fork();
	if (ret->keeper == 0) {
		close(ends[0]);
		keep(ends[1], form, has_net);
	}
	close(ends[1]);
	n = ret->keeper < 0 ? -1 : read(ends[0], why, sizeof(why) - 1);
	close(ends[0]);
	why[n > 0 ? n : 0] = '\0';
	if (strcmp(why, "+") == 0 && take(ret) == 0)
		return 0;
	*ret_why = *why && strcmp(why, "+") != 0
			   ? arena_text(arena, "the sandbox cannot be made: %s", why)
			   : "the sandbox cannot be made";
	sandbox_done(ret);
	return -1;
}

static void end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void sandbox_done(struct sandbox *sandbox)
{
	end(&sandbox->root);
	end(&sandbox->mnt_ns);
	end(&sandbox->net_ns);
	if (sandbox->keeper > 0) {
		kill(sandbox->keeper, SIGKILL);
		waitpid(sandbox->keeper, NULL, 0);
	}
	sandbox->keeper = 0;
}
