/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event shows the path that was executed, which filters compare after links have been
 * resolved; the library notes that names are compared as they are.
 */
#include "sim/recorded-process.h"

#include <errno.h>
#include <string.h>

#include "common/guard.h"

static int binary_put(struct tetra_input *input, const char *binary)
{
	if (!binary || !*binary)
		return 0;
	if (strcmp(binary, "<kernel>") == 0 || binary[0] == '[')
		return tetra_input_set_binary_state(input, TETRA_INPUT_NO_PATH);
	if (binary[0] != '/')
		return 0;
	return tetra_input_set_binary(input, binary, strlen(binary));
}

/* An object that is there has all sets: those that are empty are left out. */
static int caps_put(struct tetra_input *input, yajl_val caps)
{
	static const char *const sets[] = {
		[TETRA_PROCESS_CAPS_PERMITTED] = "permitted",
		[TETRA_PROCESS_CAPS_EFFECTIVE] = "effective",
		[TETRA_PROCESS_CAPS_INHERITABLE] = "inheritable",
	};
	int r = 0;

	for (uint32_t set = 0; YAJL_IS_OBJECT(caps) && set < ARRAY_SIZE(sets); set++) {
		yajl_val names = tree_get(caps, sets[set]);

		if (names && !YAJL_IS_ARRAY(names))
			continue;
		r = tetra_input_set_capabilities(input, set, 0);
		for (size_t i = 0; names && i < names->u.array.len && r >= 0; i++)
			r = tetra_input_add_capability(
				input, set, YAJL_GET_STRING(names->u.array.values[i]));
		if (r == -ENOMEM)
			return r;
	}
	return 0;
}

static int namespaces_put(struct tetra_input *input, yajl_val namespaces)
{
	static const char *const names[] = {
		[TETRA_PROCESS_NS_UTS] = "uts",
		[TETRA_PROCESS_NS_IPC] = "ipc",
		[TETRA_PROCESS_NS_MNT] = "mnt",
		[TETRA_PROCESS_NS_PID] = "pid",
		[TETRA_PROCESS_NS_PID_FOR_CHILDREN] = "pid_for_children",
		[TETRA_PROCESS_NS_NET] = "net",
		[TETRA_PROCESS_NS_TIME] = "time",
		[TETRA_PROCESS_NS_TIME_FOR_CHILDREN] = "time_for_children",
		[TETRA_PROCESS_NS_CGROUP] = "cgroup",
		[TETRA_PROCESS_NS_USER] = "user",
	};
	int r = 0;

	for (uint32_t i = 0; i < ARRAY_SIZE(names) && r >= 0; i++) {
		yajl_val namespace = tree_get(namespaces, names[i]);
		int is_host = YAJL_IS_TRUE(tree_get(namespace, "is_host"));
		uint64_t inode;

		if (!tree_number(tree_get(namespace, "inum"), &inode) || !inode)
			continue;
		r = tetra_input_set_namespace(input, i, inode, is_host);
		if (r >= 0 && i == TETRA_PROCESS_NS_PID && is_host)
			r = tetra_input_set_namespace_pid(input, 0);
	}
	return r;
}

/* The name of its executable was made in a user namespace. */
static int is_foreign(yajl_val process)
{
	return tree_has_word(tree_text(process, "flags"), "userNamespace");
}

static int ancestor_put(struct tetra_input *input, yajl_val process)
{
	const char *binary = tree_text(process, "binary");
	int r = binary ? tetra_input_add_ancestor(input, binary, strlen(binary)) : 0;

	return r >= 0 && binary && is_foreign(process)
		       ? tetra_input_set_ancestor_foreign(input, 1)
		       : r;
}

static int ancestors_put(struct tetra_input *input, yajl_val event)
{
	yajl_val list = tree_get(event, "ancestors");
	int r = ancestor_put(input, tree_get(event, "parent"));

	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < list->u.array.len && r >= 0; i++)
		r = ancestor_put(input, list->u.array.values[i]);
	return r == -E2BIG ? 0 : r;
}

int recorded_process(struct tetra_input *input, yajl_val event, char **ret_binary)
{
	yajl_val process = tree_get(event, "process");
	uint64_t pid;
	int r = 0;

	if (tree_number(tree_get(process, "pid"), &pid))
		r = tetra_input_set_pid(input, (uint32_t)pid);
	if (r >= 0)
		r = binary_put(input, tree_text(process, "binary"));
	if (r >= 0 && is_foreign(process))
		r = tetra_input_set_binary_foreign(input, 1);
	if (r >= 0)
		r = caps_put(input, tree_get(process, "cap"));
	if (r >= 0)
		r = namespaces_put(input, tree_get(process, "ns"));
	if (r >= 0)
		r = ancestors_put(input, event);
	*ret_binary = tree_copy(process, "binary");
	return r;
}
