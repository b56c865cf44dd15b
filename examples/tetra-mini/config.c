/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "name.h"

/* Three years; keeps milliseconds far from any overflow. */
#define DURATION_MAX_S 1e8

const char config_help[] =
	"Usage: tetra-mini [OPTION]...\n"
	"       tetra-mini --check FILE...\n"
	"Loads TracingPolicies and prints their events, one JSON object per line.\n"
	"\n"
	"  -p, --policy FILE|DIR   load this policy, or all *.yaml and *.yml of a directory\n"
	"                          (may be repeated); without any: exec and exit events only\n"
	"  -m, --mode MODE         'enforce' or 'monitor', whatever the policies say\n"
	"  -o, --output FORMAT     of standard output: 'json' (default), 'compact' or 'none'\n"
	"  -x, --export FILE       also append the events to FILE, as JSON\n"
	"  -e, --events KIND,...   only these: process_exec, process_exit, process_kprobe,\n"
	"                          process_tracepoint, process_lsm, tetra_lost\n"
	"  -d, --duration S        stop after S seconds\n"
	"      --enable-process-cred  JSON: capabilities, credentials, binary_properties\n"
	"      --enable-process-ns    JSON: namespaces\n"
	"      --color WHEN        compact: 'auto' (default), 'always' or 'never'\n"
	"      --timestamps        compact: the time in front\n"
	"      --unquoted          compact: no quotes around odd text, as Tetragon 1.7 and older\n"
	"      --include-self      policies see what tetra-mini and its process group do, too\n"
	"  -s, --stats             at the end, print what the rules did and the ledger of\n"
	"                          losses on standard error (also: signal USR1, at any time)\n"
	"  -c, --check             only read the policies and print all findings; needs no\n"
	"                          privilege; the status is 1 if any is refused\n"
	"  -h, --help              print this\n"
	"  -V, --version           print the version\n"
	"\n"
	"INT, QUIT and TERM stop it in order; HUP reads the policies anew and opens FILE again.\n"
	"Status: 0 after a stop in order, 1 policy refused, 2 usage, 3 no privilege or kernel not\n"
	"supported, 4 policy not loaded, 5 failure while running.\n";

/* Options without a letter. */
enum {
	OPTION_COLOR = 256,
	OPTION_CRED,
	OPTION_NS,
	OPTION_SELF,
	OPTION_TIMESTAMPS,
	OPTION_UNQUOTED,
};

static const struct option long_options[] = {
	{ "check", no_argument, NULL, 'c' },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "duration", required_argument, NULL, 'd' },
	{ "enable-process-cred", no_argument, NULL, OPTION_CRED },
	{ "enable-process-ns", no_argument, NULL, OPTION_NS },
	{ "events", required_argument, NULL, 'e' },
	{ "export", required_argument, NULL, 'x' },
	{ "help", no_argument, NULL, 'h' },
	{ "include-self", no_argument, NULL, OPTION_SELF },
	{ "mode", required_argument, NULL, 'm' },
	{ "output", required_argument, NULL, 'o' },
	{ "policy", required_argument, NULL, 'p' },
	{ "stats", no_argument, NULL, 's' },
	{ "timestamps", no_argument, NULL, OPTION_TIMESTAMPS },
	{ "unquoted", no_argument, NULL, OPTION_UNQUOTED },
	{ "version", no_argument, NULL, 'V' },
	{},
};

/* A word and what it stands for. */
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

static int duration_read(const char *text, uint64_t *ret_ms)
{
	char *end, name[NAME_BYTES];
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0 && seconds <= DURATION_MAX_S)) {
		fprintf(stderr,
			"tetra-mini: --duration: '%s' is not a valid number of seconds\n",
			name_safe(name, text));
		return -EINVAL;
	}
	/* Never zero, which has no end. */
	*ret_ms = (uint64_t)(seconds * 1000) + 1;
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

static int kinds_read(struct config *config, const char *list)
{
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

/* Of the options without a letter. */
static int look_read(struct config *config, int option)
{
	uint32_t value = 0;
	int r;

	switch (option) {
	case OPTION_COLOR:
		r = choice_read("color", optarg, colors, &value);
		if (r == 0)
			config->color = (enum color)value;
		return r;
	case OPTION_CRED:
		config->session_flags |= TETRA_SESSION_JSON_CRED;
		return 0;
	case OPTION_NS:
		config->session_flags |= TETRA_SESSION_JSON_NS;
		return 0;
	case OPTION_SELF:
		config->includes_self = true;
		return 0;
	case OPTION_TIMESTAMPS:
		config->compact_flags |= TETRA_COMPACT_TIME;
		return 0;
	case OPTION_UNQUOTED:
		config->compact_flags |= TETRA_COMPACT_UNQUOTED;
		return 0;
	default: /* getopt_long() has complained */
		return -EINVAL;
	}
}

static int option_read(struct config *config, int option)
{
	uint32_t value = 0;
	int r;

	switch (option) {
	case 'c':
		config->action = CONFIG_CHECK;
		return 0;
	case 'd':
		return duration_read(optarg, &config->duration_ms);
	case 'e':
		return kinds_read(config, optarg);
	case 'h':
		config->action = CONFIG_HELP;
		return 0;
	case 'm':
		return choice_read("mode", optarg, modes, &config->mode);
	case 'o':
		r = choice_read("output", optarg, formats, &value);
		if (r == 0)
			config->format = (enum output_format)value;
		return r;
	case 'p':
		config->paths[config->n_paths++] = optarg;
		return 0;
	case 's':
		config->has_stats = true;
		return 0;
	case 'V':
		config->action = CONFIG_VERSION;
		return 0;
	case 'x':
		config->export_path = optarg;
		return 0;
	default:
		return look_read(config, option);
	}
}

/* What stands behind the options are the files of --check, and nothing else. */
static int operands_read(struct config *config, int argc, char **argv)
{
	char name[NAME_BYTES];

	if (config->action == CONFIG_CHECK) {
		while (optind < argc)
			config->paths[config->n_paths++] = argv[optind++];
		if (config->n_paths == 0) {
			fprintf(stderr, "tetra-mini: --check needs a file\n");
			return -EINVAL;
		}
	}
	if (optind < argc && config->action == CONFIG_RUN) {
		name_safe(name, argv[optind]);
		fprintf(stderr, "tetra-mini: unexpected '%s' (--policy %s?)\n", name,
			name);
		return -EINVAL;
	}
	return 0;
}

int config_parse(struct config *config, int argc, char **argv)
{
	int option, r;

	*config = (struct config){ .format = OUTPUT_JSON };
	config->paths = calloc((size_t)argc + 1, sizeof(*config->paths));
	if (!config->paths)
		return -ENOMEM;
	while ((option = getopt_long(argc, argv, "cd:e:hm:o:p:sVx:", long_options,
				     NULL)) != -1) {
		r = option_read(config, option);
		if (r < 0)
			return r;
		if (config->action == CONFIG_HELP || config->action == CONFIG_VERSION)
			return 0;
	}
	return operands_read(config, argc, argv);
}

void config_done(struct config *config)
{
	free(config->paths);
	tetra_filter_unref(config->filter);
}
