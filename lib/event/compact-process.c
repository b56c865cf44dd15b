/* SPDX-License-Identifier: Apache-2.0 */
/* Events that no policy asked for as lines: processes, losses. */
#include "lib/event/compact.h"
#include "lib/linux/names.h"

void compact_exec(struct compact *line)
{
	const struct process_image *image = line->event->process->image;

	compact_begin(line, "\xf0\x9f\x9a\x80", "process");
	compact_quoted(line, CYAN, image ? image->arguments.text : "",
		       image ? image->arguments.len : 0);
}

void compact_exit(struct compact *line)
{
	const struct process_image *image = line->event->process->image;
	uint32_t signal = event_exit_signal(line->event);
	const char *name = signal ? names_text(&names_signals, signal) : NULL;

	compact_begin(line, "\xf0\x9f\x92\xa5", "exit");
	compact_quoted(line, CYAN, image ? image->arguments.text : "",
		       image ? image->arguments.len : 0);
	if (name)
		compact_text(line, RED, name);
	else
		compact_number(line, RED, event_exit_status(line->event));
}

void compact_lost(struct compact *line)
{
	const char *node = line->event->encoding->node_name;

	compact_word(line, "\xe2\x9d\x97", "lost");
	compact_quoted(line, GREEN, node, strlen(node));
	compact_text(line, RED, event_loss_name(line->event->lost_cause));
	compact_number(line, RED, line->event->lost_count);
}
