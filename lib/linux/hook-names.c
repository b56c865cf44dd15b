/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/linux/hook-names.h"

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
