/* SPDX-License-Identifier: Apache-2.0 */
/* What the written program of null.py and null.c know of each other. */
#ifndef TESTS_ABI_NULL_H
#define TESTS_ABI_NULL_H

#include <tetra/session.h>
#include <tetra/tetra.h>

/* What a call with nothing returned: NULL; 0, -EINVAL or -ENOENT. */
void check_pointer(const char *name, const void *got);
void check_number(const char *name, long long got);

void calls_with_nothing(void);
void calls_with_one(struct tetra_policy *policy, struct tetra_diag *diag,
		    struct tetra_filter *filter, const struct tetra_event *event,
		    const struct tetra_process *process);
extern const unsigned int n_functions;

#endif
