/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/knobs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>

#include "lib/kernel/machine.h"

/* Below a root's path; "" of debugfs is where it is mounted. */
#define DEBUGFS "/kernel/debug"
/* Bytes of a path. */
#define KNOB_PATH_BYTES 512

static const struct {
	const char *name, *path;
	bool debugfs; /* else below /proc */
} places[KNOB_END] = {
	[KNOB_FTRACE] = { "ftrace", "/sys/kernel/ftrace_enabled" },
	[KNOB_KPROBES] = { "kprobes", "/kprobes/enabled", true },
	[KNOB_PREEMPT] = { "preempt", "/sched/preempt", true },
	[KNOB_BPF] = { "bpf", "/sys/kernel/unprivileged_bpf_disabled" },
};

const char *knob_name(enum kernel_knob knob)
{
	return knob < KNOB_END ? places[knob].name : "";
}

void knobs_init(struct knob *knobs)
{
	for (int i = 0; i < KNOB_END; i++)
		knobs[i].fd = -1;
}

void knobs_done(struct knob *knobs)
{
	for (int i = 0; i < KNOB_END; i++) {
		closep(&knobs[i].fd);
		knobs[i] = (struct knob){ .fd = -1 };
	}
}

/* A detached mount of our own, for when no visible one has the knob: a container may hide
 * /proc/sys, and debugfs may not be mounted. */
static int mount_open(const char *type)
{
	_cleanup_(closep) int context = fsopen(type, FSOPEN_CLOEXEC);

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
}

static const char *knob_type(enum kernel_knob knob)
{
	return places[knob].debugfs ? "debugfs" : "proc";
}

static int knob_open(const struct tetra_kernel *kernel, enum kernel_knob knob)
{
	_cleanup_(closep) int detached = -1;
	const char *path = places[knob].path, *type = knob_type(knob);
	char text[KNOB_PATH_BYTES];
	int fd;

	snprintf(text, sizeof(text), "%s%s%s",
		 places[knob].debugfs ? kernel->sys_root : kernel->proc_root,
		 places[knob].debugfs ? DEBUGFS : "", path);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 || !kernel->own_roots)
		return fd;
	detached = mount_open(type);
	return detached < 0 ? -1 : openat(detached, path + 1, O_RDONLY | O_CLOEXEC);
}

static int knob_recorded(const struct tetra_kernel *kernel, enum kernel_knob knob,
			 char (*ret)[KNOB_BYTES])
{
	if (!kernel->knob_texts[knob])
		return -ENOENT;
	snprintf(*ret, sizeof(*ret), "%s", kernel->knob_texts[knob]);
	return 0;
}

int kernel_knob_read(struct tetra_kernel *kernel, enum kernel_knob knob,
		     char (*ret)[KNOB_BYTES])
{
	struct knob *at = &kernel->knobs[knob];
	ssize_t n;

	if (kernel->recorded)
		return knob_recorded(kernel, knob, ret);
	if (at->missing)
		return -ENOENT;
	if (at->fd < 0)
		at->fd = knob_open(kernel, knob);
	if (at->fd < 0) {
		/* Descriptors or memory ran out: the next attempt may succeed. */
		at->missing = errno != EMFILE && errno != ENFILE && errno != ENOMEM;
		return -ENOENT;
	}
	n = pread(at->fd, *ret, sizeof(*ret) - 1, 0);
	if (n <= 0)
		return -ENOENT;
	(*ret)[n] = '\0';
	return 0;
}
