/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a recording, or an event written by hand in one line. */
#ifndef TETRA_POLICY_RECORDING_H
#define TETRA_POLICY_RECORDING_H

#include <stddef.h>

#include <tetra/simulate.h>

#define RECORDING_WHY 200u

struct recorded {
	char *binary; /* of the process, owned; NULL: not known */
	char why[RECORDING_WHY];
};

/*
 * Reads @line, NUL-terminated, into @input, which is reset first.
 * Return: 1: it is an event of a hook; 0: of something else, as an exec; -EINVAL: it is broken,
 * .why says how; -ENOMEM. recorded_done() in every case.
 */
int recording_read(struct tetra_input *input, const char *line, size_t len,
		   struct recorded *ret);
void recorded_done(struct recorded *recorded);

#endif
