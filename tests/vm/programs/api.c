/* SPDX-License-Identifier: Apache-2.0 */
/* api: what each call of a session does, used correctly and incorrectly, and what stays in
 * force. */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define CLOSED	    "/tmp/lab/closed/"
#define CLOSED_FILE CLOSED "file"
#define OTHER	    "/tmp/lab/other/"
#define OTHER_FILE  OTHER "file"

/* Longest time that an event, or the kernel, may take. */
#define PATIENCE_MS 5000

static struct tetra_policy *policy_deny(const char *name, const char *prefix)
{
	return rig_policy(RIG_DENY, name, prefix);
}

static struct tetra_policy *policy_unknown(void)
{
	return rig_policy("apiVersion: cilium.io/v1alpha1\n"
			  "kind: TracingPolicy\n"
			  "metadata: {name: bad}\n"
			  "spec: {kprobes: [{call: sys_no_such_call, syscall: true}]}\n");
}

/* Reads one parameter of lseek() as four types. */
static struct tetra_policy *policy_types(const char *name, const char *const (*types)[4])
{
	return rig_policy(RIG_HEAD "  kprobes:\n"
				   "  - call: sys_lseek\n"
				   "    syscall: true\n"
				   "    args:\n"
				   "    - {index: 1, type: %s}\n"
				   "    - {index: 1, type: %s}\n"
				   "    - {index: 1, type: %s}\n"
				   "    - {index: 1, type: %s}\n",
			  name, (*types)[0], (*types)[1], (*types)[2], (*types)[3]);
}

/* Two policies that cannot be loaded together: a hook has seven different arguments at most. */
static void load_too_many(struct tetra_txn *txn)
{
	static const char *const types[][4] = { { "int", "uint32", "int64", "uint64" },
						{ "size_t", "int16", "uint16", "int8" } };

	fact_equal(rig_txn_load(txn, policy_types("one", &types[0]), 0), 0,
		   "two policies that cannot be loaded together, the first");
	fact_equal(rig_txn_load(txn, policy_types("two", &types[1]), 0), 0, "the second");
}

static int load(struct tetra_session *session, struct tetra_policy *policy)
{
	int r = tetra_policy_load(session, policy, NULL, NULL);

	tetra_policy_unref(policy);
	return r;
}

static void is_denied(const char *when)
{
	fact_equal(rig_open_errno(CLOSED_FILE), EPERM, "%s: the act is denied", when);
}

static void is_allowed(const char *when)
{
	fact_equal(rig_open_errno(CLOSED_FILE), 0, "%s: the act works", when);
}

static void names(struct tetra_session *session)
{
	is_allowed("without a policy");
	fact_equal(load(session, policy_deny("guard", CLOSED)), 0, "load");
	is_denied("loaded");
	fact_equal(load(session, policy_deny("guard", OTHER)), -EEXIST,
		   "a second load of the same name");
	is_denied("after it");
	fact_equal(rig_open_errno(OTHER_FILE), 0, "what it would have denied works");
	fact_equal(tetra_policy_unload(session, "nobody", NULL), -ENOENT,
		   "unload of a name that is not there");
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload");
	fact_equal(tetra_policy_unload(session, "guard", NULL), -ENOENT, "unload twice");
	sleep(2);
	is_allowed("two seconds later");
	fact(!tetra_session_get_policy_name(session, 0), "no policy has a name any more");
}

static void failed_transactions(struct tetra_session *session)
{
	struct tetra_txn *txn, *second = NULL;

	rig_load(session, policy_deny("guard", CLOSED), 0);
	txn = rig_txn(session);
	fact_equal(tetra_txn_begin(session, &second), -EBUSY,
		   "a transaction beside an open one");
	fact_equal(tetra_txn_unload(txn, "guard", NULL), 0, "unload in a transaction");
	fact_equal(rig_txn_load(txn, policy_unknown(), 0), -ENOENT,
		   "a policy for a call that does not exist");
	is_denied("inside the transaction");
	tetra_txn_free(txn);
	is_denied("after giving it up");
	txn = rig_txn(session);
	load_too_many(txn);
	fact_equal(tetra_txn_unload(txn, "guard", NULL), 0,
		   "unload in the same transaction");
	fact_equal(rig_commit(txn), -E2BIG, "the commit fails");
	is_denied("after the commit that failed");
	fact(rig_stats(session).policies == 1 &&
		     strcmp(tetra_session_get_policy_name(session, 0), "guard") == 0,
	     "the policies are those of before");
	fact_equal(tetra_txn_commit(NULL, NULL), -EINVAL, "commit of nothing");
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload");
	is_allowed("unloaded");
}

static int set_mode(struct tetra_session *session, uint32_t mode)
{
	return tetra_policy_set_mode(session, "guard", mode, NULL);
}

static int set_enabled(struct tetra_session *session, uint32_t enabled)
{
	return tetra_policy_set_enabled(session, "guard", enabled, NULL);
}

/* What a program has counted that a preemptible kernel may skip: the ledger has how often. */
static void is_counted(struct tetra_session *session, uint64_t count, uint64_t wanted,
		       const char *what)
{
	uint64_t skipped = rig_stats(session).lost_recursion;

	fact(count <= wanted && count + skipped >= wanted,
	     "%s (%" PRIu64 " of %" PRIu64 ", %" PRIu64 " skipped)", what, count, wanted,
	     skipped);
}

static void modes(struct tetra_session *session)
{
	rig_load(session, policy_deny("guard", CLOSED), 0);
	is_denied("enforce");
	fact_equal(set_mode(session, TETRA_MODE_MONITOR), 0, "to monitor mode");
	is_allowed("monitor");
	is_counted(session, rig_counts(session, "guard").suppressed, 1, "suppressed");
	fact_equal(rig_counts(session, "guard").overridden, 1, "overridden before");
	fact_equal(set_mode(session, TETRA_MODE_ENFORCE), 0, "back to enforce mode");
	is_denied("enforce again");
	fact_equal(rig_counts(session, "guard").overridden, 2, "overridden, in sum");
	fact_equal(set_mode(session, 77), -EINVAL, "a mode that does not exist");
	fact_equal(set_mode(session, TETRA_MODE_DEFAULT), -EINVAL, "no mode at all");
	fact_equal(set_enabled(session, 0), 0, "disable");
	is_allowed("disabled");
	is_counted(session, rig_counts(session, "guard").matched, 3, "the counters stay");
	fact_equal(set_enabled(session, 1), 0, "enable");
	is_denied("enabled");
	is_counted(session, rig_counts(session, "guard").matched, 4, "and go on");
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload");
	is_allowed("unloaded");
}

static void replacement(struct tetra_session *session)
{
	struct tetra_counts counts = { .size = sizeof(counts) };
	struct tetra_txn *txn;

	rig_load(session, policy_deny("guard", CLOSED), 0);
	is_denied("before");
	rig_load(session, policy_deny("guard", OTHER), TETRA_LOAD_REPLACE);
	is_allowed("replaced under the same name");
	fact_equal(rig_open_errno(OTHER_FILE), EPERM, "the new one is in force");
	fact_equal(rig_stats(session).policies, 1, "policies");
	fact_equal(rig_counts(session, "guard").overridden, 1, "counted by the new one");
	rig_load(session, policy_deny("guard", OTHER), TETRA_LOAD_REPLACE);
	fact_equal(rig_open_errno(OTHER_FILE), EPERM, "replaced by itself, in force");
	fact_equal(rig_counts(session, "guard").overridden, 2, "the counters went on");
	txn = rig_txn(session);
	fact_equal(tetra_txn_unload(txn, "guard", NULL), 0, "unloaded and loaded again");
	fact_equal(rig_txn_load(txn, policy_deny("guard", OTHER), 0), 0,
		   "in one transaction");
	fact_equal(rig_commit(txn), 0, "commit");
	fact_equal(rig_counts(session, "guard").overridden, 2, "the counters stay");
	txn = rig_txn(session);
	fact_equal(tetra_txn_unload(txn, "guard", NULL), 0, "one transaction: unload");
	fact_equal(rig_txn_load(txn, policy_deny("other", CLOSED), 0), 0,
		   "and load under another name");
	fact_equal(rig_commit(txn), 0, "commit");
	is_denied("exchanged");
	fact_equal(rig_open_errno(OTHER_FILE), 0, "the old one is gone");
	fact_equal(tetra_stats_policy(session, "guard", TETRA_ALL, TETRA_ALL, &counts),
		   -ENOENT, "and has no statistics");
	fact_equal(tetra_stats_policy(session, "other", 1, TETRA_ALL, &counts), -ENOENT,
		   "nor has a hook that the policy does not have");
	fact_equal(tetra_policy_unload(session, "other", NULL), 0, "unload");
}

/* Reads what is there, so that the next event is the one that comes next. */
static void drain(struct tetra_session *session)
{
	while (tetra_session_poll(session, 300) > 0)
		;
}

static bool becomes_readable(struct tetra_session *session, int timeout_ms)
{
	struct pollfd ready = { .fd = tetra_session_get_fd(session), .events = POLLIN };

	return poll(&ready, 1, timeout_ms) == 1 && ready.revents & POLLIN;
}

static int on_count(void *user, const struct tetra_event *event)
{
	int *n = user;

	if (tetra_event_get_kind(event) == TETRA_EVENT_KPROBE)
		++*n;
	return 0;
}

static void descriptor(struct tetra_session *session)
{
	struct tetra_sub *sub = NULL;
	int64_t begin;
	int n = 0;

	drain(session);
	begin = rig_now_ms();
	while (tetra_session_poll(session, 400) == 0 && rig_now_ms() - begin < 400)
		;
	fact(rig_now_ms() - begin >= 390, "poll without events waits its time");
	rig_load(session, policy_deny("guard", CLOSED), 0);
	drain(session);
	fact(!becomes_readable(session, 0), "the descriptor is not readable");
	is_denied("then");
	fact_told(becomes_readable(session, PATIENCE_MS), 1,
		  "the descriptor is readable");
	fact_equal(tetra_session_dispatch(session, 0), 0,
		   "dispatch without a subscriber");
	fact_equal(tetra_subscribe(session, NULL, on_count, &n, &sub), 0, "subscribe");
	drain(session);
	n = 0;
	is_denied("and twice more");
	is_denied("which is once more");
	fact_told(becomes_readable(session, PATIENCE_MS), 1,
		  "the descriptor is readable again");
	fact_told(tetra_session_dispatch(session, 1), 1, "dispatch of at most one event");
	fact_told(n, 1, "the subscriber has got one");
	fact_told(becomes_readable(session, 0), 1, "there is one more to read");
	fact_told(tetra_session_dispatch(session, 0), 1, "dispatch of the rest");
	tetra_unsubscribe(sub);
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload");
}

struct inside {
	struct tetra_session *session;
	struct tetra_txn *txn; /* begun outside */
	struct tetra_sub *self, *added;
	struct tetra_event *kept;
	int dispatch, poll, begin, load, commit, subscribe;
	int n, n_added;
};

static int on_added(void *user, const struct tetra_event *event)
{
	struct inside *inside = user;

	inside->n_added++;
	return 0;
}

static int on_inside(void *user, const struct tetra_event *event)
{
	struct inside *inside = user;
	struct tetra_policy *policy;
	struct tetra_txn *txn = NULL;

	inside->n++;
	inside->dispatch = tetra_session_dispatch(inside->session, 0);
	inside->poll = tetra_session_poll(inside->session, 0);
	inside->commit = tetra_txn_commit(inside->txn, NULL);
	inside->begin = tetra_txn_begin(inside->session, &txn);
	policy = policy_deny("inside", CLOSED);
	inside->load = load(inside->session, policy);
	inside->subscribe =
		tetra_subscribe(inside->session, NULL, on_added, inside, &inside->added);
	inside->kept = tetra_event_ref(event);
	inside->self = tetra_unsubscribe(inside->self);
	return 0;
}

static void subscribe_policy(struct tetra_session *session, const char *policy,
			     tetra_event_fn fn, void *user, struct tetra_sub **ret)
{
	struct tetra_filter *filter = NULL;
	int r = tetra_filter_new(&filter);

	r = r < 0 ? r : tetra_filter_add_policy(filter, policy);
	r = r < 0 ? r : tetra_subscribe(session, filter, fn, user, ret);
	fact_equal(r, 0, "subscribe to '%s'", policy);
	tetra_filter_unref(filter);
}

static void wait_for(struct tetra_session *session, const int *n, int wanted)
{
	int64_t end = rig_now_ms() + PATIENCE_MS;

	while (*n < wanted && rig_now_ms() < end)
		(void)tetra_session_poll(session, 100);
}

static void callback_check(const struct inside *inside)
{
	if (!fact_told(inside->n, 1, "one event before it unsubscribed itself"))
		return;
	fact_equal(inside->dispatch, -EBUSY, "dispatch inside a callback");
	fact_equal(inside->poll, -EBUSY, "poll inside a callback");
	fact_equal(inside->begin, -EBUSY, "a transaction inside a callback");
	fact_equal(inside->load, -EBUSY, "a load inside a callback");
	fact_equal(inside->commit, -EBUSY, "a commit inside a callback");
	fact_equal(inside->subscribe, 0, "subscribe inside a callback");
	fact(inside->kept != NULL, "the event was kept");
}

/* Returns the event that was kept. */
static struct tetra_event *callbacks(struct tetra_session *session)
{
	struct inside inside = { .session = session };
	int before;

	rig_load(session, policy_deny("guard", CLOSED), 0);
	drain(session);
	subscribe_policy(session, "guard", on_inside, &inside, &inside.self);
	inside.txn = rig_txn(session);
	is_denied("watched");
	wait_for(session, &inside.n, 1);
	callback_check(&inside);
	drain(session);
	before = inside.n_added;
	is_denied("again");
	wait_for(session, &inside.n_added, before + 1);
	fact_told(inside.n_added > before, 1,
		  "who subscribed in the callback gets the next event");
	fact_told(inside.n, 1, "who unsubscribed does not");
	tetra_unsubscribe(inside.added);
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0,
		   "transactions go on after the one that was refused");
	return inside.kept;
}

static void kept_check(struct tetra_event *event)
{
	const struct tetra_process *process = tetra_event_get_process(event);
	struct tetra_arg arg = { .size = sizeof(arg) };
	char json[8192];

	if (!fact(process != NULL, "a kept event has its process"))
		return;
	fact(strcmp(tetra_event_get_policy(event), "guard") == 0, "and its policy");
	fact_equal(tetra_process_get_pid(process), getpid(), "and its pid");
	fact(tetra_event_get_arg(event, 0, &arg) == 0 &&
		     arg.text_len == strlen(CLOSED_FILE) &&
		     memcmp(arg.text, CLOSED_FILE, arg.text_len) == 0,
	     "and its argument");
	fact(tetra_event_to_json(event, json, sizeof(json)) < sizeof(json) &&
		     strstr(json, CLOSED_FILE),
	     "and is written as JSON");
	fact(!tetra_event_unref(event), "and can be dropped");
}

static void hook_status(struct tetra_session *session)
{
	struct tetra_hook_status status = { .size = sizeof(status) };

	rig_load(session, policy_deny("guard", CLOSED), 0);
	fact_equal(tetra_policy_get_hook_status(session, "guard", 0, &status), 0,
		   "the status of a hook");
	if (status.function)
		fact(strcmp(status.function, "security_file_open") == 0,
		     "its function is %s", status.function);
	fact(status.attach && *status.attach, "it is attached as %s", status.attach);
	fact(status.reason && *status.reason && !strchr(status.reason, '\n'),
	     "in one line: %s", status.reason);
	fact_equal(tetra_policy_get_hook_status(session, "guard", 1, &status), -ENOENT,
		   "the status of a hook too many");
	fact_equal(tetra_policy_get_hook_status(session, "nobody", 0, &status), -ENOENT,
		   "the status of an unknown policy's hook");
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload");
	rig_load(session,
		 rig_policy(RIG_HEAD_OF("trace") "  tracepoints:\n"
						 "  - subsystem: sched\n"
						 "    event: sched_process_exec\n"),
		 0);
	fact(tetra_policy_get_hook_status(session, "trace", 0, &status) == 0 &&
		     strcmp(status.function, "sched/sched_process_exec") == 0,
	     "a tracepoint has its subsystem in front");
	fact_equal(tetra_policy_unload(session, "trace", NULL), 0, "unload");
}

static void two_sessions(struct tetra_session *session)
{
	struct tetra_session *second = rig_session(NULL);
	int n_first = 0, n_second = 0;
	struct tetra_sub *sub;

	tetra_subscribe(session, NULL, on_count, &n_first, &sub);
	tetra_subscribe(second, NULL, on_count, &n_second, NULL);
	rig_load(session, policy_deny("guard", CLOSED), 0);
	rig_load(second, policy_deny("guard", OTHER), 0);
	is_denied("by the first of two sessions");
	fact_equal(rig_open_errno(OTHER_FILE), EPERM, "by the second of two sessions");
	fact_equal(rig_open_errno(OTHER_FILE), EPERM, "by the second once more");
	fact_equal(rig_counts(session, "guard").overridden, 1, "the first has counted");
	fact_equal(rig_counts(second, "guard").overridden, 2, "the second has counted");
	wait_for(session, &n_first, 1);
	wait_for(second, &n_second, 2);
	drain(session);
	drain(second);
	fact_told(n_first, 1, "events of the first");
	fact_told(n_second, 2, "events of the second");
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload in the first");
	is_allowed("then");
	fact_equal(rig_open_errno(OTHER_FILE), EPERM, "the second still denies");
	rig_end(second);
	fact_equal(rig_open_errno(OTHER_FILE), 0, "until it is freed");
	tetra_unsubscribe(sub);
}

/* The modules that logged, in order, and the lines of one of them. */
struct told {
	char modules[512], policies[512];
};

static void on_step(void *user, uint32_t level, const char *module, const char *text)
{
	struct told *told = user;
	size_t n = strlen(told->modules), n_policies = strlen(told->policies);

	if (strcmp(module, "verifier") == 0)
		return;
	fact(level >= TETRA_LOG_INFO && *text && !strchr(text, '\n'), "%s: %s", module,
	     text);
	snprintf(told->modules + n, sizeof(told->modules) - n, "%s%s", n ? " " : "",
		 module);
	if (strcmp(module, "policy") == 0)
		snprintf(told->policies + n_policies, sizeof(told->policies) - n_policies,
			 "%s%s", n_policies ? ", " : "", text);
}

static void is_told(struct told *told, const char *modules, const char *policies)
{
	fact(strcmp(told->modules, modules) == 0, "the log tells '%s'", told->modules);
	fact(strcmp(told->policies, policies) == 0, "of policies: '%s'", told->policies);
	memset(told, 0, sizeof(*told));
}

/* Each step of a commit, in order. */
static void log_lines(void)
{
	struct told told = { 0 };
	TETRA_OPTS(tetra_session_opts, opts, .log = on_step, .log_user = &told,
		   .log_level = TETRA_LOG_DEBUG);
	struct tetra_session *session = rig_session(&opts);
	struct tetra_txn *txn;

	memset(&told, 0, sizeof(told));
	rig_load(session, policy_deny("guard", CLOSED), 0);
	is_told(&told, "commit points image marks attach publish policy commit",
		"guard: loaded");
	rig_load(session, policy_deny("guard", OTHER), TETRA_LOAD_REPLACE);
	is_told(&told, "commit points image marks publish policy commit",
		"guard: replaced");
	fact_equal(set_mode(session, TETRA_MODE_MONITOR), 0, "to monitor mode");
	is_told(&told, "commit points image marks publish policy commit",
		"guard: in monitor mode");
	fact_equal(set_enabled(session, 0), 0, "disable");
	is_told(&told, "commit points image marks publish policy commit",
		"guard: disabled");
	txn = rig_txn(session);
	load_too_many(txn);
	fact_equal(rig_commit(txn), -E2BIG, "the commit fails");
	is_told(&told, "commit commit", "");
	fact_equal(tetra_policy_unload(session, "guard", NULL), 0, "unload");
	is_told(&told, "commit points image marks publish policy detach commit",
		"guard: unloaded");
	tetra_session_free(session);
}

static int programs_count(void)
{
	uint32_t id = 0;
	int n = 0;

	while (bpf_prog_get_next_id(id, &id) == 0)
		n++;
	return n;
}

/* A process of its own that loads a policy, says so and is shot. */
static void killed_holder(void)
{
	int before = programs_count(), pipes[2];
	int64_t end;
	char byte;
	pid_t pid;

	if (pipe(pipes) < 0)
		exit(EXIT_FAILURE);
	pid = fork();
	if (pid == 0) {
		rig_load(rig_session(NULL), policy_deny("guard", CLOSED), 0);
		_exit(write(pipes[1], "", 1) == 1 ? pause() : 1);
	}
	close(pipes[1]);
	fact_equal(read(pipes[0], &byte, 1), 1, "another process has loaded a policy");
	is_denied("while it runs");
	fact(programs_count() > before, "its programs are there");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	end = rig_now_ms() + 2000;
	while (programs_count() > before && rig_now_ms() < end)
		usleep(50000);
	is_allowed("two seconds after SIGKILL");
	fact_equal(programs_count(), before, "programs that are left");
	close(pipes[0]);
}

static void bad_arguments(struct tetra_session *session)
{
	struct tetra_session_opts opts = { .size = sizeof(opts) };
	struct {
		struct tetra_load_opts opts;
		uint64_t unknown;
	} later = { .opts = { .size = sizeof(later) }, .unknown = 1 };
	struct tetra_policy *policy = policy_deny("guard", CLOSED);
	struct tetra_session *none = NULL;
	struct tetra_counts counts = { 0 };

	fact_equal(tetra_policy_load(session, policy, &later.opts, NULL), -E2BIG,
		   "an option that this version does not know");
	later.opts.flags = 1u << 31;
	later.unknown = 0;
	fact_equal(tetra_policy_load(session, policy, &later.opts, NULL), -EINVAL,
		   "a flag that does not exist");
	fact_equal(tetra_policy_load(session, NULL, NULL, NULL), -EINVAL, "no policy");
	fact_equal(tetra_subscribe(session, NULL, NULL, NULL, NULL), -EINVAL,
		   "no function");
	fact_equal(tetra_stats_policy(session, "guard", 0, 0, &counts), -EINVAL,
		   "no size");
	opts.size = 1;
	fact_equal(tetra_session_new(&none, &opts, NULL), -EINVAL,
		   "options without a size");
	fact(!none && !tetra_session_free(NULL) && !tetra_unsubscribe(NULL) &&
		     !tetra_txn_free(NULL),
	     "NULL can be freed");
	tetra_policy_unref(policy);
	is_allowed("after all that");
}

static void memlock_set(rlim_t bytes)
{
	const struct rlimit limit = { bytes, bytes };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		fact(false, "the limit of locked memory can be set");
}

static rlim_t memlock_get(void)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_MEMLOCK, &limit);
	return limit.rlim_cur;
}

static bool kernel_counts_memlock(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major < 5 || (major == 5 && minor < 11);
}

static void memory_lock(void)
{
	TETRA_OPTS(tetra_session_opts, opts, .flags = TETRA_SESSION_RAISE_MEMLOCK);
	struct tetra_finding finding = { .size = sizeof(finding) };
	struct tetra_session *session = NULL;
	struct tetra_diag *diag = NULL;
	bool counts = kernel_counts_memlock();
	const rlim_t low = 65536;

	tetra_diag_new(&diag);
	memlock_set(low);
	fact_equal(tetra_session_new(&session, NULL, diag), counts ? -EPERM : 0,
		   "a session with little memory to lock");
	session = tetra_session_free(session);
	fact(memlock_get() == low, "the limit is as it was");
	if (counts)
		fact(tetra_diag_get(diag, 0, &finding) == 0 &&
			     strcmp(finding.code, "memory-lock") == 0,
		     "and named: %s", finding.message ?: "nothing");
	fact_equal(tetra_session_new(&session, &opts, diag), 0,
		   "a session that may raise it");
	fact(memlock_get() == (counts ? RLIM_INFINITY : low),
	     "it is raised where it counts");
	session = tetra_session_free(session);
	memlock_set(RLIM_INFINITY);
	tetra_diag_free(diag);
}

static void on_log(void *user, uint32_t level, const char *module, const char *text)
{
	int *n = user;

	*n += level == TETRA_LOG_ERROR && strstr(text, "counters cannot be read") != NULL;
}

/* bpf(2) fails from now on, as in a process that gave up its privileges. */
static int give_up_bpf(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* Return: 0, or which of the checks failed. */
static int blind(void)
{
	struct tetra_session_stats stats = { .size = sizeof(stats), .lost_ring = 77 };
	int n_lines = 0;
	TETRA_OPTS(tetra_session_opts, opts, .log = on_log, .log_user = &n_lines);
	struct tetra_session *session = rig_session(&opts);
	const char *cause = NULL;
	uint64_t count = 77;
	int64_t end;

	if (tetra_stats_session(session, &stats) != 0 || stats.lost_ring == 77)
		return 1;
	stats.lost_ring = 77;
	if (give_up_bpf() < 0)
		return 2;
	if (tetra_stats_session(session, &stats) != -EPERM || stats.lost_ring != 77)
		return 3;
	if (tetra_stats_unreadable(session, 0, &cause, &count) != -EPERM || count != 77)
		return 4;
	for (end = rig_now_ms() + PATIENCE_MS; !n_lines && rig_now_ms() < end;)
		(void)tetra_session_poll(session, 100);
	for (end = rig_now_ms() + 1500; rig_now_ms() < end;)
		(void)tetra_session_poll(session, 100);
	return n_lines == 1 ? 0 : 5;
}

static void blinded(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(blind());
	waitpid(child, &status, 0);
	fact_equal(status, 0, "losses that cannot be read are not taken for none");
}

int main(void)
{
	struct tetra_session *session;
	struct tetra_event *kept;

	rig_file(CLOSED, CLOSED_FILE);
	rig_file(OTHER, OTHER_FILE);
	killed_holder();
	memory_lock();
	blinded();
	session = rig_session(NULL);
	names(session);
	failed_transactions(session);
	modes(session);
	replacement(session);
	descriptor(session);
	hook_status(session);
	two_sessions(session);
	log_lines();
	bad_arguments(session);
	kept = callbacks(session);
	rig_end(session);
	if (kept)
		kept_check(kept);
	return fact_close();
}
