/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about enforcement that depends on data that may not be readable, or not be true:
 * memory of the caller, the ends of long texts, unreadable paths. The policy's option
 * "unreadable" decides the result; lib/judge/eval.h states the cases.
 */
#include <stdio.h>

#include "lib/base/kinds.h"
#include "lib/lint/rules.h"
#include "lib/meaning/set.h"
#include "lib/linux/acts.h"

/* Each is reported once per policy: what holds for one filter holds for all. */
enum told {
	TOLD_LISTS = 1 << 0,
	TOLD_PATHS = 1 << 1,
	TOLD_BUFFERS = 1 << 2,
	TOLD_ENDS = 1 << 3,
	TOLD_MOUNTS = 1 << 4,
	TOLD_PROGRAMS = 1 << 5,
};

/* How far the search for a text's end goes (TEXT_END_PIECES in bpf/hook/arg.bpf.h). */
#define TEXT_END_KIB 128u
/* Components of a path that are followed. */
#define PATH_STEPS "4,096"

static bool is_told(const struct lint *lint, enum told told)
{
	bool ret = *lint->told & told;

	*lint->told |= told;
	return ret;
}

static enum policy_unreadable option(const struct lint *lint)
{
	return (enum policy_unreadable)lint->build->policy->unreadable;
}

/* There, no program can wait for a page. */
static bool is_in_program(const struct lint *lint)
{
	return lint->section->traits & SECTION_IN_USER;
}

static const char *memory_reason(const struct lint *lint)
{
	if (is_in_program(lint))
		return option(lint) == POLICY_UNREADABLE_MATCH
			       ? "the argument is memory of the process: another thread "
				 "can change it after the check; what cannot be read "
				 "matches"
			       : "the argument is memory of the process: another thread "
				 "can change it after the check, and what is not resident "
				 "cannot be read there and does not match";
	return option(lint) == POLICY_UNREADABLE_MATCH
		       ? "the argument is memory of the caller: it can change after the "
			 "check; what cannot be read matches"
		       : "the argument is memory of the caller: it can change after the "
			 "check, and what is not resident yet does not match where no "
			 "program waits for it (before Linux 7.2, unless the kernel has "
			 "error injection) or a preemptible kernel skips that program";
}

/* What a filter on a system call looks at and the caller can change meanwhile. */
static const char *racy_argument(const struct lint *lint, const struct lint_sets *sets)
{
	const char *found = NULL;
	uint32_t i;

	for (i = 0; i < sets->n; i++) {
		const struct lint_set *set = &sets->items[i];

		if (set->subject.list != LINT_ARGS || !set->type)
			continue;
		if (kind_row(set->type->kind)->is_caller_memory)
			return memory_reason(lint);
		if (set->type->kind == TETRA_ARG_FD)
			found = "another thread can make the descriptor another file "
				"after the check (dup2)";
	}
	return found;
}

static void toctou_report(const struct lint *lint, const char *why)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	strbuf_puts(&hint, "hook ");
	lint_safer_add(lint, &hint);
	if (str_has_prefix(why, "the argument") &&
	    option(lint) != POLICY_UNREADABLE_MATCH)
		strbuf_puts(&hint, ", which reads no memory of the caller; 'unreadable: "
				   "match' protects against the second only");
	report_warning(lint->report, lint->hook->name, "toctou", lint_text(lint, &hint),
		       "%s", why);
}

/* System calls, and functions that hand on the pointers of one. */
static bool has_user_memory(const struct lint *lint)
{
	static const char *const functions[] = {
		"do_sys_open*", "do_sys_openat2", "do_execve*",	  "ksys_*",
		"__sys_*",	"do_mount",	  "do_symlinkat", NULL,
	};

	return lint_is_syscall(lint) || (lint->section->section == SECTION_KPROBE &&
					 lint_is_listed(functions, lint_call(lint)));
}

/* Only hooks on what the program then does see it more safely. */
static void toctou_in_program(const struct lint *lint)
{
	const char *why = lint_enforces(lint, lint->selector)
				  ? racy_argument(lint, lint->sets)
				  : NULL;
	bool memory = why && str_has_prefix(why, "the argument");

	if (!why || is_told(lint, TOLD_PROGRAMS))
		return;
	report_warning(
		lint->report, lint->selector->node, "toctou",
		memory && option(lint) != POLICY_UNREADABLE_MATCH
			? "'unreadable: match' protects against the second; hooks of the "
			  "kernel, on what the program then does, against both"
			: "hook the kernel, where the program acts on it",
		"%s", why);
}

static void toctou(const struct lint *lint)
{
	const char *why;

	if (is_in_program(lint)) {
		toctou_in_program(lint);
		return;
	}
	if (!has_user_memory(lint) || !lint_enforces(lint, lint->selector) ||
	    !lint->hook->name)
		return;
	why = racy_argument(lint, lint->sets);
	if (why)
		toctou_report(lint, why);
}

/* Which filter says what is allowed, not what is forbidden: by path. */
static const struct lint_set *allow_list(const struct lint_sets *sets)
{
	uint32_t i;

	for (i = 0; i < sets->n; i++)
		if (sets->items[i].negated && sets->items[i].kind != LINT_SET_UNKNOWN &&
		    lint_set_is_path(&sets->items[i]))
			return &sets->items[i];
	return NULL;
}

static void unjudged_report(const struct lint *lint, const struct lint_set *set)
{
	bool trusted =
		lint->build->policy->user_namespaces == POLICY_USER_NAMESPACES_TRUST;

	if (set->subject.list == LINT_ARGS)
		report_warning(
			lint->report, set->op, "unjudged",
			"the option 'unreadable' decides about paths that cannot be "
			"read",
			"a file without a path (memfd, deleted) counts as not on "
			"the list, a pipe or a socket is left alone");
	/* By default, such names are not trusted, so there is nothing to warn of. */
	if (trusted && !lint_filters_namespace(lint->selector))
		report_warning(lint->report, set->op, "unjudged",
			       "remove the option, or add matchNamespaces: Mnt In "
			       "host_ns",
			       "with 'user-namespaces: trust', who makes a user "
			       "namespace can mount a file of their own at a listed "
			       "path");
}

/* A path that passes because the policy lets unreadable values pass. */
static bool needs_path(const struct lint *lint, const struct lint_set *set)
{
	return lint_set_is_path(set) && option(lint) == POLICY_UNREADABLE_NO_MATCH;
}

static bool needs_end(const struct lint_set *set)
{
	return set->kind == LINT_SET_POSTFIX && set->type &&
	       (set->type->classes & TETRA_CLASS_TEXT) &&
	       set->type->kind != TETRA_ARG_CHAR_BUF;
}

/* For system calls and programs, "toctou" reports it. */
static bool needs_memory(const struct lint *lint, const struct lint_set *set)
{
	return set->type && set->type->kind == TETRA_ARG_CHAR_BUF &&
	       !lint_is_syscall(lint) && !is_in_program(lint);
}

static const char *verdict(const struct lint *lint)
{
	return option(lint) == POLICY_UNREADABLE_NO_MATCH ? "does not match, and passes"
							  : "matches";
}

static void set_check(const struct lint *lint, const struct lint_set *set)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (needs_path(lint, set) && !is_told(lint, TOLD_PATHS))
		report_warning(lint->report, set->op, "unjudged",
			       "remove the option 'unreadable', or write 'match'",
			       "with 'unreadable: no-match', a path that cannot be read "
			       "passes: one of more than " PATH_STEPS
			       " components, or on a mount in no namespace");
	if (needs_end(set) && !is_told(lint, TOLD_ENDS))
		report_warning(lint->report, set->op, "unjudged",
			       "the option 'unreadable' decides; Equal and Prefix do not "
			       "depend on it",
			       "a text whose end is not within %u KiB %s", TEXT_END_KIB,
			       verdict(lint));
	if (!needs_memory(lint, set) || is_told(lint, TOLD_BUFFERS))
		return;
	strbuf_puts(&hint, "the option 'unreadable' decides; filters on the file or "
			   "socket, at ");
	lint_safer_add(lint, &hint);
	strbuf_puts(&hint, ", do not depend on it");
	report_warning(lint->report, set->op, "unjudged", lint_text(lint, &hint),
		       "a buffer that is not in memory cannot be read and %s; of longer "
		       "ones, 4095 bytes are compared",
		       verdict(lint));
}

static void unjudged(const struct lint *lint)
{
	const struct lint_sets *sets = lint->sets;
	const struct lint_set *set;
	uint32_t i;

	if (!lint_enforces(lint, lint->selector))
		return;
	set = allow_list(sets);
	if (set && set->op && !is_told(lint, TOLD_LISTS))
		unjudged_report(lint, set);
	for (i = 0; i < sets->n; i++)
		if (sets->items[i].kind != LINT_SET_UNKNOWN && sets->items[i].op)
			set_check(lint, &sets->items[i]);
}

/* A dentry has its path from its file system alone. */
static bool set_sees_mounts(const struct lint_set *set)
{
	return set->subject.list == LINT_ARGS && lint_set_is_path(set) &&
	       set->type->kind != TETRA_ARG_DENTRY;
}

/*
 * Which filter says by path what is forbidden, to every program: who is forbidden it under one
 * name only need not mount anything, but copies the program.
 */
static const struct lint_set *deny_list(const struct lint_sets *sets)
{
	const struct lint_set *found = NULL;
	uint32_t i;

	for (i = 0; i < sets->n; i++) {
		const struct lint_set *set = &sets->items[i];

		if (set->negated || set->kind == LINT_SET_UNKNOWN || !set->op)
			continue;
		if (set->subject.list == LINT_BINARIES)
			return NULL;
		if (!found && set_sees_mounts(set))
			found = set;
	}
	return found;
}

/* The author has thought of mount namespaces, in this selector or for the others. */
static bool hook_filters_namespace(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i, k;

	for (i = 0; i < hook->selectors.n; i++) {
		const struct doc_selector *doc = &hook->selectors.items[i];

		if (lint_filters_namespace(doc))
			return true;
		for (k = 0; k < doc->macros.n; k++) {
			const struct doc_selector *macro =
				lint_macro(lint, doc->macros.items[k]);

			if (macro && lint_filters_namespace(macro))
				return true;
		}
	}
	return false;
}

/* A file that a mount shows has another path there. */
static void mounted_elsewhere(const struct lint *lint)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};
	const struct lint_set *set;

	if (!lint_enforces(lint, lint->selector))
		return;
	set = deny_list(lint->sets);
	if (!set || hook_filters_namespace(lint) || lint_hooks_all(lint, ACT_MOUNT) ||
	    is_told(lint, TOLD_MOUNTS))
		return;
	strbuf_puts(&hint, "also hook ");
	act_describe(ACT_MOUNT, NULL, NULL, &hint);
	strbuf_puts(&hint, ", or add a selector for other mount namespaces "
			   "(matchNamespaces: Mnt NotIn host_ns)");
	report_warning(lint->report, set->op, "bind-mount", lint_text(lint, &hint),
		       "a file is not seen here under another path, which every user can "
		       "give it: by a bind mount or an overlay in a user namespace");
}

const struct lint_rule lint_unjudged_rules[] = {
	{ "bind-mount", mounted_elsewhere },
	{ "toctou", toctou },
	{ "unjudged", unjudged },
	{},
};
