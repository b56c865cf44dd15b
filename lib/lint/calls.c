/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about the names of system calls: functions that are taken for one, calls that are
 * taken for a function, names that no call has.
 */
#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/linux/acts.h"
#include "lib/linux/hook-names.h"
#include "lib/linux/names.h"
#include "lib/linux/security.h"
#include "lib/linux/signatures.h"
#include "lib/lint/rules.h"

/* What to write for a name that does not begin like a system call's. */
static void call_hint(const char *name, char (*ret)[128])
{
	if (names_is_syscall(name))
		snprintf(*ret, sizeof(*ret), "write sys_%.80s", name);
	else
		snprintf(*ret, sizeof(*ret), "write syscall: false");
}

/* A list without a type contains symbols; none of these is a system call. */
static bool lists_functions(const struct lint *lint)
{
	const struct doc_list_def *list = lint_list_hooked(lint);
	uint32_t i;

	if (!list || list->type)
		return false;
	for (i = 0; i < list->values.n; i++)
		if (list->values.items[i] && strstr(list->values.items[i]->text, "sys_"))
			return false;
	return list->values.n;
}

/* "syscall" is missing and the name is not a system call's: it was forgotten. */
static void syscall_default(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	char hint[128];

	if (!(lint->section->traits & SECTION_CALLS) || !hook->name)
		return;
	if (hook->syscall || node_get(hook->node, "syscall") || lint_is_syscall(lint) ||
	    (str_has_prefix(hook->name->text, "list:") && !lists_functions(lint)))
		return;
	call_hint(hook->name->text, &hint);
	report_warning(lint->report, hook->name, "syscall-default", hint,
		       "without 'syscall', " Q " is looked for among the system calls",
		       hook->name->text);
}

/* "openat" of "sys_openat" and of its wrappers; NULL of "ksys_write", which is neither. */
static const char *call_of(const char *name)
{
	const char *call = strstr(name, "sys_");
	size_t i, len = call ? (size_t)(call - name) : 0;
	static const char *const prefixes[] = { "",	    "__x64_", "__ia32_",
						"__arm64_", "__se_",  "__do_" };

	for (i = 0; call && i < ARRAY_SIZE(prefixes); i++)
		if (len == strlen(prefixes[i]) && !strncmp(name, prefixes[i], len))
			return call + strlen("sys_");
	return NULL;
}

/* "sys_openat" or one of its wrappers, which means the same in every kernel. */
static bool names_a_syscall(const char *name)
{
	const char *call = call_of(name);

	return call && names_is_syscall(call);
}

/* A wrapper has one parameter, the registers: the arguments are not the function's. */
static void syscall_denied(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;

	if (hook->syscall && !hook->syscall->number && hook->name &&
	    names_a_syscall(hook->name->text))
		report_warning(lint->report, hook->syscall, "syscall-default",
			       "write syscall: true",
			       Q " is a system call; with 'syscall: false' it is not "
				 "found, or its arguments are wrong",
			       hook->name->text);
}

/* Declared as a system call, but not named like one. */
static void syscall_claimed(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	const char *name = hook->name ? hook->name->text : "";
	char hint[128];

	if (!hook->syscall || !hook->syscall->number || !*name || call_of(name) ||
	    str_has_prefix(name, "list:"))
		return;
	call_hint(name, &hint);
	report_warning(lint->report, hook->name, "syscall-default", hint,
		       Q " is not the name of a system call", name);
}

/* The wrappers of another architecture do not exist on this one, or are its compat calls. */
static void foreign_wrapper(const struct lint *lint)
{
	const char *name = lint->hook->name ? lint->hook->name->text : "";
	char hint[128];

	if (!str_has_prefix(name, "__arm64_sys_") || !lint_is_syscall(lint))
		return;
	snprintf(hint, sizeof(hint), "write %.80s", lint_call(lint));
	report_warning(lint->report, lint->hook->name, "syscall-default", hint,
		       "this name exists on one architecture only");
}

/* What cannot be a name is an error, and is looked for nowhere. */
static bool is_looked_for(const char *name)
{
	return str_has_prefix(name, "list:") || symbol_is_name(name);
}

void lint_call_names(const struct lint *lint)
{
	if (!lint->hook->name || !is_looked_for(lint->hook->name->text))
		return;
	syscall_default(lint);
	syscall_denied(lint);
	syscall_claimed(lint);
	foreign_wrapper(lint);
}

/* The kernel's name of a call that the C library calls by this one; or the nearest. */
static void known_name(const char *name, const char *prefix, char (*ret)[128])
{
	static const char *const forms[] = { "new%.60s", "%.60s64", "%.60s2",
					     "rt_%.60s", "p%.60s6", "%.60sat" };
	const char *best = NULL;
	char other[80];
	size_t i;

	(*ret)[0] = '\0';
	if (!*name)
		return;
	for (i = 0; !best && i < ARRAY_SIZE(forms); i++) {
		snprintf(other, sizeof(other), forms[i], name);
		if (names_is_syscall(other))
			best = other;
	}
	if (!best)
		best = names_nearest_syscall(name);
	if (best)
		snprintf(*ret, sizeof(*ret), "did you mean '%s%.80s'?", prefix, best);
}

static void call_check(const struct lint *lint, const struct node *place,
		       const char *name, const char *prefix)
{
	char hint[128];

	if (names_is_syscall(name))
		return;
	known_name(report_seek(lint->report, name), prefix, &hint);
	report_warning(lint->report, place, "unknown-symbol", hint[0] ? hint : NULL,
		       "'%s%.80s' is not known: 64-bit programs make no such call",
		       prefix, name);
}

static bool is_native(const char *name)
{
	return !strstr(name, "32") && !strstr(name, "i386");
}

void lint_list_calls(const struct lint *lint)
{
	const struct doc_list_def *list;
	const char *call;
	uint32_t i, k;

	for (i = 0; i < lint->spec->lists.n; i++) {
		list = &lint->spec->lists.items[i];
		if (doc_list_traits(list) != LIST_OF_CALLS ||
		    !lint_spend(lint, list->values.n * UINT64_C(10)))
			continue;
		for (k = 0; k < list->values.n; k++) {
			if (!list->values.items[k] ||
			    !is_native(list->values.items[k]->text))
				continue;
			call = lint_call_of(list->values.items[k]->text);
			if (str_has_prefix(call, "sys_"))
				call_check(lint, list->values.items[k],
					   call + strlen("sys_"), "sys_");
		}
	}
}

/* What the names of a subsystem's events begin with. */
static const struct {
	const char *subsystem, *prefix;
} event_prefixes[] = {
	{ "syscalls", "sys_" },	 { "raw_syscalls", "sys_" }, { "sched", "sched_" },
	{ "signal", "signal_" }, { "module", "module_" },    { "task", "task_" },
	{ "cgroup", "cgroup_" }, { "tcp", "tcp_" },
};

static void event_prefix(const struct lint *lint, const char *subsystem, const char *name)
{
	bool calls = str_equal(subsystem, "syscalls");
	const char *call = str_has_prefix(name, "sys_") ? name + strlen("sys_") : name;
	char hint[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(event_prefixes); i++)
		if (str_equal(event_prefixes[i].subsystem, subsystem))
			break;
	if (i == ARRAY_SIZE(event_prefixes) || !*name)
		return;
	if (calls ? str_has_prefix(name, "sys_enter_") ||
			    str_has_prefix(name, "sys_exit_")
		  : str_has_prefix(name, event_prefixes[i].prefix))
		return;
	if (calls && names_is_syscall(call))
		snprintf(hint, sizeof(hint), "did you mean 'sys_enter_%.80s'?", call);
	else
		snprintf(hint, sizeof(hint), "did you mean '%s%.80s'?",
			 calls ? "sys_enter_" : event_prefixes[i].prefix, call);
	report_warning(lint->report, lint->hook->name, "unknown-symbol", hint,
		       "no event of '%s' has this name", subsystem);
}

static void event_check(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	const char *subsystem = hook->subsystem ? hook->subsystem->text : "";
	bool raw = hook->raw && hook->raw->number;

	if (!hook->name || !hook->subsystem)
		return;
	if (str_equal(subsystem, "syscall"))
		report_warning(lint->report, hook->subsystem, "unknown-symbol",
			       "did you mean 'syscalls'?", "no subsystem has this name");
	else if (raw && str_equal(subsystem, "syscalls"))
		report_warning(
			lint->report, hook->name, "unknown-symbol",
			"leave 'raw' out, or use raw_syscalls/sys_enter",
			"raw tracepoints cover all system calls, not a single one");
	else
		event_prefix(lint, subsystem, hook->name->text);
}

/* LSM hooks of all kernels that the table was made from. */
static void lsm_check(const struct lint *lint)
{
	const char *name = lint->hook->name ? lint->hook->name->text : "";
	char buf[HOOK_NAME_BYTES], hint[128];
	const char *meant;

	if (!*name || str_has_prefix(name, "security_") || signature_has_lsm(name))
		return;
	meant = function_hook(name, &buf);
	if (str_equal(meant, name))
		meant = signature_nearest_lsm(name, &buf);
	snprintf(hint, sizeof(hint), "did you mean '%.80s'?", meant ? meant : "");
	report_warning(lint->report, lint->hook->name, "unknown-symbol",
		       meant ? hint : NULL, "no LSM hook " Q " is known", name);
}

/* Functions that call LSM hooks have names that all kernels share. */
static void security_check(const struct lint *lint, const char *name)
{
	const struct doc_ignore *ignore = lint->hook->ignore;
	char buf[HOOK_NAME_BYTES], hint[128];

	if (!is_security_function(name) || security_is_function(name) ||
	    (ignore && ignore->call_not_found && ignore->call_not_found->number))
		return;
	report_warning(
		lint->report, lint->hook->name, "unknown-symbol",
		hint_name(&hint, security_nearest(report_seek(lint->report, name), &buf)),
		"no kernel is known that has the function " Q, name);
}

static void closed_hook(const struct lint *lint)
{
	const char *name = lint->hook->name ? lint->hook->name->text : "";
	char function[HOOK_NAME_BYTES], hint[128];

	if (!hook_is_closed(name))
		return;
	snprintf(hint, sizeof(hint), "use a kprobe on %s",
		 hook_function(name, &function));
	report_warning(lint->report, lint->hook->name, "unknown-symbol", hint,
		       "from Linux 6.12 on, no program can be attached to " Q, name);
}

/* Names of functions that people know, and that no probe finds. */
static void gone_check(const struct lint *lint, const char *name)
{
	/* Other names of calls are those of functions, too. */
	static const char *const calls[] = {
		"accept",	"bind",	    "bpf",	"chmod",       "chown",
		"chroot",	"clone",    "close",	"connect",     "creat",
		"execve",	"execveat", "fork",	"init_module", "ioctl",
		"kill",		"link",	    "listen",	"mkdir",       "mmap",
		"finit_module", "mount",    "mprotect", "open",	       "openat",
		"openat2",	"prctl",    "ptrace",	"read",	       "rename",
		"rmdir",	"sendmsg",  "sendto",	"setgid",      "setuid",
		"socket",	"symlink",  "umount",	"unlink",      "unlinkat",
		"write",	NULL,
	};
	static const char old_calls[] = "SyS_";
	const char *instead, *why = function_gone(name, &instead);
	char hint[128] = "";

	if (!lint->hook->name || lint_is_syscall(lint))
		return;
	if (lint_is_listed(calls, name) || (str_has_prefix(name, old_calls) &&
					    names_is_syscall(name + strlen(old_calls)))) {
		why = "is not the name of a function in the kernel";
		snprintf(hint, sizeof(hint), "write sys_%.80s, with syscall: true",
			 str_has_prefix(name, old_calls) ? name + strlen(old_calls)
							 : name);
	} else if (instead) {
		snprintf(hint, sizeof(hint), "did you mean '%s'?", instead);
	}
	if (why)
		report_warning(lint->report, lint->hook->name, "unknown-symbol",
			       hint[0] ? hint : NULL, Q " %s", name, why);
}

void lint_known_calls(const struct lint *lint)
{
	static const char *const events[] = { "sys_enter_", "sys_exit_" };
	const struct doc_hook *hook = lint->hook;
	const char *name = hook->name ? hook->name->text : "";
	size_t i;

	if (!is_looked_for(name))
		return;
	if (lint->section->section == SECTION_LSM) {
		lsm_check(lint);
		closed_hook(lint);
	}
	if (lint->section->section == SECTION_TRACEPOINT)
		event_check(lint);
	if (lint->section->traits & SECTION_CALLS)
		security_check(lint, name);
	if (lint->section->traits & SECTION_CALLS && hook->syscall)
		gone_check(lint, name);
	if (lint->section->section == SECTION_TRACEPOINT && hook->subsystem &&
	    str_equal(hook->subsystem->text, "syscalls")) {
		for (i = 0; i < ARRAY_SIZE(events); i++)
			if (str_has_prefix(name, events[i]))
				call_check(lint, hook->name, name + strlen(events[i]),
					   events[i]);
		return;
	}
	if (lint->section->traits & SECTION_CALLS && !str_has_prefix(name, "__ia32_") &&
	    !lint_list_hooked(lint) && lint_is_syscall(lint))
		call_check(lint, hook->name, lint_call(lint) + strlen("sys_"), "sys_");
}
