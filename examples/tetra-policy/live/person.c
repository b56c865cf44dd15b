/* SPDX-License-Identifier: Apache-2.0 */
#include "live/person.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/node.h"

#define MAX_GROUPS 64u

/* In the order of their numbers. */
static const char *const cap_names[] = { "chown",
					 "dac_override",
					 "dac_read_search",
					 "fowner",
					 "fsetid",
					 "kill",
					 "setgid",
					 "setuid",
					 "setpcap",
					 "linux_immutable",
					 "net_bind_service",
					 "net_broadcast",
					 "net_admin",
					 "net_raw",
					 "ipc_lock",
					 "ipc_owner",
					 "sys_module",
					 "sys_rawio",
					 "sys_chroot",
					 "sys_ptrace",
					 "sys_pacct",
					 "sys_admin",
					 "sys_boot",
					 "sys_nice",
					 "sys_resource",
					 "sys_time",
					 "sys_tty_config",
					 "mknod",
					 "lease",
					 "audit_write",
					 "audit_control",
					 "setfcap",
					 "mac_override",
					 "mac_admin",
					 "syslog",
					 "wake_alarm",
					 "block_suspend",
					 "audit_read",
					 "perfmon",
					 "bpf",
					 "checkpoint_restore" };
#define N_CAPS (sizeof(cap_names) / sizeof(*cap_names))

static int fail(char *why, size_t bytes, const char *what, const char *name)
{
	snprintf(why, bytes, "%s '%s': %s", what, name,
		 errno ? strerror(errno) : "is not known");
	return -1;
}

/* The largest id is none: for the kernel it means "as before". */
static int is_number(const char *text, unsigned int *ret)
{
	unsigned long long number;
	size_t n = strspn(text, "0123456789");

	if (!n || n > 10 || text[n])
		return 0;
	number = strtoull(text, NULL, 10);
	*ret = (unsigned int)number;
	return number < UINT32_MAX;
}

static int group_id(const char *name, gid_t *ret)
{
	const struct group *group;

	if (is_number(name, ret))
		return 0;
	errno = 0;
	group = getgrnam(name);
	if (!group)
		return -1;
	*ret = group->gr_gid;
	return 0;
}

static int cap_number(const char *name)
{
	size_t i;

	if (strncasecmp(name, "CAP_", 4) == 0)
		name += 4;
	for (i = 0; i < N_CAPS; i++)
		if (strcasecmp(cap_names[i], name) == 0)
			return (int)i;
	return -1;
}

static int set_groups(const struct node *groups, char *why, size_t bytes)
{
	gid_t ids[MAX_GROUPS];
	size_t i;

	errno = E2BIG;
	if (node_count(groups) > MAX_GROUPS)
		return fail(why, bytes, "groups", "of the command");
	for (i = 0; i < node_count(groups); i++)
		if (group_id(node_text(node_item(groups, i)), &ids[i]) < 0)
			return fail(why, bytes, "group", node_text(node_item(groups, i)));
	return setgroups(i, ids) < 0 ? fail(why, bytes, "groups", "of the command") : 0;
}

static int caps_read(const struct node *caps, unsigned long long *ret, char *why,
		     size_t bytes)
{
	size_t i;
	int number;

	*ret = 0;
	for (i = 0; i < node_count(caps); i++) {
		number = cap_number(node_text(node_item(caps, i)));
		errno = 0;
		if (number < 0)
			return fail(why, bytes, "capability",
				    node_text(node_item(caps, i)));
		*ret |= 1ull << number;
	}
	return 0;
}

/* As long as the process may: another user may not. */
static void bound_caps(unsigned long long caps)
{
	unsigned int i;

	for (i = 0; i < N_CAPS; i++)
		if (!(caps >> i & 1) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

/* All sets are the same. */
static int set_caps(unsigned long long caps)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	unsigned int i;

	for (i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = data[i].inheritable =
			(unsigned int)(caps >> 32 * i);
	if (syscall(SYS_capset, &header, data) < 0)
		return -1;
	for (i = 0; i < N_CAPS; i++)
		if (caps >> i & 1)
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0);
	return 0;
}

static int set_user(const char *name, int has_groups, char *why, size_t bytes)
{
	const struct passwd *user;
	unsigned int id;

	errno = 0;
	user = is_number(name, &id) ? getpwuid(id) : getpwnam(name);
	if (!user && !is_number(name, &id))
		return fail(why, bytes, "user", name);
	if (user)
		id = user->pw_uid;
	if (!has_groups &&
	    (user ? initgroups(user->pw_name, user->pw_gid) : setgroups(0, NULL)) < 0)
		return fail(why, bytes, "groups of", name);
	if (setresgid(user ? user->pw_gid : id, user ? user->pw_gid : id,
		      user ? user->pw_gid : id) < 0 ||
	    setresuid(id, id, id) < 0)
		return fail(why, bytes, "user", name);
	return 0;
}

int person_become(const struct node *form, char *why, size_t why_bytes)
{
	const struct node *groups = node_get(form, "groups"),
			  *caps = node_get(form, "caps");
	const char *user = node_get_text(form, "user");
	unsigned long long set = 0;

	if (caps && caps_read(caps, &set, why, why_bytes) < 0)
		return -1;
	if (groups && set_groups(groups, why, why_bytes) < 0)
		return -1;
	if (caps)
		bound_caps(set);
	if (user && set_user(user, groups != NULL, why, why_bytes) < 0)
		return -1;
	if (caps && set_caps(set) < 0)
		return fail(why, why_bytes, "capabilities", "of the command");
	return 0;
}
