/* SPDX-License-Identifier: Apache-2.0 */
#include "live/keep.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tetra/tetra.h>

#include "text.h"

/* Names that become equal get numbers; a folder of a run before is not written over. */
#define MAX_FOLDERS 1000u

/* Letters, digits and a few signs of the case's name. */
static char *folder_name(struct arena *arena, const char *folder, const char *name)
{
	char *ret = arena_text(arena, "%s/%.200s", folder, name);
	char *at;

	for (at = ret + strlen(folder) + 1; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("-_=,[]", *at))
			*at = '_';
	return ret;
}

/* Return: a descriptor of a new folder, and its name; -1: the name of what failed. */
static int folder_make(struct arena *arena, const char *folder, const char *name,
		       const char **ret)
{
	const char *plain = folder_name(arena, folder, name);
	unsigned int i;

	*ret = folder;
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return -1;
	for (i = 1; i <= MAX_FOLDERS; i++) {
		*ret = i == 1 ? plain : arena_text(arena, "%s.%u", plain, i);
		if (mkdir(*ret, 0755) == 0)
			return open(*ret, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (errno != EEXIST)
			break;
	}
	return -1;
}

static FILE *file_open(int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static int text_keep(int folder, const char *name, const char *text, size_t n)
{
	FILE *file = file_open(folder, name);

	if (!file)
		return -1;
	fwrite(text, 1, n, file);
	return fclose(file);
}

static int events_keep(int folder, const struct watch *watch)
{
	FILE *file = file_open(folder, "events.json");
	size_t i;

	if (!file)
		return -1;
	for (i = 0; i < watch->n; i++)
		fprintf(file, "%s\n", watch->items[i].json);
	return fclose(file);
}

static int hooks_keep(int folder, const struct observation *at)
{
	const struct policies *all = &at->suite->policies;
	struct tetra_hook_status status = { .size = sizeof(status) };
	FILE *file = file_open(folder, "hooks");
	unsigned int k;
	size_t i;

	if (!file)
		return -1;
	for (i = 0; i < all->n; i++) {
		const char *name = tetra_policy_get_name(all->items[i]);

		for (k = 0; tetra_policy_get_hook_status(at->watch->session, name, k,
							 &status) >= 0;
		     k++)
			fprintf(file, "%s %u %s: %s: %s\n", name, k, status.function,
				status.attach, status.reason ? status.reason : "");
	}
	return fclose(file);
}

static int ledger_keep(int folder, const struct observation *at)
{
	const struct policies *all = &at->suite->policies;
	struct tetra_counts counts = { .size = sizeof(counts) };
	FILE *file = file_open(folder, "ledger");
	size_t i;

	if (!file)
		return -1;
	for (i = 0; i < all->n; i++) {
		const char *name = tetra_policy_get_name(all->items[i]);

		if (tetra_stats_policy(at->watch->session, name, TETRA_ALL, TETRA_ALL,
				       &counts) >= 0)
			fprintf(file,
				"%s: matched %" PRIu64 ", posted %" PRIu64
				", signalled %" PRIu64 ", overridden %" PRIu64
				", lost %" PRIu64 " since it was loaded\n",
				name, counts.matched, counts.posted, counts.signalled,
				counts.overridden, counts.lost);
	}
	return fclose(file);
}

static int all_keep(int folder, const struct observation *at, const char *reason)
{
	const struct output *out = &at->act->out, *err = &at->act->err;

	if (text_keep(folder, "reason", reason, strlen(reason)) < 0 ||
	    text_keep(folder, "stdout", out->text ? out->text : "", out->n) < 0 ||
	    text_keep(folder, "stderr", err->text ? err->text : "", err->n) < 0)
		return -1;
	return events_keep(folder, at->watch) < 0 || hooks_keep(folder, at) < 0 ||
			       ledger_keep(folder, at) < 0
		       ? -1
		       : 0;
}

void keep_case(const char *folder, const struct observation *observation,
	       const char *reason)
{
	const char *name;
	int fd = folder_make(&observation->suite->arena, folder, observation->one->name,
			     &name);
	int r = fd < 0 ? -1 : all_keep(fd, observation, reason);

	if (r < 0)
		complain(name, strerror(errno));
	if (fd >= 0)
		close(fd);
}
