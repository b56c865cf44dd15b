/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where events go: standard output in one format, collected per dispatch, and an export
 * file as JSON, one write per event. Memory: one line, as long as the longest event so
 * far, and one block of what standard output is to get.
 */
#ifndef TETRA_MINI_OUTPUT_H
#define TETRA_MINI_OUTPUT_H

#include "common/name.h"
#include "sink.h"

struct tetra_event;

enum output_format {
	OUTPUT_NONE,
	OUTPUT_JSON,
	OUTPUT_COMPACT,
};

/* The text of one event; line[0] is a newline, see sink_write(). */
struct line {
	char *text;
	size_t len; /* without the first byte */
	size_t size;
};

struct output {
	enum output_format format;
	uint32_t compact_flags;	      /* TETRA_COMPACT_* */
	const char *export_path;      /* borrowed; NULL: none */
	char export_name[NAME_BYTES]; /* for messages */
	struct sink screen;	      /* standard output; fd -1 for OUTPUT_NONE */
	struct sink file;	      /* fd -1: no export */
	struct line line;
	char *block;	  /* block[0] is a newline too */
	size_t block_len; /* without the first byte */
	uint64_t n_lost;  /* events that there was no memory for */
};

/* What the command line says of it. Complains on standard error. Return: 0; -errno. */
struct config;
int output_init(struct output *output, const struct config *config);

/* Opens the export file once more: the old one may have been moved away. If that fails, it is
 * said, and the old one stays. */
void output_reopen(struct output *output);

/* A tetra_event_fn; @user is the output. Never asks to stop. */
int output_event(void *user, const struct tetra_event *event);

/* Writes what was collected for standard output. */
void output_flush(struct output *output);

/* Whether nobody reads standard output any more. */
bool output_is_closed(const struct output *output);
void output_done(struct output *output);

#endif
