/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command and what descends from it, watched: programs, files that are opened, connections. It
 * starts in a control group of its own, once the policy that reports these is in force there.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tetra/tetra.h>

#include "common/findings.h"
#include "common/guard.h"
#include "new/seen.h"
#include "run/child.h"
#include "sandbox/cgroup.h"
#include "text.h"

/* Enough for the files that a build opens while this program waits for a processor. */
#define RING_BYTES (16u << 20)

/* As a policy is written. */
/* clang-format off */
static const char policy_text[] =
	"apiVersion: cilium.io/v1alpha1\n"
	"kind: TracingPolicy\n"
	"metadata: {name: tetra-policy-new}\n"
	"spec:\n"
	"  kprobes:\n"
	"  - call: security_bprm_check\n"
	"    syscall: false\n"
	"    args: [{index: 0, type: linux_binprm}]\n"
	"  - call: security_file_open\n"
	"    syscall: false\n"
	"    args: [{index: 0, type: file}]\n"
	"  - call: tcp_connect\n"
	"    syscall: false\n"
	"    args: [{index: 0, type: sock}]\n";
/* clang-format on */

struct trial {
	struct seen *seen;
	struct tetra_session *session;
	struct cgroup group;
	struct child child;
	int is_running;
};

static int on_event(void *user, const struct tetra_event *event)
{
	struct trial *trial = user;
	size_t n = tetra_event_to_json(event, NULL, 0);
	_cleanup_(freep) char *json = NULL;

	if (tetra_event_get_kind(event) == TETRA_EVENT_LOST)
		trial->seen->n_lost++;
	if (!tetra_event_get_policy(event))
		return 0;
	json = malloc(n + 1);
	if (!json)
		return -ENOMEM;
	tetra_event_to_json(event, json, n + 1);
	seen_line(trial->seen, "the command", json, n, trial->seen->n_lines + 1);
	return 0;
}

static int policy_load(struct trial *trial, struct tetra_diag *diag)
{
	TETRA_OPTS(tetra_load_opts, opts, .cgroups = &trial->group.id, .n_cgroups = 1);
	_cleanup_(policy_unrefp) struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse(&policy, policy_text, sizeof(policy_text) - 1, NULL,
				   diag);

	return r < 0 ? r : tetra_policy_load(trial->session, policy, &opts, diag);
}

static int session_start(struct trial *trial, struct tetra_diag *diag)
{
	TETRA_OPTS(tetra_session_opts, opts,
		   .flags = TETRA_SESSION_QUIET_START | TETRA_SESSION_SKIP_SELF |
			    TETRA_SESSION_RAISE_MEMLOCK,
		   .ring_bytes = RING_BYTES);
	int r = tetra_session_new(&trial->session, &opts, diag);

	if (r >= 0)
		r = tetra_subscribe(trial->session, NULL, on_event, trial, NULL);
	if (r < 0)
		return r;
	cgroup_make(&trial->group, "new", 0);
	if (!trial->group.path[0]) {
		complain("new", "no control group of version 2 can be made here");
		return -EOPNOTSUPP;
	}
	return policy_load(trial, diag);
}

static int command_start(struct trial *trial, char **argv)
{
	int r = child_start(&trial->child, argv, &trial->group);

	trial->is_running = r >= 0;
	return r;
}

/* What the command prints goes to standard error: standard output is for the proposal. */
static int command_start_aside(struct trial *trial, char **argv)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	r = dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ? -errno : command_start(trial, argv);
	if (dup2(fd, STDOUT_FILENO) < 0 && r >= 0)
		r = -errno;
	close(fd);
	return r;
}

/* Until it has ended; what it did before that is in the ring by then. */
static int command_watch(struct trial *trial)
{
	struct pollfd fds[] = {
		{ .fd = trial->child.fd, .events = POLLIN },
		{ .fd = tetra_session_get_fd(trial->session), .events = POLLIN },
	};
	int signal, r = 0;

	while (r >= 0 && !fds[0].revents) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			fds[0].revents = 0;
		r = tetra_session_dispatch(trial->session, 0);
	}
	if (r < 0)
		return r;
	trial->is_running = 0;
	if (child_take_status(&trial->child, &signal) != 0)
		complain("new", "warning: the command failed");
	/* What it left there is not watched any more. */
	cgroup_done(&trial->group);
	do {
		r = tetra_session_dispatch(trial->session, 0);
	} while (r > 0);
	return r;
}

static void trial_done(struct trial *trial)
{
	int signal;

	if (trial->is_running) {
		kill(trial->child.pid, SIGKILL);
		child_take_status(&trial->child, &signal);
	}
	cgroup_done(&trial->group);
	tetra_session_free(trial->session);
}

int seen_command(struct seen *seen, char **argv, int is_aside)
{
	struct trial trial = { .seen = seen };
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int r = tetra_diag_new(&diag);

	/* If a caller ignores it, no child's status can be had. */
	signal(SIGCHLD, SIG_DFL);
	seen->self = n > 0 ? arena_copy(&seen->arena, self, (size_t)n) : NULL;
	if (r >= 0)
		r = session_start(&trial, diag);
	if (r >= 0)
		r = is_aside ? command_start_aside(&trial, argv)
			     : command_start(&trial, argv);
	if (r < 0)
		findings_reason(diag, "new", r);
	else
		r = command_watch(&trial);
	trial_done(&trial);
	return r < 0 ? r : 0;
}
