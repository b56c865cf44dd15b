/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: what a policy means, in the simplest possible C, on the model, with no
 * tables. The compiled tables are judged by it; it shares nothing with them but names.
 *
 * Semantics where the language leaves room:
 *  - A value that could not be read, and the path of something that has none (a pipe),
 *    pass no filter, negated ones included; nor does an executable that is not known.
 *  - Paths and strings are compared as bytes, nothing is normalised. A resolved path
 *    begins with '/', has no empty component, and ends in '/' only if it is "/".
 *  - Several values of GT, LT and Mask mean any of them. NULs that end a literal do not
 *    count, but for char_buf.
 *  - matchBinaries without values is no filter.
 */
#ifndef TETRA_LIB_EVAL_H
#define TETRA_LIB_EVAL_H

#include "lib/base/base.h"
#include "lib/policy/policy.h"

struct eval_sock {
	uint16_t family; /* as in the kernel: 2 IPv4, 10 IPv6 */
	uint16_t protocol;
	uint16_t sport, dport;	      /* host order */
	uint8_t saddr[16], daddr[16]; /* network order; IPv4 in the first four */
};

struct eval_arg {
	uint32_t kind;	  /* TETRA_ARG_* */
	uint8_t missing;  /* could not be read, or has no path */
	uint64_t number;  /* sign- or zero-extended */
	const char *text; /* what was read; borrowed */
	size_t len;
	struct eval_sock sock;
};

struct eval_event {
	uint32_t tgid;
	uint32_t ns_tgid; /* 0 in the root pid namespace */
	const char *exe;  /* resolved path; borrowed */
	size_t exe_len;	  /* 0: not known */
	/* Bit s: carries the mark of selector s; see struct ruleset_marks in lib/plan. */
	uint64_t pid_marks, binary_marks;
	uint64_t namespaces[TETRA_NS_END]; /* inode numbers */
	uint64_t host_namespaces[TETRA_NS_END];
	uint64_t user_ns, host_user_ns;
	uint64_t caps[TETRA_CAPSET_END];
	const struct eval_arg *args; /* as hook->args; borrowed */
	struct eval_arg return_value;
};

/*
 * The first selector of @hook that accepts @event, -1 if none does. A hook without
 * selectors accepts everything as selector 0.
 */
int eval_policy_hook(const struct policy_hook *hook, const struct eval_event *event);

#endif
