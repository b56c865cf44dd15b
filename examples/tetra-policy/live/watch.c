/* SPDX-License-Identifier: Apache-2.0 */
#include "live/watch.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tetra/tetra.h>

#include "common/findings.h"
#include "common/guard.h"

/* The runner's own act has come through by then, or never does. */
#define MARK_MS	   100
#define MARK_TRIES 100

static enum group known_group(const struct watch *watch, const char *exec_id)
{
	size_t i;

	for (i = 0; exec_id && i < watch->n_known; i++)
		if (strcmp(watch->known[i].exec_id, exec_id) == 0)
			return watch->known[i].group;
	return GROUP_NONE;
}

static void know(struct watch *watch, const char *exec_id, enum group group)
{
	if (!exec_id || known_group(watch, exec_id) != GROUP_NONE)
		return;
	watch->known = list_grow(watch->known, watch->n_known, sizeof(*watch->known));
	watch->known[watch->n_known++] =
		(struct known){ .exec_id = strdup(exec_id), .group = group };
}

/* By its control group; one that left it, by its parent. */
static enum group group_of(struct watch *watch, const struct tetra_process *process)
{
	const char *exec_id = tetra_process_get_exec_id(process);
	uint64_t id = tetra_process_get_cgroup_id(process);
	enum group group = GROUP_NONE;

	if (id && id == watch->case_id)
		group = GROUP_CASE;
	else if (id && id == watch->with_id)
		group = GROUP_WITH;
	if (group == GROUP_NONE)
		group = known_group(watch, exec_id);
	if (group == GROUP_NONE)
		group = known_group(watch, tetra_process_get_parent_exec_id(process));
	if (group != GROUP_NONE)
		know(watch, exec_id, group);
	return group;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/*
 * The sandbox is an overlay: what is done to a name is done once more below it, in the same call,
 * unless it was denied. For open files, the library reports only one of the two calls.
 */
static int is_done_twice(const struct seen *one)
{
	static const char *const prefixes[] = { "security_inode_", "inode_", "vfs_" };
	size_t i;

	if (!one->function || one->action == TETRA_DID_OVERRIDE)
		return 0;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(one->function, prefixes[i], strlen(prefixes[i])) == 0)
			return 1;
	return 0;
}

/* All but when. */
static int is_same(const struct seen *one, const struct seen *other)
{
	const char *end = one->json ? strstr(one->json, ",\"node_name\"") : NULL;

	return end && other->json &&
	       strncmp(one->json, other->json, (size_t)(end - one->json) + 1) == 0;
}

static int is_echo(struct watch *watch, const struct seen *one)
{
	size_t i;

	if (one->group != GROUP_CASE || !is_done_twice(one))
		return 0;
	for (i = watch->n; i-- > 0;) {
		struct seen *before = &watch->items[i];

		if (before->tid != one->tid || !before->policy ||
		    strcmp(before->policy, one->policy) != 0)
			continue;
		if (before->has_echo || !is_same(before, one))
			return 0;
		before->has_echo = 1;
		return 1;
	}
	return 0;
}

static void seen_done(struct seen *seen)
{
	free(seen->policy);
	free(seen->function);
	free(seen->json);
	yajl_tree_free(seen->tree);
}

/* "sched/sched_switch", "/bin/bash:readline"; takes @name, which may be NULL. */
static char *name_below(const char *above, char between, char *name)
{
	char *whole = NULL;

	if (asprintf(&whole, "%s%c%s", above, between, name ? name : "") < 0)
		whole = NULL;
	free(name);
	return whole;
}

static void seen_add(struct watch *watch, const struct tetra_event *event,
		     enum group group)
{
	struct seen one = { .group = group,
			    .kind = tetra_event_get_kind(event),
			    .flags = tetra_event_get_flags(event),
			    .action = tetra_event_get_action(event),
			    .selector = tetra_event_get_selector(event),
			    .tid = tetra_event_get_tid(event),
			    .policy = copy(tetra_event_get_policy(event)),
			    .function = copy(tetra_event_get_function(event)) };
	const char *subsystem = tetra_event_get_subsystem(event);
	const char *file = tetra_event_get_file(event);
	const char *provider = tetra_event_get_provider(event);
	size_t n = tetra_event_to_json(event, NULL, 0);
	char why[100];

	if (subsystem && one.function)
		one.function = name_below(subsystem, '/', one.function);
	if (provider && one.function)
		one.function = name_below(provider, '/', one.function);
	if (file)
		one.function = name_below(file, ':', one.function);
	one.json = malloc(n + 1);
	if (one.json) {
		tetra_event_to_json(event, one.json, n + 1);
		one.tree = yajl_tree_parse(one.json, why, sizeof(why));
	}
	watch->is_broken |= !one.tree;
	if (is_echo(watch, &one)) {
		seen_done(&one);
		return;
	}
	watch->items = list_grow(watch->items, watch->n, sizeof(one));
	watch->items[watch->n++] = one;
}

static int on_event(void *user, const struct tetra_event *event)
{
	struct watch *watch = user;
	const struct tetra_process *process = tetra_event_get_process(event);
	enum group group;

	if (!process)
		return 0;
	if (tetra_event_get_kind(event) == TETRA_EVENT_EXIT && watch->marker &&
	    tetra_event_get_tid(event) == (uint32_t)watch->marker)
		watch->is_marked = 1;
	group = group_of(watch, process);
	/* Others' events count, too: what the policies did to them is not the case's. */
	if (group != GROUP_NONE || tetra_event_get_policy(event))
		seen_add(watch, event, group);
	return 0;
}

static const char *first_error(struct suite *suite, struct tetra_diag *diag, int r)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (finding.severity == TETRA_SEVERITY_ERROR)
			return arena_text(&suite->arena, "%s", finding.message);
	return arena_text(&suite->arena, "%s", strerror(-r));
}

/* One transaction: loaded for no process until a case begins. */
static int load_all(struct watch *watch, struct suite *suite, struct tetra_diag *diag)
{
	const uint64_t none = 0;
	TETRA_OPTS(tetra_load_opts, opts, .cgroups = &none);
	_cleanup_(txn_freep) struct tetra_txn *txn = NULL;
	struct tetra_txn *taken;
	size_t i;
	int r = tetra_txn_begin(watch->session, &txn);

	for (i = 0; r >= 0 && i < suite->policies.n; i++)
		r = tetra_txn_load(txn, suite->policies.items[i], &opts, diag);
	if (r < 0)
		return r;
	taken = txn;
	txn = NULL;
	return tetra_txn_commit(taken, diag);
}

int watch_start(struct watch *ret, struct suite *suite, const char **ret_why)
{
	TETRA_OPTS(tetra_session_opts, opts,
		   .flags = TETRA_SESSION_QUIET_START | TETRA_SESSION_SKIP_SELF |
			    TETRA_SESSION_RAISE_MEMLOCK | TETRA_SESSION_JSON_CRED |
			    TETRA_SESSION_JSON_NS);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	*ret = (struct watch){};
	if (r >= 0)
		r = tetra_session_new(&ret->session, &opts, diag);
	if (r >= 0)
		r = tetra_subscribe(ret->session, NULL, on_event, ret, NULL);
	if (r >= 0)
		r = load_all(ret, suite, diag);
	if (r >= 0)
		return 0;
	*ret_why = first_error(suite, diag, r);
	return r;
}

static void forget(struct watch *watch)
{
	size_t i;

	for (i = 0; i < watch->n; i++)
		seen_done(&watch->items[i]);
	for (i = 0; i < watch->n_known; i++)
		free(watch->known[i].exec_id);
	free(watch->items);
	free(watch->known);
	watch->items = NULL;
	watch->known = NULL;
	watch->n = watch->n_known = 0;
}

void watch_done(struct watch *watch)
{
	forget(watch);
	tetra_session_free(watch->session);
}

static int switch_all(struct watch *watch, struct suite *suite, int is_on,
		      struct tetra_diag *diag)
{
	const uint64_t ids[] = { watch->case_id, watch->with_id };
	_cleanup_(txn_freep) struct tetra_txn *txn = NULL;
	struct tetra_txn *taken;
	size_t i;
	int r = tetra_txn_begin(watch->session, &txn);

	for (i = 0; r >= 0 && i < suite->policies.n; i++)
		r = tetra_txn_set_scope(txn,
					tetra_policy_get_name(suite->policies.items[i]),
					ids, is_on ? ARRAY_SIZE(ids) : 0, diag);
	if (r < 0)
		return r;
	taken = txn;
	txn = NULL;
	return tetra_txn_commit(taken, diag);
}

int watch_switch(struct watch *watch, struct suite *suite, int is_on,
		 const char **ret_why)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = switch_all(watch, suite, is_on, diag);
	if (r < 0)
		*ret_why = first_error(suite, diag, r);
	return r;
}

/* A row a line. */
/* clang-format off */
static const struct {
	size_t at;
	const char *what;
} losses[] = {
	{ offsetof(struct tetra_session_stats, lost_ring), "the ring was full" },
	{ offsetof(struct tetra_session_stats, lost_scratch), "no scratch slot was free" },
	{ offsetof(struct tetra_session_stats, lost_fragment), "the ring was full" },
	{ offsetof(struct tetra_session_stats, lost_recursion), "a program was running already" },
	{ offsetof(struct tetra_session_stats, lost_decode), "a record could not be read" },
	{ offsetof(struct tetra_session_stats, lost_memory), "memory ran out" },
};
/* clang-format on */

static_assert(ARRAY_SIZE(losses) == WATCH_LOSSES, "a cause is missing");

static void count_losses(struct watch *watch, uint64_t *ret)
{
	struct tetra_session_stats stats = { .size = sizeof(stats) };
	size_t i;

	if (tetra_stats_session(watch->session, &stats) < 0)
		stats = (struct tetra_session_stats){};
	for (i = 0; i < ARRAY_SIZE(losses); i++)
		ret[i] = *(const uint64_t *)((const char *)&stats + losses[i].at);
}

static uint64_t count_acted(struct watch *watch, struct suite *suite)
{
	struct tetra_counts counts = { .size = sizeof(counts) };
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < suite->policies.n; i++)
		if (tetra_stats_policy(watch->session,
				       tetra_policy_get_name(suite->policies.items[i]),
				       TETRA_ALL, TETRA_ALL, &counts) >= 0)
			sum += counts.signalled + counts.overridden;
	return sum;
}

void watch_begin(struct watch *watch, struct suite *suite, const struct cgroup *of_case,
		 const struct cgroup *of_with)
{
	tetra_session_dispatch(watch->session, 0);
	forget(watch);
	watch->is_broken = 0;
	watch->case_id = of_case->id;
	watch->with_id = of_with->id;
	count_losses(watch, watch->lost);
	watch->n_acted = count_acted(watch, suite);
}

int watch_mark(struct watch *watch)
{
	unsigned int i;

	watch->is_marked = 0;
	watch->marker = fork();
	if (watch->marker == 0)
		_exit(0);
	if (watch->marker < 0)
		return -1;
	waitpid(watch->marker, NULL, 0);
	for (i = 0; i < MARK_TRIES && !watch->is_marked; i++)
		if (tetra_session_poll(watch->session, MARK_MS) < 0)
			break;
	watch->marker = 0;
	return watch->is_marked ? 0 : -1;
}

const char *watch_lost(struct watch *watch)
{
	uint64_t now[ARRAY_SIZE(losses)];
	size_t i;

	if (watch->is_broken)
		return "memory ran out";
	count_losses(watch, now);
	for (i = 0; i < ARRAY_SIZE(losses); i++)
		if (now[i] != watch->lost[i])
			return losses[i].what;
	return NULL;
}

uint64_t watch_acted(struct watch *watch, struct suite *suite)
{
	return count_acted(watch, suite) - watch->n_acted;
}
