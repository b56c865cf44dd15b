/* SPDX-License-Identifier: Apache-2.0 */
#include "option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/guard.h"
#include "common/name.h"
#include "config.h"

/* Three years; keeps milliseconds far from any overflow. */
#define DURATION_MAX_S 1e8

/* A keyword and its value. */
struct choice {
	const char *word;
	uint32_t value;
};

static const struct choice modes[] = {
	{ "enforce", TETRA_MODE_ENFORCE },
	{ "monitor", TETRA_MODE_MONITOR },
	{},
};

static const struct choice formats[] = {
	{ "json", OUTPUT_JSON },
	{ "compact", OUTPUT_COMPACT },
	{ "none", OUTPUT_NONE },
	{},
};

static const struct choice colors[] = {
	{ "auto", COLOR_AUTO },
	{ "always", COLOR_ALWAYS },
	{ "never", COLOR_NEVER },
	{},
};

static const struct choice names[] = {
	{ "unix", TETRA_SESSION_JSON_USER },
	{ "disabled", 0 },
	{},
};

static int choice_read(const char *option, const char *word, const struct choice *choices,
		       uint32_t *ret)
{
	const struct choice *choice;
	char name[NAME_BYTES];

	for (choice = choices; choice->word; choice++)
		if (strcmp(choice->word, word) == 0) {
			*ret = choice->value;
			return 0;
		}
	fprintf(stderr, "tetra-mini: --%s: invalid value '%s'; expected one of", option,
		name_safe(name, word));
	for (choice = choices; choice->word; choice++)
		fprintf(stderr, "%s '%s'", choice == choices ? "" : ",", choice->word);
	fprintf(stderr, "\n");
	return -EINVAL;
}

static int read_duration(void *user, const char *text)
{
	struct config *config = user;
	char *end, name[NAME_BYTES];
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0 && seconds <= DURATION_MAX_S)) {
		fprintf(stderr,
			"tetra-mini: --duration: '%s' is not a valid number of seconds\n",
			name_safe(name, text));
		return -EINVAL;
	}
	/* Never zero, which has no end. */
	config->duration_ms = (uint64_t)(seconds * 1000) + 1;
	return 0;
}

static int kind_add(struct tetra_filter *filter, const char *name)
{
	uint32_t kind = tetra_event_kind_from_name(name);
	char safe[NAME_BYTES];

	if (!kind) {
		fprintf(stderr, "tetra-mini: --events: unknown event kind '%s'\n",
			name_safe(safe, name));
		return -EINVAL;
	}
	return tetra_filter_add_kind(filter, kind);
}

static int read_events(void *user, const char *list)
{
	struct config *config = user;
	_cleanup_(freep) char *copy = strdup(list);
	char *name, *state;
	int r = copy ? 0 : -ENOMEM;

	if (r == 0 && !config->filter)
		r = tetra_filter_new(&config->filter);
	if (r < 0)
		return r;
	name = strtok_r(copy, ",", &state);
	if (!name)
		return kind_add(config->filter, list);
	for (; name && r == 0; name = strtok_r(NULL, ",", &state))
		r = kind_add(config->filter, name);
	return r;
}

static int read_color(void *user, const char *text)
{
	struct config *config = user;
	uint32_t value = config->color;
	int r = choice_read("color", text, colors, &value);

	config->color = (enum color)value;
	return r;
}

static int read_mode(void *user, const char *text)
{
	struct config *config = user;

	return choice_read("mode", text, modes, &config->mode);
}

static int read_output(void *user, const char *text)
{
	struct config *config = user;
	uint32_t value = config->format;
	int r = choice_read("output", text, formats, &value);

	config->format = (enum output_format)value;
	return r;
}

static int read_export(void *user, const char *text)
{
	struct config *config = user;

	config->export_path = text;
	return 0;
}

static int read_policy(void *user, const char *text)
{
	struct config *config = user;

	config->paths[config->n_paths++] = text;
	return 0;
}

static int set_check(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->action = CONFIG_CHECK;
	return 0;
}

static int set_help(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->action = CONFIG_HELP;
	return 0;
}

static int set_version(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->action = CONFIG_VERSION;
	return 0;
}

static int set_stats(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->has_stats = true;
	return 0;
}

static int set_cred(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->session_flags |= TETRA_SESSION_JSON_CRED;
	return 0;
}

static int set_ns(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->session_flags |= TETRA_SESSION_JSON_NS;
	return 0;
}

static int read_names(void *user, const char *text)
{
	struct config *config = user;
	uint32_t flag = 0;
	int r = choice_read("username-metadata", text, names, &flag);

	config->session_flags = (config->session_flags & ~TETRA_SESSION_JSON_USER) | flag;
	return r;
}

static int set_self(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->includes_self = true;
	return 0;
}

static int set_timestamps(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->compact_flags |= TETRA_COMPACT_TIME;
	return 0;
}

static int set_unquoted(void *user, const char *text)
{
	struct config *config = user;

	(void)text;
	config->compact_flags |= TETRA_COMPACT_UNQUOTED;
	return 0;
}

/* In the order of the help. */
/* A row a line. */
/* clang-format off */
const struct option_row option_rows[] = {
	{ 'p', "policy", "FILE|DIR", read_policy,
	  "load this policy, or all *.yaml and *.yml of a directory\n"
	  "(may be repeated); without any: exec and exit events only" },
	{ 'm', "mode", "MODE", read_mode,
	  "'enforce' or 'monitor', whatever the policies say" },
	{ 'o', "output", "FORMAT", read_output,
	  "of standard output: 'json' (default), 'compact' or 'none'" },
	{ 'x', "export", "FILE", read_export,
	  "also append the events to FILE, as JSON" },
	{ 'e', "events", "KIND,...", read_events,
	  "only these: process_exec, process_exit, process_kprobe,\n"
	  "process_tracepoint, process_uprobe, process_usdt, process_lsm, tetra_lost" },
	{ 'd', "duration", "S", read_duration,
	  "stop after S seconds" },
	{ 0, "enable-process-cred", NULL, set_cred,
	  "JSON: capabilities, credentials, binary_properties" },
	{ 0, "enable-process-ns", NULL, set_ns,
	  "JSON: namespaces" },
	{ 0, "username-metadata", "FROM", read_names,
	  "JSON: names of users; 'unix' (from /etc/passwd) or\n"
	  "'disabled' (default)" },
	{ 0, "color", "WHEN", read_color,
	  "compact: 'auto' (default), 'always' or 'never'" },
	{ 0, "timestamps", NULL, set_timestamps,
	  "compact: the time in front" },
	{ 0, "unquoted", NULL, set_unquoted,
	  "compact: no quotes around odd text, as Tetragon 1.7 and older" },
	{ 0, "include-self", NULL, set_self,
	  "policies see what tetra-mini and its process group do, too" },
	{ 's', "stats", NULL, set_stats,
	  "at the end, print what the rules did and the ledger of\n"
	  "losses on standard error (also: signal USR1, at any time)" },
	{ 'c', "check", NULL, set_check,
	  "only read the policies and print all findings; needs no\n"
	  "privilege; the status is 1 if any is refused" },
	{ 'h', "help", NULL, set_help,
	  "print this" },
	{ 'V', "version", NULL, set_version,
	  "print the version" },
	{},
};
/* clang-format on */
