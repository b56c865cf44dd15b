/* SPDX-License-Identifier: Apache-2.0 */
#include "signals.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "common/guard.h"

static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 };
/* A closed pipe and a file that may not grow are errors of write(2) that its caller sees. */
static const int ignored[] = { SIGPIPE, SIGXFSZ };

static volatile sig_atomic_t stop_asked, report_asked, reload_asked;
/* Whether there is a terminal to hang up. */
static bool has_terminal;
/* The mask in which ours are let in. */
static sigset_t open_mask;

static void signal_note(int number)
{
	if (number == SIGUSR1)
		report_asked = 1;
	else if (number == SIGHUP && !has_terminal)
		reload_asked = 1;
	else
		stop_asked = 1;
}

static bool terminal_is_there(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void signals_init(void)
{
	/* No SA_RESTART: a blocked write is to come back. */
	struct sigaction note = { .sa_handler = signal_note };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	size_t i;

	has_terminal = terminal_is_there();
	signals_hold_back();
	sigprocmask(SIG_SETMASK, NULL, &open_mask);
	sigemptyset(&note.sa_mask);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		sigdelset(&open_mask, numbers[i]);
		sigaction(numbers[i], &note, &before);
		/* nohup(1): not to be stopped by a terminal that goes away. */
		if (numbers[i] == SIGHUP && has_terminal && before.sa_handler == SIG_IGN)
			sigaction(SIGHUP, &ignore, NULL);
	}
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		sigaction(ignored[i], &ignore, NULL);
}

void signals_let_in(void)
{
	sigprocmask(SIG_SETMASK, &open_mask, NULL);
}

void signals_hold_back(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool signals_stop_asked(void)
{
	return stop_asked;
}

bool signals_take_report(void)
{
	bool asked = report_asked;

	report_asked = 0;
	return asked;
}

bool signals_take_reload(void)
{
	bool asked = reload_asked;

	reload_asked = 0;
	return asked;
}

int signals_poll(struct pollfd *fds, nfds_t n_fds, int64_t timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000,
	};

	return ppoll(fds, n_fds, timeout_ms < 0 ? NULL : &timeout, &open_mask);
}
