/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_FIT_H
#define TETRA_FIT_H

/*
 * Policies judged for machines: whether a kernel can do what a policy asks, and how. What is
 * known of a kernel is its facts, of this machine or from a file that was recorded on another.
 * The answers come from the planner that a session uses. Nothing is loaded.
 */

#include <tetra/common.h>
#include <tetra/diag.h>
#include <tetra/policy.h>
#include <tetra/session.h>

TETRA_BEGIN_DECLS

struct tetra_facts;

/**
 * tetra_facts_read() - the facts of this machine
 * @ret:	set to the facts; freed by tetra_facts_free()
 * @diag:	may be NULL
 *
 * Each is looked up when it is first needed: some by small programs that the kernel verifies,
 * which needs the privileges of a session.
 *
 * Return: 0; -EINVAL; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_facts_read(struct tetra_facts **ret, struct tetra_diag *diag);

/**
 * tetra_facts_load() - facts from a file that tetra_facts_save() has written
 * @ret:	set to the facts; freed by tetra_facts_free()
 * @path:	of the file
 * @diag:	says what is wrong with it; may be NULL
 *
 * Needs no privilege. About 8 MB of memory.
 *
 * Return: 0; -ENOENT, -EPERM; -EINVAL if it is not such a file, of another version, damaged
 * or truncated; -E2BIG; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_facts_load(struct tetra_facts **ret, const char *path,
			       struct tetra_diag *diag);

/**
 * tetra_facts_save() - write facts to a file
 * @path:	of the file, which appears when it is complete
 * @diag:	may be NULL
 *
 * Of this machine: looks up everything that any policy could need (features, types, symbols,
 * tracepoints, security modules, preemption, switches), which takes seconds. The file is
 * compressed and has 2 to 3 MB. Needs the privileges of a session, tracefs and debugfs.
 *
 * Return: 0; -EPERM without the privileges; -EOPNOTSUPP if something cannot be looked up here;
 * -EINVAL; -ENOMEM; the error of a file system that does not take the file. Since: 0.1
 */
TETRA_API int tetra_facts_save(struct tetra_facts *facts, const char *path,
			       struct tetra_diag *diag);

/** tetra_facts_free() - NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_facts *tetra_facts_free(struct tetra_facts *facts);

/**
 * struct tetra_machine - what facts say of the machine as a whole
 * @size:	set by the caller
 * @is_live:	1: this machine
 * @preemption:	enum tetra_preemption
 * @release:	of the kernel, "6.12.57+deb13-amd64"
 * @machine:	"x86_64"
 * @lsm:	the active security modules, "lockdown,yama,bpf"; NULL: not known
 *
 * Texts are borrowed from the facts. Since: 0.1
 */
struct tetra_machine {
	size_t size;
	uint32_t is_live;
	uint32_t preemption;
	const char *release;
	const char *machine;
	const char *lsm;
};

/**
 * tetra_facts_get_machine() - what machine it is
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_facts_get_machine(struct tetra_facts *facts,
				      struct tetra_machine *ret);

struct tetra_fit;

/**
 * struct tetra_policy_fit - whether a policy fits a machine
 * @size:	set by the caller
 * @loads:	1: a session would load it; 0: it would be refused
 * @n_hooks:	hooks of the policy, in the order of its text; a hook on a list of system
 *		calls is one for each of them
 * @reason:	why it would be refused; NULL if it loads
 * @kernel_bytes: memory of the maps for its rules, in a session without other policies; 0 if it
 *		is refused. Programs and the session's own maps are not counted
 *
 * Texts are borrowed from the fit. Since: 0.1
 */
struct tetra_policy_fit {
	size_t size;
	uint32_t loads;
	uint32_t n_hooks;
	const char *reason;
	uint64_t kernel_bytes;
};

/**
 * struct tetra_hook_fit - how one hook would be attached
 * @size:	set by the caller
 * @fits:	1: it can be attached, and enforces as far as it is asked to
 * @n_emulated:	number of @emulated
 * @index:	where it is in the policy, "kprobes[0]"
 * @function:	symbol, LSM hook, or "subsystem/event"
 * @attach:	the programs, as in struct tetra_hook_status: "fentry+lsm"; "none"
 * @deny:	what makes the call fail: "lsm", "fmod_ret", "override", "none"
 * @kill:	if it has Sigkill: "denies" if the call does not happen either,
 *		"may-complete" if it may; else "none"
 * @emulated:	what is done in another way than the policy's words suggest
 * @arguments:	types of the arguments as they would be read, "file,int"; "" without any
 * @reason:	why these programs; or why it does not fit
 *
 * Texts are borrowed from the fit. Since: 0.1
 */
struct tetra_hook_fit {
	size_t size;
	uint32_t fits;
	uint32_t n_emulated;
	const char *index;
	const char *function;
	const char *attach;
	const char *deny;
	const char *kill;
	const char *const *emulated;
	const char *arguments;
	const char *reason;
};

/**
 * tetra_fit() - judge a policy for a machine
 * @ret:	set to the answer; freed by tetra_fit_free()
 * @policy:	what is judged
 * @facts:	of the machine; one thread at a time
 * @opts:	as it would be loaded; NULL for defaults
 * @diag:	the findings of loading it there; may be NULL
 *
 * What only a file system decides (links that binaries in the policy name) is not looked at.
 *
 * Return: 0, whether it fits or not; -EPERM if this process may not look at this machine;
 * -EINVAL; -E2BIG for unknown options; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_fit(struct tetra_fit **ret, struct tetra_policy *policy,
			struct tetra_facts *facts, const struct tetra_load_opts *opts,
			struct tetra_diag *diag);

/** tetra_fit_free() - NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_fit *tetra_fit_free(struct tetra_fit *fit);

/**
 * tetra_fit_get_policy() - whether the policy fits
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_fit_get_policy(const struct tetra_fit *fit,
				   struct tetra_policy_fit *ret);

/**
 * tetra_fit_get_hook() - how one hook would be attached
 * @index:	from 0
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT past the last; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_fit_get_hook(const struct tetra_fit *fit, size_t index,
				 struct tetra_hook_fit *ret);

TETRA_END_DECLS

#endif
