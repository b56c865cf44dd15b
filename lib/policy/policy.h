/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy model: a TracingPolicy after every name became a number and every default was
 * filled in. It is the same on every machine; nothing here has been compared with a kernel.
 *
 * Invariants after policy_from_document(): operators fit the class of their argument; filter
 * positions point into the hook's args; values are parsed; a policy is immutable.
 * All memory belongs to the policy and is freed with its last reference.
 */
#ifndef TETRA_LIB_POLICY_H
#define TETRA_LIB_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bpf/abi/hash.h"
#include "lib/base/kinds.h"
#include "lib/document/actions.h"
#include "lib/document/mark.h"
#include "lib/document/operator.h"
#include "lib/document/section.h"
#include "tetra/policy.h"

/* Position of the return value among the arguments of a filter. */
#define POLICY_ARG_RETURN UINT32_MAX

/* Elements of data, in place of an argument's index: a member of the current task; a register, of
 * the program or of the caller of a system call. .resolve says which value. */
#define POLICY_ARG_TASK	     (UINT32_MAX - 1)
#define POLICY_ARG_REGISTERS (UINT32_MAX - 2)

struct policy_arg {
	struct mark mark;      /* of the item */
	struct mark type_mark; /* of the type's value, or of the item */
	struct mark index_mark;
	/* as written: parameter number, or field number of a tracepoint */
	uint32_t index;
	uint32_t kind;	     /* enum tetra_arg_kind; 0: "auto", tracepoints only */
	uint32_t size_index; /* sizeArgIndex as written: 1-based, 0 none */
	char *type;	     /* the type as written ("int", "sint32") */
	char *label;	     /* or NULL */
	/* The member that is read, "mm.owner.pid", from what the parameter points to; or NULL. */
	char *resolve;
	struct mark resolve_mark;
	char *btf_type; /* the struct that it is said to point to; NULL: as the function has it */
};

/* One value of a filter. The operator and the class determine which member is valid. */
struct policy_value {
	struct mark mark;
	char *text; /* as written; NUL-terminated, may contain NULs */
	size_t len;
	/*
	 * Numbers, ports, protocols, families, namespaces, pids: inclusive bounds. Signed
	 * kinds are sign-extended to 64 bits; unsigned ones zero-extended. A single value
	 * has min == max. Mask: min is the mask. Capabilities: min is the bit number.
	 */
	uint64_t min, max;
	/* SAddr, DAddr */
	uint8_t addr_family; /* 4 or 6 */
	uint8_t addr_bits;
	uint8_t addr[16]; /* network order, host bits cleared */
};

struct policy_filter {
	struct mark mark;
	struct mark op_mark;
	uint32_t op;  /* enum tetra_operator */
	uint32_t arg; /* position in the hook's args, or POLICY_ARG_RETURN */
	struct policy_value *values;
	uint32_t n_values;
};

/* matchPIDs, matchBinaries, matchNamespaces, matchCapabilities: In or NotIn and friends. */
struct policy_pids {
	struct mark mark;
	uint8_t negated, follow_forks, namespace_pid;
	struct policy_value *values;
	uint32_t n_values;
};

struct policy_binaries {
	struct mark mark;
	/* TETRA_OP_EQUAL (In), NOT_EQUAL (NotIn), PREFIX, NOT_PREFIX, POSTFIX, NOT_POSTFIX */
	uint32_t op;
	uint8_t follow_children;
	struct policy_value *values;
	uint32_t n_values;
};

struct policy_namespace {
	struct mark mark;
	uint32_t ns; /* enum tetra_namespace */
	uint8_t negated;
	uint8_t host_ns; /* the value list has "host_ns"; its number is a kernel fact */
	struct policy_value *values; /* the numbers only */
	uint32_t n_values;
};

struct policy_capabilities {
	struct mark mark;
	uint32_t set; /* enum tetra_capset */
	uint8_t negated;
	uint8_t is_namespace_capability;
	uint64_t mask; /* bit n: capability n is listed */
};

enum policy_rate_scope { POLICY_RATE_THREAD, POLICY_RATE_PROCESS, POLICY_RATE_GLOBAL };

struct policy_action {
	struct mark mark;
	uint32_t kind;	     /* enum tetra_action_kind */
	uint32_t signal;     /* Signal: argSig; Sigkill: 9 */
	int32_t error;	     /* Override: argError, in [-4095, 0]; kprobes: up to 4095 */
	uint32_t rate_ms;    /* Post: 0 no limit */
	uint32_t rate_scope; /* enum policy_rate_scope */
};

struct policy_selector {
	struct mark mark;
	char *label;		    /* or NULL */
	struct policy_filter *args; /* matchArgs */
	uint32_t n_args;
	/* matchReturnArgs; .arg is POLICY_ARG_RETURN */
	struct policy_filter *return_args;
	uint32_t n_return_args;
	struct policy_pids *pids; /* AND of all elements */
	uint32_t n_pids;
	struct policy_binaries *binaries; /* at most one */
	uint32_t n_binaries;
	struct policy_namespace *namespaces;
	uint32_t n_namespaces;
	struct policy_capabilities *capabilities;
	uint32_t n_capabilities;
	struct policy_action *actions; /* never empty: the default is one Post */
	uint32_t n_actions;
	/* Derived from the actions and the policy's options: */
	uint8_t enforces;	    /* an action signals or overrides */
	uint8_t accepts_unreadable; /* an unreadable value passes each filter */
	uint8_t accepts_fault;	    /* likewise memory of a system call's process */
	uint8_t exempts;   /* does not enforce, and comes before a selector that does */
	uint8_t distrusts; /* names made in a user namespace: selector_doubts() */
};

/* Where in a file a uprobe is. Its name is the symbol as written, or "offset 0x10". */
enum policy_place_kind { POLICY_AT_SYMBOL, POLICY_AT_OFFSET, POLICY_AT_ADDRESS };

struct policy_place {
	uint32_t kind;	     /* enum policy_place_kind */
	uint32_t symbol_len; /* AT_SYMBOL: of the name, without "+OFFSET" */
	/* AT_SYMBOL: bytes after it; AT_OFFSET: in the file; AT_ADDRESS: as the file is linked */
	uint64_t at;
	uint64_t
		counter; /* in the file: what the kernel counts up while probed; 0: none */
};

struct policy_hook {
	struct mark mark;      /* of the item */
	struct mark name_mark; /* of call / hook / event */
	char *yaml_path;       /* "spec.kprobes[0]" */
	char *name_path; /* "spec.lists[0].values[1]"; NULL: the name is in the hook */
	uint32_t kind;	 /* enum policy_hook_kind */
	/*
	 * The function, LSM hook or event, as written. Syscalls keep what was written and
	 * set .syscall: the prefix is the machine's.
	 */
	char *name;
	/* Tracepoints, also raw ones: of the event. Uprobes, usdts: the file, as written. Else NULL. */
	char *subsystem;
	char *provider; /* usdts: the name begins with it, and '/'; else NULL */
	struct policy_place place; /* uprobes */
	uint8_t syscall;
	uint8_t syscall_given;		   /* the key "syscall" was written */
	uint8_t wants_return;		   /* return: true */
	uint8_t call_not_found_ok;	   /* ignore.callNotFound */
	struct policy_arg return_arg;	   /* if wants_return */
	struct policy_arg *args;	   /* those of args, then those of data */
	uint32_t n_args, n_data;	   /* all; the latter */
	struct policy_selector *selectors; /* empty: every call matches and posts */
	uint32_t n_selectors;
	char *message; /* as it goes into events (escaped once), or NULL */
	char **tags;   /* likewise */
	uint32_t n_tags;
	struct mark subsystem_mark; /* of its value; tracepoints only */
};

/* Option "unreadable": whether a selector accepts a value that could not be judged. One that exempts
 * from a later one that enforces never does. */
enum policy_unreadable {
	POLICY_UNREADABLE_DEFAULT, /* match if the selector enforces, else no match */
	POLICY_UNREADABLE_MATCH,
	POLICY_UNREADABLE_NO_MATCH,
};

/* Option "user-namespaces": whether names from mounts that a user namespace made count. */
enum policy_user_namespaces {
	POLICY_USER_NAMESPACES_DEFAULT, /* distrust if the selector enforces, else trust */
	POLICY_USER_NAMESPACES_DISTRUST,
	POLICY_USER_NAMESPACES_TRUST,
};

/* Option "enforcement": what to do if this kernel can skip the enforcing programs. */
enum policy_enforcement {
	POLICY_ENFORCEMENT_STRICT,	/* reject the policy */
	POLICY_ENFORCEMENT_BEST_EFFORT, /* load it and report what got past */
};

struct tetra_policy {
	unsigned int n_refs; /* atomic */
	char *file;	     /* for diagnostics, as given by the caller */
	char *name;	     /* metadata.name */
	struct mark name_mark;
	uint32_t mode; /* TETRA_MODE_ENFORCE or TETRA_MODE_MONITOR: options policy-mode */
	uint8_t enforces;	 /* an action enforces */
	uint8_t unreadable;	 /* enum policy_unreadable */
	uint8_t user_namespaces; /* enum policy_user_namespaces */
	uint8_t enforcement;	 /* enum policy_enforcement */
	struct policy_hook *hooks;
	uint32_t n_hooks;
	void *arena; /* owns everything above */
	/*
	 * The text as it was parsed, so that later stages can show the line a mark points to
	 * (diag_set_source() with .file); NULL if it was too long to keep.
	 */
	const char *text;
	size_t text_len;
	struct tetra_hash text_hash; /* of all of it, in any case */
};

/* Whether two policies were parsed from the same text. */
bool policy_is_same_text(const struct tetra_policy *a, const struct tetra_policy *b);

/*
 * Whether @value, of a filter with operator @op, is one that arguments of @kind can have, where the
 * policy does not declare the type. Return: 0; -EINVAL: not a number; -E2BIG: out of range.
 */
int policy_value_fits(const struct policy_value *value, uint32_t op, uint32_t kind);

/* A place in a program or library; .subsystem is the file. */
static inline bool hook_is_in_program(const struct policy_hook *hook)
{
	return hook->kind == POLICY_UPROBE || hook->kind == POLICY_USDT;
}

/* The texts that it reads are in the memory of the process: one that is not resident is a FAULT. */
static inline bool hook_reads_user(const struct policy_hook *hook)
{
	return hook->syscall || hook_is_in_program(hook) ||
	       (hook->subsystem && str_equal(hook->subsystem, "syscalls"));
}

/* What is between subsystem and name in its whole name: "sched/sched_switch", "/bin/bash:main". */
static inline const char *hook_separator(const struct policy_hook *hook)
{
	return hook_is_in_program(hook) ? ":" : "/";
}

/* The probe's name without its provider's, of a usdt. */
static inline const char *hook_probe(const struct policy_hook *hook)
{
	return hook->name + strlen(hook->provider) + 1;
}

/* A filter says what an executable's or an argument's name must not be. */
bool selector_doubts_names(const struct policy_selector *selector);

/*
 * Whether a name made in a user namespace is not believed by a filter of @selector: the one
 * that a process would lie to. An allow-list's negated filter then holds, and a positive filter
 * that exempts from a later selector does not.
 */
static inline bool selector_doubts(const struct policy_selector *selector, bool negated)
{
	return selector->distrusts && negated != selector->exempts;
}

/* It filters the result of the call. One that enforces does not wait for it. */
static inline bool selector_waits(const struct policy_selector *selector)
{
	return selector->n_return_args && !selector->enforces;
}

static inline void tetra_policy_unrefp(struct tetra_policy **policy)
{
	tetra_policy_unref(*policy);
}

#endif
