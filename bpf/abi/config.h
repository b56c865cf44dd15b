/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a program instance knows before it is verified (read-only data, so that the verifier
 * removes branches not taken), and the rows of the maps that user space also writes.
 */
#ifndef TETRA_ABI_CONFIG_H
#define TETRA_ABI_CONFIG_H

#include <linux/types.h>

#include "bpf/abi/image.h"
#include "bpf/abi/kinds.h"

/*
 * What an instance does with the rules that match. A hook point has one instance, or two if
 * the place that can deny is not the place that sees every call.
 */
#define TETRA_PHASE_EVENT  1u  /* count matches and send the event */
#define TETRA_PHASE_SIGNAL 2u  /* send signals */
#define TETRA_PHASE_DENY   4u  /* change the result; kill again if SIGNAL is not set */
#define TETRA_PHASE_RETURN 8u  /* runs when the function returns: has the return slot */
#define TETRA_PHASE_CATCH  16u /* kill if a result should have been changed and was not */
#define TETRA_PHASE_TOUCH  32u /* only wait for pages that the others read */

/*
 * Where a value comes from. A source of a point holds for all its programs: what the word of a
 * parameter is, each kind of program knows.
 */
enum tetra_from {
	TETRA_FROM_NONE = 0, /* nowhere: 0 */
	TETRA_FROM_WORD = 1, /* parameter: word .at of the call */
	TETRA_FROM_RESULT = 2,
	/* The rest are in a tracepoint's record. */
	TETRA_FROM_FIELD = 3, /* .bytes bytes at .at */
	TETRA_FROM_ARRAY = 4, /* the address of .at */
	TETRA_FROM_LOC = 5,   /* what 32 bits at .at point to: bytes << 16 | offset */
	/* likewise, the offset counted from the end of the 32 bits */
	TETRA_FROM_REL_LOC = 6,
	TETRA_FROM_LOC_BYTES = 7, /* the upper 16 of these bits */
	TETRA_FROM_CONSTANT = 8,  /* .at itself */
	TETRA_FROM_STEPS = 9,	  /* .start, and from there .n_steps steps */
	/* WORD and RESULT of a type that programs with typed parameters cannot load. */
	TETRA_FROM_COPY = 10,
	TETRA_FROM_RESULT_COPY = 11,
	TETRA_FROM_OPERAND = 12, /* .operand, of a place in a program */
	TETRA_FROM_TASK = 13,	 /* the address of the current task's struct */
	/* The address of registers: the caller's of a system call, or the program's. */
	TETRA_FROM_REGISTERS = 14,
};

/* From an address to what is @offset bytes further, or to the pointer that is there. */
struct tetra_step {
	__u16 offset;
	__u8 load; /* bytes of the pointer, or at last of the value, that is there; 0: none */
	__u8 reserved;
};

#define TETRA_MAX_STEPS 10

/*
 * Where a program has put an argument: a number, to which registers are added; and what memory
 * contains there, if it loads. A register is its word in struct pt_regs, plus 1; 0: none.
 */
struct tetra_operand {
	__u8 base, index;
	__u8 index_shift;
	__u8 skip; /* bits of the sum below the value */
	__u8 loads;
	__u8 reserved[3];
	__u32 number[2]; /* the lower half, the upper half */
};

struct tetra_source {
	__u8 from; /* enum tetra_from */
	__u8 bytes;
	/* Apart from .from, so that a program without steps does not look at their number. */
	__u8 start;
	__u8 n_steps;
	__u32 at;
	union {
		struct tetra_step steps[TETRA_MAX_STEPS];
		struct tetra_operand operand; /* of .bytes bytes */
	};
};

/*
 * A member of a struct, and its offset in the payload. The addresses of the structs are kept after
 * the longest payload: first the argument's own, then one for each member that is followed.
 */
struct tetra_field {
	__u16 offset;
	__u8 base; /* where the struct's address is: TETRA_FIELDS_BASE() */
	__u8 place;
	__u8 bytes;
	__u8 reserved;
};

/* Members of one kind, a power of two; bytes of the longest payload that is made of them, and of
 * the longest member (the name of a module). */
#define TETRA_MAX_FIELDS   32
#define TETRA_FIELDS_BYTES 128
#define TETRA_FIELD_MAX	   56
/* Bytes of a text after them, NUL included: the longest name of a function (KSYM_NAME_LEN). */
#define TETRA_FIELDS_TEXT	  512
#define TETRA_FIELDS_BASE(number) (TETRA_FIELDS_BYTES + 8 * (number))

struct tetra_slot_config {
	__u8 kind;   /* TETRA_ARG_*; 0: slot not used */
	__u8 reader; /* enum tetra_reader */
	/* Numbers: bits of a register above those of the parameter, or of the kind if it is
	 * narrower. The caller may have left anything there. */
	__u8 shift;
	__u8 extends;	 /* the sign of what is left is extended */
	__u8 is_signed;	 /* numbers are compared with their sign */
	__u8 size_shift; /* likewise, of the word with the length of a buffer */
	__u8 typed;	 /* the parameter's BTF type is the struct that the kind reads */
	__u8 user;	 /* pointers are user memory (syscalls) */
	__u8 n_fields;
	__u8 n_bytes; /* of the payload that the fields make */
	/* Where the address of the text after them is: TETRA_FIELDS_BASE(); 0: no text */
	__u8 text;
	__u8 text_user; /* it is in the memory of the process */
	__u8 walks; /* steps lead to the value, and one that cannot be taken leaves it unread */
	__u8 reserved[3];
	struct tetra_source value;
	struct tetra_source size; /* of a buffer */
	struct tetra_field fields[TETRA_MAX_FIELDS];
};

/*
 * Calls of functions that only some kernels have: numbers in the place of a helper's. User
 * space makes calls of the functions from them, or nothing.
 */
#define TETRA_CALL_PREEMPT_DISABLE 0x7e7a01
#define TETRA_CALL_PREEMPT_ENABLE  0x7e7a02
#define TETRA_CALL_CAST		   0x7e7a03

/* And numbers in the place of the kernel's numbers of its types. */
#define TETRA_BTF_DENTRY 0x7e7b01
#define TETRA_BTF_MOUNT	 0x7e7b02
/* In the place of addresses of the kernel's, loaded in 64 bits; 0 where it is not known. */
#define TETRA_AT_RENAME_LOCK 0x7e7b03
#define TETRA_AT_MOUNT_LOCK  0x7e7b04

/* Not a class: slots of results, at the entry of the call, where they cannot be read yet. */
#define TETRA_SLOTS_LATER TETRA_SLOT_CLASSES
#define TETRA_SLOT_LISTS  (TETRA_SLOT_CLASSES + 1)

#define TETRA_PAGE_BYTES 4096u

/* Pages of a long buffer in which its end is searched: 4 MiB. Looked at in turns. */
#define TETRA_BUFFER_PAGES 1024
#define TETRA_BUFFER_TURN  32

struct tetra_hook_config {
	__u32 hook; /* hook id: row 1 + hook of the image */
	__u32 phase;
	__u32 n_params;	  /* of the hooked function */
	__u32 syscall;	  /* parameters are in a struct pt_regs */
	__u32 task_btf;	  /* this kernel has bpf_get_current_task_btf() */
	__u16 has_return; /* the function returns something (LSM: the earlier verdict) */
	__u8 spares;	  /* the kernel is preemptible: there is spare scratch memory */
	__u8 keeps_forks; /* forkers' rows are kept for their children: tetra_forks */
	__u32 rate;	  /* a rule has a rate limit */
	__u32 process_columns; /* those the instance can evaluate; a superset of the row's */
	__u32 n_words; /* words of rules the instance can carry out; at least the row's */
	__u32 distrusts;      /* a rule distrusts names made in user namespaces */
	__u64 slot_columns;   /* likewise */
	__u64 seed[4];	      /* of the hash that identifies executables: tetra_seed */
	__u64 syscall_number; /* sys_enter, sys_exit: which call */
	__u32 saves;	      /* kprobe: keep the parameters for the return side */
	/* Steps that the longest literals need, plus the end: steps that no walk takes need
	 * not be verified. At most TETRA_PATH_STEPS and TETRA_TEXT_STEPS. */
	__u32 path_steps;
	__u32 text_steps;
	__u32 own_tgid; /* the session's process, which is skipped; 0: it is not */
	__u32 own_pgid; /* skip its group too, processes of this real user only; 0: do not */
	__u32 own_uid;
	__u32 waits; /* another program has waited for user memory: what faults is not mapped */
	/* Slots by class (TETRA_SLOTS_*), so that a run looks only at existing ones. */
	__u8 n_slots[TETRA_SLOT_LISTS];
	__u8 slots_of[TETRA_SLOT_LISTS][TETRA_MAX_SLOTS];
	/* What holds for all slots of a list: code that none of them needs is removed before the
	 * program is loaded. All columns that they have; whether some are typed, and some not. */
	__u8 columns_of[TETRA_SLOT_LISTS];
	__u8 some_typed[TETRA_SLOT_LISTS], some_untyped[TETRA_SLOT_LISTS];
	__u8 far;	   /* this program walks far: far.bpf.h */
	__u8 result_shift; /* CATCH: bits of a word above the function's result */
	/* Number + 1 of the parameter that is a file or the like, and its reader, if no slot
	 * has it: layer.bpf.h. 0: none. */
	__u8 layer_param, layer_reader;
	__u8 calls;	 /* a slot is the number of a system call */
	__u8 user_stack; /* calls are those of a program: struct tetra_user_call */
	/* A call that is signalled may not return: the program at its entry sends the event. */
	__u8 signals_tell;
	__u8 walks;    /* bit l: a slot of list l has .walks */
	__u8 operands; /* slots are TETRA_FROM_OPERAND */
	__u8 packets;  /* a slot is a packet */
	__u8 caps; /* a slot is a set of capabilities, which its parameter points to */
	__u8 reserved[5];
	struct tetra_slot_config slots[TETRA_MAX_SLOTS];
};

/* Bytes of an executable's path that a process row keeps for Prefix, and for Postfix. */
#define TETRA_EXE_HEAD 256
#define TETRA_EXE_TAIL 128

/* How many earlier names and ancestors a process row keeps. */
#define TETRA_PROC_NAMES     4
#define TETRA_PROC_ANCESTORS 4

/* Row of the process map: by thread group id. */
struct tetra_proc {
	__u64 stamp;
	__u64 parent_stamp;
	__u32 parent_tgid;
	__u32 ns_tgid; /* in the innermost pid namespace; 0 in the root one */
	/*
	 * The image that has this name: task_struct.self_exec_id and the group leader's
	 * start_boottime. If the task has other values, the name is not trusted.
	 */
	__u64 exec_id;
	__u64 start;
	__u64 exe_hash[2]; /* of the executable's name; zeroes: unknown or none */
	__u32 flags;	   /* TETRA_PROC_* */
	__u16 exe_bytes;   /* of the resolved path; 0: none, for example a memfd */
	__u16 marking; /* in tetra_forks: how many mark roots there were, modulo 2^16 */
	__u8 exe_head[TETRA_EXE_HEAD]; /* its first bytes, zero-padded */
	__u8 exe_tail[TETRA_EXE_TAIL]; /* its last bytes, zero-padded at the front */
	/* The rest is not written by an exec, which only adds to it. */
	__u64 pid_marks;    /* followForks: bits inherited from a pid */
	__u64 binary_marks; /* followChildren: bits inherited from a binary */
	/*
	 * Where it comes from, for marks that are new later: the names of earlier images and of
	 * ancestors' (TETRA_NAME()), and the processes that forked it. Last first; 0: none.
	 */
	__u64 names[TETRA_PROC_NAMES];
	__u32 ancestors[TETRA_PROC_ANCESTORS];
};

/* One of proc.names. */
#define TETRA_NAME(hash, foreign) (((hash) & ~1ull) | (foreign))

#define TETRA_PROC_IN_INIT_TREE 1u
#define TETRA_PROC_EXECED	2u /* has exec'd since its fork */
/* its last thread exited; the row is removed with the task */
#define TETRA_PROC_EXITED 4u
/* its executable's name is from a user namespace's mounts */
#define TETRA_PROC_FOREIGN 8u
#define TETRA_PROC_SEEDED  16u /* ran before the session; user space announces it */
/* Marks of unseen ancestors may be missing: a bit that is set is valid, a bit that is not set
 * says nothing. */
#define TETRA_PROC_MARKS_UNKNOWN 32u
/* The same of binary marks alone: the name of one of its images, or of an ancestor's, could not
 * be read. */
#define TETRA_PROC_NAMES_UNKNOWN 64u

/* An image that no task has. */
#define TETRA_NO_EXEC_ID (~0ull)

/* Parameters that a kprobe keeps for its return side; the result follows them. */
#define TETRA_SAVED_PARAMS 6

/* Calls of one function that a thread can be inside of at once: more are counted as lost. */
#define TETRA_CALL_DEPTHS 4

/* Calls of functions of the kernel that wait for their return. */
#define TETRA_CALLS 4096u

struct tetra_call_key {
	__u64 thread;
	__u32 hook;
	__u32 depth; /* within other calls of the same function */
};

struct tetra_call {
	__u64 words[TETRA_SAVED_PARAMS + 1];
	__u64 stack;  /* the address of the return address */
	__u64 nested; /* depth 0: how many calls are inside this one */
};

/*
 * Calls of programs end in any order, or never: longjmp(), other stacks. The hook and where the
 * return address is tell them apart. A thread has so many slots for all its calls, and no more: it
 * cannot take those of others. Each call has so many of them to be in.
 */
#define TETRA_USER_CALL_SLOTS 128u
#define TETRA_USER_CALL_WAYS  8u
/* The kernel follows so many returns of a thread at once. */
#define TETRA_USER_RETURNS 64
/* Entries; the number above which user space removes what programs have left. */
#define TETRA_USER_CALLS       4096u
#define TETRA_USER_CALLS_CROWD 3072u

struct tetra_user_call_key {
	__u64 thread;
	__u64 slot;
};

struct tetra_user_call {
	struct tetra_call call;
	__u64 hook;
};

/* Key of the marks map: what makes a process the root of a marked tree. */
#define TETRA_MARK_PID	  1u
#define TETRA_MARK_NSPID  2u
#define TETRA_MARK_BINARY 3u

/* Roots of all filters that follow forks or children. */
#define TETRA_MAX_MARK_ROOTS 1024

struct tetra_mark_key {
	__u64 kind;
	__u64 value[2]; /* pid, or the path's hash */
};

/* The bits that such a key gives: [0] always, [1] if the name was made in a user namespace. */
struct tetra_mark_bits {
	__u64 by_foreign[2];
};

/*
 * Rate limits: a table of sets; each set keeps what was sent last. A full set forgets the
 * entry that would end first.
 */
#define TETRA_RATE_WAYS 16
#define TETRA_RATE_SETS 2048

struct tetra_rate_way {
	__u64 id;    /* hash of rule, scope and arguments; 0: free */
	__u64 until; /* CLOCK_BOOTTIME: no event before this time */
};

struct tetra_rate_set {
	struct tetra_rate_way ways[TETRA_RATE_WAYS];
};

_Static_assert(sizeof(struct tetra_slot_config) == 304, "no hidden padding");
_Static_assert(sizeof(struct tetra_hook_config) == 2624, "no hidden padding");
_Static_assert(sizeof(struct tetra_proc) == 512, "no hidden padding");
_Static_assert(sizeof(struct tetra_rate_set) == 256, "no hidden padding");

#endif
