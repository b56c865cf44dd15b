/* SPDX-License-Identifier: Apache-2.0 */
#include "common/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/guard.h"
#include "common/name.h"

static int entry_is_policy(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && end != entry->d_name &&
	       (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

/* @name is taken, also on failure, and may be NULL. */
static int name_add(struct files *files, char *name)
{
	size_t more = files->n_allocated ? files->n_allocated * 2 : 16;
	char **names = files->names;

	if (name && files->n_names == files->n_allocated) {
		names = reallocarray(files->names, more, sizeof(*names));
		if (names) {
			files->names = names;
			files->n_allocated = more;
		}
	}
	if (!name || !names) {
		free(name);
		return -ENOMEM;
	}
	files->names[files->n_names++] = name;
	return 0;
}

static char *path_join(const char *directory, const char *name)
{
	size_t len = strlen(directory);
	char *path;

	while (len > 1 && directory[len - 1] == '/')
		len--;
	if (asprintf(&path, "%.*s/%s", (int)len, directory, name) < 0)
		return NULL;
	return path;
}

/* Folders, pipes and devices are no policies, whatever they are called. @path is taken. */
static int entry_add(struct files *files, char *path)
{
	struct stat st;

	if (path && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		free(path);
		return 0;
	}
	return name_add(files, path);
}

static int directory_add(struct files *files, const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, entry_is_policy, alphasort), i, r = 0;
	size_t before = files->n_names;
	char name[NAME_BYTES];

	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		if (r == 0)
			r = entry_add(files, path_join(path, entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	if (r == 0 && files->n_names == before)
		fprintf(stderr, "%s: warning: no *.yaml and no *.yml files in %s\n",
			program_invocation_short_name, name_safe(name, path));
	return r;
}

int files_add(struct files *files, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return directory_add(files, path);
	return name_add(files, strdup(path));
}

void files_done(struct files *files)
{
	size_t i;

	for (i = 0; i < files->n_names; i++)
		free(files->names[i]);
	free(files->names);
}
