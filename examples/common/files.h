/* SPDX-License-Identifier: Apache-2.0 */
/* The policy files that a user's paths name; a directory means the files in it. */
#ifndef TETRA_COMMON_FILES_H
#define TETRA_COMMON_FILES_H

#include <stddef.h>

struct files {
	char **names; /* owned, as are the texts */
	size_t n_names;
	size_t n_allocated;
};

/*
 * Adds a file, or all *.yaml and *.yml of a directory in the order of their names. A path
 * that does not exist is added: reading it will tell. Return: 0; -errno.
 */
int files_add(struct files *files, const char *path);
void files_done(struct files *files);

#endif
