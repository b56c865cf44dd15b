/* SPDX-License-Identifier: Apache-2.0 */
#include "run/tell.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "common/guard.h"
#include "json/json-copy.h"
#include "text.h"

/* A row a line. */
/* clang-format off */
static const struct {
	size_t at;
	const char *name, *words;
} sums[] = {
	{ offsetof(struct tetra_counts, matched), "matched", "matched" },
	{ offsetof(struct tetra_counts, posted), "posted", "events" },
	{ offsetof(struct tetra_counts, signalled), "signalled", "signals" },
	{ offsetof(struct tetra_counts, overridden), "overridden", "denied" },
	{ offsetof(struct tetra_counts, suppressed), "suppressed", "held back by monitor mode" },
	{ offsetof(struct tetra_counts, rate_limited), "rate_limited", "held back by a rate limit" },
	{ offsetof(struct tetra_counts, lost), "lost", "lost" },
};
/* clang-format on */

static uint64_t sum_of(const struct tetra_counts *counts, size_t i)
{
	return *(const uint64_t *)((const char *)counts + sums[i].at);
}

void tell_begin(struct tell *tell, char **words)
{
	if (!tell->out)
		return;
	tell->error = json_init(&tell->json, tell->out);
	if (tell->error < 0)
		return;
	json_map(&tell->json, NULL);
	json_list(&tell->json, "command");
	for (; *words; words++)
		json_text(&tell->json, NULL, *words);
	json_list_end(&tell->json);
	json_list(&tell->json, "events");
}

/* Room for a text of @n bytes and its NUL. */
static int reserve(struct tell *tell, size_t n)
{
	char *grown;

	if (n < tell->size)
		return 0;
	grown = realloc(tell->text, n + 1);
	if (!grown) {
		tell->error = -ENOMEM;
		return -ENOMEM;
	}
	tell->text = grown;
	tell->size = n + 1;
	return 0;
}

static void tell_json(struct tell *tell, const struct tetra_event *event)
{
	size_t n = tetra_event_to_json(event, NULL, 0);

	if (tell->error == 0 && reserve(tell, n) == 0) {
		tetra_event_to_json(event, tell->text, tell->size);
		json_copy(&tell->json, NULL, tell->text);
	}
}

int tell_event(void *user, const struct tetra_event *event)
{
	struct tell *tell = user;
	size_t n;

	if (!tetra_event_get_policy(event) &&
	    tetra_event_get_kind(event) != TETRA_EVENT_LOST)
		return 0;
	if (tell->is_quiet)
		return 0;
	if (tell->out) {
		tell_json(tell, event);
		return 0;
	}
	n = tetra_event_to_compact(event, NULL, 0, NULL);
	if (n && reserve(tell, n) == 0) {
		tetra_event_to_compact(event, tell->text, tell->size, NULL);
		fprintf(stderr, "%s\n", tell->text);
	}
	return 0;
}

static void policy_text(const char *name, const struct tetra_counts *counts)
{
	const char *before = ": ";
	size_t i;

	complain_start("");
	text_print(stderr, name);
	for (i = 0; i < ARRAY_SIZE(sums); i++) {
		if (i && !sum_of(counts, i))
			continue;
		fprintf(stderr, "%s%" PRIu64 " %s", before, sum_of(counts, i),
			sums[i].words);
		before = ", ";
	}
	fputc('\n', stderr);
}

static void policy_json(struct json *json, const char *name,
			const struct tetra_counts *counts)
{
	size_t i;

	json_map(json, NULL);
	json_text(json, "name", name);
	for (i = 0; i < ARRAY_SIZE(sums); i++)
		json_number(json, sums[i].name, (int64_t)sum_of(counts, i));
	json_map_end(json);
}

static int tell_policies(struct tell *tell, struct tetra_session *session,
			 const struct policies *policies)
{
	size_t i;
	int r = 0;

	for (i = 0; i < policies->n && r == 0; i++) {
		struct tetra_counts counts = { .size = sizeof(counts) };
		const char *name = tetra_policy_get_name(policies->items[i]);

		r = tetra_stats_policy(session, name, TETRA_ALL, TETRA_ALL, &counts);
		if (r < 0)
			break;
		if (tell->out)
			policy_json(&tell->json, name, &counts);
		else
			policy_text(name, &counts);
	}
	return r;
}

int tell_end(struct tell *tell, struct tetra_session *session,
	     const struct policies *policies, int status, int signal)
{
	int r;

	if (!tell->out || tell->error < 0)
		return tell->error < 0 ? tell->error
				       : tell_policies(tell, session, policies);
	json_list_end(&tell->json);
	json_list(&tell->json, "policies");
	r = tell_policies(tell, session, policies);
	json_list_end(&tell->json);
	json_number(&tell->json, "status", status);
	if (signal)
		json_number(&tell->json, "signal", signal);
	else
		json_null(&tell->json, "signal");
	json_map_end(&tell->json);
	json_line(&tell->json);
	return r;
}

void tell_done(struct tell *tell)
{
	if (tell->out) {
		json_done(&tell->json);
		fclose(tell->out);
	}
	free(tell->text);
}
