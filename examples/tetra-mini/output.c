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

#include "config.h"

/* Most events have less than 2 kB of JSON. */
#define LINE_FIRST_BYTES 4096
/* What standard output gets at once; a longer line goes alone. */
#define BLOCK_BYTES 65536
#define EXPORT_MODE 0600

typedef size_t (*render_fn)(const struct output *output, const struct tetra_event *event,
			    char *buf, size_t size);

static size_t json_render(const struct output *output, const struct tetra_event *event,
			  char *buf, size_t size)
{
	return tetra_event_to_json(event, buf, size);
}

static size_t compact_render(const struct output *output, const struct tetra_event *event,
			     char *buf, size_t size)
{
	TETRA_OPTS(tetra_compact_opts, opts, .flags = output->compact_flags);

	return tetra_event_to_compact(event, buf, size, &opts);
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
static int line_render(struct output *output, render_fn render,
		       const struct tetra_event *event)
{
	struct line *line = &output->line;
	size_t len = render(output, event, line->text + 1, line->size - 1);

	if (len + 2 > line->size) {
		if (line_grow(line, len + len / 2 + 2) < 0)
			return -ENOMEM;
		len = render(output, event, line->text + 1, line->size - 1);
	}
	line->text[1 + len] = '\n';
	line->len = len + 1;
	return 0;
}

/* To be read as well: how it ends tells whether its last writer was cut off. */
static int export_open(const char *path)
{
	const int flags = O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
	int fd = open(path, O_RDWR | flags, EXPORT_MODE), r;
	char name[NAME_BYTES];

	if (fd < 0)
		fd = open(path, O_WRONLY | flags, EXPORT_MODE);
	if (fd >= 0)
		return fd;
	r = -errno;
	fprintf(stderr, "tetra-mini: cannot open export file %s: %s\n",
		name_safe(name, path), strerror(-r));
	return r;
}

/* What "auto" means, as `tetra` has it. */
static bool screen_is_coloured(enum color color)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(term && strcmp(term, "dumb") == 0) &&
	       !(no_color && *no_color);
}

int output_init(struct output *output, const struct config *config)
{
	int fd;

	*output = (struct output){ .format = config->format,
				   .compact_flags = config->compact_flags,
				   .export_path = config->export_path,
				   .screen.fd = -1,
				   .file.fd = -1 };
	if (screen_is_coloured(config->color))
		output->compact_flags |= TETRA_COMPACT_COLOR;
	output->block = malloc(BLOCK_BYTES + 1);
	if (!output->block || line_grow(&output->line, LINE_FIRST_BYTES) < 0) {
		fprintf(stderr, "tetra-mini: no memory\n");
		return -ENOMEM;
	}
	output->block[0] = '\n';
	if (output->format != OUTPUT_NONE)
		sink_init(&output->screen, STDOUT_FILENO, "standard output");
	if (!output->export_path)
		return 0;
	fd = export_open(output->export_path);
	if (fd < 0)
		return fd;
	name_safe(output->export_name, output->export_path);
	sink_init(&output->file, fd, output->export_name);
	return 0;
}

void output_reopen(struct output *output)
{
	int fd;

	if (output->file.fd < 0)
		return;
	fd = export_open(output->export_path);
	if (fd >= 0)
		sink_reopen(&output->file, fd);
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
		r = line_render(output, json_render, event);
	if (r == 0 && output->file.fd >= 0)
		sink_write(&output->file, line->text + 1, line->len);
	if (r == 0 && output->format == OUTPUT_COMPACT)
		r = line_render(output, compact_render, event);
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
