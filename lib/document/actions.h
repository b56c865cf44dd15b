/* SPDX-License-Identifier: Apache-2.0 */
/* Actions by their numbers: the rows of bpf/abi/kinds.h. */
#ifndef TETRA_LIB_ACTIONS_H
#define TETRA_LIB_ACTIONS_H

#include "bpf/abi/kinds.h"
#include "lib/document/words.h"

struct action_row {
	const char *name;
	uint8_t sections; /* enum section: where it is allowed */
	uint8_t enforces;
	uint8_t supported;
};

/* A word for an action, where one may be written: the lists are in types.h. */
struct action_word {
	const char *name;
	uint32_t kind; /* enum tetra_action_kind */
};

/* The row of an action; that of an unknown number has no name. */
const struct action_row *action_row(uint32_t kind);
bool action_enforces(uint32_t kind);

#endif
