/* SPDX-License-Identifier: Apache-2.0 */
/* Policies from files into a session: first all are read, then all are loaded at once. */
#ifndef TETRA_MINI_LOAD_H
#define TETRA_MINI_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct config;
struct tetra_diag;
struct tetra_policy;
struct tetra_session;

struct policies {
	struct tetra_policy **list; /* one reference each */
	size_t n_list;
};

/*
 * Reads the files of all --policy. Every fault of every file is in @diag.
 * Return: 0; else the error of the first file that was refused.
 */
int policies_read(struct policies *policies, const struct config *config,
		  struct tetra_diag *diag);

/*
 * One transaction: all of them in the place of what is loaded, or nothing changes. Every
 * refusal is in @diag.
 * Return: 0; else the first error.
 */
int policies_load(const struct policies *policies, struct tetra_session *session,
		  uint32_t mode, struct tetra_diag *diag);
void policies_done(struct policies *policies);

#endif
