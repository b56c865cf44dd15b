/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The layout of a scratch slot. Private to the programs. */
#ifndef TETRA_BPF_SCRATCH_H
#define TETRA_BPF_SCRATCH_H

#include "bpf/abi/config.h"
#include "bpf/abi/hash.h"
#include "bpf/abi/image.h"
#include "bpf/abi/match.h"
#include "bpf/abi/record.h"

/* Per CPU. */
#define TETRA_SCRATCH_SLOTS 4
/* In the number of a spare, which belongs to no CPU. */
#define TETRA_SPARE (1u << 31)

/* Dentries and mounts of a path that the far walk keeps, powers of two: see far.bpf.h. */
#define FAR_STEPS  64
#define FAR_MOUNTS 4

#define COLUMN(number) (1u << (number))
/* Columns of the executable's name, of marks, and all that need the process's row. */
#define NAME_COLUMNS                                                                     \
	(COLUMN(TETRA_COL_BINARY) | COLUMN(TETRA_COL_BINARY_HEAD) |                      \
	 COLUMN(TETRA_COL_BINARY_TAIL))
#define MARK_COLUMNS (COLUMN(TETRA_COL_PID_MARKS) | COLUMN(TETRA_COL_BINARY_MARKS))
#define ROW_COLUMNS  (COLUMN(TETRA_COL_NSPID) | NAME_COLUMNS | MARK_COLUMNS)

/* One component of a path, as the walk found it. */
struct tetra_component {
	__u64 name[4]; /* zero-padded, if len < 32 */
	__u64 text;    /* address of the name */
	__u32 len;
	__u32 reserved;
};

enum tetra_walk_end {
	TETRA_WALK_REACHED,  /* the root of a mount namespace */
	TETRA_WALK_DEEP,     /* more components than are followed */
	TETRA_WALK_DETACHED, /* the mount is in no namespace, or the dentry in no tree */
	TETRA_WALK_INTERNAL, /* a layer: the kernel keeps it below another mount */
	TETRA_WALK_NAMELESS, /* the file has no name: a pipe, a socket, a memfd */
	TETRA_WALK_FAULT,    /* a dentry could not be read */
};

/* What the slow walk is for. */
enum tetra_path_want {
	PATH_KEEP,  /* the components next to the root */
	PATH_TEXT,  /* the text, too */
	PATH_CHECK, /* whether the last result is still valid */
};

/* What the far walk knows of the path that begins at start_*. */
enum tetra_far {
	FAR_UNTRIED,
	FAR_FOUND,  /* the dentries are in way; names are read from them when needed */
	FAR_FAILED, /* left to the slow walk, which goes anywhere and repeats itself */
};

/* The walk from a file to the root; components[depth & 31] is the next free one. */
struct tetra_path {
	__u64 dentry, mount; /* where the walk is; mount is the address of a vfsmount */
	__u64 mount_top;     /* the mount's root */
	__u64 start_dentry, start_mount;
	__u32 depth;
	__u32 end;   /* enum tetra_walk_end */
	__u32 flags; /* TETRA_ARG_UNRESOLVED, _DELETED, _NO_PATH, _MOVED, _FOREIGN */
	__u32 mode;  /* i_mode, and if the file has a name; valid if .known says so */
	__u32 deleted;
	__u32 known;
	__u32 plain;	    /* all names are below 32 bytes and the depth is at most 32 */
	__u32 want;	    /* slow walk: enum tetra_path_want */
	__u32 again;	    /* this is the second walk, which checks the first */
	__u32 turns, tries; /* made so far */
	__u32 first_depth, first_end; /* what the first of two walks found */
	__u64 first_sequences;
	__u32 odd; /* sequences, ored: a rename or a move was under way if the lowest bit is set */
	__u32 text_is_cut; /* the text's beginning did not fit */
	/* Quick walk: the count of renames, or the sum of the dentries' sequences; others: these
	 * mixed, or if .counted, the count. */
	__u64 sequences;
	/* The far walk: */
	__u32 far;     /* enum tetra_far */
	__u32 counted; /* .way is the quick walk's, and .sequences the count of renames */
	__u64 reached; /* the root of a namespace */
	__u64 common; /* the root mount of the machine's first process; quick: its root */
	__u64 point;  /* quick walk: where the mount is mounted on that */
	__u64 crossed; /* mounts that it looked at */
	__u64 mounted; /* where they are mounted, mixed; if .counted, the count of mounts */
	/* The rules that were left before any column of the path decided, and their rows. */
	__u64 bits;
	__u32 n_rows;
	__u32 is_later; /* its text is of a walk after the one that HEAD looked at */
};

/* A path that was looked at is a layer's; there is one that was not looked at. */
#define RUN_IS_LAYER	 1
#define RUN_MAY_BE_LAYER 2

/* Zero at the start of every run of a hook. */
struct tetra_run {
	__u32 done; /* bit s: slot s is in the record */
	__u32 n_args;
	__u32 word;	 /* position among the words of matching rules */
	__s32 verdict;	 /* result that the rules ask for: 0 or a negative errno */
	__u32 path_slot; /* whose path the walk has: PATH_SLOT(); 0: none */
	__u32 layer;	 /* RUN_*_LAYER: see layer.bpf.h */
};

/* Not slot + 1: some verifiers (6.12) lose the bounds of sums that they compare. */
#define PATH_SLOT(slot) ((slot) | TETRA_MAX_SLOTS)

struct tetra_scratch {
	__u64 claims; /* users of this slot: scratch.bpf.h */
	__u32 number; /* which slot it is */
	__u32 reserved;
	struct tetra_run run;
	struct tetra_match match;
	__u64 raw[TETRA_MAX_SLOTS]; /* each slot's value: number or pointer */
	__u64 unread; /* bit s: slot s was out of reach; .sizes: at which step, from 1 */
	__u64 sizes[TETRA_MAX_SLOTS]; /* CHAR_BUF: length; CAPS: enum tetra_value_state */
	__u64 arguments_hash;	      /* so far: args_hash() */
	__u64 unknown;		      /* what unknown() makes of a value */
	__u64 layer;		      /* a file, path or program that may be a layer's */
	__u64 image;		      /* which map the run began with: image_again() */
	__u64 generation;
	__u64 text_wanted; /* rules that want the path's text */
	__u64 dentry[16];  /* one, as read: see path.bpf.h */
	__u32 spot;	   /* bytes of the record so far */
	__u32 text_at;	   /* where the last text was put, and its length */
	__u32 text_bytes;
	__u32 text_is_cut;   /* it is longer than what the record holds */
	__u64 text_faults;   /* the record holds what was before a fault, */
	__u64 text_is_whole; /* or before the end of the process's memory */
	__u64 tail_from;     /* where the search for the end of such a text starts */
	/* the walk of a trie: what comes next, and the chunk in hand */
	__u32 next_component, next_offset, text_left;
	__u32 chunk_len, chunk_kind;
	__u64 chunk[4];
	__u64 args_from; /* exec: the argument area in the process's memory */
	__u32 args_bytes, args_sent, args_flags, hash_at;
	struct tetra_hash hash;
	__u64 words[TETRA_MAX_WORDS]; /* matching rules still to be carried out */
	__u64 told[TETRA_MAX_WORDS];  /* as they were, and .live: see apart_act() */
	__u32 told_live;
	__u32 killed; /* a rule sent the process SIGKILL: apart_act() */
	__u32 rules;  /* the hook's first rule cell */
	/* with more than 64 rules: bit k: rules of word k match, and are left */
	__u32 live;
	__u32 order;		/* and whose verdict run.verdict is: tetra_rule.order */
	struct tetra_rule rule; /* the one that is carried out */
	struct tetra_proc_key {
		__u64 stamp;
		__u32 tgid;
		__u32 flags;
	} process;
	__u64 task;		/* identity.bpf.h: whose row is computed */
	struct tetra_proc proc; /* that row */
	struct tetra_record_sock sock;
	struct tetra_path path;
	struct tetra_component components[TETRA_MAX_COMPONENTS];
	__u64 way[FAR_STEPS];	  /* the far walk: dentries, from the file to the root */
	__u64 mounts[FAR_MOUNTS]; /* and the mounts on the way */
	/* text of a path, built from its end; the margins take unmasked tails */
	__u8 text[2 * TETRA_TEXT_MAX];
	__u8 record[TETRA_RECORD_MAX + TETRA_TEXT_MAX];
};

#endif
