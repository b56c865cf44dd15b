/* SPDX-License-Identifier: Apache-2.0 */
/* How the kernel was built, if a file says so. */
#include <stdio.h>
#include <zlib.h>

#include "lib/kernel/machine.h"

#define CONFIG_PATH_BYTES 512
/* Bytes of a line; those of command lines and lists may be longer, and are cut. */
#define CONFIG_LINE_BYTES 256

/* What decides about programs, tracing and security: the beginnings of names. */
static const char *const kept[] = {
	"BPF",	    "CGROUP_BPF", "DEBUG_INFO_BTF", "DYNAMIC_FTRACE",
	"FPROBE",   "FTRACE",	  "FUNCTION",	    "HAVE_KPROBES_ON_FTRACE",
	"KPROBE",   "LSM",	  "PREEMPT",	    "RETHOOK",
	"SECURITY", "UPROBE",
};

bool config_is_kept(const char *line)
{
	if (!str_has_prefix(line, CONFIG_PREFIX))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (str_has_prefix(line + strlen(CONFIG_PREFIX), kept[i]))
			return true;
	return false;
}

/* Plain or compressed. 0, what @visit returned, or -ENOENT. */
static int each_line(const char *path, int (*visit)(const char *line, void *user),
		     void *user)
{
	gzFile file = gzopen(path, "re");
	char line[CONFIG_LINE_BYTES];
	int r = file ? 0 : -ENOENT;

	while (r == 0 && gzgets(file, line, sizeof(line)))
		r = visit(line, user);
	if (file)
		(void)gzclose(file); /* we have read what we need */
	return r;
}

int kernel_each_config(const struct tetra_kernel *kernel,
		       int (*visit)(const char *line, void *user), void *user)
{
	char paths[3][CONFIG_PATH_BYTES];
	size_t n = kernel->own_roots ? ARRAY_SIZE(paths) : 1;
	int r = -ENOENT;

	snprintf(paths[0], sizeof(paths[0]), "%s/config.gz", kernel->proc_root);
	snprintf(paths[1], sizeof(paths[1]), "/boot/config-%s", kernel->release);
	snprintf(paths[2], sizeof(paths[2]), "/lib/modules/%s/config", kernel->release);
	for (size_t i = 0; i < n && r == -ENOENT; i++)
		r = each_line(paths[i], visit, user);
	return r;
}
