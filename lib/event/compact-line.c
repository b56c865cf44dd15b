/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/compact-line.h"

#include "lib/base/kinds.h"
#include "lib/event/codec.h"

/* Width of the word's column; longer words are not cut. */
#define WORD_COLUMNS 7u

void compact_color(struct compact *line, enum color color)
{
	if (!(line->flags & TETRA_COMPACT_COLOR))
		return;
	writer_lit(&line->writer, "\x1b[");
	writer_u64(&line->writer, color);
	writer_char(&line->writer, 'm');
	line->escapes += 5;
}

void compact_color_end(struct compact *line)
{
	if (!(line->flags & TETRA_COMPACT_COLOR))
		return;
	writer_lit(&line->writer, "\x1b[0m");
	line->escapes += 4;
}

static void put_quoted(struct compact *line, const char *text, size_t len)
{
	if (line->flags & TETRA_COMPACT_UNQUOTED)
		writer_visible(&line->writer, text, len);
	else
		writer_quoted(&line->writer, text, len);
}

void compact_quoted(struct compact *line, enum color color, const char *text, size_t len)
{
	writer_char(&line->writer, ' ');
	compact_color(line, color);
	put_quoted(line, text, len);
	compact_color_end(line);
}

void compact_text(struct compact *line, enum color color, const char *text)
{
	writer_char(&line->writer, ' ');
	compact_color(line, color);
	writer_text(&line->writer, text ? text : "");
	compact_color_end(line);
}

void compact_number(struct compact *line, enum color color, uint64_t number)
{
	writer_char(&line->writer, ' ');
	compact_color(line, color);
	writer_u64(&line->writer, number);
	compact_color_end(line);
}

void compact_word(struct compact *line, const char *icon, const char *word)
{
	size_t len = strlen(word);

	compact_color(line, BLUE);
	writer_text(&line->writer, icon);
	writer_char(&line->writer, ' ');
	writer_text(&line->writer, word);
	for (; len < WORD_COLUMNS; len++)
		writer_char(&line->writer, ' ');
	compact_color_end(line);
}

void compact_begin(struct compact *line, const char *icon, const char *word)
{
	const struct tetra_process *process = line->event->process;
	const struct process_image *image = process ? process->image : NULL;
	const char *node = line->event->encoding->node_name;

	compact_word(line, icon, word);
	compact_quoted(line, GREEN, node, strlen(node));
	if (image)
		compact_quoted(line, MAGENTA,
			       image->binary.text ? image->binary.text : "",
			       image->binary.len);
	else
		compact_text(line, MAGENTA, "");
}

const struct event_arg *compact_arg(const struct tetra_event *event, uint32_t index,
				    const char *key)
{
	const struct event_arg *arg;

	if (index >= event->n_args)
		return NULL;
	arg = &event->args[index];
	if (!arg->data || arg->head.status != TETRA_ARG_OK ||
	    !str_equal(kind_row(arg->spec->kind)->key, key))
		return NULL;
	return arg;
}

void compact_arg_text(struct compact *line, uint32_t index, const char *key)
{
	const struct event_arg *arg = compact_arg(line->event, index, key);
	struct process_text text = { "", 0 };

	if (arg)
		text = codec_text(arg);
	compact_quoted(line, CYAN, text.text, text.len);
}
