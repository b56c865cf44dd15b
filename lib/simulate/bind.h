/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An input as one hook of a policy sees it: which argument is which, and what a kernel would
 * have read of it.
 */
#ifndef TETRA_LIB_BIND_H
#define TETRA_LIB_BIND_H

#include "lib/policy/build.h"
#include "lib/simulate/input.h"

/* What is known of a hook before there is an event. */
struct bind_hook {
	const struct tetra_policy *policy;
	const struct policy_hook *hook;
	bool follows;	    /* a selector asks for descent from programs */
	bool follows_forks; /* and from pids */
	uint32_t used;	    /* bit n: a filter looks at that argument */
	/* By position: the JSON key of the argument's value; and which of the arguments without
	 * nop it is, UINT32_MAX if it is a nop. */
	const char *keys[HOOK_MAX_ARGS];
	uint32_t ordinals[HOOK_MAX_ARGS];
	uint32_t n_ordinals;
	/* By position: no other parameter of the function could be mistaken for it; or that is
	 * not known. */
	enum bind_alone {
		BIND_ALONE,
		BIND_ALONE_UNKNOWN,
		BIND_MANY
	} alone[HOOK_MAX_ARGS];
};

struct bound {
	struct eval_event event;
	struct eval_arg args[HOOK_MAX_ARGS];
};

void bind_hook_init(struct bind_hook *ret, const struct tetra_policy *policy,
		    const struct policy_hook *hook);
/* What is the same for all hooks; what it points to belongs to @input and to @ret. */
void bind_process(const struct tetra_input *input, struct bound *ret);
/* After bind_process(): the arguments that the hook's filters look at. */
void bind_args(const struct bind_hook *hook, const struct tetra_input *input,
	       struct bound *ret);
/* Whom the process descends from, as the hook's filters ask. */
void bind_marks(const struct bind_hook *hook, const struct tetra_input *input,
		struct bound *ret);
/* Two hooks on one function have the same arguments: bound for one, they are for both. */
bool bind_is_same(const struct bind_hook *a, const struct bind_hook *b);

#endif
