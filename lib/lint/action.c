/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what a policy does: enforcement that does not stop, hits too much or can be
 * bypassed, and endless events.
 */
#include <signal.h>
#include <stdio.h>

#include "lib/linux/acts.h"
#include "lib/lint/rules.h"

/* The kernel's own errors, which no program sees: ERESTARTSYS to EIOCBQUEUED and some more. */
#define RESTART_FIRST 512
#define RESTART_LAST  531

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

	if (way && act_has_hook(way->act))
		act_describe(way->act, NULL, NULL, ret);
	else
		strbuf_puts(ret, "the security_ function of this act");
}

static void prevent_hint(const struct lint *lint, struct strbuf *ret)
{
	const struct way_row *way = way_of(lint);

	if (str_has_prefix(lint_call(lint), "security_") ||
	    (way && !act_has_hook(way->act))) {
		strbuf_puts(ret, "add the action Override with argError: -1");
		return;
	}
	strbuf_puts(ret, "hook ");
	safer_add(lint, ret);
	strbuf_puts(ret, " with the action Override instead");
}

/* An LSM hook's Sigkill also denies; another signal does not. */
static const struct doc_action *undenied(const struct lint *lint)
{
	const struct doc_action *kill = NULL;

	if (!(lint->section->section &
	      (SECTION_KPROBE | SECTION_TRACEPOINT | SECTION_LSM)) ||
	    lint_action_find(lint, TETRA_ACTION_OVERRIDE) ||
	    lint_action_find(lint, TETRA_ACTION_NOTIFY_ENFORCER))
		return NULL;
	if (lint->section->section != SECTION_LSM)
		kill = lint_action_find(lint, TETRA_ACTION_SIGKILL);
	else if (lint_action_find(lint, TETRA_ACTION_SIGKILL))
		return NULL;
	return kill ? kill : lint_action_find(lint, TETRA_ACTION_SIGNAL);
}

static const char *undenied_why(const struct lint *lint)
{
	if (lint->section->section == SECTION_LSM)
		return "only Sigkill and Override deny the act; this signal arrives "
		       "after it";
	return str_has_prefix(lint_call(lint), "security_")
		       ? "the signal arrives after the act, which is itself denied "
			 "only where the kernel lets this hook deny"
		       : "kills, but the call may complete: the signal arrives "
			 "after it";
}

static void does_not_prevent(const struct lint *lint)
{
	const struct doc_action *kill = undenied(lint);
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (!kill)
		return;
	prevent_hint(lint, &hint);
	report_warning(lint->report, kill->action, "does-not-prevent",
		       lint_text(lint, &hint), "%s", undenied_why(lint));
}

static bool kills(const struct doc_action *action)
{
	uint32_t kind = doc_action_kind(action->action);

	return kind == TETRA_ACTION_SIGKILL ||
	       (kind == TETRA_ACTION_SIGNAL && action->sig &&
		action->sig->number == SIGKILL);
}

/* What @late adds to @early: NULL if it adds something. */
static const char *adds_nothing(const struct doc_action *early,
				const struct doc_action *late)
{
	uint32_t kind = doc_action_kind(late->action);

	if (node_equal(early->node, late->node))
		return "the same action is listed twice";
	if (kills(early) && kind == TETRA_ACTION_SIGNAL)
		return "no signal can be delivered after Sigkill";
	if (kills(early) && kills(late))
		return "the process is killed already";
	if (kind != doc_action_kind(early->action))
		return NULL;
	if (kind == TETRA_ACTION_POST)
		return "there is one event; there is another Post";
	if (kind == TETRA_ACTION_OVERRIDE)
		return "a call returns one value; there is another Override";
	return NULL;
}

/* A signal followed by a kill, which makes it pointless. */
static bool is_overtaken(const struct lint *lint, uint32_t i)
{
	const struct doc_selector *doc = lint->selector;
	const struct doc_action *early = &doc->actions.items[i];

	if (doc_action_kind(early->action) != TETRA_ACTION_SIGNAL || kills(early))
		return false;
	while (++i < doc->actions.n)
		if (kills(&doc->actions.items[i]))
			return true;
	return false;
}

static void overtaken_signal(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i;

	for (i = 0; i < doc->actions.n; i++)
		if (is_overtaken(lint, i))
			report_warning(lint->report, doc->actions.items[i].node,
				       "redundant-action", NULL,
				       "the process is killed before it can handle this "
				       "signal");
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
	const struct doc_action *post = lint_action_find(lint, TETRA_ACTION_POST);

	if (post && lint_action_find(lint, TETRA_ACTION_NOPOST))
		report_warning(lint->report, post->node, "never-posts", NULL,
			       "the same list has NoPost, so no event is sent");
}

/* The default effect of a signal. */
static void ignored_signal(const struct lint *lint)
{
	static const int ignored[] = { 0, SIGCHLD, SIGCONT, SIGURG, SIGWINCH };
	const struct doc_action *action = lint_action_find(lint, TETRA_ACTION_SIGNAL);
	size_t i;

	if (!action || !action->sig || lint_action_find(lint, TETRA_ACTION_OVERRIDE))
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
	const struct doc_action *action = lint_action_find(lint, TETRA_ACTION_OVERRIDE);

	if (action && lint->section->section == SECTION_TRACEPOINT)
		report_warning(lint->report, action->action, "never-enforces",
			       "hook the system call or the security_ function",
			       "a tracepoint has no result that could be overridden");
	if (action && lint->section->section == SECTION_USDT)
		report_warning(lint->report, action->action, "never-enforces", NULL,
			       "a probe has no result that could be overridden");
	action = lint_action_find(lint, TETRA_ACTION_SET);
	if (action && lint->section->section != SECTION_USDT)
		report_warning(lint->report, action->action, "never-enforces", NULL,
			       "Set writes to an argument of a usdts hook; here it does "
			       "nothing");
}

/* These two say what an enforcer does. */
static void nothing_to_enforce(const struct lint *lint)
{
	const struct doc_action *action =
		lint_action_find(lint, TETRA_ACTION_NOTIFY_ENFORCER);

	if (action && !node_get(action->node, "argError") &&
	    !node_get(action->node, "argSig"))
		report_warning(lint->report, action->action, "never-enforces",
			       "add argError: -1, or argSig: 9",
			       "without argError and argSig, the enforcer does nothing");
}

/* "0", "0s": no time at all. */
static bool is_no_time(doc_value limit)
{
	return limit && limit->text[0] == '0' && !strpbrk(limit->text, "123456789");
}

static void no_rate_limit(const struct lint *lint)
{
	const struct doc_action *post = lint_action_find(lint, TETRA_ACTION_POST);
	const char *name = lint_call(lint);
	const struct way_row *way = way_find(name);

	if (!post || (post->rate_limit && !is_no_time(post->rate_limit)) ||
	    lint_enforces(lint, lint->selector) || !way || way->often == OFTEN_NO)
		return;
	report_warning(lint->report, post->node, "no-rate-limit",
		       "add rateLimit, for example 10s",
		       Q " is called often, and every match is an event", name);
}

/* LSM hooks where the hash of a file can be computed: with a file, and where they may sleep. */
static const char *const hashing[] = {
	"bprm_check_security",
	"bprm_committed_creds",
	"bprm_committing_creds",
	"bprm_creds_for_exec",
	"bprm_creds_from_file",
	"file_ioctl",
	"file_lock",
	"file_open",
	"file_post_open",
	"file_receive",
	"mmap_file",
	NULL,
};

#define KIND(name) (1u << TETRA_ACTION_##name)

/* Fields that an action does not look at. */
static void ignored_in_action(const struct lint *lint, const struct doc_action *action)
{
	const struct {
		doc_value value;
		uint32_t actions; /* that read it */
	} fields[] = {
		{ action->error, KIND(OVERRIDE) | KIND(NOTIFY_ENFORCER) },
		{ action->sig, KIND(SIGNAL) | KIND(NOTIFY_ENFORCER) },
		{ action->url, KIND(GET_URL) },
		{ action->fqdn, KIND(DNS_LOOKUP) },
		{ action->sock, KIND(TRACK_SOCK) | KIND(UNTRACK_SOCK) },
		{ action->index, KIND(SET) },
		{ action->value, KIND(SET) },
		{ action->new_symbol, KIND(OVERRIDE) },
		{ action->new_addr, KIND(OVERRIDE) },
		{ action->new_offset, KIND(OVERRIDE) },
	};
	const struct node *regs = action->regs.node;
	uint32_t kind = doc_action_kind(action->action);
	size_t i;

	for (i = 0; kind && i < ARRAY_SIZE(fields); i++)
		if (fields[i].value && !(fields[i].actions >> kind & 1))
			report_warning_key(lint->report, fields[i].value, "ignored-field",
					   NULL, "the action %s does not look at %s",
					   action_row(kind)->name,
					   fields[i].value->key->text);
	if (kind && regs && kind != TETRA_ACTION_OVERRIDE)
		report_warning_key(lint->report, regs, "ignored-field", NULL,
				   "the action %s does not look at %s",
				   action_row(kind)->name, regs->key->text);
	if (action->rate_scope && !action->rate_limit)
		report_warning_key(lint->report, action->rate_scope, "ignored-field",
				   NULL, "without rateLimit there is nothing to count");
	if (is_no_time(action->rate_limit))
		report_warning(lint->report, action->rate_limit, "ignored-field",
			       "write a time, for example 10s",
			       "a limit of 0 lets every event pass");
	if (action->ima && action->ima->number &&
	    (lint->section->section != SECTION_LSM || kind != TETRA_ACTION_POST))
		report_warning_key(lint->report, action->ima, "ignored-field", NULL,
				   "imaHash is for the action Post of LSM hooks");
	else if (action->ima && action->ima->number && lint->hook->name &&
		 !lint_is_listed(hashing, lint->hook->name->text))
		report_warning_key(lint->report, action->ima, "ignored-field",
				   "hook file_open or bprm_check_security",
				   "at " Q " there is no file to hash",
				   lint->hook->name->text);
}

static void ignored_field(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->selector->actions.n; i++)
		if (lint->selector->actions.items[i].node)
			ignored_in_action(lint, &lint->selector->actions.items[i]);
	for (i = 0; i < lint->selector->return_actions.n; i++)
		if (lint->selector->return_actions.items[i].node)
			ignored_in_action(lint, &lint->selector->return_actions.items[i]);
}

static void positive_result(const struct lint *lint)
{
	const struct doc_action *action = lint_action_find(lint, TETRA_ACTION_OVERRIDE);
	char hint[64];

	if (!action || !action->error || lint->section->section == SECTION_UPROBE)
		return;
	if (!action->error->number)
		report_warning(lint->report, action->error, "does-not-prevent",
			       "write -1 for EPERM", "a result of 0 allows the act");
	if (action->error->number <= -RESTART_FIRST &&
	    action->error->number >= -RESTART_LAST)
		report_warning(
			lint->report, action->error, "does-not-prevent",
			"write -1 for EPERM",
			"the kernel takes %d as its own request to restart the call",
			(int)action->error->number);
	if (action->error->number <= 0)
		return;
	snprintf(hint, sizeof(hint), "did you mean -%d?", (int)action->error->number);
	report_warning(lint->report, action->error, "does-not-prevent", hint,
		       "most callers take a positive result for success");
}

const struct lint_rule lint_action_rules[] = {
	{ "does-not-prevent", does_not_prevent },
	{ "does-not-prevent", ignored_signal },
	{ "does-not-prevent", positive_result },
	{ "never-enforces", never_enforces },
	{ "never-enforces", nothing_to_enforce },
	{ "never-posts", post_kept_back },
	{ "ignored-field", ignored_field },
	{ "no-rate-limit", no_rate_limit },
	{ "redundant-action", overtaken_signal },
	{ "redundant-action", redundant_action },
	{},
};
