/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What places in programs and libraries have in common: the file. In at-uprobe.c.
 */
#ifndef TETRA_LIB_PLAN_AT_FILE_H
#define TETRA_LIB_PLAN_AT_FILE_H

#include "lib/plan/point.h"

struct use_spot at_file_spot(const struct use_build *build);
/* Why program_open() has failed. */
void at_file_tell(struct use_build *build, const char *path, int error);
/* Relative paths begin in the loader's working directory. Return: 0; -E2BIG; another error. */
int at_file_path(const char *path, char (*ret)[PLAN_NAME_BYTES]);

/* Something was not found here: a note if the policy allows that; then the hook is left out. */
#define use_absent(build, spot, hint, ...)                                               \
	do {                                                                             \
		bool left_out = (build)->hook->call_not_found_ok;                        \
                                                                                         \
		use_finding((build), (spot),                                             \
			    left_out ? TETRA_SEVERITY_NOTE : TETRA_SEVERITY_ERROR,       \
			    -ENOENT, "unknown-symbol", (hint), __VA_ARGS__);             \
	} while (0)

#endif
