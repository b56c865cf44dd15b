/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/hook-names.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "security_"
#define SUFFIX "_security"

/* security_X calls the hook X or X_security; these do not, or only seem to. */
static const struct {
	const char *function, *hook;
} renamed[] = {
	{ "security_create_user_ns", "userns_create" },
	{ "security_inode_init_security", "inode_init_security" },
	{ "security_prepare_creds", "cred_prepare" },
	{ "security_settime64", "settime" },
	{ "security_sock_rcv_skb", "socket_sock_rcv_skb" },
	{ "security_transfer_creds", "cred_transfer" },
	{ "security_vm_enough_memory_mm", "vm_enough_memory" },
};

bool is_security_function(const char *name)
{
	return str_has_prefix(name, PREFIX);
}

const char *hook_function(const char *hook, char (*buf)[HOOK_NAME_BYTES])
{
	size_t i, length = strlen(hook), suffix = strlen(SUFFIX);

	for (i = 0; i < ARRAY_SIZE(renamed); i++)
		if (str_equal(renamed[i].hook, hook))
			return renamed[i].function;
	if (length > suffix && str_equal(hook + length - suffix, SUFFIX))
		length -= suffix;
	snprintf(*buf, sizeof(*buf), PREFIX "%.*s", (int)length, hook);
	return *buf;
}

const char *function_hook(const char *function, unsigned int i,
			  char (*buf)[HOOK_NAME_BYTES])
{
	const char *name = function + strlen(PREFIX);
	size_t k;

	for (k = 0; k < ARRAY_SIZE(renamed); k++)
		if (str_equal(renamed[k].function, function))
			return i == 0 ? renamed[k].hook : NULL;
	if (i == 0)
		return name;
	if (i > 1 || strlen(name) + strlen(SUFFIX) >= HOOK_NAME_BYTES)
		return NULL;
	snprintf(*buf, sizeof(*buf), "%s" SUFFIX, name);
	return *buf;
}
