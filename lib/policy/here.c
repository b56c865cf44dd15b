/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/here.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/policy/lint.h"

/* Bytes of a finding's path: "spec.kprobes[0].selectors[0].matchArgs[0].values[0]". */
#define PATH_BYTES 256u

/* Findings on links; who made so many made them by a program. */
#define MAX_LINKS 200u

/* The head of @text up to @len as the kernel resolves it, and the rest as it is. */
static char *resolve_head(const char *text, size_t len)
{
	_cleanup_(freep) char *head = strndup(text, len ? len : 1), *resolved = NULL;
	_cleanup_(strbuf_done) struct strbuf whole = {};

	resolved = head ? realpath(head, NULL) : NULL;
	if (!resolved)
		return NULL;
	strbuf_format(&whole, "%s%s", str_equal(resolved, "/") && len ? "" : resolved,
		      len ? text + len : "");
	return whole.failed ? NULL : strdup(strbuf_get(&whole));
}

char *here_resolve(const char *text)
{
	char *resolved = NULL;
	size_t len = strlen(text);

	/* What is no resolved path for other reasons is another rule's business. */
	if (text[0] != '/' || len == 1 || len >= PATH_MAX || strstr(text, "//") ||
	    strstr(text, "/./") || strstr(text, "/../"))
		return NULL;
	len -= text[len - 1] == '/';
	while (len && !(resolved = resolve_head(text, len)))
		while (len && text[--len] != '/')
			;
	if (resolved && str_equal(resolved, text)) {
		free(resolved);
		return NULL;
	}
	return resolved;
}

static bool leads_into_proc(const char *path)
{
	return str_has_prefix(path, "/proc/") || str_has_prefix(path, "/dev/");
}

/* Only its last step is a link: hooks on the link itself see it as it is written. */
static bool is_last_step(const char *text)
{
	const char *slash = strrchr(text, '/');
	_cleanup_(freep) char *folder = NULL, *resolved = NULL;

	if (!slash || !slash[1] || slash == text)
		return slash == text;
	folder = strndup(text, (size_t)(slash - text));
	resolved = folder ? here_resolve(folder) : NULL;
	return folder && !resolved;
}

static const char *link_effect(uint32_t op, bool by_name, const char *text)
{
	if (by_name && is_last_step(text))
		return "only calls on the link itself are meant";
	return operator_is_negated(op) ? "it excludes nothing" : "it never matches";
}

/* @by_name: the hook may be about the link itself, not about what it leads to. */
static void value_check(struct here *here, const struct diag_place *place,
			const struct policy_value *value, uint32_t op, bool by_name)
{
	_cleanup_(freep) char *resolved = NULL;
	_cleanup_(strbuf_done) struct strbuf usual = {}, hint = {};

	if (!value->text || strlen(value->text) != value->len ||
	    (here->linted && leads_into_proc(value->text)))
		return;
	resolved = here_resolve(value->text);
	if (!resolved)
		return;
	if (here->linted && lint_usual_path(value->text, &usual) &&
	    str_equal(strbuf_get(&usual), resolved))
		return;
	if (here->n_links++ >= MAX_LINKS)
		return;
	if (leads_into_proc(resolved))
		strbuf_puts(&hint, "it leads to another path for each process");
	else
		strbuf_format(&hint, "write %.300s", resolved);
	diag_warning(here->diag, place, "symbolic-link", strbuf_get(&hint),
		     "'%.300s' is '%.300s' on this machine, and resolved paths are "
		     "compared: %s",
		     value->text, resolved, link_effect(op, by_name, value->text));
}

static bool is_path_operator(uint32_t op)
{
	return op == TETRA_OP_EQUAL || op == TETRA_OP_NOT_EQUAL ||
	       op == TETRA_OP_PREFIX || op == TETRA_OP_NOT_PREFIX;
}

static const struct type_row *filter_type(const struct policy_hook *hook,
					  const struct policy_filter *filter)
{
	const struct policy_arg *arg = &hook->return_arg;

	if (filter->arg != POLICY_ARG_RETURN)
		arg = filter->arg < hook->n_args ? &hook->args[filter->arg] : NULL;
	return arg && arg->type ? words_find(&argument_types, arg->type) : NULL;
}

static struct diag_place place_of(const struct here *here, struct mark mark,
				  char (*path)[PATH_BYTES], const char *kind)
{
	return (struct diag_place){ .file = here->policy->file,
				    .line = mark.line,
				    .column = mark.column,
				    .path = *path,
				    .kind = kind };
}

static void filter_check(struct here *here, const struct policy_hook *hook,
			 uint32_t i_selector, const char *list, uint32_t i_filter,
			 const struct policy_filter *filter)
{
	const struct type_row *type = filter_type(hook, filter);
	struct diag_place place;
	char path[PATH_BYTES];
	bool by_name;
	uint32_t i;

	if (!type || !(type->classes & TYPE_PATH) || !is_path_operator(filter->op))
		return;
	by_name = str_equal(type->name, "path") || str_equal(type->name, "dentry");
	for (i = 0; i < filter->n_values; i++) {
		snprintf(path, sizeof(path), "%.120s.selectors[%u].%s[%u].values[%u]",
			 hook->yaml_path, i_selector, list, i_filter, i);
		place = place_of(here, filter->values[i].mark, &path, "link");
		value_check(here, &place, &filter->values[i], filter->op, by_name);
	}
}

/* In and NotIn are widened to what a link leads to when the policy is loaded. */
static void binaries_check(struct here *here, const struct policy_hook *hook,
			   uint32_t i_selector, const struct policy_binaries *binaries)
{
	struct diag_place place;
	char path[PATH_BYTES];
	uint32_t i;

	if (binaries->op != TETRA_OP_PREFIX && binaries->op != TETRA_OP_NOT_PREFIX)
		return;
	for (i = 0; i < binaries->n_values; i++) {
		snprintf(path, sizeof(path),
			 "%.120s.selectors[%u].matchBinaries[0].values[%u]",
			 hook->yaml_path, i_selector, i);
		place = place_of(here, binaries->values[i].mark, &path, "link");
		value_check(here, &place, &binaries->values[i], binaries->op, false);
	}
}

/* What a selector's filters on processes say of this one. */
struct own {
	pid_t pid;
	char exe[PATH_MAX];
	bool accepted;
	bool named;	  /* by a positive filter on its number or program */
	const char *list; /* the filter that names it */
	struct mark mark;
};

static bool value_is_program(uint32_t op, const struct policy_value *value,
			     const char *exe)
{
	size_t len = strlen(exe);

	if (!value->text || value->len > len)
		return false;
	if (op == TETRA_OP_PREFIX || op == TETRA_OP_NOT_PREFIX)
		return memcmp(exe, value->text, value->len) == 0;
	if (op == TETRA_OP_POSTFIX || op == TETRA_OP_NOT_POSTFIX)
		return memcmp(exe + len - value->len, value->text, value->len) == 0;
	return len == value->len && memcmp(exe, value->text, len) == 0;
}

static void own_binaries(struct own *own, const struct policy_binaries *binaries)
{
	bool negated = operator_is_negated(binaries->op), found = false;
	uint32_t i;

	for (i = 0; i < binaries->n_values && !found; i++)
		found = value_is_program(binaries->op, &binaries->values[i], own->exe);
	if (!binaries->n_values)
		return;
	own->accepted &= found != negated;
	if (found && !negated) {
		own->named = true;
		own->list = "matchBinaries";
		own->mark = binaries->values[i - 1].mark;
	}
}

static void own_pids(struct own *own, const struct policy_pids *pids)
{
	bool found = false;
	uint32_t i;

	/* Ancestors, and numbers in namespaces, are not known here. */
	if (pids->namespace_pid || pids->follow_forks)
		return;
	for (i = 0; i < pids->n_values && !found; i++)
		found = pids->values[i].min <= (uint64_t)own->pid &&
			(uint64_t)own->pid <= pids->values[i].max;
	own->accepted &= found != pids->negated;
	if (found && !pids->negated) {
		own->named = true;
		own->list = "matchPIDs";
		own->mark = pids->values[i - 1].mark;
	}
}

static void own_read(struct own *own, const struct here *here,
		     const struct policy_selector *selector)
{
	uint32_t i;

	own->accepted = true;
	own->named = false;
	for (i = 0; i < selector->n_binaries; i++)
		own_binaries(own, &selector->binaries[i]);
	/* Who only reads a policy has a number that means nothing. */
	for (i = 0; i < selector->n_pids && here->own != HERE_OWN_UNKNOWN; i++)
		own_pids(own, &selector->pids[i]);
}

static bool is_unfiltered(const struct policy_selector *selector)
{
	return !selector->n_args && !selector->n_return_args && !selector->n_namespaces &&
	       !selector->n_capabilities;
}

static void own_report(const struct here *here, const struct own *own,
		       const struct diag_place *place)
{
	switch (here->own) {
	case HERE_OWN_SEEN:
		diag_warning(here->diag, place, "own-process",
			     "ask for TETRA_SESSION_SKIP_SELF, or leave it out with "
			     "matchBinaries",
			     "this also holds for the process that loads the policy "
			     "(%d, '%.200s')",
			     (int)own->pid, own->exe);
		break;
	case HERE_OWN_LEFT_OUT:
		diag_warning(here->diag, place, "own-process", NULL,
			     "the process that loads the policy (%d, '%.200s') is left "
			     "out of it, actions included; others that run the program "
			     "are not",
			     (int)own->pid, own->exe);
		break;
	case HERE_OWN_UNKNOWN:
		diag_warning(here->diag, place, "own-process", NULL,
			     "this is the program that reads the policy, '%.200s': a "
			     "process of it that loads the policy is left out with "
			     "TETRA_SESSION_SKIP_SELF, actions included, and stops "
			     "itself without",
			     own->exe);
		break;
	}
}

static void own_check(const struct here *here, const struct policy_hook *hook,
		      uint32_t i_selector, struct own *own)
{
	const struct policy_selector *selector = &hook->selectors[i_selector];
	char path[PATH_BYTES];
	struct diag_place place;

	if (!selector->enforces || !here->enforces || !own->exe[0])
		return;
	own_read(own, here, selector);
	/* Who is not named is meant where nothing else is asked for. */
	if (!own->accepted ||
	    (!own->named && (here->own != HERE_OWN_SEEN || !is_unfiltered(selector))))
		return;
	snprintf(path, sizeof(path), "%.120s.selectors[%u]%s%s", hook->yaml_path,
		 i_selector, own->named ? "." : "", own->named ? own->list : "");
	place = place_of(here, own->named ? own->mark : selector->mark, &path, "own");
	own_report(here, own, &place);
}

static void hook_check(struct here *here, const struct policy_hook *hook, struct own *own)
{
	uint32_t i, k;

	for (i = 0; hook->yaml_path && i < hook->n_selectors; i++) {
		const struct policy_selector *selector = &hook->selectors[i];

		for (k = 0; k < selector->n_args; k++)
			filter_check(here, hook, i, "matchArgs", k, &selector->args[k]);
		for (k = 0; k < selector->n_return_args; k++)
			filter_check(here, hook, i, "matchReturnArgs", k,
				     &selector->return_args[k]);
		for (k = 0; k < selector->n_binaries; k++)
			binaries_check(here, hook, i, &selector->binaries[k]);
		own_check(here, hook, i, own);
	}
}

int here_check(const struct here *asked)
{
	struct here mine = *asked, *here = &mine;
	struct own *own;
	ssize_t n;
	uint32_t i;

	if (!here->diag)
		return 0;
	own = calloc(1, sizeof(*own));
	if (!own)
		return -ENOMEM;
	own->pid = getpid();
	n = readlink("/proc/self/exe", own->exe, sizeof(own->exe) - 1);
	own->exe[MAX(n, 0)] = '\0';
	for (i = 0; i < here->policy->n_hooks; i++)
		hook_check(here, &here->policy->hooks[i], own);
	if (here->n_links > MAX_LINKS)
		diag_note(here->diag, &(struct diag_place){ .file = here->policy->file },
			  "too-many", NULL, "%u more paths are links on this machine",
			  here->n_links - MAX_LINKS);
	free(own);
	return 0;
}
