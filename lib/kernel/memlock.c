/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/memlock.h"

#include <bpf/bpf.h>
#include <sys/resource.h>

#include "lib/base/diag.h"
#include "lib/kernel/kernel.h"

/* The first kernel that counts otherwise, as kernel_version() has it. */
#define MEMLOCK_UNCOUNTED (5u << 16 | 11u << 8)

static bool memlock_counts(const struct tetra_kernel *kernel)
{
	return kernel_version(kernel) < MEMLOCK_UNCOUNTED;
}

static void memlock_raise(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		return;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_MEMLOCK, &limit); /* if it is too low, a finding says so */
}

/*
 * libbpf raises the limit on its own, once, in its first call that makes something. The function
 * that tells it not to is not exported by all of its versions. So its first call makes nothing,
 * and what it raised is put back before anything is made.
 */
static void memlock_calm_libbpf(void)
{
	struct rlimit before, after;

	if (getrlimit(RLIMIT_MEMLOCK, &before) < 0)
		return;
	(void)bpf_map_create(BPF_MAP_TYPE_UNSPEC, NULL, 0, 0, 0,
			     NULL); /* always refused */
	if (getrlimit(RLIMIT_MEMLOCK, &after) == 0 &&
	    (after.rlim_cur != before.rlim_cur || after.rlim_max != before.rlim_max))
		(void)setrlimit(RLIMIT_MEMLOCK, &before); /* lowering is always allowed */
}

void memlock_begin(const struct tetra_kernel *kernel, bool raise)
{
	memlock_calm_libbpf();
	if (raise && memlock_counts(kernel))
		memlock_raise();
}

bool memlock_may_be_why(const struct tetra_kernel *kernel, int error)
{
	struct rlimit limit;

	if ((error != -EPERM && error != -EACCES) || !memlock_counts(kernel))
		return false;
	return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

int memlock_explain(const struct tetra_kernel *kernel, int error, struct tetra_diag *diag)
{
	struct rlimit limit = { 0 };

	if (!memlock_may_be_why(kernel, error))
		return error;
	(void)getrlimit(RLIMIT_MEMLOCK, &limit); /* it worked just now */
	return diag_error(
		diag, NULL, -EPERM, "memory-lock",
		"raise the limit (ulimit -l unlimited, LimitMEMLOCK=infinity), or let "
		"the session do it (TETRA_SESSION_RAISE_MEMLOCK)",
		"this kernel (%s) counts BPF maps and programs as locked memory, and "
		"RLIMIT_MEMLOCK of this process is %llu bytes",
		kernel_release(kernel), (unsigned long long)limit.rlim_cur);
}
