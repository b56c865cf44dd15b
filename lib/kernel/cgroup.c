/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/cgroup.h"

#include <ctype.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "lib/base/strbuf.h"

/* Characters of a full container id, in hexadecimal. */
#define CONTAINER_ID_LEN 64u
/* Characters that are enough of one. */
#define CONTAINER_ID_SHORT (CGROUP_CONTAINER_BYTES - 1)
/* The folder of a path that sysbox names after the container: the fourth, from 0. */
#define SYSBOX_COMPONENT 3u

static const char *const controllers[] = { "memory", "pids", "cpuset" };

static bool mounted_as(const char *sys_root, const char *path, long magic)
{
	_cleanup_(strbuf_done) struct strbuf name = {};
	struct statfs fs;

	strbuf_format(&name, "%s%s", sys_root, path);
	return !name.failed && statfs(name.text, &fs) == 0 && fs.f_type == magic;
}

enum cgroup_mode cgroup_detect(const char *sys_root)
{
	if (mounted_as(sys_root, "/fs/cgroup", CGROUP2_SUPER_MAGIC))
		return CGROUP_UNIFIED;
	if (!mounted_as(sys_root, "/fs/cgroup", TMPFS_MAGIC))
		return CGROUP_UNKNOWN;
	if (mounted_as(sys_root, "/fs/cgroup/unified", CGROUP2_SUPER_MAGIC))
		return CGROUP_HYBRID;
	return CGROUP_LEGACY;
}

/* Is @word one of the words between commas in the @len bytes at @list? */
static bool list_has(const char *list, size_t len, const char *word)
{
	const char *end = list + len, *comma;
	size_t word_len = strlen(word);

	for (; list <= end; list = comma + 1) {
		comma = memchr(list, ',', (size_t)(end - list)) ?: end;
		if ((size_t)(comma - list) == word_len &&
		    memcmp(list, word, word_len) == 0)
			return true;
	}
	return false;
}

/* The path on the line "NUMBER:CONTROLLERS:PATH" of a controller; of "0::PATH" for "". */
static const char *find_path(const char *text, const char *controller, size_t *ret_len)
{
	const char *line, *end, *list, *path;

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		list = memchr(line, ':', (size_t)(end - line));
		path = list ? memchr(list + 1, ':', (size_t)(end - list - 1)) : NULL;
		if (!path || !list_has(list + 1, (size_t)(path - list - 1), controller))
			continue;
		*ret_len = (size_t)(end - path - 1);
		return path + 1;
	}
	return NULL;
}

const char *cgroup_controller(enum cgroup_mode mode, const char *text)
{
	size_t i, len;

	if (mode == CGROUP_UNIFIED)
		return "";
	for (i = 0; i < ARRAY_SIZE(controllers); i++)
		if (find_path(text, controllers[i], &len))
			return controllers[i];
	return NULL;
}

const char *cgroup_path(enum cgroup_mode mode, const char *text, size_t *ret_len)
{
	const char *controller = cgroup_controller(mode, text);

	return controller ? find_path(text, controller, ret_len) : NULL;
}

static void copy_id(char *ret, const char *id)
{
	memcpy(ret, id, CONTAINER_ID_SHORT);
	ret[CONTAINER_ID_SHORT] = '\0';
}

static const char *behind_last(const char *text, char c)
{
	const char *last = strrchr(text, c);

	return last ? last + 1 : text;
}

bool cgroup_container_of_name(char ret[static CGROUP_CONTAINER_BYTES], const char *name)
{
	static const char service[] = "service";
	size_t len, full = CONTAINER_ID_LEN;
	const char *id;

	if (strlen(name) >= CGROUP_KERNEL_NAME)
		full = CONTAINER_ID_SHORT;
	id = behind_last(behind_last(name, ':'), '-');
	len = strlen(id);
	if (len < full)
		return false;
	if (str_equal(id + len - (sizeof(service) - 1), service))
		return false;
	copy_id(ret, id);
	return true;
}

/* Component @index of a path, from 0 behind the first slash; cut to fit. */
static bool path_component(char *ret, size_t size, const char *path, size_t index)
{
	size_t len;

	for (path += *path == '/'; index; index--) {
		path += strcspn(path, "/");
		if (!*path++)
			return false;
	}
	len = MIN(strcspn(path, "/"), size - 1);
	memcpy(ret, path, len);
	ret[len] = '\0';
	return len > 0;
}

/* Podman puts a container's processes below its group. */
static bool container_of_parents(char *ret, const char *path)
{
	_cleanup_(freep) char *parent = strdup(path);
	char *slash;

	if (!parent)
		return false;
	while ((slash = strrchr(parent, '/'))) {
		*slash = '\0';
		if (cgroup_container_of_name(ret, behind_last(parent, '/')))
			return true;
	}
	return false;
}

bool cgroup_container_of_path(char ret[static CGROUP_CONTAINER_BYTES], const char *path)
{
	const char *leaf = behind_last(path, '/');
	char component[CGROUP_KERNEL_NAME + 1];

	if (str_equal(leaf, "container") && strstr(path, "libpod"))
		return container_of_parents(ret, path);
	if (strstr(leaf, "syscont-cgroup-root")) {
		if (!path_component(component, sizeof(component), path, SYSBOX_COMPONENT))
			return false;
		return cgroup_container_of_name(ret, component);
	}
	return cgroup_container_of_name(ret, leaf);
}

static bool is_hex(const char *text)
{
	while (isxdigit((unsigned char)*text))
		text++;
	return !*text;
}

/* One line of /proc/PID/cgroup. */
static bool container_of_line(char *ret, const char *line)
{
	const char *path = strchr(line, '/'), *leaf;

	if (!path)
		return false;
	if ((strstr(line, "pods") || strstr(line, "docker") || strstr(line, "libpod")) &&
	    cgroup_container_of_path(ret, path))
		return true;
	leaf = behind_last(path, '/');
	if (strlen(leaf) < CONTAINER_ID_SHORT || !is_hex(leaf))
		return false;
	copy_id(ret, leaf);
	return true;
}

bool cgroup_container_of_proc(char ret[static CGROUP_CONTAINER_BYTES], const char *text)
{
	_cleanup_(freep) char *copy = strdup(text);
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		if (container_of_line(ret, line))
			return true;
	return false;
}
