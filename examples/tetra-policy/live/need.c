/* SPDX-License-Identifier: Apache-2.0 */
#include "live/need.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int has_program(const char *name)
{
	const char *path = getenv("PATH");
	char file[4096];
	size_t n;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0;
	for (; path && *path; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)n, path, name);
		if (access(file, X_OK) == 0)
			return 1;
	}
	return 0;
}

static int is_kernel_since(const char *version)
{
	unsigned int is[3] = {}, wanted[3] = {}, i;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u.%u", &is[0], &is[1], &is[2]);
	sscanf(version, "%u.%u.%u", &wanted[0], &wanted[1], &wanted[2]);
	for (i = 0; i < 3; i++)
		if (is[i] != wanted[i])
			return is[i] > wanted[i];
	return 1;
}

static int has_bpf_lsm(void)
{
	FILE *file = fopen("/sys/kernel/security/lsm", "re");
	char names[512] = "";
	char *at;

	if (!file)
		return 0;
	if (!fgets(names, sizeof(names), file))
		names[0] = '\0';
	fclose(file);
	for (at = strtok(names, ",\n"); at; at = strtok(NULL, ",\n"))
		if (strcmp(at, "bpf") == 0)
			return 1;
	return 0;
}

static int is_met(const char *need)
{
	if (strncmp(need, "program:", 8) == 0)
		return has_program(need + 8);
	if (strncmp(need, "kernel>=", 8) == 0)
		return is_kernel_since(need + 8);
	if (strcmp(need, "lsm") == 0)
		return has_bpf_lsm();
	if (strcmp(need, "root") == 0)
		return geteuid() == 0;
	return 1; /* loading the policies shows it */
}

const char *need_unmet(struct suite *suite)
{
	const struct node *list = node_get(suite->root, "need");
	size_t i;

	for (i = 0; i < node_count(list); i++)
		if (!is_met(node_text(list->items[i])))
			return arena_text(&suite->arena, "needs %s",
					  node_text(list->items[i]));
	return NULL;
}

int need_has_kernel(const struct suite *suite)
{
	static const char *const words[] = { "enforce", "kill", "override", "lsm" };
	const struct node *list = node_get(suite->root, "need");
	size_t i, k;

	for (i = 0; i < node_count(list); i++)
		for (k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (strcmp(node_text(list->items[i]), words[k]) == 0)
				return 1;
	return 0;
}
