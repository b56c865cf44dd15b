/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>

#include "lib/base/counter.h"
#include "lib/base/diag.h"
#include "lib/base/opts.h"
#include "lib/kernel/memlock.h"
#include "lib/session/options.h"
#include "lib/session/place.h"
#include "lib/session/session.h"
#include "lib/state/txn.h"
#include "lib/host/users.h"

/* Time after the last record until held records are released and losses are checked. */
#define SESSION_SETTLE_NS 100000000ull
/* Time between checks of what may stop attached programs: soon for people, rare for power. */
#define SESSION_WATCH_NS 1000000000ull

static const struct event_group *session_find_group(void *user, uint32_t id)
{
	struct tetra_session *session = user;

	if (id >= session->n_groups || !session->groups[id])
		return NULL;
	return &session->groups[id]->event;
}

static void session_deliver(void *user, const struct tetra_event *event)
{
	struct tetra_session *session = user;
	struct tetra_sub *last = NULL;
	bool wanted = false;

	/* A subscriber added during a callback starts with the next event. */
	for (struct tetra_sub *sub = session->subs; sub; sub = sub->next)
		last = sub;
	for (struct tetra_sub *sub = session->subs; sub && !session->free_asked;
	     sub = sub->next) {
		if (!sub->ended &&
		    (!sub->filter || tetra_filter_matches(sub->filter, event) > 0)) {
			wanted = true;
			if (sub->fn(sub->user, event) < 0)
				session->stop_asked = true;
		}
		if (sub == last)
			break;
	}
	if (wanted) {
		counter_add(&session->delivered, 1);
		session->n_events++;
	} else {
		counter_add(&session->filtered, 1);
	}
}

static int session_record(void *user, const void *data, size_t bytes)
{
	struct tetra_session *session = user;

	(void)decoder_record(session->decoder, data, bytes); /* counted inside */
	if (session->stop_asked)
		return -ECANCELED;
	return session->max_events && session->n_events >= session->max_events ? 1 : 0;
}

static int session_open_fds(struct tetra_session *session)
{
	struct epoll_event ready = { .events = EPOLLIN };

	session->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	session->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	session->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (session->epoll_fd < 0 || session->event_fd < 0 || session->timer_fd < 0)
		return errno == EMFILE ? -EMFILE : -ENOMEM;
	if (epoll_ctl(session->epoll_fd, EPOLL_CTL_ADD, session->event_fd, &ready) < 0 ||
	    epoll_ctl(session->epoll_fd, EPOLL_CTL_ADD, session->timer_fd, &ready) < 0 ||
	    epoll_ctl(session->epoll_fd, EPOLL_CTL_ADD, ring_get_fd(session->ring),
		      &ready) < 0)
		return -ENOMEM;
	return 0;
}

static const char *session_node_name(const struct tetra_session *session, char *host,
				     size_t size)
{
	const char *name = session->opts.node_name;

	if (!name || !*name)
		name = getenv("HUBBLE_NODE_NAME");
	if (!name || !*name)
		name = getenv("NODE_NAME");
	if (name && *name)
		return name;
	if (gethostname(host, size) < 0)
		host[0] = '\0';
	host[size - 1] = '\0';
	return host;
}

static const char *session_find_user(void *users, uint32_t uid)
{
	return users_find(users, uid);
}

static int session_open_users(struct tetra_session *session, struct event_json_opts *opts)
{
	int r;

	if (!(session->opts.flags & TETRA_SESSION_JSON_USER))
		return 0;
	r = users_new(&session->users, "/etc/passwd");
	if (r < 0)
		return r;
	opts->find_user = session_find_user;
	opts->users = session->users;
	return 0;
}

static int session_open_decoder(struct tetra_session *session)
{
	char host[256];
	struct decoder_opts opts = {
		.json = { .node_name = session_node_name(session, host, sizeof(host)) },
		.max_processes = session->opts.max_processes,
		.find_group = session_find_group,
		.deliver = session_deliver,
		.user = session,
	};
	int r;

	if (session->opts.flags & TETRA_SESSION_JSON_CRED)
		opts.json.flags |= EVENT_JSON_CRED;
	if (session->opts.flags & TETRA_SESSION_JSON_NS)
		opts.json.flags |= EVENT_JSON_NS;
	for (int i = 0; i < TETRA_NS_END; i++)
		opts.json.host_namespaces[i] = kernel_host_ns(session->kernel, i);
	r = session_open_users(session, &opts.json);
	if (r < 0)
		return r;
	return decoder_new(&session->decoder, &opts);
}

/* An image without rules, so that the first hook points find their rows empty. */
static int session_first_image(struct tetra_session *session)
{
	_cleanup_(freep) struct ruleset_hook *hooks =
		calloc(STATE_SPARE_HOOKS, sizeof(*hooks));
	struct ruleset ruleset = { .hooks = hooks,
				   .n_hooks = STATE_SPARE_HOOKS,
				   .seed = session->seed };
	struct session_state *state = session->state;
	int r;

	if (!hooks)
		return -ENOMEM;
	r = image_compile(&state->image, &ruleset, NULL);
	if (r == 0)
		r = published_prepare(&state->published, state->image->cells,
				      state->image->n_cells);
	if (r == 0)
		r = published_begin(&state->published, session->sensor);
	state->n_hooks = STATE_SPARE_HOOKS;
	return r;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The timer fires when the first of the two is due. */
static void session_set_timer(struct tetra_session *session)
{
	uint64_t at = session->watch_ns, second = 1000000000u;
	struct itimerspec when = { 0 };

	if (session->settle_ns)
		at = MIN(at, session->settle_ns);
	when.it_value.tv_sec = (time_t)(at / second);
	when.it_value.tv_nsec = (long)(at % second);
	(void)timerfd_settime(session->timer_fd, TFD_TIMER_ABSTIME, &when,
			      NULL); /* the descriptor is ours, the time is valid */
}

static void session_arm_settle(struct tetra_session *session)
{
	if (session->settle_ns)
		return;
	session->settle_ns = monotonic_ns() + SESSION_SETTLE_NS;
	session_set_timer(session);
}

static void session_arm_watch(struct tetra_session *session)
{
	session->watch_ns = monotonic_ns() + SESSION_WATCH_NS;
	session_set_timer(session);
}

static void session_log_verifier(void *user, const char *line)
{
	session_log(user, TETRA_LOG_DEBUG, "verifier", "%s", line);
}

/* Programs see the numbers of the initial pid namespace. */
static void session_find_own(const struct tetra_session *session, struct sensor_own *ret,
			     struct tetra_diag *diag)
{
	const uint32_t asked = TETRA_SESSION_SKIP_SELF | TETRA_SESSION_SKIP_GROUP;
	struct stat st;

	if (!(session->opts.flags & asked))
		return;
	if (stat("/proc/self/ns/pid", &st) < 0 || st.st_ino != PLACE_FIRST_PID_NS) {
		diag_warning(
			diag, NULL, "own-unknown",
			"start it in the pid namespace of the host",
			"hooks cannot leave out this process: it is in a pid namespace "
			"of its own");
		return;
	}
	ret->tgid = (uint32_t)getpid();
	if (session->opts.flags & TETRA_SESSION_SKIP_GROUP) {
		ret->pgid = (uint32_t)getpgrp();
		ret->uid = getuid();
	}
}

static int session_open(struct tetra_session *session, struct tetra_diag *diag)
{
	struct sensor_opts opts = {
		.ring_bytes = session_ring_bytes(&session->opts),
		.max_processes = session->opts.max_processes,
		.log = session_log_verifier,
		.log_user = session,
	};
	int r;

	if (getrandom(&session->seed, sizeof(session->seed), 0) != sizeof(session->seed))
		return -ENOMEM;
	opts.seed = session->seed;
	opts.wants_gains = session->opts.flags & TETRA_SESSION_JSON_CRED;
	session_find_own(session, &opts.own, diag);
	r = kernel_probe(&session->kernel, NULL, diag);
	if (r == 0)
		memlock_begin(session->kernel,
			      session->opts.flags & TETRA_SESSION_RAISE_MEMLOCK);
	if (r == 0)
		r = session_check_place(diag);
	if (r == 0)
		r = session_check_kernel(session->kernel, diag);
	if (r == 0)
		r = session_check_switches(session, NULL, diag);
	if (r == 0) {
		opts.skips = !kernel_has(session->kernel, KERNEL_STEADY_TRACEPOINT);
		r = sensor_new(&session->sensor, &opts, session->kernel, diag);
	}
	if (r == 0)
		sensor_find_root(session->sensor);
	if (r == 0)
		session_warn_unreadable(diag);
	if (r == 0)
		r = session_open_decoder(session);
	if (r == 0)
		r = ring_new(&session->ring, session->sensor, session_record, session);
	if (r == 0)
		r = session_open_fds(session);
	if (r == 0)
		r = memlock_explain(session->kernel, session_first_image(session), diag);
	if (r == 0)
		r = seeds_read(&session->seeds, session);
	if (r == 0)
		r = eventfd_write(session->event_fd, 1);
	if (r < 0)
		return session_check_descriptors(r, diag);
	session->watch.preemption = kernel_preemption(session->kernel);
	session->watch.bpf_free = kernel_bpf_is_free(session->kernel);
	session_arm_watch(session);
	return 0;
}

int tetra_session_new(struct tetra_session **ret, const struct tetra_session_opts *opts,
		      struct tetra_diag *diag)
{
	struct tetra_session_opts given;
	struct tetra_session *session;
	int r = opts_read(&given, sizeof(given), opts, "tetra_session_opts", diag);

	if (r == 0)
		r = session_check_opts(&given, diag);
	if (r < 0 || !ret)
		return r < 0 ? r : -EINVAL;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->opts = given;
	session->epoll_fd = session->event_fd = session->timer_fd = -1;
	session->next_group = 1;
	pthread_mutex_init(&session->lock, NULL);
	session->state = calloc(1, sizeof(*session->state));
	r = session->state ? session_open(session, diag) : -ENOMEM;
	if (r < 0) {
		tetra_session_free(session);
		return r;
	}
	*ret = session;
	return 0;
}

/* While one of the user's functions runs, nothing that the calling function uses is freed. */
static bool session_free_later(struct tetra_session *session)
{
	if (!session->dispatching && !session->n_callbacks)
		return false;
	session->free_asked = true;
	session->stop_asked = true;
	for (struct tetra_sub *sub = session->subs; sub; sub = sub->next)
		sub->ended = true;
	return true;
}

/* The transaction outlives its session, and does nothing from now on. */
static void txn_orphan(struct tetra_txn *txn)
{
	if (!txn)
		return;
	txn->session = NULL;
	txn->next = state_free(txn->next);
}

struct tetra_session *tetra_session_free(struct tetra_session *session)
{
	if (!session || session_free_later(session))
		return NULL;
	txn_orphan(session->txn);
	while (session->subs)
		(void)tetra_unsubscribe(session->subs); /* returns NULL */
	if (session->state)
		session_drop_retired(session);
	state_free(session->state);
	marks_done(&session->marks);
	seeds_free(session->seeds);
	decoder_free(session->decoder);
	users_free(session->users);
	ring_free(session->ring);
	sensor_free(session->sensor);
	kernel_free(session->kernel);
	closep(&session->epoll_fd);
	closep(&session->event_fd);
	closep(&session->timer_fd);
	free(session->groups);
	free(session->retired);
	pthread_mutex_destroy(&session->lock);
	free(session);
	return NULL;
}

bool session_leave(struct tetra_session *session)
{
	if (!session->free_asked)
		return false;
	tetra_session_free(session);
	return true;
}

int tetra_session_get_fd(const struct tetra_session *session)
{
	return session ? session->epoll_fd : -EINVAL;
}

/*
 * The time after the last record has passed: check for late and missing records. Or the time
 * between two checks of the kernel's switches has passed.
 * The timer is not read earlier: a read is an event for a policy on read(2), so each dispatch
 * would cause an event and thus another dispatch, forever.
 */
static void session_settle(struct tetra_session *session)
{
	uint64_t now = monotonic_ns(), expired;
	bool settled = session->settle_ns && now >= session->settle_ns;

	if (!settled && now < session->watch_ns)
		return;
	(void)!read(session->timer_fd, &expired,
		    sizeof(expired)); /* it is due or overdue */
	if (settled) {
		decoder_tick(session->decoder);
		session_watch_table(session);
	}
	session->settle_ns = settled ? 0 : session->settle_ns;
	session_watch(session);
	/* pivot_root is noticed when it happens; what else moves the root, here. */
	sensor_find_root(session->sensor);
	session_report_losses(session);
	session_arm_watch(session);
}

static void session_sweep_subs(struct tetra_session *session)
{
	struct tetra_sub **at = &session->subs;

	while (*at) {
		struct tetra_sub *sub = *at;

		if (!sub->ended) {
			at = &sub->next;
			continue;
		}
		*at = sub->next;
		tetra_filter_unref(sub->filter);
		free(sub);
	}
}

static void session_dispatch(struct tetra_session *session)
{
	struct decoder_stats before, after;
	bool drained = true;

	decoder_get_stats(session->decoder, &before);
	decoder_tick(session->decoder);
	if (session->seeds && seeds_deliver(session)) {
		eventfd_t value;

		session->seeds = seeds_free(session->seeds);
		(void)eventfd_read(session->event_fd,
				   &value); /* it is readable: we wrote it */
	}
	if (!session->seeds && !session->stop_asked)
		drained = ring_consume(session->ring) == 0;
	if (drained && !session->seeds)
		session_drop_retired(session);
	session_settle(session);
	decoder_get_stats(session->decoder, &after);
	if (after.records != before.records)
		session_arm_settle(session);
}

int tetra_session_dispatch(struct tetra_session *session, unsigned int max_events)
{
	if (!session)
		return -EINVAL;
	if (session->dispatching || session->n_callbacks)
		return -EBUSY;
	session->dispatching = true;
	session->stop_asked = false;
	session->max_events = max_events;
	session->n_events = 0;
	session_dispatch(session);
	session->dispatching = false;
	session_sweep_subs(session);
	if (session_leave(session))
		return -ECANCELED;
	return session->stop_asked ? -ECANCELED : (int)session->n_events;
}

int tetra_session_poll(struct tetra_session *session, int timeout_ms)
{
	struct pollfd ready = { .events = POLLIN };
	int r;

	if (!session)
		return -EINVAL;
	if (session->dispatching || session->n_callbacks)
		return -EBUSY;
	ready.fd = session->epoll_fd;
	r = poll(&ready, 1, timeout_ms);
	if (r <= 0)
		return 0;
	return tetra_session_dispatch(session, 0);
}

int tetra_subscribe(struct tetra_session *session, struct tetra_filter *filter,
		    tetra_event_fn fn, void *user, struct tetra_sub **ret)
{
	struct tetra_sub *sub, **at;

	if (!session || !fn)
		return -EINVAL;
	sub = calloc(1, sizeof(*sub));
	if (!sub)
		return -ENOMEM;
	sub->session = session;
	sub->filter = filter ? tetra_filter_ref(filter) : NULL;
	sub->fn = fn;
	sub->user = user;
	for (at = &session->subs; *at; at = &(*at)->next)
		;
	*at = sub;
	if (ret)
		*ret = sub;
	return 0;
}

struct tetra_sub *tetra_unsubscribe(struct tetra_sub *sub)
{
	if (!sub)
		return NULL;
	sub->ended = true;
	if (!sub->session->dispatching)
		session_sweep_subs(sub->session);
	return NULL;
}
