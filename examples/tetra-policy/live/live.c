/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case: a sandbox is made and "setup" runs in it, with the policies switched off. The command is
 * prepared and waits; the policies are switched on, "with" programs start, their conditions come
 * true, the command runs and ends. What came of it is complete when an act of the runner's own has
 * come through the ring. Then the policies are switched off again.
 */
#include "live/live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tetra/tetra.h>

#include "live/fields.h"
#include "live/keep.h"
#include "live/need.h"
#include "live/observe.h"
#include "live/stop.h"
#include "live/until.h"
#include "test/offline.h"
#include "text.h"

#define MAX_WITH   8u
#define TIMEOUT_MS 60000
/* How often a condition is checked that no descriptor reports. */
#define LOOK_MS 10
/* A case whose events were not all seen says nothing. Its sandbox was its own: it is run again. */
#define MAX_RUNS 4u

struct live {
	struct suite_result *result;
	struct watch watch;
	unsigned int n; /* cases so far */
};

/* A case that is being run. */
struct scene {
	struct live *live;
	const struct suite_case *one;
	struct sandbox sandbox;
	struct cgroup of_case, of_with, of_setup;
	struct act act, with[MAX_WITH];
	size_t n_with;
	struct snapshot *before;
	const char *why; /* it could not be run */
	int is_on;	 /* the policies are */
	int is_blind;	 /* events were lost: it can be run again */
};

/* "500ms", "10s", "2m", seconds */
static int64_t timeout_of(const struct node *form)
{
	const char *text = node_get_text(form, "timeout");
	char *unit;
	int64_t n;

	if (!text)
		return TIMEOUT_MS;
	n = strtoll(text, &unit, 10);
	if (strcmp(unit, "ms") == 0)
		return n;
	return strcmp(unit, "m") == 0 ? n * 60000 : n * 1000;
}

/* Waits for the next event, output or end, and takes it. */
static void scene_wait(struct scene *scene, int64_t most_ms)
{
	struct watch *watch = &scene->live->watch;
	struct pollfd fds[2 + 4 * (MAX_WITH + 1)];
	unsigned int n = 0;
	size_t i;

	fds[n++] = (struct pollfd){ .fd = stop_fd(), .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = tetra_session_get_fd(watch->session),
				    .events = POLLIN };
	n += act_poll(&scene->act, fds + n);
	for (i = 0; i < scene->n_with; i++)
		n += act_poll(&scene->with[i], fds + n);
	poll(fds, n, most_ms < 0 ? 0 : (int)most_ms);
	tetra_session_dispatch(watch->session, 0);
	act_take(&scene->act);
	for (i = 0; i < scene->n_with; i++)
		act_take(&scene->with[i]);
}

static const struct node *with_at(const struct suite_case *one, size_t i)
{
	return node_item(node_get(one->node, "with"), i);
}

static int with_start(struct scene *scene, size_t i)
{
	struct arena *arena = &scene->live->result->suite.arena;
	const struct node *form = with_at(scene->one, i);
	const char *name = node_get_text(form, "name");
	int64_t end = now_ms() + timeout_of(form);

	if (act_prepare(&scene->with[i], arena, form, &scene->sandbox, &scene->of_with,
			&scene->why) < 0)
		return -1;
	scene->n_with++;
	act_release(&scene->with[i]);
	while (!until_is_met(node_get(form, "until"), &scene->with[i], &scene->sandbox,
			     &scene->live->watch)) {
		const char *what = stop_signal()	     ? "was interrupted"
				   : scene->with[i].is_ended ? "ended"
				   : now_ms() > end	     ? "timed out"
							     : NULL;

		if (what) {
			scene->why =
				arena_text(arena, "'%s' %s before its condition was met",
					   name ? name : "with", what);
			return -1;
		}
		scene_wait(scene, LOOK_MS);
	}
	return 0;
}

static void snapshots_take(struct scene *scene)
{
	const struct node *same = node_get(scene->one->expect, "unchanged");
	const struct node *other = node_get(scene->one->expect, "changed");
	size_t n = node_count(same), i;

	scene->before = calloc(n + node_count(other) + 1, sizeof(*scene->before));
	for (i = 0; scene->before && i < n; i++)
		scene->before[i] =
			snapshot_take(&scene->sandbox, node_text(same->items[i]));
	for (i = 0; scene->before && i < node_count(other); i++)
		scene->before[n + i] =
			snapshot_take(&scene->sandbox, node_text(other->items[i]));
}

static int has_namespace(const struct node *run, const char *name)
{
	const struct node *list = node_get(run, "namespaces");
	size_t i;

	for (i = 0; i < node_count(list); i++)
		if (strcmp(node_text(node_item(list, i)), name) == 0)
			return 1;
	return 0;
}

/* Without a group of its own, a command would meet the policies together with everything else. */
static int groups_make(struct scene *scene)
{
	unsigned int n = scene->live->n;
	int r = cgroup_make(&scene->of_case, "case", n);

	if (r == 0)
		r = cgroup_make(&scene->of_with, "with", n);
	if (r == 0)
		r = cgroup_make(&scene->of_setup, "setup", n);
	if (r < 0)
		scene->why = arena_text(&scene->live->result->suite.arena,
					"a control group (v2) cannot be made: %s",
					r == -ENODEV ? "none is mounted" : strerror(-r));
	return r;
}

/* Up to the moment at which the policies come into force. */
static int scene_prepare(struct scene *scene)
{
	struct suite *suite = &scene->live->result->suite;
	const struct node *node = scene->one->node;
	const char *setup = node_get_text(node, "setup");

	if (node_count(node_get(node, "with")) > MAX_WITH) {
		scene->why = "too many programs in 'with'";
		return -1;
	}
	if (groups_make(scene) < 0)
		return -1;
	if (sandbox_make(&scene->sandbox, &suite->arena, node_get(suite->root, "sandbox"),
			 has_namespace(scene->one->run, "net"), &scene->why) < 0)
		return -1;
	if (setup && act_shell(&suite->arena, &scene->sandbox, &scene->of_setup, setup,
			       &scene->why) < 0)
		return -1;
	snapshots_take(scene);
	return act_prepare(&scene->act, &suite->arena, scene->one->run, &scene->sandbox,
			   &scene->of_case, &scene->why);
}

static int scene_switch(struct scene *scene, int is_on)
{
	struct suite *suite = &scene->live->result->suite;
	const char *why;
	int r;

	if (scene->is_on == is_on)
		return 0;
	r = watch_switch(&scene->live->watch, suite, is_on, &why);
	if (r < 0)
		scene->why =
			arena_text(&suite->arena, "policies cannot be switched: %s", why);
	else
		scene->is_on = is_on;
	return r;
}

static int scene_act(struct scene *scene)
{
	struct suite *suite = &scene->live->result->suite;
	const char *lost;
	int64_t end;
	size_t i, n = node_count(node_get(scene->one->node, "with"));

	watch_begin(&scene->live->watch, suite, &scene->of_case, &scene->of_with);
	if (scene_switch(scene, 1) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (with_start(scene, i) < 0)
			return -1;
	act_release(&scene->act);
	end = now_ms() + timeout_of(scene->one->run);
	while (!scene->act.is_ended && now_ms() < end && !stop_signal())
		scene_wait(scene, end - now_ms());
	if (stop_signal()) {
		scene->why = "interrupted";
		return -1;
	}
	if (!scene->act.is_ended) {
		kill(scene->act.pid, SIGKILL);
		while (!scene->act.is_ended)
			scene_wait(scene, LOOK_MS);
		scene->why = "the command did not end in time";
		return 1;
	}
	if (watch_mark(&scene->live->watch) < 0)
		scene->why = "the end of the events was not seen";
	lost = watch_lost(&scene->live->watch);
	if (!scene->why && lost)
		scene->why = arena_text(&suite->arena, "events were lost: %s", lost);
	scene->is_blind = lost != NULL;
	return scene->why ? -1 : 0;
}

static const char *scene_observe(struct scene *scene)
{
	struct suite *suite = &scene->live->result->suite;
	struct observation observation = { .suite = suite,
					   .one = scene->one,
					   .act = &scene->act,
					   .sandbox = &scene->sandbox,
					   .watch = &scene->live->watch,
					   .before = scene->before };

	const char *folder = scene->live->result->keep, *reason;

	observation.n_acted = watch_acted(&scene->live->watch, suite);
	reason = observe(&observation);
	if (reason && folder && !scene->one->known_gap)
		keep_case(folder, &observation, reason);
	return reason;
}

/* Which fields the events of the case have, those of policies. */
static void note_fields(struct scene *scene)
{
	struct suite_result *result = scene->live->result;
	const struct watch *watch = &scene->live->watch;
	const char *text = "";
	size_t i;

	for (i = 0; i < watch->n; i++)
		if (watch->items[i].group == GROUP_CASE && watch->items[i].policy)
			text = fields_add(&result->suite.arena, text,
					  watch->items[i].tree);
	result_note(result, "fields", scene->one->name, text);
}

static void scene_done(struct scene *scene)
{
	const char *cleanup = node_get_text(scene->one->node, "cleanup"), *why;
	struct suite *suite = &scene->live->result->suite;
	size_t i;

	scene_switch(scene, 0);
	act_done(&scene->act);
	for (i = 0; i < scene->n_with; i++)
		act_done(&scene->with[i]);
	if (cleanup && scene->sandbox.keeper > 0)
		act_shell(&suite->arena, &scene->sandbox, &scene->of_setup, cleanup,
			  &why);
	cgroup_done(&scene->of_case);
	cgroup_done(&scene->of_with);
	cgroup_done(&scene->of_setup);
	sandbox_done(&scene->sandbox);
	free(scene->before);
}

/* Return: 1: it was run; 0: it could not be, @scene says why. */
static int scene_play(struct scene *scene, const char **ret_reason)
{
	int r = scene_prepare(scene);

	scene->live->n++;
	if (r == 0)
		r = scene_act(scene);
	if (r == 0 && scene_switch(scene, 0) < 0)
		r = -1;
	*ret_reason = r == 0 ? scene_observe(scene) : scene->why;
	if (r == 0)
		note_fields(scene);
	scene_done(scene);
	return r >= 0;
}

void live_case(struct live *live, const struct suite_case *one)
{
	struct suite_result *result = live->result;
	int64_t start = now_ms();
	const char *reason = NULL;
	struct scene scene;
	unsigned int i;
	int was_run = 0;

	for (i = 0, scene.is_blind = 1; i < MAX_RUNS && scene.is_blind && !stop_signal();
	     i++) {
		scene = (struct scene){ .live = live, .one = one };
		scene.act =
			(struct act){ .pidfd = -1, .in = -1, .out.fd = -1, .err.fd = -1 };
		scene.sandbox =
			(struct sandbox){ .root = -1, .mnt_ns = -1, .net_ns = -1 };
		was_run = scene_play(&scene, &reason);
	}
	if (was_run)
		result_add(result, one, reason, (double)(now_ms() - start) / 1000);
	else
		result_add_other(result, one, OUTCOME_ERROR,
				 reason ? reason : "interrupted");
}

static void note_mechanisms(struct live *live)
{
	struct suite *suite = &live->result->suite;
	struct tetra_hook_status status = { .size = sizeof(status) };
	unsigned int k;
	size_t i;

	for (i = 0; i < suite->policies.n; i++) {
		const char *policy = tetra_policy_get_name(suite->policies.items[i]);

		for (k = 0; tetra_policy_get_hook_status(live->watch.session, policy, k,
							 &status) >= 0;
		     k++)
			result_note(live->result, "mechanism",
				    arena_text(&suite->arena, "%s/%u %s", policy, k,
					       status.function),
				    arena_text(&suite->arena, "%s", status.attach));
	}
}

int live_start(struct live **ret, struct suite_result *result, const char **ret_why)
{
	struct suite *suite = &result->suite;
	struct live *live;
	struct utsname name;
	int r;

	*ret = NULL;
	uname(&name);
	result->kernel = arena_text(&suite->arena, "%s", name.release);
	*ret_why = need_unmet(suite);
	if (*ret_why)
		return 1;
	if (geteuid() != 0) {
		*ret_why = "commands need root; --offline runs the other cases";
		return -EPERM;
	}
	r = stop_start();
	if (r < 0)
		return r;
	live = arena_new(&suite->arena, sizeof(*live));
	live->result = result;
	r = watch_start(&live->watch, suite, ret_why);
	if (r < 0) {
		watch_done(&live->watch);
		return (r == -EOPNOTSUPP || r == -ENOENT) && need_has_kernel(suite) ? 1
										    : r;
	}
	note_mechanisms(live);
	*ret = live;
	return 0;
}

void live_done(struct live *live)
{
	if (live)
		watch_done(&live->watch);
}
