/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/read.h"

static int read_binary(struct reader *reader, const struct node *node);

static int state_of_binary(struct reader *reader, const struct node *node, uint32_t state)
{
	int r = read_truth(reader, node);

	return r <= 0 ? r : tetra_input_set_binary_state(reader->input, state);
}

static int read_unreadable(struct reader *reader, const struct node *node)
{
	return state_of_binary(reader, node, TETRA_INPUT_UNREADABLE);
}

static int read_no_path(struct reader *reader, const struct node *node)
{
	return state_of_binary(reader, node, TETRA_INPUT_NO_PATH);
}

static int read_unknown(struct reader *reader, const struct node *node)
{
	return state_of_binary(reader, node, TETRA_INPUT_UNKNOWN);
}

static const struct read_key binary_keys[] = {
	{ "path", read_binary },
	{ "unreadable", read_unreadable },
	{ "no-path", read_no_path },
	{ "unknown", read_unknown },
	{},
};

static int read_binary(struct reader *reader, const struct node *node)
{
	const char *text;

	if (node->type == NODE_MAPPING)
		return read_mapping(reader, node, "a binary", binary_keys);
	text = read_text(reader, node);
	return text ? tetra_input_set_binary(reader->input, text, node->n) : -EINVAL;
}

static int read_pid(struct reader *reader, const struct node *node)
{
	uint64_t pid;
	int r = read_number(reader, node, UINT32_MAX, &pid);

	return r < 0 ? r : tetra_input_set_pid(reader->input, (uint32_t)pid);
}

static int read_namespace_pid(struct reader *reader, const struct node *node)
{
	uint64_t pid;
	int r = read_number(reader, node, UINT32_MAX, &pid);

	return r < 0 ? r : tetra_input_set_namespace_pid(reader->input, (uint32_t)pid);
}

/* Of the binary alone, whatever "names" says. */
static int read_foreign(struct reader *reader, const struct node *node)
{
	int r = read_truth(reader, node);

	return r < 0 ? r : tetra_input_set_binary_foreign(reader->input, r != 0);
}

/* No filter looks at it. */
static int read_uid(struct reader *reader, const struct node *node)
{
	uint64_t uid;

	return read_number(reader, node, UINT32_MAX, &uid);
}

#define X(NAME, number, yaml, json, ...) [number] = json,
static const char *const namespace_names[] = { TETRA_NAMESPACES(X) };
#undef X

/* {number: N, host: true}: both are known. */
static int read_namespace_parts(struct reader *reader, const struct node *node,
				uint32_t ns)
{
	const struct node *child;
	uint64_t inode = 0;
	int is_host = -1, r = 0;

	node_for_each(child, node)
	{
		if (str_equal(child->key->text, "number"))
			r = read_number(reader, child, UINT32_MAX, &inode);
		else if (str_equal(child->key->text, "host"))
			r = is_host = read_truth(reader, child);
		else
			r = report_error_key(reader->report, child, "unknown-field", NULL,
					     "a namespace has no key " Q,
					     child->key->text);
		if (r < 0)
			return r;
	}
	return tetra_input_set_namespace(reader->input, ns, inode, is_host);
}

/* "host", "other" (than the host's), a number, or a mapping. */
static int read_namespace(struct reader *reader, const struct node *node, uint32_t ns)
{
	uint64_t inode = 0;
	const char *text;
	int r;

	if (node->type == NODE_SCALAR && node->scalar == SCALAR_INT) {
		r = read_number(reader, node, UINT32_MAX, &inode);
		return r < 0 ? r
			     : tetra_input_set_namespace(reader->input, ns, inode, -1);
	}
	if (node->type == NODE_MAPPING)
		return read_namespace_parts(reader, node, ns);
	text = read_text(reader, node);
	if (!text)
		return -EINVAL;
	if (str_equal(text, "host") || str_equal(text, "other"))
		return tetra_input_set_namespace(reader->input, ns, 0, text[0] == 'h');
	return report_error(reader->report, node, "bad-value", NULL,
			    "a namespace is 'host', 'other' or its inode number");
}

static int read_namespaces(struct reader *reader, const struct node *node)
{
	const struct node *child;
	uint32_t ns;
	int r = 0;

	if (node->type != NODE_MAPPING)
		return read_mistyped(reader, node, "a mapping");
	node_for_each(child, node)
	{
		for (ns = 0; ns < ARRAY_SIZE(namespace_names); ns++)
			if (str_equal(namespace_names[ns], child->key->text))
				break;
		if (ns == ARRAY_SIZE(namespace_names))
			r = report_error_key(reader->report, child, "unknown-field",
					     "they are uts, ipc, mnt, pid, "
					     "pid_for_children, net, time, "
					     "time_for_children, cgroup and user",
					     "there is no namespace " Q,
					     child->key->text);
		else if (!read_is_null(child))
			r = read_namespace(reader, child, ns);
		if (r < 0 && r != -EINVAL)
			return r;
	}
	return 0;
}

static int read_caps(struct reader *reader, const struct node *node, uint32_t set)
{
	const struct node *child;
	uint64_t caps = 0, bit;
	int r = 0;

	if (node->type != NODE_SEQUENCE)
		return read_mistyped(reader, node, "a list");
	node_for_each(child, node)
	{
		if (read_named(reader, child, &names_capabilities, "CAP_", 63, &bit) < 0)
			r = -EINVAL;
		else
			caps |= UINT64_C(1) << bit;
	}
	return r < 0 ? r : tetra_input_set_capabilities(reader->input, set, caps);
}

static int read_permitted(struct reader *reader, const struct node *node)
{
	return read_caps(reader, node, TETRA_CAPSET_PERMITTED);
}

static int read_effective(struct reader *reader, const struct node *node)
{
	return read_caps(reader, node, TETRA_CAPSET_EFFECTIVE);
}

static int read_inheritable(struct reader *reader, const struct node *node)
{
	return read_caps(reader, node, TETRA_CAPSET_INHERITABLE);
}

static const struct read_key cap_keys[] = {
	{ "permitted", read_permitted },
	{ "effective", read_effective },
	{ "inheritable", read_inheritable },
	{},
};

static int read_cap_sets(struct reader *reader, const struct node *node)
{
	return read_mapping(reader, node, "caps", cap_keys);
}

/* The parent that is being read. */
static struct input_ancestor *ancestor_of(const struct reader *reader)
{
	return &reader->input->ancestors[reader->ancestor];
}

static int ancestor_state(struct reader *reader, const struct node *node, uint8_t state)
{
	int r = read_truth(reader, node);

	if (r <= 0)
		return r;
	ancestor_of(reader)->has_exe = 1;
	ancestor_of(reader)->exe_state = state;
	return 0;
}

static int ancestor_unreadable(struct reader *reader, const struct node *node)
{
	return ancestor_state(reader, node, TETRA_VALUE_UNREADABLE);
}

static int ancestor_no_path(struct reader *reader, const struct node *node)
{
	return ancestor_state(reader, node, TETRA_VALUE_NONE);
}

static int read_ancestor(struct reader *reader, const struct node *node);

static const struct read_key ancestor_keys[] = {
	{ "path", read_ancestor },
	{ "unreadable", ancestor_unreadable },
	{ "no-path", ancestor_no_path },
	{},
};

static int read_ancestor(struct reader *reader, const struct node *node)
{
	const char *text;

	if (node->type == NODE_MAPPING)
		return read_mapping(reader, node, "a binary", ancestor_keys);
	text = read_text(reader, node);
	return text ? input_set_ancestor(reader->input, reader->ancestor, text, node->n)
		    : -EINVAL;
}

static int read_ancestor_pid(struct reader *reader, const struct node *node)
{
	uint64_t pid;
	int r = read_number(reader, node, UINT32_MAX, &pid);

	if (r < 0)
		return r;
	ancestor_of(reader)->has_pid = 1;
	ancestor_of(reader)->pid = (uint32_t)pid;
	return 0;
}

static int read_ancestor_namespace_pid(struct reader *reader, const struct node *node)
{
	uint64_t pid;
	int r = read_number(reader, node, UINT32_MAX, &pid);

	if (r < 0)
		return r;
	ancestor_of(reader)->has_ns_pid = 1;
	ancestor_of(reader)->ns_pid = (uint32_t)pid;
	return 0;
}

static int read_ancestor_foreign(struct reader *reader, const struct node *node)
{
	int r = read_truth(reader, node);

	if (r < 0)
		return r;
	ancestor_of(reader)->foreign = r != 0;
	ancestor_of(reader)->has_foreign = 1;
	return 0;
}

/* Nothing is known of whom it descends from, as a policy would meet it. */
static int read_no_ancestors(struct reader *reader, const struct node *node)
{
	int r = read_truth(reader, node);

	if (r > 0)
		reader->input->process.marks_unknown = 1;
	return MIN(r, 0);
}

static int read_parent(struct reader *reader, const struct node *node);

static const struct read_key parent_keys[] = {
	{ "binary", read_ancestor },
	{ "uid", read_uid },
	{ "pid", read_ancestor_pid },
	{ "ns_pid", read_ancestor_namespace_pid },
	{ "foreign", read_ancestor_foreign },
	{ "unreadable", read_no_ancestors },
	{ "parent", read_parent },
	{},
};

/* null: there are no others. */
static int read_parent(struct reader *reader, const struct node *node)
{
	struct tetra_input *input = reader->input;
	uint32_t child = reader->ancestor;
	int r;

	if (read_is_null(node))
		return tetra_input_end_ancestors(input);
	if (input->n_ancestors == INPUT_MAX_ANCESTORS)
		return report_error(reader->report, node, "too-many", NULL,
				    "%u ancestors at most", INPUT_MAX_ANCESTORS);
	reader->ancestor = input->n_ancestors++;
	*ancestor_of(reader) = (struct input_ancestor){};
	r = read_mapping(reader, node, "a parent", parent_keys);
	reader->ancestor = child;
	return r;
}

static const struct read_key process_keys[] = {
	{ "binary", read_binary },
	{ "pid", read_pid },
	{ "nspid", read_namespace_pid },
	{ "ns_pid", read_namespace_pid },
	{ "uid", read_uid },
	{ "ns", read_namespaces },
	{ "caps", read_cap_sets },
	{ "parent", read_parent },
	{ "foreign", read_foreign },
	{},
};

int read_process(struct reader *reader, const struct node *node)
{
	return read_mapping(reader, node, "a process", process_keys);
}
