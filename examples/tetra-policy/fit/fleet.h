/* SPDX-License-Identifier: Apache-2.0 */
/* The machines that policies are judged for: this one, or files of facts. */
#ifndef TETRA_POLICY_FLEET_H
#define TETRA_POLICY_FLEET_H

#include <stddef.h>

struct tetra_facts;

struct machine {
	char *label;	  /* "live", or the file's name without its endings */
	char *path;	  /* of the file; NULL: this machine */
	int is_ambiguous; /* another one has the same label */
};

struct fleet {
	struct machine *machines;
	size_t n;
};

/*
 * Adds "live", a file of facts, or all files NAME.facts of a folder. Complains if there is none.
 * Return: 0; a negative errno.
 */
int fleet_add(struct fleet *fleet, const char *what);
/* Once all are there: those whose labels are equal get their paths. Return: 0; -ENOMEM. */
int fleet_label(struct fleet *fleet);
void fleet_done(struct fleet *fleet);

/* Its facts; what is wrong with them is printed. Return: 0; a negative errno. */
int machine_open(const struct machine *machine, struct tetra_facts **ret);

#endif
