/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_SESSION_H
#define TETRA_SESSION_H

/*
 * Sessions: the loaded policies and the events they produce.
 *
 *   open a session -> subscribe -> load policies -> wait on the fd -> dispatch -> free
 *
 * A session has one file descriptor, readable when there is something to dispatch, and no
 * thread of its own. It belongs to one thread at a time; sessions are independent. Only the
 * statistics calls may be made from another thread at the same time.
 *
 * Changes are transactions: everything between tetra_txn_begin() and tetra_txn_commit() takes
 * effect atomically, or not at all. When a commit returns, no kernel program still uses the
 * old rules.
 *
 * Needs CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE (to read /proc of others), or CAP_SYS_ADMIN, in
 * the machine's first pid namespace, with /proc mounted there.
 */

#include <tetra/common.h>
#include <tetra/diag.h>
#include <tetra/event.h>
#include <tetra/filter.h>
#include <tetra/policy.h>

TETRA_BEGIN_DECLS

struct tetra_session;
struct tetra_txn;
struct tetra_sub;

/* Levels of log lines; cross the ABI as uint32_t. Since: 0.1 */
enum tetra_log_level {
	TETRA_LOG_ERROR = 1,
	TETRA_LOG_WARNING = 2,
	TETRA_LOG_INFO = 3,
	TETRA_LOG_DEBUG = 4,
};

/**
 * tetra_log_fn - receives log lines of one session
 * @user:	as given in the options
 * @level:	enum tetra_log_level
 * @module:	static short name: "commit", "points", "image", "marks", "attach", "publish",
 *		"policy" and "detach" are the steps of a commit, in this order; others are
 *		"watch", "process" and "verifier"
 * @text:	one line without newline, borrowed until the call returns
 *
 * Called in the thread that is inside the session. Dispatch and transactions inside it get
 * -EBUSY. Since: 0.1
 */
typedef void (*tetra_log_fn)(void *user, uint32_t level, const char *module,
			     const char *text);

/* Bits of struct tetra_session_opts.flags. Since: 0.1 */
/* "cap", "process_credentials" and "binary_properties" in JSON */
#define TETRA_SESSION_JSON_CRED	   1u
#define TETRA_SESSION_JSON_NS	   2u /* "ns" in JSON */
#define TETRA_SESSION_QUIET_START  4u /* no EXEC events for processes already running */
#define TETRA_SESSION_STRICT_PATHS 8u /* matchBinaries literals are not widened */
/* Hooks skip what the calling process does: no event, no action. Otherwise a policy that
 * watches writes sees its own events being written, and each event causes the next. */
#define TETRA_SESSION_SKIP_SELF 16u
/* Likewise the other processes of its current process group that have its real user id, such
 * as the readers of its pipes. Use it only if the group is the caller's own: a script runs
 * everything it starts in one group. */
#define TETRA_SESSION_SKIP_GROUP 32u
/* Kernels before 5.11 count BPF maps and programs as locked memory of the user. There, raise
 * RLIMIT_MEMLOCK of this process, as far as it may; it stays raised. Without the flag no call
 * raises it, and if it is too low, a finding (memory-lock) says so. */
#define TETRA_SESSION_RAISE_MEMLOCK 64u
/* "user" in JSON: names from /etc/passwd, of processes in the host's mount and user namespace */
#define TETRA_SESSION_JSON_USER 128u

/**
 * struct tetra_session_opts - options of tetra_session_new()
 * @size:	sizeof(struct tetra_session_opts)
 * @flags:	TETRA_SESSION_*
 * @ring_bytes:	size of the ring buffer; 0: 1 MiB. At most 1 GiB. Rounded up to a power of
 *		two of at least 4096; a note in the diagnostic says so
 * @max_processes: rows of the kernel's process table; 0: 32768, or 16384 if the kernel
 *		allocates them, half a kB each, all at once (before Linux 6.1). At most
 *		4194304
 * @node_name:	"node_name" of events; NULL: environment NODE_NAME, else the host's name
 * @log:	receives log lines; NULL: none
 * @log_user:	passed to @log
 * @log_level:	lines up to this level; 0: TETRA_LOG_WARNING
 * @reserved:	0
 *
 * Since: 0.1
 */
struct tetra_session_opts {
	size_t size;
	uint32_t flags;
	uint32_t ring_bytes;
	uint32_t max_processes;
	uint32_t log_level;
	const char *node_name;
	tetra_log_fn log;
	void *log_user;
};

/**
 * tetra_session_new() - open a session
 * @ret:	set to the session; freed by tetra_session_free()
 * @opts:	NULL for defaults
 * @diag:	says why it failed; may be NULL
 *
 * Process tracking starts at once: processes already running are read from /proc, and
 * reported as EXEC events with TETRA_EVENT_FROM_PROC by the first dispatches.
 *
 * Return: 0; -EPERM without the privileges (the diagnostic names the capability), or if
 * RLIMIT_MEMLOCK is too low (before Linux 5.11, memory-lock);
 * -EOPNOTSUPP if the kernel lacks something (BTF, ring buffer; named), is locked down for
 * confidentiality or has ftrace switched off, or in a nested pid namespace, a time
 * namespace, or with another namespace's /proc; -E2BIG for unknown options, -EINVAL for unknown flags and for sizes out of
 * range; -ENOMEM, also if file descriptors run out. Since: 0.1
 */
TETRA_API int tetra_session_new(struct tetra_session **ret,
				const struct tetra_session_opts *opts,
				struct tetra_diag *diag);

/**
 * tetra_session_free() - detach everything and free
 *
 * Events not dispatched are dropped; policies, kept events and filters of the caller stay
 * valid; subscriptions end. An open transaction is abandoned: its calls return -ECANCELED, but
 * the caller must still end it with tetra_txn_commit() or tetra_txn_free(). NULL is fine.
 *
 * Inside a callback or a log function it takes effect when the call that runs it returns, which
 * then returns -ECANCELED: no further callback is called, and the handle is valid only until
 * that return. No other thread may be inside the session.
 *
 * Return: NULL. Since: 0.1
 */
TETRA_API struct tetra_session *tetra_session_free(struct tetra_session *session);

/** tetra_session_get_fd() - the descriptor to poll for reading; owned by the session.
 * Return: the descriptor; -EINVAL for NULL. Since: 0.1 */
TETRA_API int tetra_session_get_fd(const struct tetra_session *session);

/**
 * tetra_session_dispatch() - deliver the events that are ready
 * @session:	handle; no other thread may be inside it
 * @max_events:	stop after this many; 0 for no limit
 *
 * Never blocks. Calls subscribers in order of subscription; an event is borrowed until its
 * callback returns.
 *
 * Return: events delivered to any subscriber; -ECANCELED if a subscriber asked to stop or
 * freed the session; -EBUSY inside a callback or a log function. Since: 0.1
 */
TETRA_API int tetra_session_dispatch(struct tetra_session *session,
				     unsigned int max_events);

/**
 * tetra_session_poll() - wait for events and dispatch them
 * @timeout_ms:	longest wait; negative: no limit
 *
 * Return: as tetra_session_dispatch(); 0 after the timeout or a signal, and about once a second,
 * when the session checks whether the kernel still calls its hooks. Since: 0.1
 */
TETRA_API int tetra_session_poll(struct tetra_session *session, int timeout_ms);

/**
 * tetra_event_fn - receives events
 * @user:	as given when subscribing
 * @event:	borrowed until the callback returns
 *
 * May subscribe, unsubscribe and read; dispatch and transactions inside it get -EBUSY.
 *
 * Return: 0 to continue; negative: dispatch returns -ECANCELED after this event has reached the
 * other subscribers. Since: 0.1
 */
typedef int (*tetra_event_fn)(void *user, const struct tetra_event *event);

/**
 * tetra_subscribe() - receive events
 * @filter:	which ones; NULL: all. A reference is taken
 * @fn:		called for each
 * @user:	passed to @fn
 * @ret:	set to the subscription; may be NULL. Ended by tetra_unsubscribe() or with the
 *		session
 *
 * Return: 0; -EINVAL; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_subscribe(struct tetra_session *session, struct tetra_filter *filter,
			      tetra_event_fn fn, void *user, struct tetra_sub **ret);

/** tetra_unsubscribe() - end a subscription; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_sub *tetra_unsubscribe(struct tetra_sub *sub);

/**
 * struct tetra_load_opts - options of loading a policy
 * @size:	sizeof(struct tetra_load_opts)
 * @mode:	enum tetra_mode; DEFAULT: what the policy says
 * @flags:	TETRA_LOAD_*
 * @cgroups:	the policy's scope: ids of control groups (v2), in any order; borrowed until the
 *		call returns. NULL: all processes
 * @n_cgroups:	how many; 0 with @cgroups: no process, until tetra_txn_set_scope()
 *
 * With a scope the policy holds for the processes in these groups and in all groups below them,
 * those made later too. The id of a group is the inode number of its folder, and a process is in
 * the group that it has when a hook runs: one that moves in or out is judged accordingly at once.
 * The scope is asked before the rules of the policy; calls of other processes do not count as
 * matches. Hooks that run for no process in particular, as on packets that arrive, see the group
 * of the process that was interrupted. EXEC and EXIT events have no scope.
 *
 * A process that may move processes between groups can leave a scope: take a group above what is
 * delegated to users. What others start for it (a service manager, a container engine) is in their
 * groups, and before Linux 5.12 so is what the kernel's threads do for io_uring. Other processes
 * meet the policy in two ways: if no scratch memory is free, an enforcing hook denies, as it does
 * without a scope; and programs that wait for text read it for every caller. Since: 0.1
 */
struct tetra_load_opts {
	size_t size;
	uint32_t mode;
	uint32_t flags;
	const uint64_t *cgroups;
	size_t n_cgroups;
};

/* Bits of struct tetra_load_opts.flags. Since: 0.1 */
/* Replace a policy of the same name; not an error. If its text and its plan on this machine are
 * the same, it stays as it is (a note says "unchanged"): programs, counters and rate limits go on,
 * as for a policy that is unloaded and loaded in one transaction. It is enabled, and has the mode
 * that the load asks for. */
#define TETRA_LOAD_REPLACE 1u

/**
 * tetra_txn_begin() - start a transaction
 * @ret:	set to the transaction; ended by commit or tetra_txn_free()
 *
 * Return: 0; -EBUSY inside a callback or if another is open; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_txn_begin(struct tetra_session *session, struct tetra_txn **ret);

/**
 * tetra_txn_load() - add a policy
 * @policy:	a reference is taken
 * @opts:	NULL for defaults
 * @diag:	what the kernel cannot do, and notes on how each hook will be attached
 *
 * A policy that enforces is rejected if this kernel can skip the enforcing program (because it
 * is preemptible), unless it has the option enforcement: best-effort.
 *
 * Return: 0; -EEXIST if a policy of that name is loaded; -EOPNOTSUPP or -ENOENT if this
 * kernel cannot do what the policy asks; -E2BIG over a limit, such as that of the rules on one
 * hook, counting all policies; -ENOMEM; -EBUSY inside a callback; -ECANCELED if the session was
 * freed; for the scope (bad-scope) as tetra_txn_set_scope(). The transaction can continue without
 * the policy. Since: 0.1
 */
TETRA_API int tetra_txn_load(struct tetra_txn *txn, struct tetra_policy *policy,
			     const struct tetra_load_opts *opts, struct tetra_diag *diag);

/**
 * tetra_txn_unload() - remove a policy
 * @name:	of the policy
 * @diag:	says which name is not loaded (unknown-policy), and which may be meant
 *
 * Return: 0; -ENOENT; otherwise as tetra_txn_load(). Since: 0.1
 */
TETRA_API int tetra_txn_unload(struct tetra_txn *txn, const char *name,
			       struct tetra_diag *diag);

/**
 * tetra_txn_set_mode() - change a policy's mode
 * @mode:	TETRA_MODE_ENFORCE or TETRA_MODE_MONITOR
 * @diag:	as in tetra_txn_unload()
 *
 * Return: 0; -ENOENT; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_txn_set_mode(struct tetra_txn *txn, const char *name, uint32_t mode,
				 struct tetra_diag *diag);

/**
 * tetra_txn_set_enabled() - enable (1) or disable (0) a policy; counters are kept
 * @diag:	as in tetra_txn_unload()
 *
 * Return: 0; -ENOENT. Since: 0.1
 */
TETRA_API int tetra_txn_set_enabled(struct tetra_txn *txn, const char *name,
				    uint32_t enabled, struct tetra_diag *diag);

/**
 * tetra_txn_set_scope() - change the control groups that a policy is for
 * @cgroups:	as in struct tetra_load_opts; NULL: all processes
 * @n_cgroups:	how many
 * @diag:	as in tetra_txn_unload(); says which group cannot be looked up (bad-scope)
 *
 * Groups that were removed since the scope was set do no harm: their ids are not used again.
 *
 * Return: 0; -ENOENT, also for a group that does not exist; -EINVAL for a count without groups;
 * -EOPNOTSUPP if this process sees no control group tree of version 2, or a part of it only, as
 * in a control group namespace; -EPERM without CAP_DAC_READ_SEARCH; -E2BIG for more than 1048576
 * groups, or one that is more than 63 levels below the root; -ENOMEM. The scope then stays as
 * it is. Since: 0.1
 */
TETRA_API int tetra_txn_set_scope(struct tetra_txn *txn, const char *name,
				  const uint64_t *cgroups, size_t n_cgroups,
				  struct tetra_diag *diag);

/**
 * tetra_txn_commit() - put the changes into force atomically, and free the transaction
 * @txn:	taken, also on failure
 * @diag:	says what failed; the verifier's output goes to the log, at TETRA_LOG_DEBUG
 *
 * Waits until no program uses the old rules, usually milliseconds. If rules move from one
 * program to another, both enforce until every call that had already started has finished; this
 * takes tenths of a second, sometimes seconds.
 *
 * Return: 0; otherwise nothing has changed: -EOPNOTSUPP, -EPERM, -E2BIG, -ENOMEM, -EINVAL;
 * -EBUSY if such a call does not finish in time. Since: 0.1
 */
TETRA_API int tetra_txn_commit(struct tetra_txn *txn, struct tetra_diag *diag);

/** tetra_txn_free() - abandon a transaction. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_txn *tetra_txn_free(struct tetra_txn *txn);

/** tetra_policy_load() - a transaction of one tetra_txn_load(). Since: 0.1 */
TETRA_API int tetra_policy_load(struct tetra_session *session,
				struct tetra_policy *policy,
				const struct tetra_load_opts *opts,
				struct tetra_diag *diag);

/** tetra_policy_unload() - a transaction of one tetra_txn_unload(). Since: 0.1 */
TETRA_API int tetra_policy_unload(struct tetra_session *session, const char *name,
				  struct tetra_diag *diag);

/** tetra_policy_set_mode() - a transaction of one tetra_txn_set_mode(). Since: 0.1 */
TETRA_API int tetra_policy_set_mode(struct tetra_session *session, const char *name,
				    uint32_t mode, struct tetra_diag *diag);

/** tetra_policy_set_enabled() - a transaction of one tetra_txn_set_enabled(). Since: 0.1 */
TETRA_API int tetra_policy_set_enabled(struct tetra_session *session, const char *name,
				       uint32_t enabled, struct tetra_diag *diag);

/** tetra_policy_set_scope() - a transaction of one tetra_txn_set_scope(). Since: 0.1 */
TETRA_API int tetra_policy_set_scope(struct tetra_session *session, const char *name,
				     const uint64_t *cgroups, size_t n_cgroups,
				     struct tetra_diag *diag);

/**
 * struct tetra_counts - what rules did; the same for selectors, hooks and policies
 * @size:	set by the caller to sizeof(struct tetra_counts)
 * @matched:	calls that the rules matched
 * @posted:	events sent
 * @not_posted:	NoPost
 * @signalled:	signals sent
 * @overridden:	results changed by Override
 * @suppressed:	enforcement that monitor mode held back
 * @rate_limited: events held back by a rate limit
 * @lost:	events lost because there was no space
 *
 * matched = posted + not_posted + rate_limited + lost, once all running programs have
 * finished. Since: 0.1
 */
struct tetra_counts {
	size_t size;
	uint64_t matched;
	uint64_t posted;
	uint64_t not_posted;
	uint64_t signalled;
	uint64_t overridden;
	uint64_t suppressed;
	uint64_t rate_limited;
	uint64_t lost;
};

/* Selector or hook number that means all of them. */
#define TETRA_ALL UINT32_MAX

/**
 * tetra_stats_policy() - what a policy did since it was loaded
 * @name:	of the policy
 * @hook:	which hook, from 0 in the order of the text; TETRA_ALL: the sum
 * @selector:	which selector of the hook, from 0; TETRA_ALL: the sum. A hook without
 *		selectors counts as having one
 * @ret:	.size set by the caller; filled in
 *
 * Any thread. Return: 0; -ENOENT; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_stats_policy(struct tetra_session *session, const char *name,
				 uint32_t hook, uint32_t selector,
				 struct tetra_counts *ret);

/* Bits of struct tetra_session_stats.switched_off. Since: 0.1 */
#define TETRA_SWITCH_FTRACE  1u /* kernel.ftrace_enabled is 0 */
#define TETRA_SWITCH_KPROBES 2u /* /sys/kernel/debug/kprobes/enabled is 0 */

/*
 * The kernel's preemption mode. With LAZY, FULL and UNKNOWN, a task that is preempted inside a
 * program on a trampoline keeps that program from running for others. Since: 0.1
 */
enum tetra_preemption {
	TETRA_PREEMPTION_UNKNOWN = 0,
	TETRA_PREEMPTION_NONE = 1,
	TETRA_PREEMPTION_VOLUNTARY = 2,
	TETRA_PREEMPTION_LAZY = 3,
	TETRA_PREEMPTION_FULL = 4,
};

/**
 * struct tetra_session_stats - the session's ledger
 * @size:		set by the caller
 * @commits:		transactions in force so far
 * @policies:		loaded now
 * @hooks:		hook points attached now
 * @records:		records read from the ring; those of forks, and of processes' long
 *			argument lists, become no events
 * @delivered:		events given to at least one subscriber
 * @filtered:		events that no subscriber wanted
 * @lost_ring:		records lost because the ring was full
 * @lost_scratch:	program runs skipped because no scratch slot was free
 * @lost_process:	processes not tracked because the process map was full
 * @lost_fragment:	parts of argument lists lost because the ring was full
 * @lost_recursion:	runs that the kernel skipped because the program was running already, and
 *			calls whose return was waited for and was not seen, or that were too deep
 *			inside of others for the kernel to follow
 * @lost_decode:	records that could not be read
 * @lost_memory:	events dropped because memory ran out
 * @kernel_bytes:	memory of the session's maps, as the kernel counts it
 * @processes:		processes known now
 * @lost_ftrace_off:	times that kernel.ftrace_enabled was found to be 0
 * @lost_kprobes_off:	times that kprobes were found switched off while hooks used them
 * @lost_preemptible:	times that the kernel became preemptible, so that runs can be skipped
 * @lost_passed:	denied calls that went through and whose process was killed for it
 *			(policies with enforcement: best-effort)
 * @switched_off:	TETRA_SWITCH_* that keep hooks from running now
 * @preemption:		enum tetra_preemption, now
 * @skipped_own:	calls that rules matched but that were skipped: TETRA_SESSION_SKIP_SELF,
 *			_SKIP_GROUP
 * @rate_forgotten:	rate limits forgotten too early because the table was full: for each,
 *			one event more than the limit allows may have been sent
 * @signals_failed:	signals of rules that the kernel did not send: to the first process of
 *			the machine, or to one that was already ending
 * @lost_bpf_free:	times that kernel.unprivileged_bpf_disabled became 0 on a preemptible
 *			kernel, so that runs of probes can be skipped
 * @bpf_free:		1 if it is 0 now: every user may call bpf(2)
 *
 * Since: 0.1
 */
struct tetra_session_stats {
	size_t size;
	uint64_t commits;
	uint64_t policies;
	uint64_t hooks;
	uint64_t records;
	uint64_t delivered;
	uint64_t filtered;
	uint64_t lost_ring;
	uint64_t lost_scratch;
	uint64_t lost_process;
	uint64_t lost_fragment;
	uint64_t lost_recursion;
	uint64_t lost_decode;
	uint64_t lost_memory;
	uint64_t kernel_bytes;
	uint64_t processes;
	uint64_t lost_ftrace_off;
	uint64_t lost_kprobes_off;
	uint64_t lost_preemptible;
	uint64_t lost_passed;
	uint64_t switched_off;
	uint64_t preemption;
	uint64_t skipped_own;
	uint64_t rate_forgotten;
	uint64_t signals_failed;
	uint64_t lost_bpf_free;
	uint64_t bpf_free;
};

/**
 * tetra_stats_session() - the session's ledger
 * @ret:	.size set by the caller; filled in
 *
 * Any thread. Return: 0; -EINVAL; -EPERM if the kernel's counters cannot be read (this process
 * gave up bpf(2)): what was lost is not known, and the log says so once; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_stats_session(struct tetra_session *session,
				  struct tetra_session_stats *ret);

/**
 * tetra_stats_unreadable() - values that filters needed and that could not be read
 * @index:	from 0; each is one cause
 * @ret_cause:	set to what is counted, in words; static
 * @ret_count:	how often, since the session was opened
 *
 * Such a value is neither equal nor unequal to anything: it passes an enforcing selector and no
 * other, unless the policy's option "unreadable" says otherwise. New causes are added at the end.
 *
 * Any thread. Return: 0; -ENOENT past the last; -EINVAL; -EPERM, -ENOMEM as in
 * tetra_stats_session(). Since: 0.1
 */
TETRA_API int tetra_stats_unreadable(struct tetra_session *session, unsigned int index,
				     const char **ret_cause, uint64_t *ret_count);

/**
 * struct tetra_hook_status - how one hook of a policy is attached
 * @size:	set by the caller
 * @index:	of the hook in the policy
 * @reserved:	0
 * @function:	symbol, LSM hook, or "subsystem/event"
 * @attach:	what was chosen, "fentry", "fentry+lsm", "fexit", "raw_tp/sys_enter", with
 *		"fentry.s" or "tracepoint.s" if a program waits for user memory
 * @reason:	why nothing better was possible, or what was gained; one line
 * @recursion_misses: runs the kernel skipped on this hook point
 *
 * Texts are borrowed until the next transaction. Since: 0.1
 */
struct tetra_hook_status {
	size_t size;
	uint32_t index;
	uint32_t reserved;
	const char *function;
	const char *attach;
	const char *reason;
	uint64_t recursion_misses;
};

/**
 * tetra_policy_get_hook_status() - how a loaded policy's hook is attached
 * @name:	of the policy
 * @index:	from 0, in the order of the text; a usdt has one for each place of its probe
 *
 * Return: 0; -ENOENT past the last, or for an unknown policy; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_policy_get_hook_status(struct tetra_session *session,
					   const char *name, unsigned int index,
					   struct tetra_hook_status *ret);

/**
 * tetra_session_get_policy_name() - names of loaded policies, in order of loading
 * @index:	from 0
 *
 * Return: the name, borrowed until the next transaction; NULL past the last. Since: 0.1
 */
TETRA_API const char *tetra_session_get_policy_name(struct tetra_session *session,
						    unsigned int index);

TETRA_END_DECLS

#endif
