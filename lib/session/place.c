/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/session/place.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/base/diag.h"
#include "lib/host/pseudo.h"

/* Inode of another initial namespace (include/linux/proc_ns.h). */
#define FIRST_TIME_NS 0xeffffffau

#define PATH_BYTES 64

/* Descriptors that a session needs at least: maps, programs, links, its own. */
#define SESSION_DESCRIPTORS 24

int session_check_descriptors(int r, struct tetra_diag *diag)
{
	struct rlimit limit = { 0 };

	if (r != -EMFILE && r != -ENFILE)
		return r;
	(void)getrlimit(RLIMIT_NOFILE, &limit); /* 0 would be odd, but harmless */
	return diag_error(diag, NULL, -ENOMEM, "no-descriptors",
			  "raise RLIMIT_NOFILE (ulimit -n)",
			  "too few file descriptors: this process may open %llu",
			  (unsigned long long)limit.rlim_cur);
}

/* If descriptors ran out during opening, the step at hand would report it as its own error. */
static int check_room(struct tetra_diag *diag)
{
	int fds[SESSION_DESCRIPTORS], n, r = 0;

	for (n = 0; n < (int)ARRAY_SIZE(fds) && r == 0; n++) {
		fds[n] = eventfd(0, EFD_CLOEXEC);
		r = fds[n] < 0 ? -errno : 0;
	}
	for (int i = 0; i < n; i++)
		closep(&fds[i]);
	return session_check_descriptors(r, diag);
}

/* Those that are open; 0 if that cannot be found out. */
static uint64_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	uint64_t n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += isdigit((unsigned char)entry->d_name[0]) != 0;
	closedir(dir);
	return n ? n - 1 : 0; /* one was the folder's */
}

int session_check_room(uint64_t n, struct tetra_diag *diag)
{
	uint64_t n_open = open_descriptors();
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    n_open + n <= limit.rlim_cur)
		return 0;
	return diag_error(
		diag, NULL, -ENOMEM, "no-descriptors",
		"raise RLIMIT_NOFILE (ulimit -n), or hook fewer places",
		"too few file descriptors: this process may open %llu, has %llu "
		"open, and needs %llu more for its programs",
		(unsigned long long)limit.rlim_cur, (unsigned long long)n_open,
		(unsigned long long)n);
}

/* /proc must be mounted, and belong to our namespace. */
static int check_proc(struct tetra_diag *diag)
{
	char self[PATH_BYTES];
	int r = pseudo_link(self, sizeof(self), AT_FDCWD, "/proc/self");

	if (r == -ENOMEM)
		return session_check_descriptors(-EMFILE, diag);
	if (access("/proc/stat", F_OK) < 0 && access("/proc/1", F_OK) < 0)
		return diag_error(diag, NULL, -EOPNOTSUPP, "no-proc",
				  "mount -t proc proc /proc",
				  "/proc is not mounted: the running processes cannot be "
				  "read");
	if (r < 0 || atoi(self) != getpid())
		return diag_error(
			diag, NULL, -EOPNOTSUPP, "foreign-proc",
			"mount /proc anew in this pid namespace",
			"/proc belongs to another pid namespace, so its process "
			"numbers do not match the kernel's");
	return 0;
}

static int check_pid_namespace(struct tetra_diag *diag)
{
	uint64_t ns = pseudo_ns(AT_FDCWD, "/proc/self/ns/pid");

	if (ns == PLACE_FIRST_PID_NS)
		return 0;
	return diag_error(
		diag, NULL, -EOPNOTSUPP, "nested-pid-namespace",
		"start it in the host's pid namespace",
		"this process is in a nested pid namespace: its process numbers "
		"differ from the kernel's, so running processes would be "
		"misidentified");
}

static int check_time_namespace(struct tetra_diag *diag)
{
	uint64_t ns = pseudo_ns(AT_FDCWD, "/proc/self/ns/time");

	if (!ns || ns == FIRST_TIME_NS)
		return 0;
	return diag_error(diag, NULL, -EOPNOTSUPP, "time-namespace",
			  "start it in the host's time namespace",
			  "this process is in a time namespace: its clock differs from "
			  "the kernel's, so events would have wrong times, and running "
			  "processes would be misidentified");
}

/* Without the capability, hidepid hides the processes of others completely. */
static int check_hidden(struct tetra_diag *diag)
{
	if (access("/proc/1", F_OK) == 0)
		return 0;
	return diag_error(
		diag, NULL, -EOPNOTSUPP, "hidden-processes",
		"give CAP_SYS_PTRACE, or mount /proc without hidepid",
		"/proc hides the processes of others (hidepid): running processes "
		"would not be known");
}

static int check_lockdown(const struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	if (!kernel_is_confidential(kernel))
		return 0;
	return diag_error(diag, NULL, -EOPNOTSUPP, "locked-down",
			  "lockdown=integrity allows it",
			  "this kernel is locked down (lockdown=confidentiality): BPF "
			  "programs may not read the kernel's memory");
}

int session_check_place(struct tetra_diag *diag)
{
	int r = check_room(diag);

	if (r == 0)
		r = check_proc(diag);
	if (r == 0)
		r = check_pid_namespace(diag);
	if (r == 0)
		r = check_time_namespace(diag);
	if (r == 0)
		r = check_hidden(diag);
	return r;
}

int session_check_kernel(struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	static const enum kernel_feature needed[] = { KERNEL_BTF, KERNEL_RINGBUF,
						      KERNEL_TP_BTF };
	int r = check_lockdown(kernel, diag);

	for (size_t i = 0; i < ARRAY_SIZE(needed) && r == 0; i++) {
		const char *reason;

		if (kernel_has(kernel, needed[i]))
			continue;
		reason = kernel_feature_reason(kernel, needed[i]);
		if (reason && strstr(reason, "CAP_"))
			return diag_error(diag, NULL, -EPERM, "no-privilege",
					  "run as root, or give the capabilities", "%s",
					  reason);
		return diag_error(diag, NULL, -EOPNOTSUPP, "kernel-lacks",
				  kernel_feature_need(needed[i]),
				  "this kernel (%s) is not supported: %s",
				  kernel_release(kernel), reason ? reason : "");
	}
	return r;
}

static bool may_read_processes(void)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[0].effective >> CAP_SYS_PTRACE & 1;
}

/* A kernel thread has no link; that of other processes cannot be read. */
static bool process_is_closed(int proc, const char *pid)
{
	char path[PATH_BYTES], exe[PATH_BYTES];

	snprintf(path, sizeof(path), "%.32s/exe", pid);
	return pseudo_link(exe, sizeof(exe), proc, path) == -EPERM;
}

void session_warn_unreadable(struct tetra_diag *diag)
{
	uint32_t n = 0, n_closed = 0;
	struct dirent *entry;
	DIR *dir;

	if (may_read_processes())
		return;
	dir = opendir("/proc");
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		n++;
		n_closed += process_is_closed(dirfd(dir), entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (n_closed)
		diag_warning(diag, NULL, "unreadable-processes", "give CAP_SYS_PTRACE",
			     "%u of %u running processes cannot be read from /proc: "
			     "CAP_SYS_PTRACE is missing, so /proc does not say which "
			     "programs they run",
			     n_closed, n);
}
