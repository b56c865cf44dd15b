/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/read.h"

#include <stdio.h>

static int hook_is_new(struct reader *reader, const struct node *node)
{
	if (!reader->input->name.is_set)
		return 0;
	return report_error_key(reader->report, node, "conflict", NULL,
				"an event has one of function, event and hook");
}

static int hook_done(struct reader *reader, const struct node *node, int r)
{
	if (r != -EINVAL && r != -E2BIG)
		return r;
	return report_error(reader->report, node, "bad-value", NULL,
			    Q " cannot be a name", node->text);
}

static int read_function(struct reader *reader, const struct node *node)
{
	const char *name = read_text(reader, node);

	if (!name || hook_is_new(reader, node) < 0)
		return -EINVAL;
	return hook_done(reader, node, tetra_input_set_function(reader->input, name));
}

static int read_lsm(struct reader *reader, const struct node *node)
{
	const char *name = read_text(reader, node);

	if (!name || hook_is_new(reader, node) < 0)
		return -EINVAL;
	return hook_done(reader, node, tetra_input_set_lsm(reader->input, name));
}

static int read_uprobe(struct reader *reader, const struct node *node)
{
	const char *name = read_text(reader, node);

	if (!name || hook_is_new(reader, node) < 0)
		return -EINVAL;
	if (name[0] == ':' || !strchr(name, ':'))
		return report_error(reader->report, node, "bad-value",
				    "write '/bin/bash:readline'",
				    Q " is not a file and a place in it", name);
	return hook_done(reader, node, input_set_uprobe_name(reader->input, name));
}

static int read_usdt(struct reader *reader, const struct node *node)
{
	const char *name = read_text(reader, node), *colon;

	if (!name || hook_is_new(reader, node) < 0)
		return -EINVAL;
	colon = strchr(name, ':');
	if (!colon || colon == name || !strchr(colon, '/'))
		return report_error(reader->report, node, "bad-value",
				    "write '/bin/python3:python/function__entry'",
				    Q " is not a file and a probe in it", name);
	return hook_done(reader, node, input_set_usdt_name(reader->input, name));
}

static int read_tracepoint(struct reader *reader, const struct node *node)
{
	const char *name = read_text(reader, node), *slash;
	char subsystem[128];

	if (!name || hook_is_new(reader, node) < 0)
		return -EINVAL;
	slash = strchr(name, '/');
	if (!slash || slash == name || !slash[1] || slash - name >= 128)
		return report_error(reader->report, node, "bad-value",
				    "write 'syscalls/sys_enter_openat'",
				    Q " is not subsystem/event", name);
	snprintf(subsystem, sizeof(subsystem), "%.*s", (int)(slash - name), name);
	return hook_done(reader, node,
			 tetra_input_set_tracepoint(reader->input, subsystem, slash + 1));
}

/* A list by position, from @first on, or a mapping by label. */
static int read_list(struct reader *reader, const struct node *node, uint32_t first)
{
	const struct node *child;
	int r = 0;

	if (node->type == NODE_SCALAR)
		return read_mistyped(reader, node, "a list");
	if (node->n > TETRA_INPUT_MAX_ARGS)
		return report_error(reader->report, node, "too-many", NULL,
				    "an event has %u arguments at most",
				    TETRA_INPUT_MAX_ARGS);
	node_for_each(child, node)
	{
		reader->position = first + child->index;
		if (child->key)
			r = tetra_input_set_label(reader->input, reader->position,
						  child->key->text);
		if (r >= 0 && !read_is_null(child))
			r = read_argument(reader, child);
		if (r < 0 && r != -EINVAL)
			return r;
		r = 0;
	}
	return 0;
}

static int read_args(struct reader *reader, const struct node *node)
{
	return read_list(reader, node, 0);
}

static int read_data(struct reader *reader, const struct node *node)
{
	return read_list(reader, node, TETRA_INPUT_DATA);
}

static int read_return(struct reader *reader, const struct node *node)
{
	reader->position = TETRA_INPUT_RETURN;
	return read_argument(reader, node);
}

static int read_names(struct reader *reader, const struct node *node)
{
	static const char *const words[] = {
		[TETRA_INPUT_NAMES_HOST] = "host",
		[TETRA_INPUT_NAMES_FOREIGN] = "user-namespace",
		[TETRA_INPUT_NAMES_UNKNOWN] = "unknown",
	};
	const char *text = read_text(reader, node);

	for (uint32_t i = 1; text && i < ARRAY_SIZE(words); i++)
		if (str_equal(text, words[i]))
			return tetra_input_set_names(reader->input, i);
	if (!text)
		return -EINVAL;
	return report_error(reader->report, node, "bad-enum",
			    "one of host, user-namespace and unknown", "unknown word " Q,
			    text);
}

static const struct read_key event_keys[] = {
	{ "function", read_function },
	{ "event", read_tracepoint },
	{ "hook", read_lsm },
	{ "uprobe", read_uprobe },
	{ "usdt", read_usdt },
	{ "args", read_args },
	{ "data", read_data },
	{ "return", read_return },
	{ "process", read_process },
	{ "names", read_names },
	{},
};

static int event_read(struct reader *reader, const char *text, size_t len)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct node *root = NULL;
	int r = arena_new(&arena);

	if (r >= 0)
		r = yaml_parse(&root, arena, text, len, reader->report);
	if (r >= 0)
		r = read_mapping(reader, root, "an event", event_keys);
	if (r >= 0 && !reader->report->n_errors && !reader->input->name.is_set)
		r = report_error(reader->report, root, "missing-field",
				 "for example 'function: tcp_connect'",
				 "an event needs function, event or hook");
	return r;
}

int tetra_input_read(struct tetra_input *input, const char *text, size_t len,
		     const char *file, struct tetra_diag *diag)
{
	struct report report = { .diag = diag, .file = file ? file : "-" };
	struct reader reader = { .input = input, .report = &report };
	int r;

	if (!input || (!text && len))
		return -EINVAL;
	text = text ? text : "";
	tetra_input_reset(input);
	r = event_read(&reader, text, len);
	if (report.n_shown && diag_set_source(diag, report.file, text, len) < 0)
		diag_lose(diag);
	if (diag_has_lost(diag))
		r = -ENOMEM;
	else if (r >= 0 && report.n_errors)
		r = -EINVAL;
	if (r < 0)
		tetra_input_reset(input);
	return r;
}
