/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-policy new: proposes a policy from what was seen, in a recording or while a command ran: an
 * allow-list of programs, paths and destinations.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "command.h"
#include "common/findings.h"
#include "common/guard.h"
#include "new/propose.h"
#include "options.h"
#include "text.h"

#define SIBLINGS 8u

struct config {
	const char *events, *output;
	struct proposal proposal;
};

static int set_events(void *config, const char *text)
{
	((struct config *)config)->events = text;
	return 0;
}

static int set_output(void *config, const char *text)
{
	((struct config *)config)->output = text;
	return 0;
}

static int set_name(void *config, const char *text)
{
	((struct config *)config)->proposal.name = text;
	return 0;
}

static int set_action(void *config, const char *text)
{
	static const char *const actions[][2] = { { "post", "Post" },
						  { "sigkill", "Sigkill" },
						  { "override", "Override" } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (strcmp(actions[i][0], text) == 0) {
			((struct config *)config)->proposal.action = actions[i][1];
			return 0;
		}
	complain(text, "expected 'post', 'sigkill' or 'override'");
	return -EINVAL;
}

static int set_siblings(void *config, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || *text == '-' || n < 2 || n > 1000000) {
		complain(text, "is not a number from 2 to 1000000");
		return -EINVAL;
	}
	((struct config *)config)->proposal.siblings = (unsigned int)n;
	return 0;
}

static int add_list(void *config, unsigned int list)
{
	((struct config *)config)->proposal.lists |= list;
	return 0;
}

static int set_binaries(void *config, const char *text)
{
	(void)text;
	return add_list(config, PROPOSE_BINARIES);
}

static int set_paths(void *config, const char *text)
{
	(void)text;
	return add_list(config, PROPOSE_PATHS);
}

static int set_destinations(void *config, const char *text)
{
	(void)text;
	return add_list(config, PROPOSE_DESTINATIONS);
}

/* A row a line. */
/* clang-format off */
const struct option_row new_options[] = {
	{ 'e', "from-events", "FILE", set_events,
	  "the recording, an event a line; -: standard input; operands are\n"
	  "more of them" },
	{ 'a', "action", "ACTION", set_action,
	  "what is done about anything that was not seen: 'post', 'sigkill' or\n"
	  "'override' (default: post)" },
	{ 'n', "name", "NAME", set_name,
	  "of the policy (default: seen)" },
	{ 'o', "output", "FILE", set_output,
	  "write it there (default: standard output)" },
	{ 's', "siblings", "N", set_siblings,
	  "so many names that were seen in a folder become the folder\n"
	  "(default: 8)" },
	{ 0, "binaries", NULL, set_binaries,
	  "list programs; with --paths or --destinations, these as well; all\n"
	  "three if none is given" },
	{ 0, "paths", NULL, set_paths,
	  "list paths" },
	{ 0, "destinations", NULL, set_destinations,
	  "list addresses and ports" },
	{},
};
/* clang-format on */

static int read_all(struct seen *seen, const struct config *config, char **more)
{
	const char *file = config->events;
	int r;

	do {
		r = seen_read(seen, file);
		if (r < 0)
			complain(file, strerror(-r));
		file = *more;
	} while (r >= 0 && *more++);
	return r;
}

/* What is proposed is a policy, or it is not written. */
static int text_check(const char *text, size_t len)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(policy_unrefp) struct tetra_policy *policy = NULL;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_policy_parse(&policy, text, len, NULL, diag);
	if (diag)
		findings_print(diag, stderr);
	return r;
}

static int text_write(const char *file, const char *text, size_t len)
{
	FILE *out = file ? fopen(file, "we") : stdout;
	int r = 0;

	if (!out)
		return -errno;
	if (fwrite(text, 1, len, out) != len)
		r = -EIO;
	if (file && fclose(out) != 0)
		r = errno ? -errno : -EIO;
	return r;
}

static enum status seen_write(struct seen *seen, const struct config *config)
{
	_cleanup_(freep) char *text = NULL;
	size_t len = 0, n;
	FILE *out = open_memstream(&text, &len);
	int r;

	if (!out) {
		complain("new", strerror(errno));
		return STATUS_BROKEN;
	}
	n = propose(seen, &config->proposal, out);
	if (fclose(out) != 0) {
		complain("new", strerror(ENOMEM));
		return STATUS_BROKEN;
	}
	if (!n) {
		complain("new",
			 seen->n_left_out
				 ? "too many different values were seen for a list"
				 : "no event of the recording has anything to list");
		return STATUS_BROKEN;
	}
	r = text_check(text, len);
	if (r >= 0)
		r = text_write(config->output, text, len);
	if (r < 0)
		complain(config->output ? config->output : "new", strerror(-r));
	return r < 0 ? STATUS_BROKEN : STATUS_GOOD;
}

static void config_default(struct config *config, const char *program)
{
	struct proposal *proposal = &config->proposal;

	proposal->source = config->events ? config->events : program;
	if (!proposal->lists)
		proposal->lists = PROPOSE_BINARIES | PROPOSE_PATHS | PROPOSE_DESTINATIONS;
}

int new_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(seen_done) struct seen seen = {};
	struct config config = {
		.proposal = { .name = "seen", .action = "Post", .siblings = SIBLINGS }
	};
	int first = options_read(command, argc, argv, &config), r;

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (!config.events && first == argc)
		return options_refuse(command, "needs --from-events or a command");
	config_default(&config, argv[first]);
	r = config.events ? read_all(&seen, &config, argv + first)
			  : seen_command(&seen, argv + first, !config.output);
	if (r < 0)
		return STATUS_BROKEN;
	if (seen.n_lost)
		complain("new", "warning: events were lost: the lists are incomplete");
	return (int)seen_write(&seen, &config);
}
