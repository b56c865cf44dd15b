/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tetra/tetra.h>

#include "common/findings.h"
#include "common/guard.h"
#include "text.h"

#define LIVE "live"

static const char *const endings[] = { ".gz", ".facts" };

static int has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && strcmp(name + len - tail, ending) == 0;
}

/* "fleet/6.12.facts.gz" -> "6.12" */
static char *label_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *label = strdup(slash ? slash + 1 : path);
	size_t i;

	for (i = 0; label && i < ARRAY_SIZE(endings); i++)
		if (has_ending(label, endings[i]))
			label[strlen(label) - strlen(endings[i])] = '\0';
	return label;
}

/* @path is taken, also on failure; NULL: this machine. */
static int machine_add(struct fleet *fleet, char *path)
{
	struct machine *grown =
		reallocarray(fleet->machines, fleet->n + 1, sizeof(*grown));
	char *label = path ? label_of(path) : strdup(LIVE);

	if (grown)
		fleet->machines = grown;
	if (!grown || !label) {
		free(label);
		free(path);
		return -ENOMEM;
	}
	grown[fleet->n++] = (struct machine){ .label = label, .path = path };
	return 0;
}

static int is_facts(const struct dirent *entry)
{
	return has_ending(entry->d_name, ".facts") ||
	       has_ending(entry->d_name, ".facts.gz");
}

static int folder_add(struct fleet *fleet, const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_facts, versionsort), i, r = 0;
	char *path;

	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		if (r == 0 && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
			r = -ENOMEM;
		else if (r == 0)
			r = machine_add(fleet, path);
		free(entries[i]);
	}
	free(entries);
	return r < 0 || n ? r : -ENOENT;
}

int fleet_add(struct fleet *fleet, const char *what)
{
	struct stat st;
	char *path;
	int r;

	if (strcmp(what, LIVE) == 0)
		return machine_add(fleet, NULL);
	if (stat(what, &st) < 0) {
		complain(what, strerror(errno));
		return -errno;
	}
	if (S_ISDIR(st.st_mode)) {
		r = folder_add(fleet, what);
		if (r < 0)
			complain(what, r == -ENOENT ? "no file of facts (NAME.facts)"
						    : strerror(-r));
		return r;
	}
	path = strdup(what);
	return path ? machine_add(fleet, path) : -ENOMEM;
}

/* Another machine, not the same one again. */
static int is_other(const struct machine *one, const struct machine *other)
{
	return !one->path || !other->path ? one->path != other->path
					  : strcmp(one->path, other->path) != 0;
}

int fleet_label(struct fleet *fleet)
{
	struct machine *all = fleet->machines;
	size_t i, k;

	for (i = 0; i < fleet->n; i++)
		for (k = 0; k < fleet->n; k++)
			if (is_other(&all[i], &all[k]) &&
			    strcmp(all[i].label, all[k].label) == 0)
				all[i].is_ambiguous = 1;
	for (i = 0; i < fleet->n; i++) {
		char *whole =
			all[i].is_ambiguous && all[i].path ? strdup(all[i].path) : NULL;

		if (all[i].is_ambiguous && all[i].path && !whole)
			return -ENOMEM;
		if (whole) {
			free(all[i].label);
			all[i].label = whole;
		}
	}
	return 0;
}

void fleet_done(struct fleet *fleet)
{
	size_t i;

	for (i = 0; i < fleet->n; i++) {
		free(fleet->machines[i].label);
		free(fleet->machines[i].path);
	}
	free(fleet->machines);
}

int machine_open(const struct machine *machine, struct tetra_facts **ret)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r < 0)
		return r;
	r = machine->path ? tetra_facts_load(ret, machine->path, diag)
			  : tetra_facts_read(ret, diag);
	if (r < 0)
		findings_reason(diag, machine->label, r);
	return r;
}
