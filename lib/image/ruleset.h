/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input of the image compiler: the hook points of a session, the slots that are read
 * there, and the groups on them. A group is one policy's use of one hook.
 *
 * All pointers are borrowed during the compilation. The caller has resolved everything that
 * depends on the machine (inode numbers, resolved paths, mark bits): the same rule set gives
 * the same bytes everywhere.
 */
#ifndef TETRA_LIB_RULESET_H
#define TETRA_LIB_RULESET_H

#include "bpf/abi/hash.h"
#include "bpf/abi/image.h"
#include "lib/base/base.h"
#include "lib/policy/policy.h"

#define RULESET_NO_SLOT 0xff
#define RULESET_NO_MARK 0xff

struct ruleset_slot {
	uint32_t kind; /* TETRA_ARG_*; 0: not read */
	bool walks; /* read through pointers: it may be out of reach, even if its kind never is */
};

/* Another literal for one selector's matchBinaries: the same file under another name. */
struct ruleset_widening {
	uint32_t selector;
	const char *text;
	size_t len;
};

/*
 * Bits that represent one selector in the marks of a process, RULESET_NO_MARK if it does not
 * follow. A process has the bit if it or one of its ancestors is named by the selector's
 * matchPIDs elements with followForks, or ran a binary of matchBinaries with followChildren.
 */
struct ruleset_marks {
	uint8_t pid;	/* below 64 */
	uint8_t binary; /* below 64 */
};

/* Where the values of a use are; RULESET_NO_SLOT: nowhere. */
struct ruleset_slots {
	uint8_t of_arg[TETRA_MAX_SLOTS]; /* by position in hook->args */
	uint8_t of_return;
};

/* A control group of the v2 tree, and those above it, by level: the first is the root. */
struct ruleset_cgroup {
	uint64_t id;
	uint32_t level;
	const uint64_t *above; /* @level ids */
};

/* The processes that a policy is for: those in these groups, and below. */
struct ruleset_scope {
	const struct ruleset_cgroup *groups; /* sorted by id, each once */
	uint32_t n;			     /* 0: no process */
};

struct ruleset_group {
	uint32_t id;	  /* becomes tetra_rule.group */
	const char *file; /* for diagnostics; or NULL */
	const struct policy_hook *hook;
	struct ruleset_slots slots;
	uint8_t monitor;  /* hold enforcement back */
	uint8_t disabled; /* contributes no rule */
	uint8_t parting; /* still enforces, without events: its program is being removed */
	uint64_t
		/* what "host_ns" means, by enum tetra_namespace */
		host_ns[TETRA_NS_END];
	uint64_t host_user_ns; /* isNamespaceCapability: any other one */
	const struct ruleset_widening *widened;
	uint32_t n_widened;
	const struct ruleset_marks *marks; /* one per selector; NULL: none follows */
	const struct ruleset_scope *scope; /* NULL: all processes */
};

/* Bits go to the groups in this order. */
struct ruleset_hook {
	/* A hook that reads its result has n_slots TETRA_MAX_SLOTS: see TETRA_RETURN_SLOT. */
	uint32_t n_slots;
	struct ruleset_slot slots[TETRA_MAX_SLOTS];
	struct ruleset_group *groups;
	uint32_t n_groups; /* 0: nothing to do on this hook, alive 0 */
};

struct ruleset {
	uint64_t generation;
	struct tetra_seed seed;	    /* of the session's executable names */
	struct ruleset_hook *hooks; /* hook i gets the hook row in cell 1 + i */
	uint32_t n_hooks;
};

#endif
