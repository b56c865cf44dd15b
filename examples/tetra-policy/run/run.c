/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-policy run: a command under policies that nothing else meets. It gets a control group of
 * its own, and the policies are loaded for this group alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "common/findings.h"
#include "common/guard.h"
#include "options.h"
#include "policies.h"
#include "run/child.h"
#include "run/tell.h"
#include "sandbox/cgroup.h"
#include "text.h"

/* The library looks about once a second whether the kernel still calls its hooks. */
#define WATCH_MS 1000

struct config {
	int is_json, is_quiet, is_monitor;
};

struct run {
	struct tetra_session *session;
	struct policies policies;
	struct cgroup group;
	struct tell tell;
};

#define SWITCH(name)                                                                     \
	static int set_##name(void *config, const char *text)                            \
	{                                                                                \
		(void)text;                                                              \
		((struct config *)config)->is_##name = 1;                                \
		return 0;                                                                \
	}
SWITCH(json)
SWITCH(quiet)
SWITCH(monitor)

/* A row a line. */
/* clang-format off */
const struct option_row run_options[] = {
	{ 'j', "json", NULL, set_json,
	  "print events and sums as one JSON document; what the command\n"
	  "prints goes to standard error" },
	{ 'm', "monitor", NULL, set_monitor,
	  "do not enforce: report what would be done" },
	{ 'q', "quiet", NULL, set_quiet, "print the sums alone, no events" },
	{},
};
/* clang-format on */

/* Takes "-- COMMAND" off the command line. NULL: there is none. */
static char **command_take(int *argc, char **argv)
{
	int i;

	for (i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		argv[i] = NULL;
		*argc = i;
		return argv[i + 1] ? &argv[i + 1] : NULL;
	}
	return NULL;
}

/* The document gets standard output for itself. */
static FILE *output_take(void)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return NULL;
	return fdopen(fd, "w");
}

static int load_all(struct run *run, uint32_t mode, struct tetra_diag *diag)
{
	TETRA_OPTS(tetra_load_opts, opts, .mode = mode, .cgroups = &run->group.id,
		   .n_cgroups = 1);
	_cleanup_(txn_freep) struct tetra_txn *txn = NULL;
	struct tetra_txn *taken;
	int r = tetra_txn_begin(run->session, &txn), all = r;
	size_t i;

	for (i = 0; txn && i < run->policies.n; i++) {
		r = tetra_txn_load(txn, run->policies.items[i], &opts, diag);
		if (r < 0 && all >= 0)
			all = r;
	}
	if (all < 0)
		return all;
	taken = txn;
	txn = NULL;
	return tetra_txn_commit(taken, diag);
}

static int session_start(struct run *run, uint32_t mode)
{
	TETRA_OPTS(tetra_session_opts, opts,
		   .flags = TETRA_SESSION_QUIET_START | TETRA_SESSION_SKIP_SELF |
			    TETRA_SESSION_RAISE_MEMLOCK);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_session_new(&run->session, &opts, diag);
	if (r >= 0)
		r = tetra_subscribe(run->session, NULL, tell_event, &run->tell, NULL);
	if (r >= 0) {
		r = cgroup_make(&run->group, "run", 0);
		if (r < 0)
			complain("run", "a control group of version 2 cannot be made");
		else
			r = load_all(run, mode, diag);
	}
	if (r < 0) {
		findings_print(diag, stderr);
		complain("run", strerror(-r));
	}
	return r;
}

/* Delivers what is there. */
static int dispatch_all(struct run *run)
{
	int n;

	do {
		n = tetra_session_dispatch(run->session, 0);
	} while (n > 0);
	return n;
}

/* Until the command has ended. */
static void follow(struct run *run, const struct child *child)
{
	struct pollfd fds[] = { { child->fd, POLLIN, 0 },
				{ tetra_session_get_fd(run->session), POLLIN, 0 } };

	while (!fds[0].revents) {
		if (poll(fds, ARRAY_SIZE(fds), WATCH_MS) < 0)
			fds[0].revents = 0;
		dispatch_all(run);
	}
}

static int run_command(struct run *run, char **words)
{
	struct child child;
	int status, signal, r;

	r = child_start(&child, words, &run->group);
	if (r < 0) {
		complain("run", strerror(-r));
		return STATUS_BROKEN;
	}
	tell_begin(&run->tell, words);
	follow(run, &child);
	status = child_take_status(&child, &signal);
	/* What it left there would go on without the policies. */
	if (cgroup_done(&run->group) < 0)
		complain("run", "not all that the command has started could be ended");
	dispatch_all(run);
	r = tell_end(&run->tell, run->session, &run->policies, status, signal);
	if (r < 0)
		complain("run", strerror(-r));
	return status;
}

static void run_done(struct run *run)
{
	cgroup_done(&run->group);
	tetra_session_free(run->session);
	policies_done(&run->policies);
	tell_done(&run->tell);
}

int run_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(run_done) struct run run = {};
	char **words = command_take(&argc, argv);
	struct config config = {};
	int at = options_read(command, argc, argv, &config), r = 0;

	if (at <= 0)
		return at < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (!argv[at])
		return options_refuse(command, "no policy given");
	if (!words)
		return options_refuse(command, "no command given: it follows '--'");
	for (; argv[at] && r >= 0; at++)
		r = policies_read(&run.policies, argv[at]);
	if (r >= 0 && !run.policies.n)
		return options_refuse(command, "no policy given");
	run.tell.is_quiet = config.is_quiet;
	if (r >= 0 && config.is_json) {
		run.tell.out = output_take();
		r = run.tell.out ? 0 : -errno;
	}
	if (r >= 0)
		r = session_start(&run, config.is_monitor ? TETRA_MODE_MONITOR
							  : TETRA_MODE_DEFAULT);
	return r < 0 ? STATUS_BROKEN : run_command(&run, words);
}
