/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include <inttypes.h>
#include <stddef.h>

#include "common/guard.h"

#define NAME_WIDTH  44
#define LABEL_BYTES 192

/* A column or a row: its name, and its place in its struct. */
struct figure {
	const char *name;
	size_t offset;
};

static const struct figure counts[] = {
	{ "matched", offsetof(struct tetra_counts, matched) },
	{ "posted", offsetof(struct tetra_counts, posted) },
	{ "no-post", offsetof(struct tetra_counts, not_posted) },
	{ "signalled", offsetof(struct tetra_counts, signalled) },
	{ "overridden", offsetof(struct tetra_counts, overridden) },
	{ "suppressed", offsetof(struct tetra_counts, suppressed) },
	{ "limited", offsetof(struct tetra_counts, rate_limited) },
	{ "lost", offsetof(struct tetra_counts, lost) },
};

/* A row a line. */
/* clang-format off */
static const struct figure ledger[] = {
	{ "policies loaded", offsetof(struct tetra_session_stats, policies) },
	{ "hook points attached", offsetof(struct tetra_session_stats, hooks) },
	{ "transactions in force", offsetof(struct tetra_session_stats, commits) },
	{ "processes known", offsetof(struct tetra_session_stats, processes) },
	{ "bytes of kernel maps", offsetof(struct tetra_session_stats, kernel_bytes) },
	{ "records read", offsetof(struct tetra_session_stats, records) },
	{ "events delivered", offsetof(struct tetra_session_stats, delivered) },
	{ "events filtered", offsetof(struct tetra_session_stats, filtered) },
	{ "calls of our own left out", offsetof(struct tetra_session_stats, skipped_own) },
	{ "rate limits forgotten", offsetof(struct tetra_session_stats, rate_forgotten) },
	{ "signals not sent", offsetof(struct tetra_session_stats, signals_failed) },
	{ "lost: ring full", offsetof(struct tetra_session_stats, lost_ring) },
	{ "lost: no scratch memory", offsetof(struct tetra_session_stats, lost_scratch) },
	{ "lost: process table full", offsetof(struct tetra_session_stats, lost_process) },
	{ "lost: argument fragments", offsetof(struct tetra_session_stats, lost_fragment) },
	{ "lost: runs skipped", offsetof(struct tetra_session_stats, lost_recursion) },
	{ "lost: not understood", offsetof(struct tetra_session_stats, lost_decode) },
	{ "lost: no memory", offsetof(struct tetra_session_stats, lost_memory) },
	{ "ftrace found off (times)", offsetof(struct tetra_session_stats, lost_ftrace_off) },
	{ "kprobes found off (times)", offsetof(struct tetra_session_stats, lost_kprobes_off) },
	{ "became preemptible (times)", offsetof(struct tetra_session_stats, lost_preemptible) },
	{ "bpf(2) found free (times)", offsetof(struct tetra_session_stats, lost_bpf_free) },
	{ "passed a denial, killed", offsetof(struct tetra_session_stats, lost_passed) },
	{ "switches that are off now", offsetof(struct tetra_session_stats, switched_off) },
};
/* clang-format on */

static uint64_t figure_get(const struct figure *figure, const void *from)
{
	return *(const uint64_t *)((const char *)from + figure->offset);
}

static void counts_print(FILE *file, const char *label, const struct tetra_counts *from)
{
	size_t i;

	fprintf(file, "%-*s", NAME_WIDTH, label);
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		fprintf(file, " %10" PRIu64, figure_get(&counts[i], from));
	fprintf(file, "\n");
}

static void selectors_print(struct tetra_session *session, FILE *file, const char *policy,
			    uint32_t hook)
{
	struct tetra_counts from = { .size = sizeof(from) };
	char label[LABEL_BYTES];
	uint32_t i;

	for (i = 0; tetra_stats_policy(session, policy, hook, i, &from) == 0; i++) {
		snprintf(label, sizeof(label), "    selector %u", i);
		counts_print(file, label, &from);
	}
}

static void hook_print(struct tetra_session *session, FILE *file, const char *policy,
		       const struct tetra_hook_status *status)
{
	struct tetra_counts from = { .size = sizeof(from) };
	char label[LABEL_BYTES];

	if (tetra_stats_policy(session, policy, status->index, TETRA_ALL, &from) < 0)
		return;
	snprintf(label, sizeof(label), "  %s (%s)", status->function, status->attach);
	counts_print(file, label, &from);
	selectors_print(session, file, policy, status->index);
	if (status->recursion_misses)
		fprintf(file, "    %" PRIu64 " runs skipped by the kernel\n",
			status->recursion_misses);
}

static void policy_print(struct tetra_session *session, FILE *file, const char *policy)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	struct tetra_counts from = { .size = sizeof(from) };
	unsigned int i;

	if (tetra_stats_policy(session, policy, TETRA_ALL, TETRA_ALL, &from) < 0)
		return;
	counts_print(file, policy, &from);
	for (i = 0; tetra_policy_get_hook_status(session, policy, i, &status) == 0; i++)
		hook_print(session, file, policy, &status);
}

static void ledger_print(struct tetra_session *session, FILE *file)
{
	struct tetra_session_stats from = { .size = sizeof(from) };
	size_t i;

	if (tetra_stats_session(session, &from) < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(ledger); i++)
		fprintf(file, "%-*s %10" PRIu64 "\n", NAME_WIDTH, ledger[i].name,
			figure_get(&ledger[i], &from));
}

/* Causes that never occurred are left out. */
static void unreadable_print(struct tetra_session *session, FILE *file)
{
	const char *cause;
	uint64_t count;
	unsigned int i;

	for (i = 0; tetra_stats_unreadable(session, i, &cause, &count) == 0; i++)
		if (count)
			fprintf(file, "unreadable: %" PRIu64 " %s\n", count, cause);
}

void stats_print(struct tetra_session *session, FILE *file)
{
	const char *policy;
	unsigned int i;
	size_t k;

	fprintf(file, "%-*s", NAME_WIDTH, "policy / hook / selector");
	for (k = 0; k < ARRAY_SIZE(counts); k++)
		fprintf(file, " %10s", counts[k].name);
	fprintf(file, "\n");
	for (i = 0; (policy = tetra_session_get_policy_name(session, i)); i++)
		policy_print(session, file, policy);
	fprintf(file, "\n");
	ledger_print(session, file);
	unreadable_print(session, file);
}
