/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/actions.h"

#include "lib/document/section.h"
#include "lib/document/types.h"

/* Sections, as the rows of kinds.h name them. */
#define NOT_FENTRY (SECTION_ALL & ~SECTION_FENTRY)
#define NOT_LSM	   (SECTION_ALL & ~SECTION_LSM)
#define IN_AGENT   (SECTION_KPROBE | SECTION_FENTRY | SECTION_TRACEPOINT)

#define X(NAME, number, text, where, does_enforce, needs, marks, unmarks, event,         \
	  is_supported)                                                                  \
	[number] = { .name = (text),                                                     \
		     .sections = (where),                                                \
		     .enforces = (does_enforce),                                         \
		     .supported = (is_supported) },
static const struct action_row rows[TETRA_ACTION_END] = { TETRA_ACTIONS(X) };
#undef X

#define X(NAME, number, text, ...) { text, number },
static const struct action_word action_words[] = { TETRA_ACTIONS(X) };
#undef X

/* "Post" is what old policies have: it has never done anything. */
static const struct action_word sock_action_words[] = {
	{ "Post", TETRA_ACTION_POST },
	{ "TrackSock", TETRA_ACTION_TRACK_SOCK },
	{ "UntrackSock", TETRA_ACTION_UNTRACK_SOCK },
};

const struct words actions = WORDS(action_words);
const struct words sock_actions = WORDS(sock_action_words);

const struct action_row *action_row(uint32_t kind)
{
	return &rows[kind < ARRAY_SIZE(rows) ? kind : 0];
}

bool action_enforces(uint32_t kind)
{
	return action_row(kind)->enforces;
}
