/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/recording.h"

#include <ctype.h>
#include <errno.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"
#include "sim/recorded-argument.h"
#include "sim/recorded-process.h"
#include "json/tree.h"

static int hook_kprobe(struct tetra_input *input, yajl_val event)
{
	const char *name = tree_text(event, "function_name");

	return name ? tetra_input_set_function(input, name) : -EINVAL;
}

static int hook_lsm(struct tetra_input *input, yajl_val event)
{
	const char *name = tree_text(event, "function_name");

	return name ? tetra_input_set_lsm(input, name) : -EINVAL;
}

static int hook_tracepoint(struct tetra_input *input, yajl_val event)
{
	const char *subsystem = tree_text(event, "subsys");
	const char *name = tree_text(event, "event");

	return subsystem && name ? tetra_input_set_tracepoint(input, subsystem, name)
				 : -EINVAL;
}

/* Numbers are texts in JSON; a place without a symbol is an offset in the file. */
static int hook_uprobe(struct tetra_input *input, yajl_val event)
{
	const char *path = tree_text(event, "path"), *symbol = tree_text(event, "symbol");
	const char *offset = tree_text(event, "offset");
	unsigned long long number;
	char place[32], *end;

	if (!path || (!symbol && !offset))
		return -EINVAL;
	if (!symbol) {
		errno = 0;
		number = strtoull(offset, &end, 10);
		if (errno || *end || !isdigit((unsigned char)*offset))
			return -EINVAL;
		snprintf(place, sizeof(place), "offset 0x%llx", number);
	}
	return tetra_input_set_uprobe(input, path, symbol ? symbol : place);
}

static int hook_usdt(struct tetra_input *input, yajl_val event)
{
	const char *path = tree_text(event, "path");
	const char *provider = tree_text(event, "provider");
	const char *name = tree_text(event, "name");

	return path && provider && name
		       ? tetra_input_set_usdt(input, path, provider, name)
		       : -EINVAL;
}

static const struct {
	const char *key;
	int (*hook)(struct tetra_input *input, yajl_val event);
} kinds[] = {
	{ "process_kprobe", hook_kprobe },
	{ "process_lsm", hook_lsm },
	{ "process_tracepoint", hook_tracepoint },
	{ "process_uprobe", hook_uprobe },
	{ "process_usdt", hook_usdt },
};

static const char *const written_keys[] = { "function", "event", "hook", "uprobe",
					    "usdt" };

static int is_written(yajl_val root)
{
	for (size_t i = 0; i < ARRAY_SIZE(written_keys); i++)
		if (tree_get(root, written_keys[i]))
			return 1;
	return 0;
}

static int broken(struct recorded *ret, const char *why)
{
	snprintf(ret->why, sizeof(ret->why), "%s", why);
	return -EINVAL;
}

/* @event: the value of one of kinds[]. */
static int event_read(struct tetra_input *input, yajl_val event, size_t kind,
		      struct recorded *ret)
{
	const char *policy = tree_text(event, "policy_name");
	int r;

	if (!YAJL_IS_OBJECT(event))
		return broken(ret, "an event must be an object");
	r = kinds[kind].hook(input, event);
	if (r == -EINVAL)
		return broken(ret, "the event does not say what was called");
	/* An event that names no policy is one of a policy that is not known. */
	if (r >= 0)
		r = tetra_input_set_policy(input, policy ? policy : "");
	if (r >= 0)
		r = recorded_arguments(input, 0, tree_get(event, "args"));
	if (r >= 0)
		r = recorded_arguments(input, TETRA_INPUT_DATA, tree_get(event, "data"));
	if (r >= 0)
		r = recorded_argument(input, TETRA_INPUT_RETURN,
				      tree_get(event, "return"));
	if (r >= 0)
		r = recorded_process(input, event, &ret->binary);
	return r < 0 ? r : 1;
}

static int written_read(struct tetra_input *input, const char *line, size_t len,
			struct recorded *ret)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_finding finding = { .size = sizeof(finding) };
	int r = tetra_diag_new(&diag);

	if (r < 0)
		return r;
	r = tetra_input_read(input, line, len, NULL, diag);
	if (r >= 0)
		return 1;
	if (r == -ENOMEM)
		return r;
	return broken(ret, tetra_diag_get(diag, 0, &finding) == 0 ? finding.message
								  : "it cannot be read");
}

static int root_read(struct tetra_input *input, yajl_val root, const char *line,
		     size_t len, struct recorded *ret)
{
	if (!YAJL_IS_OBJECT(root))
		return broken(ret, "a line must be an object");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		yajl_val event = tree_get(root, kinds[i].key);

		if (event)
			return event_read(input, event, i, ret);
	}
	if (!is_written(root))
		return 0;
	if (YAJL_IS_OBJECT(tree_get(root, "process")))
		ret->binary = tree_copy(tree_get(root, "process"), "binary");
	return written_read(input, line, len, ret);
}

int recording_read(struct tetra_input *input, const char *line, size_t len,
		   struct recorded *ret)
{
	char error[RECORDING_WHY] = "";
	yajl_val root;
	int r;

	*ret = (struct recorded){};
	tetra_input_reset(input);
	if (strlen(line) != len)
		return broken(ret, "it has a NUL character");
	root = yajl_tree_parse(line, error, sizeof(error));
	if (!root) {
		/* No JSON: YAML in one line, or nothing. */
		if (written_read(input, line, len, ret) == 1)
			return 1;
		error[strcspn(error, "\n")] = '\0';
		return line[0] == '{' && strchr(line, '"') ? broken(ret, error) : -EINVAL;
	}
	r = root_read(input, root, line, len, ret);
	yajl_tree_free(root);
	return r;
}

void recorded_done(struct recorded *recorded)
{
	free(recorded->binary);
	recorded->binary = NULL;
}
