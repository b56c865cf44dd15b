/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The image: every table of every hook of a session, as one array of 64-byte cells.
 *
 * User space compiles the whole rule set into a new array and exchanges one pointer (the
 * only slot of an array of maps); a program looks the pointer up once per run, so a run sees
 * one rule set from its first look to its last. The array has exactly the size of the rule
 * set. Cell numbers are positions in this array. Cell 0 is the head, cells 1..n_hooks are
 * the hook rows, the rest is found from there.
 *
 * A rule is one selector of one policy on one hook; it has a bit number on that hook. A
 * column is one thing that rules look at (the pid, an argument's value). Each column maps
 * the observed value to the set of rules that accept it; the sets are ANDed. If a hook has
 * at most 64 rules, `bits` is that set. If it has more, `bits` is a summary (bit k: word k
 * is not zero) and `row` is the row of the words.
 */
#ifndef TETRA_ABI_IMAGE_H
#define TETRA_ABI_IMAGE_H

#include <linux/types.h>

#include "bpf/abi/kinds.h"

#define TETRA_CELL_BYTES 64
/* Rules on one hook point; 16 words of 64. */
#define TETRA_MAX_RULES 1024
#define TETRA_MAX_WORDS (TETRA_MAX_RULES / 64)
/* Hook rows of a session: program instances, live and being removed. */
#define TETRA_MAX_HOOKS 4096
/*
 * Values a program reads at one hook: arguments, and the result. The last slot is a result's; if
 * policies read it as several types, the others are in slots like those of arguments.
 */
#define TETRA_MAX_SLOTS	  8
#define TETRA_RETURN_SLOT 7
/* Cells looked at before an exact or trie lookup ends. EXACT: neighbours; the image compiler grows
 * a table until no entry is further away. TRIE: trie_place(). */
#define TETRA_PROBES 4
/* Path components that a literal may have; the walk keeps this many, those next to the
 * root. */
#define TETRA_MAX_COMPONENTS 32
/* Columns that one hook may use, and BITS columns among them, if it has more than 64 rules:
 * the matcher keeps a row number for each, and one for all rules, until the second phase. */
#define TETRA_MAX_COLUMNS     32
#define TETRA_MAX_BIT_COLUMNS 8
/* Steps of a path's walk through a trie: components, further chunks of long ones, the end. */
#define TETRA_PATH_STEPS 40
/* The same for a text: 4096 bytes. */
#define TETRA_TEXT_STEPS 128
/* Bytes of a component or string that one trie step consumes. */
#define TETRA_CHUNK_BYTES 32

/* Second word of an executable's hash if it has no name; the first word is 0. */
#define TETRA_EXE_UNKNOWN 0u
#define TETRA_EXE_NONE	  1u /* a kernel thread */

/* Columns of the process; an index into the hook's block of process dimensions. */
enum tetra_process_column {
	TETRA_COL_PID = 0, /* EXACT: tgid */
	/* EXACT: tgid in the innermost pid namespace, 0 at the root */
	TETRA_COL_NSPID = 1,
	TETRA_COL_PID_MARKS = 2, /* BITS: marks inherited from a pid (followForks) */
	TETRA_COL_BINARY = 3,	 /* EXACT: 128-bit hash of the resolved executable path */
	TETRA_COL_BINARY_HEAD = 4, /* TRIE, as a string */
	TETRA_COL_BINARY_TAIL = 5, /* TRIE, from the end */
	/* BITS: marks inherited from a binary (followChildren) */
	TETRA_COL_BINARY_MARKS = 6,
	TETRA_COL_USER_NS = 7, /* EXACT: user namespace; isNamespaceCapability */
	TETRA_COL_NS = 8,      /* ..17, EXACT: inode numbers, by enum tetra_namespace */
	TETRA_COL_CAPS = 18,   /* ..20, BITS: by enum tetra_capset */
	/* EXACT: the nearest control group that is in the table, of the task's own and those
	 * above it. Looked at first. */
	TETRA_COL_SCOPE = 21,
	TETRA_PROCESS_COLUMNS = 22,
};

/* Levels of the tree of control groups at which a scope can be; 0 is the root's. */
#define TETRA_SCOPE_LEVELS 64
/* Bit of tetra_dim.interest: the lowest bit is that of the level furthest from the root. */
#define TETRA_SCOPE_BIT(level) (1ull << (TETRA_SCOPE_LEVELS - 1 - (level)))

/* Columns of a slot: index slot * TETRA_SLOT_COLUMNS + one of these. */
#define TETRA_SLOT_COLUMNS   8
#define X(NAME, column, ...) TETRA_COL_##NAME = column,
enum tetra_slot_column {
	TETRA_SLOT_COLUMN_ROWS(X) TETRA_SOCK_NUMBERS(X) TETRA_INET_NUMBERS(X)
		TETRA_INET_ADDRESSES(X)
};
#undef X

enum tetra_dim_type {
	TETRA_DIM_NONE = 0,
	TETRA_DIM_EXACT = 1,
	TETRA_DIM_SEGMENTS = 2,
	TETRA_DIM_BITS = 3,
	TETRA_DIM_TRIE = 4,
	TETRA_DIM_ADDRESS = 5, /* segments over addresses; see below */
};

struct tetra_image_head {
	__u64 generation; /* counts commits of the session */
	__u32 n_cells;
	__u32 n_hooks;
	__u32 counters; /* first counter cell */
	__u32 n_counters;
	__u32 marks; /* 1: a rule follows forks or children */
	__u32 reserved[9];
};

struct tetra_hook_row {
	__u64 alive; /* all rules, as `bits`; 0: nothing to do on this hook */
	__u32 n_rules;
	__u32 n_words;
	__u32 rules;	    /* first rule cell: one each, by bit number */
	__u32 process_dims; /* first of TETRA_PROCESS_COLUMNS cells; 0 if none is used */
	__u32 slot_dims; /* first of n_slots * TETRA_SLOT_COLUMNS cells; 0 if none is used */
	__u32 rows; /* first row cell, if n_words > 1; row 0 is the row of all rules */
	__u32 row_cells;       /* cells per row */
	__u32 process_columns; /* bit c: column c is used */
	__u64 slot_columns;    /* bit slot * TETRA_SLOT_COLUMNS + column */
	__u64 deciding; /* as `bits`: the rules that signal or override, and those before them
			 * in the same policy; 0 if none does. A program that only enforces
			 * starts with these, so that an earlier selector wins there too */
	__u64 posting; /* the rules that send events, as `bits` */
};

/*
 * A column's table.
 *  EXACT     table of buckets, `mask` + 1 cells (a power of two)
 *  SEGMENTS  `n` entries, sorted, two per cell; a value belongs to the last entry <= it
 *  BITS      entry b (two per cell) for bit b of the value, b < n; only bits of `interest`.
 *            The scope's column is EXACT, with the levels of its groups in `interest`
 *  TRIE      table of trie cells, `mask` + 1; flags and lens are the root's
 *  ADDRESS   SEGMENTS twice: IPv4 in table/n (key in the low 32 bits, host order), IPv6 in
 *            table6/n6; any other family is a miss
 * A miss uses miss_bits and miss_row; for BITS these are the base that entries change; for
 * TRIE they apply to a value that leaves the trie at the root.
 */
struct tetra_dim {
	__u32 type;
	__u32 table;
	__u32 mask;
	__u32 n;
	__u64 miss_bits;
	__u64 interest;
	__u32 miss_row;
	__u32 flags; /* TETRA_NODE_* of the root */
	__u32 lens;  /* partial lengths of the root */
	__u32 table6;
	__u32 n6;
	__u32 aside; /* cell of a tetra_aside, 0: there is none */
	__u32 root;  /* TRIE: state of the root */
	/* TRIE: so many bytes of a value decide; more than a step takes if there are children */
	__u32 enough;
};

/* Used like a value state: a result that an entry program cannot know yet. */
#define TETRA_VALUE_LATER TETRA_VALUE_STATES

/*
 * A column's answer for a value that cannot be compared: the rules that accept it, by enum
 * tetra_value_state (from ABSENT on) and TETRA_VALUE_LATER.
 */
struct tetra_aside {
	__u64 bits[TETRA_VALUE_LATER];
	__u32 rows[TETRA_VALUE_LATER];
	union {
		/* dimension for names made in a user namespace; 0: the same */
		__u32 foreign;
		/* Strings: dimension for beginnings that a fault has left; 0: none. */
		__u32 cut;
	};
};

struct tetra_entry {
	__u64 key[2]; /* SEGMENTS: high word, low word; EXACT: first and second word */
	__u64 bits;
	__u32 row;
	__u16 used;
	__u16 reach; /* EXACT, first entry of a bucket: buckets after it that hold its keys */
};

struct tetra_bucket {
	struct tetra_entry entries[2];
};

/* For each bit that is set: result = (base | set ...) & ~(clear ...). With more than 64
 * rules the summary ignores `clear`, which can only keep too many for the second phase. */
struct tetra_bit_entry {
	__u64 set_bits;
	__u64 clear_bits;
	__u32 set_row;
	__u32 clear_row;
	__u64 reserved;
};

/* What a trie node has; stored in the cell that leads to it. */
#define TETRA_NODE_CHILDREN 1u /* a literal continues below */
#define TETRA_NODE_PARTIAL  2u /* a literal ends inside the next chunk: see lens */
#define TETRA_NODE_END	    4u /* has an END cell: ending here differs from leaving the trie */

/* Kinds of trie cells: which part of the value a chunk is. */
#define TETRA_CHUNK_LAST    0u /* the whole component, or the rest of the string */
#define TETRA_CHUNK_MORE    1u /* 32 bytes of a longer one */
#define TETRA_CHUNK_PARTIAL 2u /* the first (TAIL: last) `len` bytes of the next chunk */
#define TETRA_CHUNK_END	    3u /* the value ends at this node; len 0 */
/*
 * A table of its own, for strings that a fault ends: of the next chunk only a beginning is known.
 * Beginnings after which the same literals may still match are one cell: those of `lens` to `len`
 * bytes of `name`. It is found by the shortest. Without a cell no literal goes on.
 */
#define TETRA_CHUNK_CUT 4u

/*
 * One step of a trie: in `state`, having seen this chunk, go to `next`. bits and row are the
 * rules that accept a value that leaves the trie after this step. lens: bit l-1 is set if
 * the next node has a PARTIAL cell of l bytes; if several fit, the longest decides.
 * Paths: a component is a sequence of chunks, MORE* LAST; "/" is the state before the first.
 * Strings: the whole value is one component. TAIL tries read from the end: chunk i is the 32
 * bytes that end 32*i bytes before the end; a shorter one is at the end of `name`, with
 * zeroes before it.
 */
struct tetra_trie {
	__u32 state;
	__u32 next;
	__u64 name[4];
	__u64 bits;
	__u32 row;
	__u8 len;
	__u8 kind;
	__u8 flags;
	__u8 used;
	__u32 lens;
	__u32 reach; /* of this position: the last place of the keys that begin here */
};

#define TETRA_RULE_POST	    (1u << 0) /* an event is sent */
#define TETRA_RULE_RATE	    (1u << 1) /* unless the rate limit holds it back */
#define TETRA_RULE_SIGNAL   (1u << 2)
#define TETRA_RULE_OVERRIDE (1u << 3)
#define TETRA_RULE_MONITOR  (1u << 4) /* count what would be done, but do nothing */
#define TETRA_RULE_DENY                                                                  \
	(1u << 5) /* a kill: the act is denied too, if the hook can deny */

/* Those of the actions that enforce: a rule that has one does more than send an event. */
#define X(NAME, number, name, sections, enforces, needs, marks, ...)                     \
	| ((enforces) ? (marks) : 0)
enum { TETRA_RULE_ENFORCES = 0 TETRA_ACTIONS(X) };
#undef X

struct tetra_rule {
	__u64 group_mask; /* the rules of the same policy and hook: all in the same word */
	__u32 group;	  /* the session's number for that policy's use of this hook */
	__u32 selector;	  /* position in the policy's hook */
	__u32 counter;	  /* cell of its tetra_counters */
	__u32 flags;
	__s32 error;  /* OVERRIDE: 0 or a negative errno */
	__u16 action; /* TETRA_ACTION_* that the event names */
	__u8 n_signals;
	__u8 signals[3]; /* in order */
	__u8 rate_scope; /* enum policy_rate_scope */
	__u8 reserved;
	__u32 rate_ms;
	__u32 order; /* of the policy on this hook: the last one's verdict holds */
	__u32 reserved2;
	/*
	 * This one filters the result and does not enforce: the rules of the same policy after it
	 * that do not wait for a result. If the first of these that matches enforces, it has done
	 * so at the entry, and wins.
	 */
	__u64 yields;
	__u32 reserved3[2];
};

/*
 * Counters of a selector, by their names in struct tetra_counts. Written by programs with atomic
 * adds, read through the mapping. Indices of tetra_cell.w
 */
/* A row a line. */
/* clang-format off */
#define TETRA_COUNTERS(X)                                                \
	X(matched)                                                       \
	X(posted)                                                        \
	X(not_posted)    /* NoPost */                                    \
	X(signalled)                                                     \
	X(overridden)                                                    \
	X(suppressed)    /* enforcement that monitor mode held back */   \
	X(rate_limited)                                                  \
	X(lost)          /* the event could not be sent */
/* clang-format on */

struct tetra_counters {
#define X(name) __u64 name;
	TETRA_COUNTERS(X)
#undef X
};

struct tetra_cell {
	union {
		__u64 w[8];
		struct tetra_image_head head;
		struct tetra_hook_row hook;
		struct tetra_dim dim;
		struct tetra_aside aside;
		struct tetra_bucket bucket;
		struct tetra_bit_entry bit[2];
		struct tetra_trie trie;
		struct tetra_rule rule;
		struct tetra_counters counters;
	};
};

#define TETRA_CELL_CHECK(type) _Static_assert(sizeof(type) == TETRA_CELL_BYTES, #type)
TETRA_CELL_CHECK(struct tetra_image_head);
TETRA_CELL_CHECK(struct tetra_hook_row);
TETRA_CELL_CHECK(struct tetra_dim);
TETRA_CELL_CHECK(struct tetra_aside);
TETRA_CELL_CHECK(struct tetra_bucket);
TETRA_CELL_CHECK(struct tetra_trie);
TETRA_CELL_CHECK(struct tetra_rule);
TETRA_CELL_CHECK(struct tetra_counters);
TETRA_CELL_CHECK(struct tetra_cell);
_Static_assert(sizeof(struct tetra_bit_entry) == 32, "two per cell");
_Static_assert(TETRA_PROCESS_COLUMNS <= 32, "process_columns is 32 bits");
_Static_assert(TETRA_MAX_SLOTS *TETRA_SLOT_COLUMNS <= 64, "slot_columns is 64 bits");

#endif
