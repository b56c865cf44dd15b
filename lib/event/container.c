/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container ids from cgroup names: "docker-ID.scope", "cri-containerd-ID.scope", "ID",
 * "kubelet-...:cri-containerd:ID". Events show the first 31 characters.
 */
#include "lib/event/process.h"

/* Characters of an id that events show. */
#define SHOWN 31u
/* Hex digits of a whole id. */
#define WHOLE 64u
/* A name of this many characters was cut when the kernel side copied it. */
#define CUT_AT (TETRA_CGROUP_NAME_MAX - 1u)

static const char *behind_last(const char *text, const char *end, char c)
{
	const char *at = memrchr(text, c, (size_t)(end - text));

	return at ? at + 1 : text;
}

static bool ends_in(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && !memcmp(text + len - n, end, n);
}

static void id_from_name(const char *name, size_t len, bool was_cut, char *ret)
{
	const char *end = name + len, *id = behind_last(name, end, ':');
	size_t n;

	id = behind_last(id, end, '-');
	n = (size_t)(end - id);
	if (ends_in(id, n, "service") || n < (was_cut ? SHOWN : WHOLE))
		return;
	memcpy(ret, id, SHOWN);
	ret[SHOWN] = '\0';
}

void process_container_id(const char *leaf, char ret[32])
{
	size_t len = strlen(leaf);

	ret[0] = '\0';
	id_from_name(leaf, len, len >= CUT_AT, ret);
}

static bool is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdefABCDEF") >= len;
}

static bool line_has(const char *line, size_t len, const char *word)
{
	return memmem(line, len, word, strlen(word)) != NULL;
}

/* The component of @path that ends at @end, without its slash. */
static const char *component(const char *path, const char *end)
{
	return behind_last(path, end, '/');
}

/* Podman puts processes into "container" below the folder that bears the id. */
static void id_from_podman(const char *line, const char *end, char *ret)
{
	const char *name = component(line, end);

	while (!ret[0] && name > line) {
		end = name - 1;
		name = component(line, end);
		id_from_name(name, (size_t)(end - name), false, ret);
	}
}

/* Sysbox: "/a/b/c/ID/syscont-cgroup-root/...": the component of number four. */
static void id_from_sysbox(const char *line, const char *end, char *ret)
{
	const char *at = memchr(line, '/', (size_t)(end - line)), *next;
	unsigned int i;

	for (i = 0; at && i < 3; i++)
		at = memchr(at + 1, '/', (size_t)(end - at - 1));
	if (!at)
		return;
	next = memchr(at + 1, '/', (size_t)(end - at - 1));
	id_from_name(at + 1, (size_t)((next ? next : end) - at - 1), false, ret);
}

static void id_from_line(const char *line, size_t len, char *ret)
{
	const char *end = line + len, *name = component(line, end);
	size_t n = (size_t)(end - name);
	bool libpod = line_has(line, len, "libpod");

	if (libpod && n == strlen("container") && !memcmp(name, "container", n))
		id_from_podman(line, end, ret);
	else if (line_has(line, len, "syscont-cgroup-root"))
		id_from_sysbox(line, end, ret);
	else if (libpod || line_has(line, len, "pods") || line_has(line, len, "docker"))
		id_from_name(name, n, false, ret);
	if (!ret[0] && n >= SHOWN && is_hex(name, n)) {
		memcpy(ret, name, SHOWN);
		ret[SHOWN] = '\0';
	}
}

void process_container_id_from_proc(const char *text, char ret[32])
{
	const char *end;

	for (ret[0] = '\0'; *text && !ret[0]; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		id_from_line(text, (size_t)(end - text), ret);
	}
}
