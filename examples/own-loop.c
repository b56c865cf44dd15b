/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own-loop: a session inside a program that has an event loop of its own. The loop waits
 * for the session's descriptor as for any other; here the others are a timer, which
 * prints the statistics each five seconds, and signals, which end the program.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <tetra/session.h>

/* Events per turn of the loop, so that the other descriptors get their turn as well. */
#define TURN_EVENTS 256
#define PERIOD_S    5

static int on_event(void *user, const struct tetra_event *event)
{
	const char *name = tetra_event_kind_to_name(tetra_event_get_kind(event));

	printf("%s\n", name ? name : "unknown");
	return 0;
}

static int timer_open(void)
{
	struct itimerspec period = { { PERIOD_S, 0 }, { PERIOD_S, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd >= 0)
		timerfd_settime(fd, 0, &period, NULL);
	return fd;
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void loop_add(int loop, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0)
		perror("own-loop: epoll_ctl");
}

static void tick(struct tetra_session *session, int timer)
{
	struct tetra_session_stats stats = { .size = sizeof(stats) };
	uint64_t n_ticks;

	if (read(timer, &n_ticks, sizeof(n_ticks)) == sizeof(n_ticks) &&
	    tetra_stats_session(session, &stats) == 0)
		printf("%" PRIu64 " events, %" PRIu64 " processes\n", stats.delivered,
		       stats.processes);
}

static int loop_run(struct tetra_session *session, int loop, int timer, int signals)
{
	struct epoll_event event;
	int r = 0;

	while (r >= 0) {
		r = epoll_wait(loop, &event, 1, -1);
		if (r < 0)
			return errno == EINTR ? 0 : -errno;
		if (event.data.fd == signals)
			return 0;
		if (event.data.fd == timer)
			tick(session, timer);
		else
			r = tetra_session_dispatch(session, TURN_EVENTS);
	}
	return r;
}

int main(void)
{
	int loop = epoll_create1(EPOLL_CLOEXEC), timer = timer_open(),
	    signals = signals_open();
	struct tetra_session *session = NULL;
	int r;

	r = tetra_session_new(&session, NULL, NULL);
	if (r == 0)
		r = tetra_subscribe(session, NULL, on_event, NULL, NULL);
	if (r == 0) {
		loop_add(loop, tetra_session_get_fd(session));
		loop_add(loop, timer);
		loop_add(loop, signals);
		r = loop_run(session, loop, timer, signals);
	}
	if (r < 0)
		fprintf(stderr, "own-loop: %s\n", strerror(-r));
	tetra_session_free(session);
	close(signals);
	close(timer);
	close(loop);
	return r < 0;
}
