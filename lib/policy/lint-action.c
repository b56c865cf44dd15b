/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what a policy does: enforcement that does not stop, hits too much or can be
 * bypassed, and endless events.
 */
#include <signal.h>
#include <stdio.h>

#include "lib/policy/acts.h"
#include "lib/policy/lint.h"

/* The way to an act that this hook is; NULL if unknown. */
static const struct way_row *way_of(const struct lint *lint)
{
	const struct way_row *way = way_find(lint_call(lint));

	return way && way->act ? way : NULL;
}

/* "security_a and security_b"; "a security_ function" where none is known. */
static void safer_add(const struct lint *lint, struct strbuf *ret)
{
	const struct way_row *way = way_of(lint);

	if (way)
		act_describe(way->act, NULL, NULL, ret);
	else
		strbuf_puts(ret, "the security_ function of this act");
}

static const struct doc_action *action_find(const struct lint *lint, const char *name)
{
	uint32_t i;

	for (i = 0; i < lint->selector->actions.n; i++)
		if (str_equal(lint_action_name(&lint->selector->actions.items[i]), name))
			return &lint->selector->actions.items[i];
	return NULL;
}

static void prevent_hint(const struct lint *lint, struct strbuf *ret)
{
	if (str_has_prefix(lint_call(lint), "security_")) {
		strbuf_puts(ret, "add the action Override with argError: -1");
		return;
	}
	strbuf_puts(ret, "hook ");
	safer_add(lint, ret);
	strbuf_puts(ret, " with the action Override instead");
}

/* An LSM hook's Sigkill also denies: there is nothing to warn of. */
static void does_not_prevent(const struct lint *lint)
{
	const struct doc_action *kill = action_find(lint, "Sigkill");
	bool security = str_has_prefix(lint_call(lint), "security_");
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (!(lint->section->section & (SECTION_KPROBE | SECTION_TRACEPOINT)))
		return;
	if (!kill)
		kill = action_find(lint, "Signal");
	if (!kill || action_find(lint, "Override") || action_find(lint, "NotifyEnforcer"))
		return;
	prevent_hint(lint, &hint);
	report_warning(
		lint->report, kill->action, "does-not-prevent", lint_text(lint, &hint),
		security ? "the signal arrives after the act, which is itself denied "
			   "only where the kernel lets this hook deny"
			 : "kills, but the call may complete: the signal arrives "
			   "after it");
}

/* A filter without values accepts all, or nothing: the rules on filters report it. */
static bool has_pids(const struct doc_selector *doc)
{
	uint32_t i;

	for (i = 0; i < doc->pids.n; i++)
		if (doc->pids.items[i].values.n)
			return true;
	return false;
}

static bool has_filters(const struct doc_selector *doc)
{
	return doc->args.n || doc->data.n || has_pids(doc) ||
	       (doc->binaries.n && doc->binaries.items[0].values.n) || doc->parents.n ||
	       doc->namespaces.n || doc->namespace_changes.n || doc->capabilities.n ||
	       doc->capability_changes.n || doc->macros.n || doc->workloads ||
	       doc->cmd_args.n || doc->cel || doc->callers.n;
}

static bool has_scope(const struct doc_spec *spec)
{
	return spec->pods || spec->containers || spec->hosts || spec->nodes;
}

static void broad_enforcement(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i;

	if (!lint_enforces(doc) || has_filters(doc) || has_scope(lint->spec) ||
	    lint->build->policy->mode == TETRA_MODE_MONITOR)
		return;
	for (i = 0; i < doc->actions.n; i++) {
		doc_value action = doc->actions.items[i].action;

		if (!action || !((const struct action_row *)action->word)->enforces)
			continue;
		report_warning(lint->report, action, "broad-enforcement",
			       "add a filter, or try it with policy-mode: monitor",
			       "%s without a filter hits every process %s", action->text,
			       lint->section->section & (SECTION_UPROBE | SECTION_USDT)
				       ? "that runs this code"
				       : "of the machine, the first included");
		return;
	}
}

static bool kills(const struct doc_action *action)
{
	const char *name = lint_action_name(action);

	return str_equal(name, "Sigkill") || (str_equal(name, "Signal") && action->sig &&
					      action->sig->number == SIGKILL);
}

/* What @late adds to @early: NULL if it adds something. */
static const char *adds_nothing(const struct doc_action *early,
				const struct doc_action *late)
{
	const char *name = lint_action_name(late);

	if (node_equal(early->node, late->node))
		return "the same action stands in this list twice";
	if (kills(early) && str_equal(name, "Signal"))
		return "after Sigkill nobody is left to get a signal";
	if (kills(early) && kills(late))
		return "the process is killed already";
	if (str_equal(name, "Post") && str_equal(lint_action_name(early), name))
		return "there is one event; there is another Post";
	if (str_equal(name, "Override") && str_equal(lint_action_name(early), name))
		return "a call returns one value; there is another Override";
	return NULL;
}

static void redundant_action(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const char *why;
	uint32_t i, k;

	for (i = 0; i < doc->actions.n; i++)
		for (k = 0; doc->actions.items[i].node && k < i; k++) {
			if (!doc->actions.items[k].node)
				continue;
			why = adds_nothing(&doc->actions.items[k],
					   &doc->actions.items[i]);
			if (!why)
				continue;
			report_warning(lint->report, doc->actions.items[i].node,
				       "redundant-action", NULL, "%s", why);
			break;
		}
}

/* One NoPost is enough to hold the event back. */
static void post_kept_back(const struct lint *lint)
{
	const struct doc_action *post = action_find(lint, "Post");

	if (post && action_find(lint, "NoPost"))
		report_warning(lint->report, post->node, "never-posts", NULL,
			       "NoPost stands in the same list: there is no event");
}

/* The default effect of a signal. */
static void ignored_signal(const struct lint *lint)
{
	static const int ignored[] = { SIGCHLD, SIGCONT, SIGURG, SIGWINCH };
	const struct doc_action *action = action_find(lint, "Signal");
	size_t i;

	if (!action || !action->sig || action_find(lint, "Override"))
		return;
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (action->sig->number == ignored[i])
			report_warning(lint->report, action->sig, "does-not-prevent",
				       "9 is SIGKILL, 15 SIGTERM",
				       "signal %d does nothing unless the program asks "
				       "for it",
				       ignored[i]);
}

/* Nothing there reads a result. */
static void never_enforces(const struct lint *lint)
{
	const struct doc_action *action = action_find(lint, "Override");

	if (action && lint->section->section == SECTION_TRACEPOINT)
		report_warning(lint->report, action->action, "never-enforces",
			       "hook the system call or the security_ function",
			       "a tracepoint has no result that could be overridden");
}

/* These two say what an enforcer does. */
static void nothing_to_enforce(const struct lint *lint)
{
	const struct doc_action *action = action_find(lint, "NotifyEnforcer");

	if (action && !node_get(action->node, "argError") &&
	    !node_get(action->node, "argSig"))
		report_warning(lint->report, action->action, "never-enforces",
			       "add argError: -1, or argSig: 9",
			       "without argError and argSig, the enforcer does nothing");
}

static void no_rate_limit(const struct lint *lint)
{
	const struct doc_action *post = action_find(lint, "Post");
	const char *name = lint_call(lint);
	const struct way_row *way = way_find(name);

	if (!post || post->rate_limit || lint_enforces(lint->selector) || !way ||
	    way->often == OFTEN_NO)
		return;
	report_warning(lint->report, post->node, "no-rate-limit",
		       "add rateLimit, for example 10s",
		       Q " is called often, and every match is an event", name);
}

/* Fields that an action does not look at. */
static void ignored_in_action(const struct lint *lint, const struct doc_action *action)
{
	const struct {
		doc_value value;
		const char *actions; /* that read it */
	} fields[] = {
		{ action->error, "Override NotifyEnforcer" },
		{ action->sig, "Signal NotifyEnforcer" },
		{ action->url, "GetUrl" },
		{ action->fqdn, "DnsLookup" },
		{ action->sock, "TrackSock UntrackSock" },
		{ action->index, "Set" },
		{ action->value, "Set" },
	};
	const char *name = lint_action_name(action);
	size_t i;

	for (i = 0; *name && i < ARRAY_SIZE(fields); i++)
		if (fields[i].value && !strstr(fields[i].actions, name))
			report_warning_key(lint->report, fields[i].value, "ignored-field",
					   NULL, "the action %s does not look at %s",
					   name, fields[i].value->key->text);
	if (action->rate_scope && !action->rate_limit)
		report_warning_key(lint->report, action->rate_scope, "ignored-field",
				   NULL, "without rateLimit there is nothing to count");
	if (action->ima && action->ima->number &&
	    (lint->section->section != SECTION_LSM || !str_equal(name, "Post")))
		report_warning_key(lint->report, action->ima, "ignored-field", NULL,
				   "imaHash is for the action Post of LSM hooks");
}

static void ignored_field(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->selector->actions.n; i++)
		if (lint->selector->actions.items[i].node)
			ignored_in_action(lint, &lint->selector->actions.items[i]);
}

static void positive_result(const struct lint *lint)
{
	const struct doc_action *action = action_find(lint, "Override");
	char hint[64];

	if (!action || !action->error || lint->section->section == SECTION_UPROBE)
		return;
	if (!action->error->number && str_has_prefix(lint_call(lint), "security_"))
		report_warning(lint->report, action->error, "does-not-prevent",
			       "write -1 for EPERM", "a result of 0 allows the act");
	if (action->error->number <= 0)
		return;
	snprintf(hint, sizeof(hint), "did you mean -%d?", (int)action->error->number);
	report_warning(lint->report, action->error, "does-not-prevent", hint,
		       "most callers take a positive result for success");
}

const struct lint_rule lint_action_rules[] = {
	{ "broad-enforcement", broad_enforcement },
	{ "does-not-prevent", does_not_prevent },
	{ "does-not-prevent", ignored_signal },
	{ "does-not-prevent", positive_result },
	{ "never-enforces", never_enforces },
	{ "never-enforces", nothing_to_enforce },
	{ "never-posts", post_kept_back },
	{ "ignored-field", ignored_field },
	{ "no-rate-limit", no_rate_limit },
	{ "redundant-action", redundant_action },
	{},
};
