/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_COMPARE_H
#define TETRA_COMPARE_H

/*
 * Policies compared over all events: where two sets of policies differ, and whether what
 * somebody says of them is true. The answers are exact: no kernel, no recording and no solver is
 * used, and each difference comes with an event that shows it, which was judged again for both
 * sides. What depends on more than the event (rate limits, followForks, followChildren) is taken as a
 * value that may be either way, and is named in the answer. Pure functions of the policies; no
 * privilege, any thread.
 */

#include <tetra/policy.h>

TETRA_BEGIN_DECLS

struct tetra_diff;

/* How the effects of a region differ. Blocked: killed or denied. Since: 0.1 */
enum tetra_difference {
	TETRA_NEWLY_BLOCKED = 1,
	TETRA_NO_LONGER_BLOCKED = 2,
	TETRA_NEWLY_TOLD = 3,	  /* blocking is the same, an event is sent */
	TETRA_NO_LONGER_TOLD = 4, /* blocking is the same, no event is sent */
	TETRA_OTHER_EFFECT = 5,	  /* both block in different ways, or signals differ */
};

/**
 * struct tetra_compare_opts - options of tetra_diff() and tetra_prove()
 * @size:	sizeof(struct tetra_compare_opts)
 * @max_states:	how much may be looked at per hook; 0: 1,000,000. Then the answer is incomplete
 *
 * Since: 0.1
 */
struct tetra_compare_opts {
	size_t size;
	uint64_t max_states;
};

/**
 * struct tetra_condition - what a region says of one value
 * @name:	"args[0]", "args[1].dport", "binary", "ns.mnt"
 * @text:	"= 2", "not in {\"/usr/bin/login\"} or unreadable"
 *
 * Since: 0.1
 */
struct tetra_condition {
	const char *name;
	const char *text;
};

/**
 * struct tetra_region - events that two sets of policies treat differently
 * @size:	set by the caller to sizeof(struct tetra_region)
 * @difference:	enum tetra_difference
 * @tightens:	1 if the new policies stop and tell at least what the old ones do here
 * @function:	the hook's function, "subsystem/name" of a tracepoint, the name of an LSM hook
 * @hook:	"kprobe", "tracepoint", "lsm", ...
 * @class_name:	@difference as text, "newly-blocked"
 * @old_effect:	"allow", "told", "silent", "kill", "signal:N", "deny:ERRNO", joined by "+"
 * @new_effect:	likewise
 * @where:	which events: all conditions hold; values without one may be anything
 * @n_where:	number of @where
 * @old_selector: index of the selector that decides; -1: none does
 * @new_selector: likewise
 * @old_line:	line of that selector; 0: none
 * @new_line:	likewise
 * @old_file:	file of the policy that it belongs to; NULL: none
 * @new_file:	likewise
 * @old_path:	"kprobes[0]" of that policy; NULL: none
 * @new_path:	likewise
 * @old_policy:	name of that policy; NULL: none
 * @new_policy:	likewise
 * @witness:	an event in the region, as JSON
 *
 * All strings are borrowed from the result. Since: 0.1
 */
struct tetra_region {
	size_t size;
	uint32_t difference;
	uint32_t tightens;
	const char *function;
	const char *hook;
	const char *class_name;
	const char *old_effect;
	const char *new_effect;
	const struct tetra_condition *where;
	size_t n_where;
	int32_t old_selector;
	int32_t new_selector;
	uint32_t old_line;
	uint32_t new_line;
	const char *old_file;
	const char *new_file;
	const char *old_path;
	const char *new_path;
	const char *old_policy;
	const char *new_policy;
	const char *witness;
};

/**
 * tetra_diff() - where two sets of policies differ
 * @ret:	set to the result; freed by tetra_diff_free()
 * @old:	policies that are loaded together
 * @n_old:	number of @old
 * @new_:	the policies to compare them with
 * @n_new:	number of @new_
 * @opts:	NULL for defaults
 * @diag:	says what could not be compared; may be NULL
 *
 * Regions of one hook do not overlap. The result does not refer to the policies.
 *
 * Return: 0; -EINVAL; -ECANCELED with the finding "internal-error" if a region was contradicted
 * by a second opinion, and nothing is to be believed; -EOPNOTSUPP with "not-comparable" if a filter
 * has no exact answer; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_diff(struct tetra_diff **ret, struct tetra_policy *const *old,
			 size_t n_old, struct tetra_policy *const *new_, size_t n_new,
			 const struct tetra_compare_opts *opts, struct tetra_diag *diag);

/** tetra_diff_free() - free a result; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_diff *tetra_diff_free(struct tetra_diff *diff);

/** tetra_diff_count() - regions that were found, ordered by hook. Since: 0.1 */
TETRA_API size_t tetra_diff_count(const struct tetra_diff *diff);

/**
 * tetra_diff_get() - read one region
 * @index:	from 0
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT past the last; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_diff_get(const struct tetra_diff *diff, size_t index,
			     struct tetra_region *ret);

/** tetra_diff_is_equal() - 1 if no event is treated differently, which is certain. Since: 0.1 */
TETRA_API int tetra_diff_is_equal(const struct tetra_diff *diff);

/**
 * tetra_diff_only_tightens() - 1 if the new policies stop and tell at least what the old ones do
 *
 * For every event: blocked before, blocked now; told before, told now; signalled before, sent
 * the same signal or blocked now. 0 also if the comparison was not finished. Since: 0.1
 */
TETRA_API int tetra_diff_only_tightens(const struct tetra_diff *diff);

/** tetra_diff_is_complete() - 0 if the comparison was not finished. Since: 0.1 */
TETRA_API int tetra_diff_is_complete(const struct tetra_diff *diff);

/* Proofs */

struct tetra_proofs;

/* What became of a claim. Since: 0.1 */
enum tetra_proof_status {
	TETRA_PROVED = 1,  /* true of all events */
	TETRA_REFUTED = 2, /* there is an event for which it is false */
	TETRA_NOT_DECIDED =
		3, /* only what no event says decides, or it was not finished */
};

/**
 * struct tetra_proof - one claim
 * @size:	set by the caller to sizeof(struct tetra_proof)
 * @status:	enum tetra_proof_status
 * @line:	of the claim in its text, from 1
 * @status_name: "proved", "refuted", "not-decided"
 * @text:	the claim, in one line
 * @reason:	for which events it is false, or why it is not decided; NULL if it is proved
 * @witness:	REFUTED: such an event, as JSON; else NULL
 *
 * All strings are borrowed from the result. Since: 0.1
 */
struct tetra_proof {
	size_t size;
	uint32_t status;
	uint32_t line;
	const char *status_name;
	const char *text;
	const char *reason;
	const char *witness;
};

/**
 * tetra_prove() - whether claims are true of policies, for all events
 * @ret:	set to the result; freed by tetra_proofs_free()
 * @policies:	policies that are loaded together
 * @n:		number of @policies
 * @claims:	YAML or JSON, not NUL-terminated: a list of "never-allowed: {...}",
 *		"always-told: {...}", "never-blocked: {...}", or one of these; each has "function"
 *		(or "event", "hook"), "args", "return", "binary" and "unless: {binary: ...}"
 * @len:	bytes of @claims
 * @opts:	NULL for defaults
 * @diag:	says what is wrong with a claim, and what is not known; may be NULL
 *
 * What a claim does not say may be anything, also unreadable, without a path, or unknown.
 *
 * Return: 0, whatever became of the claims; -EINVAL if one is not understood; -ECANCELED and
 * -EOPNOTSUPP as tetra_diff(); -E2BIG; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_prove(struct tetra_proofs **ret, struct tetra_policy *const *policies,
			  size_t n, const char *claims, size_t len,
			  const struct tetra_compare_opts *opts, struct tetra_diag *diag);

/** tetra_proofs_free() - free a result; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_proofs *tetra_proofs_free(struct tetra_proofs *proofs);

/** tetra_proofs_count() - how many claims there were. Since: 0.1 */
TETRA_API size_t tetra_proofs_count(const struct tetra_proofs *proofs);

/**
 * tetra_proofs_get() - read one proof
 * @index:	from 0, in the order of the claims
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT past the last; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_proofs_get(const struct tetra_proofs *proofs, size_t index,
			       struct tetra_proof *ret);

TETRA_END_DECLS

#endif
