/* SPDX-License-Identifier: Apache-2.0 */
/* What a recording shows: hooks, and for each the values that its events had, with evidence. */
#ifndef TETRA_POLICY_SEEN_H
#define TETRA_POLICY_SEEN_H

#include <stdint.h>

#include "suite/arena.h"

/* Of a policy's hook. */
#define SEEN_ARGS 5u

struct seen_value {
	const char *text;
	int is_folder;		  /* all below @text, which ends in '/', or a network */
	uint64_t count, n_names;  /* events; different values */
	const char *example, *at; /* one of them, and "FILE:LINE" of the first event */
};

struct seen_values {
	struct seen_value
		*items; /* in the order in which they came, until they are folded */
	size_t n;
	uint32_t *table; /* number of a value + 1, by hash */
	size_t room;
	uint64_t n_unlisted;   /* events without a value that can be listed */
	unsigned int siblings; /* of paths that are folded: so many became one */
};

struct seen_arg {
	const char *type; /* as policies call it; NULL: not seen, or types differ */
	const char *label;
	int is_mixed;
	struct seen_values paths, addresses, ports;
};

enum seen_kind { SEEN_KPROBE, SEEN_TRACEPOINT, SEEN_LSM };

struct seen_hook {
	enum seen_kind kind;
	const char *subsystem, *name; /* subsystem: of tracepoints, else NULL */
	uint64_t count;
	struct seen_values binaries;
	struct seen_arg args[SEEN_ARGS];
	unsigned int n_args;
};

struct seen {
	struct arena arena;
	struct seen_hook *hooks;
	size_t n_hooks;
	struct seen_values executed; /* programs, from process_exec */
	uint64_t n_lines, n_broken, n_lost;
	uint64_t n_left_out; /* hooks for whose lists too much was seen */
	const char *self;    /* a program whose acts are not the command's; or NULL */
};

void seen_add(struct seen *seen, struct seen_values *values, const char *text,
	      const char *at);
struct seen_hook *seen_hook(struct seen *seen, enum seen_kind kind, const char *subsystem,
			    const char *name);
void seen_done(struct seen *seen);

/* Reads a file of events, a line each; "-": standard input. Return: 0; a negative errno. */
int seen_read(struct seen *seen, const char *file);
/* One line, NUL-terminated; @file and @number say where it is. */
void seen_line(struct seen *seen, const char *file, char *line, size_t len,
	       uint64_t number);
/*
 * Runs a command and reads what it does; @is_aside: what it prints goes to standard error. Return:
 * 0; a negative errno after a complaint.
 */
int seen_command(struct seen *seen, char **argv, int is_aside);

#endif
