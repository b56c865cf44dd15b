/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/linux/hook-names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "security_"
#define SUFFIX "_security"

/* security_X calls the hook X, except these ... */
static const struct {
	const char *function, *hook;
} renamed[] = {
	{ "security_create_user_ns", "userns_create" },
	{ "security_prepare_creds", "cred_prepare" },
	{ "security_settime64", "settime" },
	{ "security_sock_rcv_skb", "socket_sock_rcv_skb" },
	{ "security_transfer_creds", "cred_transfer" },
	{ "security_vm_enough_memory_mm", "vm_enough_memory" },
};

/* ... and these, which call X_security. */
static const char *const suffixed[] = {
	"bdev_alloc",	     "bdev_free",	  "bpf_map_alloc",
	"bpf_map_free",	     "bpf_prog_alloc",	  "bpf_prog_free",
	"bprm_check",	     "file_alloc",	  "file_free",
	"inode_alloc",	     "inode_free",	  "msg_msg_alloc",
	"msg_msg_free",	     "msg_queue_alloc",	  "msg_queue_free",
	"sb_alloc",	     "sb_free",		  "sem_alloc",
	"sem_free",	     "shm_alloc",	  "shm_free",
	"sk_alloc",	     "sk_clone",	  "sk_free",
	"xfrm_policy_alloc", "xfrm_policy_clone", "xfrm_policy_delete",
	"xfrm_policy_free",  "xfrm_state_delete", "xfrm_state_free",
};

bool is_security_function(const char *name)
{
	return str_has_prefix(name, PREFIX);
}

/* @hook is @name with the suffix. */
static bool has_suffix(const char *hook, const char *name)
{
	return str_has_prefix(hook, name) && str_equal(hook + strlen(name), SUFFIX);
}

const char *hook_function(const char *hook, char (*buf)[HOOK_NAME_BYTES])
{
	const char *name = hook;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(renamed); i++)
		if (str_equal(renamed[i].hook, hook))
			return renamed[i].function;
	for (i = 0; i < ARRAY_SIZE(suffixed); i++)
		if (has_suffix(hook, suffixed[i]))
			name = suffixed[i];
	snprintf(*buf, sizeof(*buf), PREFIX "%s", name);
	return *buf;
}

const char *function_hook(const char *function, char (*buf)[HOOK_NAME_BYTES])
{
	const char *name = function;
	size_t i;

	if (is_security_function(function))
		name += strlen(PREFIX);
	for (i = 0; i < ARRAY_SIZE(renamed); i++)
		if (str_equal(renamed[i].function, function))
			return renamed[i].hook;
	for (i = 0; i < ARRAY_SIZE(suffixed); i++) {
		if (!str_equal(suffixed[i], name))
			continue;
		snprintf(*buf, sizeof(*buf), "%s" SUFFIX, name);
		return *buf;
	}
	return name;
}

bool symbol_is_name(const char *text)
{
	if (!*text || isdigit((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("_.$", *text))
			return false;
	return true;
}

/* Names that a "*" ends are those that begin so. */
static bool is_like(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	return pattern[len - 1] == '*' ? !strncmp(pattern, name, len - 1)
				       : str_equal(pattern, name);
}

const char *function_gone(const char *name, const char **ret_instead)
{
	/* Inline functions and macros, and names from before Linux 5.10. */
	static const struct {
		const char *name, *instead;
	} rows[] = {
		{ "_do_fork", "kernel_clone" },
		{ "do_fork", "kernel_clone" },
		{ "ksys_mount", "path_mount" },
		{ "ksys_umount", "path_umount" },
		{ "copy_from_user", "_copy_from_user" },
		{ "copy_to_user", "_copy_to_user" },
		{ "get_current", NULL },
		{ "get_user", NULL },
		{ "put_user", NULL },
		{ "current", NULL },
	};
	/* What runs before a probe could be handled, or handles it: no kernel allows probes there. */
	static const char *const unprobed[] = {
		"asm_exc_*",
		"asm_sysvec_*",
		"entry_SYSCALL_*",
		"exc_int3",
		"exc_debug",
		"do_int3",
		"kprobe_ftrace_handler",
		"kprobe_int3_handler",
	};
	size_t i;

	*ret_instead = NULL;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_equal(rows[i].name, name)) {
			*ret_instead = rows[i].instead;
			return "cannot be hooked: kernels inline it, or have renamed it";
		}
	for (i = 0; i < ARRAY_SIZE(unprobed); i++)
		if (is_like(unprobed[i], name))
			return "runs where no kernel allows probes";
	return NULL;
}

bool hook_is_helper(const char *name)
{
	/* kernel/bpf/bpf_lsm.c and security/bpf/hooks.c */
	static const char *const helpers[] = {
		"init",
		"verify_prog",
		"func_proto",
		"find_cgroup_shim",
		"get_retval_range",
		"is_sleepable_hook",
		"is_trusted",
	};

	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		if (str_equal(helpers[i], name))
			return true;
	return false;
}

bool hook_is_closed(const char *hook)
{
	static const char prefix[] = "bpf_lsm_";
	/* bpf_lsm_disabled_hooks in kernel/bpf/bpf_lsm.c, and some like them: they return more
	 * than 0 or an error. Stable kernels before 6.12 have closed them too. */
	static const char *const hooks[] = {
		"vm_enough_memory",    "inode_need_killpriv",
		"inode_getsecurity",   "inode_listsecurity",
		"inode_copy_up_xattr", "getselfattr",
		"getprocattr",	       "setprocattr",
		"key_getsecurity",     "audit_rule_match",
		"ismaclabel",	       "secid_to_secctx",
		"secctx_to_secid",     "xfrm_state_pol_flow_match",
	};

	if (str_has_prefix(hook, prefix))
		hook += strlen(prefix);
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (str_equal(hooks[i], hook))
			return true;
	return false;
}
