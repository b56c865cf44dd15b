/* SPDX-License-Identifier: Apache-2.0 */
#include "new/known.h"

#include <string.h>

#include "common/guard.h"

/* Types in the order of the parameters; "-": one that events do not show. */
/* A row a line. */
/* clang-format off */
static const struct {
	const char *name;
	const char *types[6];
} functions[] = {
	{ "fd_install", { "int", "file" } },
	{ "security_bprm_check", { "linux_binprm" } },
	{ "security_bprm_creds_from_file", { "linux_binprm", "file" } },
	{ "security_file_ioctl", { "file", "int", "long" } },
	{ "security_file_open", { "file" } },
	{ "security_file_permission", { "file", "int" } },
	{ "security_file_truncate", { "file" } },
	{ "security_inode_symlink", { "-", "-", "string" } },
	{ "security_mmap_file", { "file", "int", "int" } },
	{ "security_path_chmod", { "path", "int" } },
	{ "security_path_chown", { "path", "int", "int" } },
	{ "security_path_truncate", { "path" } },
	{ "sys_execve", { "string" } },
	{ "sys_execveat", { "int", "string" } },
	{ "sys_mount", { "string", "string", "string", "int" } },
	{ "sys_open", { "string", "int", "int" } },
	{ "sys_openat", { "int", "string", "int", "int" } },
	{ "sys_unlink", { "string" } },
	{ "sys_unlinkat", { "int", "string", "int" } },
	{ "tcp_close", { "sock" } },
	{ "tcp_connect", { "sock" } },
	{ "tcp_recvmsg", { "sock", "-", "int" } },
	{ "tcp_sendmsg", { "sock", "-", "int" } },
	{ "udp_sendmsg", { "sock", "-", "int" } },
};
/* clang-format on */

const char *known_plain(const char *name)
{
	static const char *const prefixes[] = { "__x64_", "__ia32_", "__arm64_" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0 &&
		    strncmp(name + strlen(prefixes[i]), "sys_", 4) == 0)
			return name + strlen(prefixes[i]);
	return name;
}

int known_is_syscall(const char *name)
{
	return strncmp(name, "sys_", 4) == 0;
}

/* Numbers of all widths are one. */
static int is_like(const char *known, const char *type)
{
	static const char *const numbers[] = { "int", "uint32", "int64", "size_t" };
	size_t i;

	if (strcmp(known, "int") != 0)
		return strcmp(known, type) == 0;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strcmp(numbers[i], type) == 0)
			return 1;
	return 0;
}

static int assign(const struct seen_hook *hook, const char *const *types,
		  unsigned int ret[static SEEN_ARGS])
{
	unsigned int i, next = 0;

	for (i = 0; i < hook->n_args; i++) {
		while (types[next] &&
		       (!hook->args[i].type || !is_like(types[next], hook->args[i].type)))
			next++;
		if (!types[next])
			return 0;
		ret[i] = next++;
	}
	return 1;
}

int known_indices(const struct seen_hook *hook, unsigned int ret[static SEEN_ARGS])
{
	unsigned int i;

	for (i = 0; hook->kind == SEEN_KPROBE && i < ARRAY_SIZE(functions); i++)
		if (strcmp(functions[i].name, hook->name) == 0 &&
		    assign(hook, functions[i].types, ret))
			return 1;
	for (i = 0; i < SEEN_ARGS; i++)
		ret[i] = i;
	return 0;
}
