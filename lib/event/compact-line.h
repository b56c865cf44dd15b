/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of compact text under construction, and the parts that lines are made of. Each part
 * begins with a blank.
 */
#ifndef TETRA_LIB_COMPACT_LINE_H
#define TETRA_LIB_COMPACT_LINE_H

#include "lib/event/event.h"
#include "lib/process/writer.h"

enum color { RED = 31, GREEN = 32, BLUE = 34, MAGENTA = 35, CYAN = 36 };

struct compact {
	struct writer writer;
	const struct tetra_event *event;
	uint32_t flags; /* TETRA_COMPACT_* */
	size_t escapes; /* bytes of colour codes */
};

void compact_color(struct compact *line, enum color color);
void compact_color_end(struct compact *line);

/* Icon and word, with the blanks up to the next column. */
void compact_word(struct compact *line, const char *icon, const char *word);
/* Icon, word, node and binary: the start of all lines. */
void compact_begin(struct compact *line, const char *icon, const char *word);
void compact_quoted(struct compact *line, enum color color, const char *text, size_t len);
void compact_text(struct compact *line, enum color color, const char *text);
void compact_number(struct compact *line, enum color color, uint64_t number);

/* The argument at @index, if it was read and @key is its key in JSON. */
const struct event_arg *compact_arg(const struct tetra_event *event, uint32_t index,
				    const char *key);
void compact_arg_text(struct compact *line, uint32_t index, const char *key);

#endif
