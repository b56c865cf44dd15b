/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "common/guard.h"
#include "sim/sim.h"
#include "text.h"

static const struct tetra_verdict no_hook = { .kind = TETRA_VERDICT_NONE,
					      .selector = -1 };

static void json_text_or_null(struct json *json, const char *key, const char *text)
{
	json_text(json, key, text && *text ? text : NULL);
}

void sim_json_event(struct json *json, const struct sim_event *event)
{
	const struct tetra_verdict *verdict = event->verdict ? event->verdict : &no_hook;

	json_map(json, NULL);
	json_number(json, "event", (int64_t)event->line);
	json_text(json, "policy", verdict->policy_name);
	json_text(json, "hook", verdict->hook_name);
	if (verdict->selector < 0)
		json_null(json, "selector");
	else
		json_number(json, "selector", verdict->selector);
	if (event->old)
		json_text(json, "old", event->old);
	json_text(json, "verdict", tetra_verdict_kind_to_name(verdict->kind));
	json_text_or_null(json, "missed_by", verdict->missed_by);
	json_text_or_null(json, "depends_on", verdict->depends_on);
	if (verdict->kind == TETRA_VERDICT_DENY)
		json_number(json, "error", verdict->error);
	if (verdict->signal)
		json_number(json, "signal", verdict->signal);
	json_map_end(json);
	json_line(json);
}

void sim_json_end(struct json *json, const struct sim_total *total, int is_diff)
{
	json_map(json, NULL);
	json_map(json, "summary");
	json_number(json, "events", (int64_t)total->n_events);
	json_number(json, "matched", (int64_t)total->n_matched);
	json_number(json, "unknown", (int64_t)total->n_unknown);
	json_number(json, "broken", (int64_t)total->n_broken);
	if (is_diff)
		json_number(json, "changed", (int64_t)total->n_changed);
	json_map_end(json);
	json_map_end(json);
	json_line(json);
}

static void print_rule(FILE *out, const struct tetra_verdict *verdict)
{
	fputc(' ', out);
	text_print(out, verdict->policy_name);
	fputc('/', out);
	text_print(out, verdict->hook_name);
	if (verdict->selector >= 0)
		fprintf(out, ".selectors[%d]", verdict->selector);
	if (*verdict->missed_by)
		fprintf(out, ", missed by %s", verdict->missed_by);
	if (*verdict->depends_on)
		fprintf(out, ", depends on %s", verdict->depends_on);
}

void sim_text_event(FILE *out, const struct sim_event *event)
{
	const struct tetra_verdict *verdict = event->verdict ? event->verdict : &no_hook;

	fprintf(out, "%" PRIu64 ": ", event->line);
	if (event->old)
		fprintf(out, "%s -> ", event->old);
	fputs(tetra_verdict_kind_to_name(verdict->kind), out);
	if (verdict->kind == TETRA_VERDICT_DENY)
		fprintf(out, " (%d)", verdict->error);
	if (verdict->kind == TETRA_VERDICT_SIGNAL)
		fprintf(out, " (%u)", verdict->signal);
	if (event->verdict)
		print_rule(out, verdict);
	if (event->binary) {
		fputs("  ", out);
		text_print(out, event->binary);
	}
	fputc('\n', out);
}

static void print_groups(FILE *out, const char *title, struct sim_groups *groups)
{
	if (groups->n)
		fprintf(out, "\n%s\n", title);
	sim_groups_sort(groups);
	for (size_t i = 0; i < groups->n; i++) {
		const struct sim_group *group = &groups->items[i];

		fprintf(out, "%8" PRIu64 "  ", group->n);
		text_print(out, group->name);
		for (uint32_t kind = TETRA_VERDICT_UNKNOWN; kind; kind--)
			if (group->kinds[kind])
				fprintf(out, "  %s %" PRIu64,
					tetra_verdict_kind_to_name(kind),
					group->kinds[kind]);
		fputc('\n', out);
	}
}

void sim_text_end(FILE *out, struct sim_total *total, int is_diff)
{
	print_groups(out, "By rule:", &total->rules);
	print_groups(out, "By binary:", &total->binaries);
	fprintf(out, "\n%" PRIu64 " events, %" PRIu64 " matched, %" PRIu64 " unknown",
		total->n_events, total->n_matched, total->n_unknown);
	if (total->n_broken)
		fprintf(out, ", %" PRIu64 " broken", total->n_broken);
	if (is_diff)
		fprintf(out, ", %" PRIu64 " changed", total->n_changed);
	fputc('\n', out);
}
