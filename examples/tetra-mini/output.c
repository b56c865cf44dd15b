/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tetra/event.h>

/* Most events have less than 2 kB of JSON. */
#define LINE_FIRST_BYTES 4096
/* What standard output gets at once; a longer line goes alone. */
#define BLOCK_BYTES 65536
#define EXPORT_MODE 0600

typedef size_t (*render_fn)(const struct tetra_event *event, char *buf, size_t size);

static size_t compact_render(const struct tetra_event *event, char *buf, size_t size)
{
	return tetra_event_to_compact(event, buf, size, NULL);
}

static int line_grow(struct line *line, size_t size)
{
	char *text = realloc(line->text, size);

	if (!text)
		return -ENOMEM;
	text[0] = '\n';
	line->text = text;
	line->size = size;
	return 0;
}

/* The event and a newline. The text's NUL is where the newline goes. */
static int line_render(struct line *line, render_fn render,
		       const struct tetra_event *event)
{
	size_t len = render(event, line->text + 1, line->size - 1);

	if (len + 2 > line->size) {
		if (line_grow(line, len + len / 2 + 2) < 0)
			return -ENOMEM;
		len = render(event, line->text + 1, line->size - 1);
	}
	line->text[1 + len] = '\n';
	line->len = len + 1;
	return 0;
}

static int export_open(struct output *output, const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
		      EXPORT_MODE);

	if (fd < 0) {
		int r = -errno;

		fprintf(stderr, "tetra-mini: cannot open export file %s: %s\n", path,
			strerror(-r));
		return r;
	}
	sink_init(&output->file, fd, path);
	return 0;
}

int output_init(struct output *output, enum output_format format, const char *export_path)
{
	*output = (struct output){ .format = format, .screen.fd = -1, .file.fd = -1 };
	output->block = malloc(BLOCK_BYTES + 1);
	if (!output->block || line_grow(&output->line, LINE_FIRST_BYTES) < 0) {
		fprintf(stderr, "tetra-mini: no memory\n");
		return -ENOMEM;
	}
	output->block[0] = '\n';
	if (format != OUTPUT_NONE)
		sink_init(&output->screen, STDOUT_FILENO, "standard output");
	return export_path ? export_open(output, export_path) : 0;
}

static void screen_add(struct output *output, const struct line *line)
{
	if (output->block_len + line->len > BLOCK_BYTES)
		output_flush(output);
	if (line->len > BLOCK_BYTES) {
		sink_write(&output->screen, line->text + 1, line->len);
		return;
	}
	memcpy(output->block + 1 + output->block_len, line->text + 1, line->len);
	output->block_len += line->len;
}

int output_event(void *user, const struct tetra_event *event)
{
	struct output *output = user;
	struct line *line = &output->line;
	int r = 0;

	if (output->file.fd >= 0 || output->format == OUTPUT_JSON)
		r = line_render(line, tetra_event_to_json, event);
	if (r == 0 && output->file.fd >= 0)
		sink_write(&output->file, line->text + 1, line->len);
	if (r == 0 && output->format == OUTPUT_COMPACT)
		r = line_render(line, compact_render, event);
	if (r == 0 && output->format != OUTPUT_NONE)
		screen_add(output, line);
	output->n_lost += r < 0;
	return 0;
}

void output_flush(struct output *output)
{
	if (output->block_len)
		sink_write(&output->screen, output->block + 1, output->block_len);
	output->block_len = 0;
}

bool output_is_closed(const struct output *output)
{
	return output->screen.is_closed;
}

void output_done(struct output *output)
{
	output_flush(output);
	if (output->n_lost)
		fprintf(stderr, "tetra-mini: warning: no memory for %" PRIu64 " events\n",
			output->n_lost);
	sink_done(&output->screen);
	sink_done(&output->file);
	free(output->line.text);
	free(output->block);
}
