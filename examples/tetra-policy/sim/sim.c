/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-policy sim: what policies would have done with the events of a recording. The recording
 * is read line by line; memory is that of the longest line.
 */
#include "sim/sim.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "input.h"
#include "options.h"
#include "sim/recording.h"
#include "text.h"

struct config {
	const char *events, *old;
	int is_json, is_all;
};

/* A simulation and its policies. */
struct side {
	struct tetra_policy **policies;
	size_t n_policies;
	struct tetra_sim *sim;
};

struct run {
	const struct config *config;
	struct side now, old;
	struct tetra_input *input;
	struct json json;
	struct sim_total total;
	uint64_t line;
};

static int set_json(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_json = 1;
	return 0;
}

static int set_all(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_all = 1;
	return 0;
}

static int set_events(void *config, const char *text)
{
	((struct config *)config)->events = text;
	return 0;
}

static int set_old(void *config, const char *text)
{
	((struct config *)config)->old = text;
	return 0;
}

/* A row a line. */
/* clang-format off */
const struct option_row sim_options[] = {
	{ 'e', "events", "FILE", set_events,
	  "the recording, an event a line; -: standard input" },
	{ 'j', "json", NULL, set_json,
	  "print a JSON document for each event, and one with the sums" },
	{ 'a', "all", NULL, set_all,
	  "print events that no selector matches, too, and what they lack" },
	{ 'd', "diff", "OLD", set_old,
	  "print only the events that get another verdict than from the\n"
	  "policies in OLD, a file or directory" },
	{},
};
/* clang-format on */

static int policy_add(struct side *side, const char *name)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = name);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy **more, *policy = NULL;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = strcmp(name, "-") == 0
			    ? input_parse(&policy, &opts, diag)
			    : tetra_policy_parse_file(&policy, name, &opts, diag);
	if (r < 0) {
		findings_print(diag, stderr);
		return r;
	}
	more = realloc(side->policies, (side->n_policies + 1) * sizeof(*more));
	if (!more) {
		tetra_policy_unref(policy);
		return -ENOMEM;
	}
	side->policies = more;
	side->policies[side->n_policies++] = policy;
	return 0;
}

/* Each note once, on standard error. */
static int side_start(struct side *side, int is_quiet)
{
	TETRA_OPTS(tetra_sim_opts, opts, .flags = TETRA_SIM_EXPLAIN);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_sim_new(&side->sim, side->policies, side->n_policies, &opts,
				  diag);
	if (r >= 0 && !is_quiet)
		r = findings_print(diag, stderr);
	return r;
}

static int side_load(struct side *side, char **paths, int is_quiet)
{
	_cleanup_(files_done) struct files files = {};
	int r = 0, all = 0;

	for (; *paths; paths++) {
		r = files_add(&files, *paths);
		if (r < 0) {
			complain(*paths, strerror(-r));
			all = r;
		}
	}
	for (size_t i = 0; i < files.n_names; i++) {
		r = policy_add(side, files.names[i]);
		if (r < 0)
			all = r;
	}
	if (all < 0)
		return all;
	if (!side->n_policies) {
		complain("sim", "no policy given");
		return -EINVAL;
	}
	r = side_start(side, is_quiet);
	if (r < 0)
		complain("sim", strerror(-r));
	return r;
}

static void side_done(struct side *side)
{
	tetra_sim_free(side->sim);
	for (size_t i = 0; i < side->n_policies; i++)
		tetra_policy_unref(side->policies[i]);
	free(side->policies);
}

/* What all hooks together do: the strongest; unknown unless nothing is stronger. */
static uint32_t event_kind(struct tetra_sim *sim, int n, struct tetra_verdict *ret)
{
	struct tetra_verdict one = { .size = sizeof(one) };
	uint32_t kind = TETRA_VERDICT_NONE;

	for (int i = 0; i < n; i++) {
		if (tetra_sim_get_verdict(sim, (unsigned int)i, &one) < 0)
			continue;
		if (i && (kind == TETRA_VERDICT_DENY || one.kind <= kind) &&
		    !(kind != TETRA_VERDICT_UNKNOWN && one.kind == TETRA_VERDICT_DENY))
			continue;
		kind = one.kind;
		*ret = one;
	}
	return kind;
}

static void event_print(struct run *run, const struct sim_event *event)
{
	if (run->config->is_json)
		sim_json_event(&run->json, event);
	else
		sim_text_event(stdout, event);
}

static int event_sum(struct run *run, const struct sim_event *event)
{
	const struct tetra_verdict *verdict = event->verdict;
	char rule[512], selector[32] = "";
	int r;

	if (verdict->selector >= 0)
		snprintf(selector, sizeof(selector), ".selectors[%d]", verdict->selector);
	snprintf(rule, sizeof(rule), "%.300s/%.100s%s", verdict->policy_name,
		 verdict->hook_name, selector);
	r = sim_groups_count(&run->total.rules, rule, verdict->kind);
	if (r >= 0 && event->binary)
		r = sim_groups_count(&run->total.binaries, event->binary, verdict->kind);
	return r;
}

/* Of one hook that the event meets. */
static int verdict_take(struct run *run, struct sim_event *event)
{
	uint32_t kind = event->verdict->kind;
	int r = kind == TETRA_VERDICT_NONE ? 0 : event_sum(run, event);

	if ((kind != TETRA_VERDICT_NONE || run->config->is_all) && !run->config->old)
		event_print(run, event);
	return r;
}

static int diff_take(struct run *run, struct sim_event *event, int n)
{
	struct tetra_verdict now = { .size = sizeof(now) }, old = { .size = sizeof(old) };
	int n_old = tetra_sim_run(run->old.sim, run->input);
	uint32_t was = event_kind(run->old.sim, n_old, &old);
	uint32_t is = event_kind(run->now.sim, n, &now);

	if (n_old < 0)
		return n_old;
	if (was == is && now.error == old.error && now.signal == old.signal)
		return 0;
	run->total.n_changed++;
	event->old = tetra_verdict_kind_to_name(was);
	event->verdict = n ? &now : NULL;
	event_print(run, event);
	return 0;
}

static int event_take(struct run *run, const char *binary)
{
	struct sim_event event = { .line = run->line, .binary = binary };
	struct tetra_verdict verdict = { .size = sizeof(verdict) };
	int n = tetra_sim_run(run->now.sim, run->input), r = n < 0 ? n : 0;
	int is_matched = 0, is_unknown = 0;

	for (int i = 0; i < n && r >= 0; i++) {
		r = tetra_sim_get_verdict(run->now.sim, (unsigned int)i, &verdict);
		event.verdict = &verdict;
		is_unknown |= verdict.kind == TETRA_VERDICT_UNKNOWN;
		is_matched |= verdict.kind != TETRA_VERDICT_UNKNOWN &&
			      verdict.kind != TETRA_VERDICT_NONE;
		if (r >= 0)
			r = verdict_take(run, &event);
	}
	event.verdict = NULL;
	run->total.n_matched += (uint64_t)is_matched;
	run->total.n_unknown += (uint64_t)is_unknown;
	if (r >= 0 && run->config->old)
		r = diff_take(run, &event, n);
	else if (!n && run->config->is_all)
		event_print(run, &event);
	return r;
}

static void line_broken(struct run *run, const char *why)
{
	run->total.n_broken++;
	fprintf(stderr, "tetra-policy: ");
	text_print(stderr, strcmp(run->config->events, "-") == 0 ? "standard input"
								 : run->config->events);
	fprintf(stderr, ":%" PRIu64 ": warning: not an event: ", run->line);
	text_print(stderr, why);
	fputc('\n', stderr);
}

static int line_take(struct run *run, char *line, size_t len)
{
	struct recorded recorded;
	int r;

	run->line++;
	while (len && strchr("\r\n", line[len - 1]))
		line[--len] = '\0';
	if (strspn(line, " \t") == len)
		return 0;
	run->total.n_events++;
	r = recording_read(run->input, line, len, &recorded);
	if (r == 1)
		r = event_take(run, recorded.binary);
	else if (r == -EINVAL || r == -E2BIG)
		line_broken(run, r == -E2BIG ? "it is too long" : recorded.why);
	recorded_done(&recorded);
	return r == -ENOMEM ? r : 0;
}

static int lines_take(struct run *run, FILE *file)
{
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int r = 0;

	errno = 0;
	while (r >= 0 && (len = getline(&line, &size, file)) >= 0)
		r = line_take(run, line, (size_t)len);
	if (r >= 0 && !feof(file))
		r = errno ? -errno : -EIO;
	if (r < 0)
		complain(run->config->events, strerror(-r));
	return r;
}

static int events_take(struct run *run)
{
	int is_stdin = strcmp(run->config->events, "-") == 0, r;
	FILE *file = is_stdin ? stdin : fopen(run->config->events, "re");

	if (!file) {
		complain(run->config->events, strerror(errno));
		return -EINVAL;
	}
	r = lines_take(run, file);
	if (!is_stdin)
		fclose(file);
	return r;
}

static int run_print(struct run *run)
{
	int r = json_init(&run->json, stdout), done;

	if (r >= 0)
		r = events_take(run);
	if (r >= 0 && run->config->is_json)
		sim_json_end(&run->json, &run->total, run->config->old != NULL);
	else if (r >= 0)
		sim_text_end(stdout, &run->total, run->config->old != NULL);
	done = json_done(&run->json);
	return r < 0 ? r : done;
}

static int run_all(struct run *run, char **paths)
{
	char *old[] = { (char *)run->config->old, NULL };
	int r = side_load(&run->now, paths, 0);

	if (r >= 0 && run->config->old)
		r = side_load(&run->old, old, 1);
	if (r >= 0)
		r = tetra_input_new(&run->input);
	if (r >= 0)
		r = run_print(run);
	tetra_input_free(run->input);
	side_done(&run->now);
	side_done(&run->old);
	sim_groups_done(&run->total.rules);
	sim_groups_done(&run->total.binaries);
	return r;
}

int sim_run(const struct command *command, int argc, char **argv)
{
	struct config config = {};
	struct run run = { .config = &config };
	int first = options_read(command, argc, argv, &config);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (first == argc)
		return options_refuse(command, "needs a policy");
	if (!config.events)
		return options_refuse(command, "needs --events");
	return run_all(&run, argv + first) < 0 ? STATUS_BROKEN : STATUS_GOOD;
}
