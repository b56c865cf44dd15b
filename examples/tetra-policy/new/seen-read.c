/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of Tetragon's and of our JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"
#include "json/tree.h"
#include "new/known.h"
#include "new/seen.h"
#include "text.h"

/* The kernel side reads no more of a text. */
#define TEXT_BYTES 4095u
/* Policies name no longer programs. */
#define BINARY_BYTES 255u

/* The key that an event has, and the type that a policy gives the argument. */
static const struct {
	const char *key, *type;
} types[] = {
	{ "file_arg", "file" },
	{ "path_arg", "path" },
	{ "linux_binprm_arg", "linux_binprm" },
	{ "string_arg", "string" },
	{ "sock_arg", "sock" },
	{ "int_arg", "int" },
	{ "uint_arg", "uint32" },
	{ "long_arg", "int64" },
	{ "size_arg", "size_t" },
};

/* Absolute, without '.', '..' and empty parts, as the kernel names files. */
static int is_resolved(const char *path)
{
	size_t n;

	if (*path != '/' || !path[1])
		return *path == '/';
	for (; *path == '/'; path += n) {
		n = strcspn(++path, "/");
		if (!n || (n == 1 && *path == '.') ||
		    (n == 2 && strncmp(path, "..", 2) == 0))
			return 0;
	}
	return !*path;
}

static void path_take(struct seen *seen, struct seen_arg *arg, yajl_val value,
		      const char *at)
{
	const char *flags = tree_text(value, "flags");
	const char *path =
		YAJL_IS_STRING(value) ? YAJL_GET_STRING(value) : tree_text(value, "path");
	int is_text = YAJL_IS_STRING(value);

	/* A pipe; a name that could not be read, or only in part. */
	if (!path || !*path || (flags && *flags) || (!is_text && *path != '/'))
		arg->paths.n_unlisted++;
	else if (strlen(path) >= TEXT_BYTES || (!is_text && !is_resolved(path)))
		arg->is_mixed = 1; /* sim would compare it */
	else
		seen_add(seen, &arg->paths, path, at);
}

/* An address of IPv4 is one, also if a socket of IPv6 has it. */
static void address_take(struct seen *seen, struct seen_arg *arg, const char *text,
			 const char *at)
{
	int family = text && strchr(text, ':') ? AF_INET6 : AF_INET;
	char plain[INET6_ADDRSTRLEN];
	struct in6_addr bytes;
	const void *start = &bytes;

	if (!text || inet_pton(family, text, &bytes) != 1) {
		arg->addresses.n_unlisted++;
		return;
	}
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&bytes)) {
		family = AF_INET;
		start = &bytes.s6_addr[12];
	}
	inet_ntop(family, start, plain, sizeof(plain));
	seen_add(seen, &arg->addresses, plain, at);
}

static void sock_take(struct seen *seen, struct seen_arg *arg, yajl_val value,
		      const char *at)
{
	const char *family = tree_text(value, "family");
	uint64_t port = 0;
	char text[16];

	if (!family || strncmp(family, "AF_INET", strlen("AF_INET")) != 0)
		return;
	address_take(seen, arg, tree_text(value, "daddr"), at);
	/* A port of 0 is left out. */
	if (tree_get(value, "dport") && !tree_number(tree_get(value, "dport"), &port))
		return;
	snprintf(text, sizeof(text), "%" PRIu64, port & 0xffff);
	seen_add(seen, &arg->ports, text, at);
}

static void type_take(struct seen *seen, struct seen_arg *arg, const char *key,
		      yajl_val value, const char *at)
{
	const char *type = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types) && !type; i++)
		if (strcmp(types[i].key, key) == 0)
			type = types[i].type;
	arg->is_mixed |= !type || (arg->type && arg->type != type);
	arg->type = type;
	if (!type)
		return;
	if (strcmp(type, "sock") == 0)
		sock_take(seen, arg, value, at);
	else if (strcmp(type, "string") == 0 || strcmp(type, "file") == 0 ||
		 strcmp(type, "path") == 0 || strcmp(type, "linux_binprm") == 0)
		path_take(seen, arg, value, at);
}

static void arg_take(struct seen *seen, struct seen_arg *arg, yajl_val value,
		     const char *at)
{
	const char *label = tree_text(value, "label");
	size_t i;

	if (!YAJL_IS_OBJECT(value))
		arg->is_mixed = 1;
	if (arg->type &&
	    (!label != !arg->label || (label && strcmp(label, arg->label) != 0)))
		arg->is_mixed = 1;
	if (label && !arg->label)
		arg->label = arena_copy(&seen->arena, label, strlen(label));
	for (i = 0; YAJL_IS_OBJECT(value) && i < value->u.object.len; i++)
		if (strcmp(value->u.object.keys[i], "label") != 0)
			type_take(seen, arg, value->u.object.keys[i],
				  value->u.object.values[i], at);
}

/* Policies compare the file that a link leads to. It is only looked for where the command ran. */
static const char *binary_find(const struct seen *seen, const char *binary,
			       char resolved[PATH_MAX])
{
	return seen->self && binary && realpath(binary, resolved) ? resolved : binary;
}

static void binary_take(struct seen *seen, struct seen_values *values, yajl_val event,
			const char *at)
{
	char resolved[PATH_MAX];
	const char *binary = binary_find(
		seen, tree_text(tree_get(event, "process"), "binary"), resolved);

	if (!binary || !is_resolved(binary) || strlen(binary) > BINARY_BYTES)
		values->n_unlisted++;
	else
		seen_add(seen, values, binary, at);
}

static int is_own(const struct seen *seen, yajl_val event)
{
	const char *binary = tree_text(tree_get(event, "process"), "binary");

	return seen->self && binary && strcmp(seen->self, binary) == 0;
}

static void event_take(struct seen *seen, struct seen_hook *hook, yajl_val event,
		       const char *at)
{
	yajl_val args = tree_get(event, "args");
	size_t i, n = YAJL_IS_ARRAY(args) ? args->u.array.len : 0;

	hook->count++;
	if (!is_own(seen, event))
		binary_take(seen, &hook->binaries, event, at);
	for (i = 0; i < n && i < SEEN_ARGS; i++)
		arg_take(seen, &hook->args[i], args->u.array.values[i], at);
	/* What not all events have is not judged. */
	for (; i < hook->n_args && i < SEEN_ARGS; i++)
		hook->args[i].is_mixed = 1;
	if (hook->count > 1 && n > hook->n_args)
		for (i = hook->n_args; i < n && i < SEEN_ARGS; i++)
			hook->args[i].is_mixed = 1;
	if (n > hook->n_args)
		hook->n_args = n < SEEN_ARGS ? (unsigned int)n : SEEN_ARGS;
}

static int function_take(struct seen *seen, yajl_val event, enum seen_kind kind,
			 const char *at)
{
	const char *name = tree_text(event, "function_name"), *subsystem = NULL;

	if (kind == SEEN_TRACEPOINT) {
		name = tree_text(event, "event");
		subsystem = tree_text(event, "subsys");
	} else if (name) {
		name = known_plain(name);
	}
	if (!name || !*name || (kind == SEEN_TRACEPOINT && (!subsystem || !*subsystem)))
		return -EINVAL;
	/* The command is started by this program: its start counts, how it is started does not. */
	if (is_own(seen, event) && strcmp(name, "security_bprm_check") != 0)
		return 0;
	event_take(seen, seen_hook(seen, kind, subsystem, name), event, at);
	return 0;
}

static int root_take(struct seen *seen, yajl_val root, const char *at)
{
	static const struct {
		const char *key;
		enum seen_kind kind;
	} kinds[] = { { "process_kprobe", SEEN_KPROBE },
		      { "process_tracepoint", SEEN_TRACEPOINT },
		      { "process_lsm", SEEN_LSM } };
	size_t i;

	if (!YAJL_IS_OBJECT(root))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (tree_get(root, kinds[i].key))
			return function_take(seen, tree_get(root, kinds[i].key),
					     kinds[i].kind, at);
	if (tree_get(root, "process_exec"))
		binary_take(seen, &seen->executed, tree_get(root, "process_exec"), at);
	return 0;
}

void seen_line(struct seen *seen, const char *file, char *line, size_t len,
	       uint64_t number)
{
	char why[200] = "", at[300];
	yajl_val root;
	int r = -EINVAL;

	if (strspn(line, " \t\r\n") == len)
		return;
	seen->n_lines++;
	snprintf(at, sizeof(at), "%.200s:%" PRIu64, file, number);
	root = strlen(line) == len ? yajl_tree_parse(line, why, sizeof(why)) : NULL;
	if (root)
		r = root_take(seen, root, at);
	yajl_tree_free(root);
	if (r == 0)
		return;
	seen->n_broken++;
	why[strcspn(why, "\n")] = '\0';
	complain(at, *why ? why : "warning: not an event");
}

int seen_read(struct seen *seen, const char *file)
{
	int is_stdin = strcmp(file, "-") == 0, r = 0;
	FILE *in = is_stdin ? stdin : fopen(file, "re");
	_cleanup_(freep) char *line = NULL;
	uint64_t number = 0;
	size_t size = 0;
	ssize_t len;

	if (!in)
		return -errno;
	errno = 0;
	while ((len = getline(&line, &size, in)) >= 0)
		seen_line(seen, is_stdin ? "standard input" : file, line, (size_t)len,
			  ++number);
	if (!feof(in))
		r = errno ? -errno : -EIO;
	if (!is_stdin)
		fclose(in);
	return r;
}
