/* SPDX-License-Identifier: Apache-2.0 */
#include "live/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Signals are the process's, so there is one of these. */
static struct {
	sigset_t set;
	int fd; /* 0: not started */
	int signal;
} stop;

int stop_start(void)
{
	static const int asks[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction old;
	unsigned int i;

	if (stop.fd)
		return 0;
	sigemptyset(&stop.set);
	for (i = 0; i < sizeof(asks) / sizeof(*asks); i++)
		if (sigaction(asks[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaddset(&stop.set, asks[i]);
	stop.fd = signalfd(-1, &stop.set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (stop.fd < 0 || sigprocmask(SIG_BLOCK, &stop.set, NULL) < 0) {
		stop.fd = 0;
		return -errno;
	}
	return 0;
}

int stop_fd(void)
{
	return stop.fd ? stop.fd : -1;
}

int stop_take(void)
{
	struct signalfd_siginfo info;
	int is_new = 0;

	while (stop.fd && read(stop.fd, &info, sizeof(info)) == sizeof(info)) {
		is_new = 1;
		if (!stop.signal)
			stop.signal = (int)info.ssi_signo;
	}
	return is_new;
}

int stop_signal(void)
{
	stop_take();
	return stop.signal;
}

void stop_obey(void)
{
	if (!stop_signal())
		return;
	signal(stop.signal, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &stop.set, NULL);
	raise(stop.signal);
}
