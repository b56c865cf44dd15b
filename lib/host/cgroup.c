/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/cgroup.h"

#include <ctype.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "lib/base/strbuf.h"

/* Characters of a full container id, in hexadecimal. */
#define CONTAINER_ID_LEN 64u
/* Characters that are enough to identify one. */
#define CONTAINER_ID_SHORT (CGROUP_CONTAINER_BYTES - 1)

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

/* What a name may have before an id: the program that made the group. */
static const char *const makers[] = {
	"buildkit", "containerd", "cri-containerd", "cri-dockerd",    "crio",	 "crun",
	"docker",   "kata",	  "libpod",	    "libpod-payload", "nerdctl", "runc",
};

/*
 * @text of @len bytes: one of them, possibly after the parent group and a colon, as in
 * "kubelet-kubepods-podN.slice:cri-containerd". Other programs name their scopes as they like,
 * and a checksum in such a name is not a container; nor is conmon's own group,
 * "libpod-conmon-ID.scope".
 */
static bool is_maker(const char *text, size_t len)
{
	const char *colon = memrchr(text, ':', len);

	if (colon) {
		len -= (size_t)(colon + 1 - text);
		text = colon + 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (strlen(makers[i]) == len && memcmp(makers[i], text, len) == 0)
			return true;
	return false;
}

static size_t hex_span(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && isxdigit((unsigned char)text[n]))
		n++;
	return n;
}

static bool copy_id(char *ret, const char *id)
{
	memcpy(ret, id, CONTAINER_ID_SHORT);
	ret[CONTAINER_ID_SHORT] = '\0';
	return true;
}

/*
 * The one rule: a name ends in an id of 64 digits, or in that and ".scope"; before it comes
 * nothing, or a maker and '-' or ':'. If a name was cut off, as many digits as are shown.
 */
static bool id_of_name(char *ret, const char *name, size_t len)
{
	bool was_cut = len >= CGROUP_KERNEL_NAME;
	size_t end = len, digits;
	const char *id;

	if (len > strlen(".scope") &&
	    memcmp(name + len - strlen(".scope"), ".scope", strlen(".scope")) == 0)
		end -= strlen(".scope");
	for (id = name + end; id > name && id[-1] != '-' && id[-1] != ':'; id--)
		;
	digits = hex_span(id, (size_t)(name + end - id));
	if (digits != (size_t)(name + end - id) ||
	    !(digits == CONTAINER_ID_LEN || (was_cut && digits >= CONTAINER_ID_SHORT)))
		return false;
	if (id > name && !is_maker(name, (size_t)(id - 1 - name)))
		return false;
	return copy_id(ret, id);
}

bool cgroup_container_of_name(char ret[static CGROUP_CONTAINER_BYTES], const char *name)
{
	return id_of_name(ret, name, strlen(name));
}

/* From the leaf up: programs in a container may make their own groups. */
static bool container_of_path(char *ret, const char *path, size_t len)
{
	while (len) {
		const char *slash = memrchr(path, '/', len);
		size_t start = slash ? (size_t)(slash + 1 - path) : 0;

		if (id_of_name(ret, path + start, len - start))
			return true;
		len = slash ? (size_t)(slash - path) : 0;
	}
	return false;
}

/* A leaf of only digits may be a shorter id, as small runtimes make them. */
static bool container_of_leaf(char *ret, const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len);
	const char *leaf = slash ? slash + 1 : path;
	size_t n = (size_t)(path + len - leaf);

	return n >= CONTAINER_ID_SHORT && hex_span(leaf, n) == n && copy_id(ret, leaf);
}

bool cgroup_container_of_proc(char ret[static CGROUP_CONTAINER_BYTES], const char *text)
{
	const char *line, *end, *path;

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		path = memchr(line, '/', (size_t)(end - line));
		if (path && (container_of_path(ret, path, (size_t)(end - path)) ||
			     container_of_leaf(ret, path, (size_t)(end - path))))
			return true;
	}
	return false;
}
