/* SPDX-License-Identifier: Apache-2.0 */
#include "live/until.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "suite/match.h"

/* States of sockets that take what comes, of TCP and of UDP. */
#define TCP_LISTENS 10u
#define UDP_OPEN    7u

static int is_in_table(pid_t pid, const char *table, unsigned int state,
		       unsigned int port)
{
	unsigned int local, is;
	char line[512];
	FILE *file;
	int found = 0;

	snprintf(line, sizeof(line), "/proc/%d/net/%s", (int)pid, table);
	file = fopen(line, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x",
			       &local, &is) == 2 &&
			local == port && is == state;
	if (file)
		fclose(file);
	return found;
}

/* Nothing connects: that would be an event, and the server's first client. */
static int is_open(pid_t pid, unsigned int port)
{
	return is_in_table(pid, "tcp", TCP_LISTENS, port) ||
	       is_in_table(pid, "tcp6", TCP_LISTENS, port) ||
	       is_in_table(pid, "udp", UDP_OPEN, port) ||
	       is_in_table(pid, "udp6", UDP_OPEN, port);
}

static int is_there(const struct sandbox *sandbox, const char *path)
{
	int fd = sandbox_open(sandbox, path, O_PATH | O_NOFOLLOW);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int is_seen(const struct node *partial, const struct watch *watch)
{
	size_t i;

	for (i = 0; i < watch->n; i++)
		if (watch->items[i].group == GROUP_WITH &&
		    match_event(partial, watch->items[i].tree))
			return 1;
	return 0;
}

int until_is_met(const struct node *until, const struct act *act,
		 const struct sandbox *sandbox, const struct watch *watch)
{
	int64_t port;

	if (!until)
		return 1;
	if (node_number(node_get(until, "port"), &port))
		return is_open(act->pid, (unsigned int)port);
	if (node_get(until, "file"))
		return is_there(sandbox, node_get_text(until, "file"));
	if (node_get(until, "stdout"))
		return match_text(node_get(until, "stdout"),
				  act->out.text ? act->out.text : "");
	return is_seen(node_get(until, "event"), watch);
}
