/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of tetra-mini: text in, one struct out. Opens nothing. */
#ifndef TETRA_MINI_CONFIG_H
#define TETRA_MINI_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "output.h"

struct tetra_filter;

enum color {
	COLOR_AUTO, /* on a terminal that can, unless NO_COLOR is set */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

enum config_action {
	CONFIG_RUN,
	CONFIG_CHECK,
	CONFIG_HELP,
	CONFIG_VERSION,
};

struct config {
	enum config_action action;
	/* Files and directories of --policy, or of --check; the texts are those of argv. */
	const char **paths;
	unsigned int n_paths;
	uint32_t mode; /* enum tetra_mode */
	enum output_format format;
	const char *export_path;     /* NULL: none */
	struct tetra_filter *filter; /* of --events; NULL: all. Owned */
	uint64_t duration_ms;	     /* 0: until a signal */
	bool has_stats;
	bool includes_self;	/* hooks see this program and its process group as well */
	uint32_t session_flags; /* TETRA_SESSION_*: what JSON shows besides */
	uint32_t compact_flags; /* TETRA_COMPACT_* */
	enum color color;
};

/*
 * Reads the command line. Complaints go to standard error. Return: 0; -EINVAL; -ENOMEM.
 * The config is to be given to config_done() in every case.
 */
int config_parse(struct config *config, int argc, char **argv);
void config_done(struct config *config);

/* On standard output. */
void config_print_help(void);

#endif
