/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: what a policy means, in the simplest possible C, on the model, with no
 * tables. The compiled tables are tested against it; they share only names with it.
 *
 * Semantics that the language leaves open:
 *  - How a filter treats a value that cannot be compared (enum
 *    tetra_value_state): ABSENT passes no filter, negated ones included. NONE is none of
 *    the literals: it passes negated filters. UNREADABLE is neither equal nor unequal: it
 *    passes if the selector accepts that, by default if it enforces; FAULT likewise, by
 *    default never.
 *  - An executable may be NONE (a kernel thread): it passes no positive filter, and a
 *    negated one if the selector accepts what is unreadable. Whether a process of which
 *    nothing is known is a descendant of another is unreadable, too.
 *  - With followChildren a process is in the list if the name of its executable is, or if that
 *    was so for an earlier one, or for an ancestor at the time of the fork. Whether it is
 *    there is unreadable if one of these names was. An executable without a name (a memfd) is
 *    known to be in no list.
 *  - A text whose end was not reached is longer than any literal; only Postfix cannot be
 *    decided for it.
 *  - A name made in a user namespace may be false: for a selector that distrusts such names,
 *    it passes every negated filter; if the selector exempts from a later one that enforces,
 *    it passes no positive filter. With followChildren, such a name does not put the process
 *    or its children on the list of such a filter; a descendant of a listed one stays
 *    on it, whatever is executed.
 *  - An IPv4 address in IPv6 is the IPv4 address, for every operator on addresses.
 *  - Only sockets of AF_INET and AF_INET6 have addresses and ports. For those of other
 *    families these are ABSENT: no filter on them holds, with "Not" or without.
 *  - The type of a file has nothing to do with its name: a pipe without one has a type. A
 *    path where nothing is (yet) has none: it is ABSENT. A file of no type (an anonymous inode)
 *    is none of the types.
 *  - Paths and strings are compared as bytes, nothing is normalised. A resolved path
 *    begins with '/', has no empty component, and ends in '/' only if it is "/".
 *  - Several values of GT, LT and Mask mean any of them.
 *  - matchBinaries without values does not filter.
 *  - matchPIDs with isNamespacePID and followForks: a process in the root pid namespace
 *    passes neither In nor NotIn.
 */
#ifndef TETRA_LIB_EVAL_H
#define TETRA_LIB_EVAL_H

#include "bpf/abi/record.h"
#include "lib/base/base.h"
#include "lib/policy/policy.h"

struct eval_arg {
	uint32_t kind;	    /* TETRA_ARG_* */
	uint8_t state;	    /* enum tetra_value_state */
	uint8_t endless;    /* texts: the end was not reached */
	uint8_t foreign;    /* paths: the mount namespace is a user namespace's */
	uint8_t type_state; /* as .state, of .file_type: a file without a name has a type */
	uint8_t file_type; /* paths: the upper four bits of the inode's mode */
	uint64_t number;   /* sign- or zero-extended */
	const char *text;  /* what was read; borrowed */
	size_t len;
	struct tetra_record_sock sock;
};

struct eval_event {
	uint32_t tgid;
	uint32_t ns_tgid; /* 0 in the root pid namespace */
	const char *exe;  /* resolved path; borrowed */
	size_t exe_len;
	uint8_t exe_state;     /* enum tetra_value_state: READ, NONE or UNREADABLE */
	uint8_t exe_foreign;   /* as eval_arg.foreign */
	uint8_t marks_unknown; /* nothing is known of its ancestors */
	uint8_t names_unknown; /* one of the names that followChildren asks for was unreadable */
	/* Bit s: has the mark of selector s; see struct ruleset_marks in lib/image. That of its
	 * own executable may be missing. */
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

/* Whether the executable's own name puts the process on the list of @s, with its children. */
bool eval_starts_mark(const struct policy_selector *s,
		      const struct policy_binaries *binaries,
		      const struct eval_event *event);

#endif
