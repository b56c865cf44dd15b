/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as one human-readable line: icon, word, where, who, what. Blanks are significant: an
 * empty part keeps its separating blank.
 */
#include <linux/capability.h>

#include "lib/base/opts.h"
#include "lib/event/compact-line.h"
#include "lib/event/kind.h"

/* Where the note about capabilities ends, in bytes of the line. */
#define TRAILER_COLUMN 120u
#define TRAILER	       "\xf0\x9f\x9b\x91 CAP_SYS_ADMIN"
/* Characters of TRAILER; the icon is four bytes. */
#define TRAILER_CHARS 15u

/* Points out a process that may do anything, if events have capabilities. */
static void put_trailer(struct compact *line, size_t begin)
{
	const struct tetra_process *process = line->event->process;
	size_t len = writer_size(&line->writer) - line->escapes - begin;

	if (!process || !process->image || !process->image->has_cred ||
	    !(line->event->encoding->flags & EVENT_JSON_CRED) ||
	    !(process->image->facts.cred.caps[TETRA_CAPSET_EFFECTIVE] >> CAP_SYS_ADMIN &
	      1))
		return;
	for (writer_char(&line->writer, ' '); len + TRAILER_CHARS < TRAILER_COLUMN; len++)
		writer_char(&line->writer, ' ');
	writer_lit(&line->writer, TRAILER);
}

size_t tetra_event_to_compact(const struct tetra_event *event, char *buf, size_t size,
			      const struct tetra_compact_opts *opts)
{
	struct compact line = { .event = event };
	struct tetra_compact_opts given;
	const struct event_kind_row *row;
	size_t begin;

	if (opts_read(&given, sizeof(given), opts, "tetra_compact_opts", NULL) < 0)
		return 0;
	line.flags = given.flags;
	writer_init(&line.writer, buf, size);
	if (!event)
		return writer_finish(&line.writer, size);
	if (line.flags & TETRA_COMPACT_TIME) {
		writer_time(&line.writer, event->wall_ns, 9);
		writer_char(&line.writer, ' ');
	}
	begin = writer_size(&line.writer);
	row = event_kind_row(event->kind);
	if (row)
		row->compact(&line);
	put_trailer(&line, begin);
	return writer_finish(&line.writer, size);
}
