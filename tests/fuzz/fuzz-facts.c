/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of facts, without its last line: it is sealed here, so that what a checksum would keep
 * out comes in. What is read answers for a policy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/recording/packed.h"
#include "tests/fuzz/fuzz.h"
#include "tetra/fit.h"

static const char text[] =
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: any}\nspec:\n"
	"  kprobes:\n"
	"  - {call: vfs_write, syscall: false, args: [{index: 0, type: file}]}\n"
	"  - {call: sys_getpgid, args: [{index: 0, type: int}]}\n"
	"  tracepoints:\n"
	"  - {subsystem: sched, event: sched_switch, args: [{index: 0, type: auto}]}\n";

static int load(const struct strbuf *sealed, struct tetra_facts **ret)
{
	_cleanup_(closep) int fd = memfd_create("facts", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, sealed->text, sealed->len) != (ssize_t)sealed->len)
		return -ENOMEM;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return tetra_facts_load(ret, path, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf sealed = {};
	struct tetra_policy *policy = NULL;
	struct tetra_facts *facts = NULL;
	struct tetra_fit *fit = NULL;

	strbuf_add(&sealed, (const char *)data, size);
	packed_seal(&sealed);
	if (load(&sealed, &facts) < 0)
		return 0;
	if (tetra_policy_parse(&policy, text, sizeof(text) - 1, NULL, NULL) < 0)
		abort();
	(void)tetra_fit(&fit, policy, facts, NULL, NULL); /* anything but a crash */
	tetra_fit_free(fit);
	tetra_policy_unref(policy);
	tetra_facts_free(facts);
	return 0;
}
