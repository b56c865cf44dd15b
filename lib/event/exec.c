/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/exec.h"

#include <stdio.h>

/* Shown as binary when nothing of the name could be read. */
#define NAME_LOST "<enomem>"
/* Room for "[comm]": names of kernel workers are longer than the kernel's 16 bytes. */
#define SEED_NAME_MAX 72

/*
 * Consumers know two flags that say how the reference agent transported texts: a path of 254
 * bytes, or texts that fill its inline area of 1024 bytes (56 of them its header), came as
 * data. They are set by the same thresholds here, however the texts were transported.
 */
#define DATA_FILENAME_BYTES 254u
#define DATA_ARGS_BYTES	    (1024u - 56u)

static const struct process_text no_text;

static struct process_text text_of(const char *text)
{
	return text && text[0] ? (struct process_text){ text, strlen(text) } : no_text;
}

static const char *view_take(const char *at, const char *end, size_t n,
			     struct process_text *ret)
{
	size_t padded = ROUND_UP(n, 8);

	if (!at || (size_t)(end - at) < padded)
		return NULL;
	*ret = (struct process_text){ at, n };
	return at + padded;
}

int exec_view(struct exec_view *ret, const struct tetra_record *head)
{
	const struct tetra_record_exec *record = (const struct tetra_record_exec *)head;
	const char *at = (const char *)(record + 1),
		   *end = (const char *)head + head->bytes;

	ret->record = record;
	at = view_take(at, end, record->above_bytes, &ret->above);
	at = view_take(at, end, record->filename_bytes, &ret->filename);
	at = view_take(at, end, record->exe_bytes, &ret->exe);
	at = view_take(at, end, record->cwd_bytes, &ret->cwd);
	at = view_take(at, end, record->args_inline_bytes, &ret->args);
	return at ? 0 : -EINVAL;
}

static uint32_t record_flags(const struct exec_view *view)
{
	static const struct {
		uint32_t record, process;
	} flags[] = {
		{ TETRA_EXEC_CLONE, PROCESS_CLONE },
		{ TETRA_EXEC_IN_INIT_TREE, PROCESS_IN_INIT_TREE },
		{ TETRA_EXEC_ARGS_FRAGMENTS, PROCESS_DATA_ARGS },
		{ TETRA_EXEC_ARGS_CUT, PROCESS_TRUNC_ARGS },
		{ TETRA_EXEC_ARGS_FAULT, PROCESS_ERROR_ARGS },
		{ TETRA_EXEC_ARGS_LOST, PROCESS_ERROR_ARGS },
		{ TETRA_EXEC_CWD_ROOT, PROCESS_ROOT_CWD },
		{ TETRA_EXEC_CWD_FAULT, PROCESS_ERROR_CWD },
		{ TETRA_EXEC_CWD_UNRESOLVED, PROCESS_ERROR_PATH_CWD },
		{ TETRA_EXEC_NAME_FAULT, PROCESS_ERROR_FILENAME },
	};
	uint32_t result = PROCESS_EXECVE;
	size_t i, name = view->filename.len;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (view->record->head.flags & flags[i].record)
			result |= flags[i].process;
	if (name >= DATA_FILENAME_BYTES)
		result |= PROCESS_DATA_FILENAME;
	if ((name < DATA_FILENAME_BYTES ? name : 0) + view->record->args_bytes >
	    DATA_ARGS_BYTES)
		result |= PROCESS_DATA_ARGS;
	return result;
}

static struct process_text record_cwd(const struct exec_view *view)
{
	uint32_t flags = view->record->head.flags;

	if (flags & TETRA_EXEC_CWD_ROOT)
		return text_of("/");
	if (flags & TETRA_EXEC_CWD_FAULT || !view->cwd.len)
		return no_text;
	return view->cwd;
}

/* The name as executed, absolute. @buf is owned by the caller and may stay NULL. */
static struct process_text record_binary(const struct exec_view *view,
					 struct process_text cwd, char **buf)
{
	struct process_text name = view->filename;

	if (view->record->head.flags & TETRA_EXEC_NAME_FAULT || !name.len)
		return view->exe.len ? view->exe : text_of(NAME_LOST);
	if (name.text[0] == '/' || !cwd.len)
		return name;
	*buf = malloc(cwd.len + name.len + 3);
	if (!*buf)
		return name;
	return (struct process_text){ *buf, process_path_clean(*buf, cwd, name) };
}

static bool args_lost(const struct exec_view *view, const struct fragment_list *args)
{
	uint32_t flags = view->record->head.flags;
	size_t len = args ? args->len : view->args.len;

	if (flags & TETRA_EXEC_ARGS_LOST || (args && args->hole))
		return true;
	return args && !(flags & (TETRA_EXEC_ARGS_CUT | TETRA_EXEC_ARGS_FAULT)) &&
	       len < view->record->args_bytes;
}

/*
 * The user's name. In another user namespace the number means another user, and in another
 * mount namespace there may be another list of them.
 */
static struct process_text image_user(const struct event_encoding *encoding,
				      const struct tetra_record_image *facts)
{
	static const uint32_t shared[] = { TETRA_NS_MNT, TETRA_NS_USER };

	if (!encoding->find_user)
		return no_text;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (facts->namespaces[shared[i]] != encoding->host_namespaces[shared[i]])
			return no_text;
	return text_of(encoding->find_user(encoding->users, facts->cred.euid));
}

int exec_image(struct process_image **ret, uint32_t *ret_flags,
	       const struct event_encoding *encoding, const struct exec_view *view,
	       const struct fragment_list *args)
{
	const struct tetra_record_exec *record = view->record;
	_cleanup_(freep) char *buf = NULL;
	struct process_image_source source = {
		.facts = &record->image,
		.has_cred = true,
		.foreign = record->head.flags & TETRA_EXEC_FOREIGN,
		.argv_lost = args_lost(view, args),
		.executable = view->exe,
		.cwd = record_cwd(view),
		.user = image_user(encoding, &record->image),
		.argv = args ? (struct process_text){ args->text, args->len }
			     : view->args,
	};
	uint32_t flags = record_flags(view);
	char leaf[TETRA_CGROUP_NAME_MAX + 1], above[TETRA_CGROUP_NAME_MAX + 1],
		container[32];

	if (source.argv_lost)
		flags |= PROCESS_ERROR_ARGS;
	/* In the reference the working directory follows the arguments in memory,
	 * unless it is the root or unknown; only then are empty arguments at the end
	 * lost. */
	source.trim_argv = flags & (PROCESS_ROOT_CWD | PROCESS_ERROR_CWD);
	source.binary = record_binary(view, source.cwd, &buf);
	memcpy(leaf, record->cgroup, TETRA_CGROUP_NAME_MAX);
	leaf[TETRA_CGROUP_NAME_MAX] = '\0';
	process_container_id(leaf, container);
	if (!container[0] && view->above.len <= TETRA_CGROUP_NAME_MAX) {
		memcpy(above, view->above.text, view->above.len);
		above[view->above.len] = '\0';
		process_container_id(above, container);
	}
	source.container = text_of(container);
	source.cgroup = text_of(leaf);
	*ret_flags = flags;
	return process_image_new(ret, &source);
}

static void seed_container(const struct process_seed *seed, char ret[32])
{
	ret[0] = '\0';
	if (seed->container)
		snprintf(ret, 32, "%s", seed->container);
	else if (seed->cgroup_text)
		process_container_id_from_proc(seed->cgroup_text, ret);
	else if (seed->cgroup_name)
		process_container_id(seed->cgroup_name, ret);
}

static uint32_t seed_flags(const struct process_seed *seed)
{
	if (!text_of(seed->cwd).len)
		return PROCESS_PROCFS | PROCESS_ROOT_CWD | PROCESS_ERROR_CWD;
	return PROCESS_PROCFS | (str_equal(seed->cwd, "/") ? PROCESS_ROOT_CWD : 0);
}

/* "[kworker/0:1]" in @buf of SEED_NAME_MAX bytes for a kernel thread. */
static struct process_text seed_binary(const struct process_seed *seed, char *buf)
{
	int len;

	if (!seed->kernel_thread)
		return text_of(text_of(seed->exe).len ? seed->exe : NAME_LOST);
	len = snprintf(buf, SEED_NAME_MAX, "[%.64s]", seed->comm ? seed->comm : "");
	return (struct process_text){ buf, (size_t)len };
}

int exec_seed_image(struct process_image **ret, uint32_t *ret_flags,
		    const struct event_encoding *encoding,
		    const struct process_seed *seed)
{
	char container[32], name[SEED_NAME_MAX];
	struct tetra_record_image facts = seed->facts;
	struct process_image_source source = {
		.facts = &facts,
		.has_cred = seed->has_cred && !seed->kernel_thread,
		.foreign = seed->foreign,
		.trim_argv = true,
		.binary = seed_binary(seed, name),
		.executable = text_of(seed->exe),
		.cwd = text_of(seed->cwd),
		.argv = { seed->cmdline, seed->cmdline_bytes },
		.cgroup = text_of(seed->cgroup_name),
	};

	if (source.has_cred)
		source.user = image_user(encoding, &facts);
	else
		facts.cred = (struct tetra_record_cred){ .login_uid = UINT32_MAX };
	seed_container(seed, container);
	source.container = text_of(container);
	*ret_flags = seed_flags(seed);
	if (container[0] && seed->ns_tgid == 1)
		*ret_flags |= PROCESS_IN_INIT_TREE;
	return process_image_new(ret, &source);
}

int exec_kernel_image(struct process_image **ret, uint32_t *ret_flags)
{
	static const struct tetra_record_image facts = { .cred.login_uid = UINT32_MAX };
	struct process_image_source source = {
		.facts = &facts,
		.has_cred = true,
		.binary = text_of("<kernel>"),
	};

	*ret_flags = PROCESS_PROCFS;
	return process_image_new(ret, &source);
}

struct process_key exec_parent(const struct tetra_record_exec *record)
{
	struct process_key parent = { record->parent_tgid, record->parent_stamp };

	if (record->old_stamp && !(record->head.flags & TETRA_EXEC_CLONE))
		return (struct process_key){ record->head.tgid, record->old_stamp };
	if (!parent.tgid)
		return (struct process_key){ PROCESS_KERNEL_PID, PROCESS_KERNEL_STAMP };
	return parent;
}
