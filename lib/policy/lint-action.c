/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what a policy does: enforcement that does not stop, hits too much or can be
 * gone around, and events without end.
 */
#include <signal.h>
#include <stdio.h>

#include "lib/policy/lint.h"

/*
 * Calls that people hook, the hook that stops the same act from all sides, and whether
 * io_uring can do it without the system call.
 */
struct call_row {
	const char *name, *safer;
	bool io_uring;
};

/* clang-format off */
static const struct call_row calls[] = {
	{ "sys_open", "security_file_open", false },
	{ "sys_openat", "security_file_open", true },
	{ "sys_openat2", "security_file_open", true },
	{ "sys_creat", "security_file_open", false },
	{ "sys_read", "security_file_permission", true },
	{ "sys_readv", "security_file_permission", true },
	{ "sys_pread64", "security_file_permission", true },
	{ "sys_preadv", "security_file_permission", true },
	{ "sys_write", "security_file_permission", true },
	{ "sys_writev", "security_file_permission", true },
	{ "sys_pwrite64", "security_file_permission", true },
	{ "sys_pwritev", "security_file_permission", true },
	{ "sys_splice", "security_file_permission", true },
	{ "sys_sendfile64", "security_file_permission", false },
	{ "sys_mmap", "security_mmap_file", false },
	{ "sys_mprotect", "security_file_mprotect", false },
	{ "sys_truncate", "security_path_truncate", false },
	{ "sys_ftruncate", "security_path_truncate", true },
	{ "sys_fallocate", "security_file_permission", true },
	{ "sys_unlink", "security_inode_unlink", false },
	{ "sys_unlinkat", "security_inode_unlink", true },
	{ "sys_rmdir", "security_inode_rmdir", false },
	{ "sys_mkdir", "security_inode_mkdir", false },
	{ "sys_mkdirat", "security_inode_mkdir", true },
	{ "sys_mknod", "security_inode_mknod", false },
	{ "sys_mknodat", "security_inode_mknod", false },
	{ "sys_symlink", "security_inode_symlink", false },
	{ "sys_symlinkat", "security_inode_symlink", true },
	{ "sys_link", "security_inode_link", false },
	{ "sys_linkat", "security_inode_link", true },
	{ "sys_rename", "security_inode_rename", false },
	{ "sys_renameat", "security_inode_rename", true },
	{ "sys_renameat2", "security_inode_rename", true },
	{ "sys_chmod", "security_path_chmod", false },
	{ "sys_fchmod", "security_path_chmod", false },
	{ "sys_fchmodat", "security_path_chmod", false },
	{ "sys_chown", "security_path_chown", false },
	{ "sys_lchown", "security_path_chown", false },
	{ "sys_fchown", "security_path_chown", false },
	{ "sys_fchownat", "security_path_chown", false },
	{ "sys_setxattr", "security_inode_setxattr", true },
	{ "sys_fsetxattr", "security_inode_setxattr", true },
	{ "sys_ioctl", "security_file_ioctl", true },
	{ "sys_execve", "security_bprm_check", false },
	{ "sys_execveat", "security_bprm_check", false },
	{ "sys_socket", "security_socket_create", true },
	{ "sys_bind", "security_socket_bind", true },
	{ "sys_listen", "security_socket_listen", true },
	{ "sys_connect", "security_socket_connect", true },
	{ "sys_accept", "security_socket_accept", true },
	{ "sys_accept4", "security_socket_accept", true },
	{ "sys_sendto", "security_socket_sendmsg", true },
	{ "sys_sendmsg", "security_socket_sendmsg", true },
	{ "sys_sendmmsg", "security_socket_sendmsg", true },
	{ "sys_recvfrom", "security_socket_recvmsg", true },
	{ "sys_recvmsg", "security_socket_recvmsg", true },
	{ "sys_mount", "security_sb_mount", false },
	{ "sys_umount", "security_sb_umount", false },
	{ "sys_pivot_root", "security_sb_pivotroot", false },
	{ "sys_ptrace", "security_ptrace_access_check", false },
	{ "sys_kill", "security_task_kill", false },
	{ "sys_init_module", "security_kernel_load_data", false },
	{ "sys_finit_module", "security_kernel_read_file", false },
	{ "sys_bpf", "security_bpf", false },
	{ "sys_perf_event_open", "security_perf_event_open", false },
	{ "sys_setuid", "security_task_fix_setuid", false },
	{ "sys_setreuid", "security_task_fix_setuid", false },
	{ "sys_setresuid", "security_task_fix_setuid", false },
	{ "sys_setgid", "security_task_fix_setgid", false },
	{ "sys_capset", "security_capset", false },
	{ "sys_prctl", "security_task_prctl", false },
	{ "tcp_connect", "security_socket_connect", true },
	{ "tcp_v4_connect", "security_socket_connect", true },
	{ "tcp_v6_connect", "security_socket_connect", true },
	{ "tcp_sendmsg", "security_socket_sendmsg", true },
	{ "udp_sendmsg", "security_socket_sendmsg", true },
	{ "fd_install", "security_file_open", true },
	{ "do_sys_open", "security_file_open", true },
	{ "do_sys_openat2", "security_file_open", true },
	{ "vfs_read", "security_file_permission", true },
	{ "vfs_write", "security_file_permission", true },
	{ "vfs_unlink", "security_inode_unlink", true },
	{ "do_init_module", "security_kernel_read_file", false },
	{ "commit_creds", "security_task_fix_setuid", false },
};
/* clang-format on */

static const struct call_row *call_find(const struct lint *lint)
{
	const char *name = lint_call(lint);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (str_equal(calls[i].name, name))
			return &calls[i];
	return NULL;
}

static const struct doc_action *action_find(const struct lint *lint, const char *name)
{
	uint32_t i;

	for (i = 0; i < lint->selector->actions.n; i++)
		if (str_equal(lint_action_name(&lint->selector->actions.items[i]), name))
			return &lint->selector->actions.items[i];
	return NULL;
}

static const char *prevent_hint(const struct lint *lint, char (*buf)[128])
{
	const struct call_row *call = call_find(lint);

	if (str_has_prefix(lint_call(lint), "security_"))
		snprintf(*buf, sizeof(*buf), "add the action Override with argError: -1");
	else if (call)
		snprintf(*buf, sizeof(*buf), "hook %s with the action Override instead",
			 call->safer);
	else if (lint_is_syscall(lint))
		snprintf(*buf, sizeof(*buf),
			 "add the action Override, or hook the security_ function");
	else
		snprintf(*buf, sizeof(*buf),
			 "hook the security_ function of this act with Override");
	return *buf;
}

/* An LSM hook's own verdict goes with its Sigkill: nothing is left to warn of. */
static void does_not_prevent(const struct lint *lint)
{
	const struct doc_action *kill = action_find(lint, "Sigkill");
	bool security = str_has_prefix(lint_call(lint), "security_");
	char hint[128];

	if (!(lint->section->section & (SECTION_KPROBE | SECTION_TRACEPOINT)))
		return;
	if (!kill)
		kill = action_find(lint, "Signal");
	if (!kill || action_find(lint, "Override") || action_find(lint, "NotifyEnforcer"))
		return;
	report_warning(
		lint->report, kill->action, "does-not-prevent", prevent_hint(lint, &hint),
		security ? "the signal arrives after the act, which is itself denied "
			   "only where the kernel lets this hook deny"
			 : "kills, but the call may complete: the signal arrives "
			   "after it");
}

static bool has_filters(const struct doc_selector *doc)
{
	return doc->args.n || doc->data.n || doc->pids.n ||
	       (doc->binaries.n && doc->binaries.items[0].values.n) || doc->parents.n ||
	       doc->namespaces.n || doc->namespace_changes.n || doc->capabilities.n ||
	       doc->capability_changes.n || doc->macros.n || doc->workloads;
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
		report_warning(
			lint->report, action, "broad-enforcement",
			"add a filter, or try it with policy-mode: monitor",
			"%s without a filter hits every process of the machine, the "
			"first included",
			action->text);
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

/* One NoPost is enough to keep the event back. */
static void post_kept_back(const struct lint *lint)
{
	const struct doc_action *post = action_find(lint, "Post");

	if (post && action_find(lint, "NoPost"))
		report_warning(lint->report, post->node, "never-posts", NULL,
			       "NoPost stands in the same list: there is no event");
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

/* Called for most of what a machine does: an event for each match floods the reader. */
static const char *const busy_calls[] = {
	"sys_read",
	"sys_write",
	"sys_pread64",
	"sys_pwrite64",
	"sys_close",
	"sys_openat",
	"sys_recvmsg",
	"sys_sendmsg",
	"sys_sendto",
	"sys_recvfrom",
	"sys_mmap",
	"sys_lseek",
	"tcp_sendmsg",
	"tcp_recvmsg",
	"udp_sendmsg",
	"udp_recvmsg",
	"tcp_v4_rcv",
	"ip_output",
	"ip_rcv",
	"__dev_queue_xmit",
	"dev_hard_start_xmit",
	"fd_install",
	"vfs_read",
	"vfs_write",
	"security_file_permission",
	"security_file_open",
	"security_mmap_file",
	"security_socket_sendmsg",
	"security_socket_recvmsg",
};

static void no_rate_limit(const struct lint *lint)
{
	const struct doc_action *post = action_find(lint, "Post");
	const char *name = lint_call(lint);
	size_t i;

	if (!post || post->rate_limit || lint_enforces(lint->selector))
		return;
	for (i = 0; i < ARRAY_SIZE(busy_calls); i++) {
		if (!str_equal(busy_calls[i], name))
			continue;
		report_warning(lint->report, post->node, "no-rate-limit",
			       "add rateLimit, like 10s",
			       Q " is called often, and every match is an event", name);
		return;
	}
}

/* Memory of the caller, which another of its threads can change after we looked. */
static bool filters_user_memory(const struct lint *lint)
{
	static const char *const types[] = { "string", "char_buf", "char_iovec",
					     "sockaddr", "sockaddr_un" };
	const struct doc_selector *doc = lint->selector;
	const struct type_row *type;
	uint32_t i;
	size_t k;

	for (i = 0; i < doc->args.n; i++) {
		type = lint_filter_type(lint, &doc->args.items[i]);
		for (k = 0; type && k < ARRAY_SIZE(types); k++)
			if (str_equal(type->name, types[k]))
				return true;
	}
	return false;
}

static void toctou(const struct lint *lint)
{
	const struct call_row *call = call_find(lint);
	char hint[128];

	if (!lint_is_syscall(lint) || !lint_enforces(lint->selector) ||
	    !filters_user_memory(lint))
		return;
	snprintf(hint, sizeof(hint), "hook %s",
		 call ? call->safer : "a security_ function");
	report_warning(
		lint->report, lint->hook->name, "toctou", hint,
		"the argument is memory of the caller: it can change after the check");
}

/* The policy also watches the same call of programs of the other width. */
static bool has_twin(const struct lint *lint, bool compat)
{
	const struct doc_hooks *hooks = &lint->spec->hooks[0]; /* kprobes */
	const char *call = lint_call(lint), *name;
	uint32_t i;

	for (i = 0; i < hooks->n; i++) {
		name = hooks->items[i].name ? hooks->items[i].name->text : "";
		if (!compat && str_has_prefix(name, "__ia32_") &&
		    str_equal(name + strlen("__ia32_"), call))
			return true;
		if (compat &&
		    (str_equal(name, call) || (str_has_prefix(name, "__x64_") &&
					       str_equal(name + strlen("__x64_"), call))))
			return true;
	}
	return false;
}

static void evasion(const struct lint *lint)
{
	const struct call_row *call = call_find(lint);
	bool compat =
		lint->hook->name && str_has_prefix(lint->hook->name->text, "__ia32_");
	const char *width = compat ? "64-bit calls (__x64_sys_*)"
				   : "calls of 32-bit programs (__ia32_sys_*)";
	bool twin, ring = call && call->io_uring;
	char hint[128];

	if (!lint_is_syscall(lint) || !lint_enforces(lint->selector))
		return;
	twin = has_twin(lint, compat);
	if (twin && !ring)
		return;
	snprintf(hint, sizeof(hint), "hook %s, where all ways meet",
		 call ? call->safer : "the security_ function");
	report_warning(lint->report, lint->hook->name, "evasion", hint,
		       "%s%s are not seen here, a way around this hook",
		       twin ? "" : width,
		       twin   ? "calls of io_uring"
		       : ring ? " and io_uring"
			      : "");
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

	if (!action || !action->error || action->error->number <= 0 ||
	    lint->section->section == SECTION_UPROBE)
		return;
	snprintf(hint, sizeof(hint), "did you mean -%d?", (int)action->error->number);
	report_warning(lint->report, action->error, "does-not-prevent", hint,
		       "most callers take a positive result for success");
}

const struct lint_rule lint_action_rules[] = {
	{ "broad-enforcement", broad_enforcement },
	{ "does-not-prevent", does_not_prevent },
	{ "does-not-prevent", positive_result },
	{ "evasion", evasion },
	{ "never-enforces", never_enforces },
	{ "never-posts", post_kept_back },
	{ "ignored-field", ignored_field },
	{ "no-rate-limit", no_rate_limit },
	{ "redundant-action", redundant_action },
	{ "toctou", toctou },
	{},
};
