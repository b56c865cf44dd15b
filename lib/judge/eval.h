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
 *  - A FAULT may have left the beginning of a text (.len is not 0). A filter that these bytes
 *    decide holds or fails as they say: a prefix that is there whole, a byte that differs.
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
 *  - A packet lacks what its headers do not say. It has no state; one that is neither IPv4 nor IPv6,
 *    or has no header yet, has no parts at all, and a later fragment or a packet of a protocol
 *    without ports has no ports: ABSENT. What is outside the linear part of its memory is
 *    UNREADABLE. Each part has a state of its own.
 *  - The type of a file has nothing to do with its name: a pipe without one has a type. A
 *    path where nothing is (yet) has none: it is ABSENT. A file of no type (an anonymous inode)
 *    is none of the types.
 *  - Paths and strings are compared as bytes, nothing is normalised. A resolved path
 *    begins with '/', has no empty component, and ends in '/' only if it is "/".
 *  - A selector that enforces acts before the call has a result: its filters of results do not
 *    count. One that filters the result and does not enforce comes later than that: if the first
 *    of the others that accepts enforces, it wins, wherever it is.
 *  - Several values of GT, LT and Mask mean any of them.
 *  - matchBinaries without values does not filter.
 *  - matchPIDs with isNamespacePID and followForks: a process in the root pid namespace
 *    passes neither In nor NotIn.
 *
 * A policy may be loaded for some control groups (eval_scope()): then it holds for processes in
 * them and below. Which group a process is in is always known where programs run: nothing about
 * a scope is unreadable.
 *
 * Without a kernel, parts of an event may not be known (.unknown). Then a filter, a selector
 * and a hook may be UNKNOWN: other values of these parts could make it YES, others NO. YES and NO
 * hold whatever the values are. Two filters on one unknown value are not compared with each other.
 */
#ifndef TETRA_LIB_EVAL_H
#define TETRA_LIB_EVAL_H

#include "bpf/abi/record.h"
#include "lib/base/base.h"
#include "lib/policy/policy.h"

/* The bit of a part in what a packet lacks; 0: not a part of a socket. */
uint8_t sock_part_column(uint32_t part);

/* Whether a part of a socket that was read is there: enum tetra_value_state. */
uint32_t sock_part_state(const struct tetra_record_sock *sock, uint32_t part);

enum eval_truth { EVAL_NO, EVAL_UNKNOWN, EVAL_YES };

struct eval_arg {
	uint32_t kind;	    /* TETRA_ARG_* */
	uint8_t state;	    /* enum tetra_value_state */
	uint8_t endless;    /* texts: the end was not reached */
	uint8_t foreign;    /* paths: the mount namespace is a user namespace's */
	uint8_t type_state; /* as .state, of .file_type: a file without a name has a type */
	uint8_t file_type; /* paths: the upper four bits of the inode's mode */
	/* All zero in what a kernel has seen: */
	uint8_t foreign_unknown;
	uint8_t cut;	  /* the text goes on; how is not known */
	uint8_t inet;	  /* the family is not known, but is AF_INET or AF_INET6 */
	uint16_t unknown; /* bit TETRA_PART_*; VALUE: nor is .state */
	uint64_t number;  /* sign- or zero-extended */
	const char *text; /* what was read; borrowed */
	size_t len;
	struct tetra_record_sock sock;
};

/* What is not known of a process; all zero in what a kernel has seen. */
struct eval_gaps {
	uint8_t tgid, ns_tgid;
	uint8_t exe; /* the name, and .exe_state */
	uint8_t exe_foreign;
	uint8_t descent;       /* marks of programs that are not set may be set */
	uint8_t forks;	       /* marks of pids likewise */
	uint8_t ns_forks;      /* marks of pids in a namespace likewise */
	uint16_t namespaces;   /* bit n: the number */
	uint16_t hosts;	       /* bit n: whether it is the machine's own */
	uint8_t user_ns;       /* whether it is the machine's own */
	uint8_t caps;	       /* bit n: that set */
	uint64_t binary_marks; /* bit s: that mark, if it is not set, may be set */
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
	/* Ids of its control group, the last, and of those above it, the root's first; borrowed. */
	const uint64_t *cgroups;
	uint32_t n_cgroups;
	uint64_t caps[TETRA_CAPSET_END];
	const struct eval_arg *args; /* as hook->args; borrowed */
	struct eval_arg return_value;
	struct eval_gaps unknown;
};

/* The lists of filters of a selector, in the order in which they are evaluated. */
enum eval_list {
	EVAL_PIDS,
	EVAL_BINARIES,
	EVAL_NAMESPACES,
	EVAL_CAPABILITIES,
	EVAL_ARGS,
	EVAL_RETURN_ARGS,
	EVAL_LISTS
};

/* How many filters @list of a selector has, and what one of them says. */
uint32_t eval_count(const struct policy_selector *s, enum eval_list list);
enum eval_truth eval_filter(const struct policy_hook *hook, uint32_t selector,
			    enum eval_list list, uint32_t index,
			    const struct eval_event *event);

/* All filters of the selector together. */
enum eval_truth eval_selector(const struct policy_hook *hook, uint32_t selector,
			      const struct eval_event *event);

/*
 * The selector of @hook that wins, the first that accepts @event, which must be known
 * completely; -1 if none does. A hook without selectors accepts everything as selector 0.
 */
int eval_policy_hook(const struct policy_hook *hook, const struct eval_event *event);

/* Whether the process is in one of the @n groups of @ids, or below. */
bool eval_scope(const uint64_t *ids, size_t n, const struct eval_event *event);

/* Whether the executable's own name puts the process on the list of @s, with its children. */
bool eval_starts_mark(const struct policy_selector *s,
		      const struct policy_binaries *binaries,
		      const struct eval_event *event);

#endif
