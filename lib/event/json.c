/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as JSON: one object, no blanks, keys in the order in which the schema declares them,
 * default values omitted. One table of fields per kind of event (kind.c).
 */
#include "lib/event/event.h"
#include "lib/event/kind.h"
#include "lib/process/writer.h"

size_t tetra_event_to_json(const struct tetra_event *event, char *buf, size_t size)
{
	const struct event_kind_row *row;
	struct writer writer;
	uint32_t i;

	writer_init(&writer, buf, size);
	if (!event)
		return writer_finish(&writer, size);
	row = event_kind_row(event->kind);
	if (!row)
		return writer_finish(&writer, size);
	writer_put(&writer, row->open, row->open_len);
	for (i = 0; i < row->n_fields; i++)
		row->fields[i](&writer, event);
	writer_put(&writer, event->encoding->before_time,
		   event->encoding->before_time_len);
	writer_time(&writer, event->wall_ns, 0);
	writer_put(&writer, event->encoding->after_time, event->encoding->after_time_len);
	return writer_finish(&writer, size);
}
