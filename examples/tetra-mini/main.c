/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-mini: a daemon on nothing but the public interface of libtetra.
 *
 *   read the policies -> open a session -> load them all at once -> "ready"
 *   -> wait, dispatch, write, until a signal, the end of the time, or a closed pipe;
 *      HUP: the same policies anew, in one transaction
 *   -> dispatch what is still there -> statistics -> free
 */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "policies/check.h"
#include "config.h"
#include "common/findings.h"
#include "common/guard.h"
#include "common/streams.h"
#include "policies/load.h"
#include "output.h"
#include "signals.h"
#include "stats.h"
#include "status.h"

/* Events between two looks at the signals. */
#define SLICE_EVENTS 4096
/* A machine that never rests must not keep us from stopping. */
#define DRAIN_MS 3000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void log_print(void *user, uint32_t level, const char *module, const char *text)
{
	static const char *const names[] = {
		[TETRA_LOG_ERROR] = "error",
		[TETRA_LOG_WARNING] = "warning",
		[TETRA_LOG_INFO] = "info",
	};

	fprintf(stderr, "tetra-mini: %s: %s: %s\n",
		level < ARRAY_SIZE(names) && names[level] ? names[level] : "debug",
		module, text);
}

static int slice_dispatch(struct tetra_session *session, struct output *output)
{
	int r;

	signals_let_in();
	r = tetra_session_dispatch(session, SLICE_EVENTS);
	output_flush(output);
	signals_hold_back();
	return r;
}

/* Until something is there to dispatch. Return: 1 if so; 0 to look again; -EPIPE when
 * nobody reads standard output any more. */
static int event_wait(struct tetra_session *session, const struct output *output,
		      int64_t timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = tetra_session_get_fd(session), .events = POLLIN },
		{ .fd = output->screen.fd }, /* only for POLLERR */
	};
	int r = signals_poll(fds, ARRAY_SIZE(fds), timeout_ms);

	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents & POLLERR)
		return -EPIPE;
	return fds[0].revents != 0;
}

/* Says what is in force now. */
static void report_ready(struct tetra_session *session, const struct config *config,
			 const char *what)
{
	struct tetra_session_stats stats = { .size = sizeof(stats) };

	(void)tetra_stats_session(session, &stats); /* zeroes, then */
	fprintf(stderr, "tetra-mini: %s: %" PRIu64 " policies, %" PRIu64 " hooks\n", what,
		stats.policies, stats.hooks);
	if (!stats.policies && config->n_paths)
		fprintf(stderr,
			"tetra-mini: warning: no policy is loaded: only starts and "
			"ends of processes are reported\n");
}

/* The policies anew; if any is refused, those of before stay in force. */
static void policies_reload(struct tetra_session *session, struct output *output,
			    const struct config *config)
{
	_cleanup_(policies_done) struct policies policies = {};
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	output_reopen(output);
	if (r == 0)
		r = policies_read(&policies, config, diag);
	if (r == 0)
		r = policies_load(&policies, session, config->mode, diag);
	findings_print(diag, stderr);
	if (r < 0) {
		findings_reason(diag, "not reloaded", r);
		report_ready(session, config, "still in force");
		return;
	}
	report_ready(session, config, "reloaded");
	malloc_trim(0);
}

/* What signals have asked for. */
static void requests_serve(struct tetra_session *session, struct output *output,
			   const struct config *config)
{
	if (signals_take_report())
		stats_print(session, stderr);
	if (signals_take_reload())
		policies_reload(session, output, config);
}

static int events_pump(struct tetra_session *session, struct output *output,
		       const struct config *config)
{
	int64_t end = now_ms() + (int64_t)config->duration_ms, left = -1;
	int r;

	while (!signals_stop_asked() && !output_is_closed(output)) {
		if (config->duration_ms && (left = end - now_ms()) <= 0)
			return 0;
		requests_serve(session, output, config);
		r = event_wait(session, output, left);
		if (r > 0)
			r = slice_dispatch(session, output);
		if (r < 0)
			return r == -EPIPE ? 0 : r;
	}
	return 0;
}

/* What happened before the stop comes out. */
static int events_drain(struct tetra_session *session, struct output *output)
{
	struct pollfd ready = { .fd = tetra_session_get_fd(session), .events = POLLIN };
	int64_t end = now_ms() + DRAIN_MS;
	int r = 0;

	while (r >= 0 && poll(&ready, 1, 0) > 0 && now_ms() < end)
		r = slice_dispatch(session, output);
	return r;
}

/*
 * What hooks leave out. The process group is our own where the process that started us is not
 * in it: a job of a shell, or a service. In a script everything that the script does would be
 * left out with us.
 */
static uint32_t own_flags(const struct config *config)
{
	if (config->includes_self)
		return 0;
	if (getpgid(getppid()) == getpgrp())
		return TETRA_SESSION_SKIP_SELF;
	return TETRA_SESSION_SKIP_SELF | TETRA_SESSION_SKIP_GROUP;
}

/* Puts all policies into force, and says so. @ret_status: why not, if it fails. */
static int session_start(struct tetra_session **ret, const struct config *config,
			 struct output *output, struct tetra_diag *diag,
			 enum status *ret_status)
{
	TETRA_OPTS(tetra_session_opts, opts, .log = log_print,
		   .flags = config->session_flags | own_flags(config) |
			    TETRA_SESSION_RAISE_MEMLOCK);
	_cleanup_(session_freep) struct tetra_session *session = NULL;
	_cleanup_(policies_done) struct policies policies = {};
	int r;

	*ret_status = STATUS_POLICY;
	r = policies_read(&policies, config, diag);
	if (r < 0)
		return r;
	*ret_status = STATUS_MACHINE;
	r = tetra_session_new(&session, &opts, diag);
	if (r < 0)
		return r;
	*ret_status = STATUS_LOAD;
	r = tetra_subscribe(session, config->filter, output_event, output, NULL);
	if (r == 0)
		r = policies_load(&policies, session, config->mode, diag);
	if (r < 0)
		return r;
	findings_print(diag, stderr);
	report_ready(session, config, "ready");
	*ret = session;
	session = NULL;
	return 0;
}

/* Memory may be free later, so a lack of it stops nothing; names are given by policies. */
static enum status start_status(enum status step, int error)
{
	if (error == -ENOMEM)
		return STATUS_RUN;
	if (step == STATUS_LOAD && error == -EEXIST)
		return STATUS_POLICY;
	return step == STATUS_LOAD && error == -EPERM ? STATUS_MACHINE : step;
}

static enum status run(const struct config *config, struct output *output)
{
	_cleanup_(session_freep) struct tetra_session *session = NULL;
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	enum status step = STATUS_RUN;
	int r = tetra_diag_new(&diag);

	if (r == 0)
		r = session_start(&session, config, output, diag, &step);
	if (r < 0) {
		findings_print(diag, stderr);
		findings_reason(diag, "not started", r);
		return start_status(step, r);
	}
	diag = tetra_diag_free(diag);
	/* Loading takes more memory than running; what is free goes back to the system. */
	malloc_trim(0);
	r = events_pump(session, output, config);
	if (r >= 0)
		r = events_drain(session, output);
	if (r < 0)
		fprintf(stderr, "tetra-mini: stopped: %s\n", strerror(-r));
	if (config->has_stats)
		stats_print(session, stderr);
	return r < 0 ? STATUS_RUN : STATUS_OK;
}

static enum status run_with_output(const struct config *config)
{
	enum status status = STATUS_RUN;
	struct output output;
	int r;

	r = output_init(&output, config);
	signals_init();
	if (r == 0)
		status = run(config, &output);
	output_done(&output);
	return status;
}

int main(int argc, char **argv)
{
	_cleanup_(config_done) struct config config = {};
	int r;

	streams_open();
	r = config_parse(&config, argc, argv);
	if (r < 0) {
		fprintf(stderr, "tetra-mini: see tetra-mini --help\n");
		return r == -ENOMEM ? STATUS_RUN : STATUS_USAGE;
	}
	switch (config.action) {
	case CONFIG_HELP:
		config_print_help();
		return 0;
	case CONFIG_VERSION:
		printf("tetra-mini %s\n", tetra_version());
		return 0;
	case CONFIG_CHECK:
		return check_run(&config);
	default:
		return run_with_output(&config);
	}
}
