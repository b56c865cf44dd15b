/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/number.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "common/guard.h"
#include "suite/node.h"

/* Past the last one. */
#define MAX_ERRNO 134

/* Second names: the C library has one for each number. */
static const struct {
	const char *name;
	int number;
} others[] = {
	{ "SIGIO", SIGIO },
	{ "SIGPOLL", SIGPOLL },
	{ "SIGIOT", SIGIOT },
	{ "SIGCLD", SIGCHLD },
	{ "EWOULDBLOCK", EWOULDBLOCK },
	{ "EDEADLOCK", EDEADLOCK },
	{ "ENOTSUP", ENOTSUP },
};

static int other_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(others[i].name, name) == 0)
			return others[i].number;
	return 0;
}

int number_of_signal(const char *name)
{
	const struct node node = {
		.kind = NODE_SCALAR, .is_plain = 1, .text = name, .n = strlen(name)
	};
	int64_t number;
	int i;

	if (node_number(&node, &number))
		return number > 0 && number < NSIG ? (int)number : 0;
	if (strncmp(name, "SIG", 3) != 0)
		return 0;
	for (i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcmp(sigabbrev_np(i), name + 3) == 0)
			return i;
	return other_name(name);
}

int number_of_errno(const char *name)
{
	int i;

	if (name[0] != 'E')
		return 0;
	for (i = 1; i < MAX_ERRNO; i++)
		if (strerrorname_np(i) && strcmp(strerrorname_np(i), name) == 0)
			return i;
	return other_name(name);
}
