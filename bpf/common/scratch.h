/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The layout of a scratch slot. Private to the programs. */
#ifndef TETRA_BPF_SCRATCH_H
#define TETRA_BPF_SCRATCH_H

#include "bpf/abi/config.h"
#include "bpf/abi/image.h"
#include "bpf/abi/match.h"
#include "bpf/abi/record.h"

#define TETRA_SCRATCH_SLOTS 4

/* One component of a path, as the walk found it. */
struct tetra_component {
	__u64 name[4]; /* zero-padded, if len < 32 */
	__u64 text; /* address of the name */
	__u32 len;
	__u32 sequence; /* the dentry's, when the name was read */
	__u64 dentry;
};

enum tetra_walk_end {
	TETRA_WALK_REACHED, /* the task's root */
	TETRA_WALK_MOUNT, /* the root of a mount: go on above it */
	TETRA_WALK_DEEP, /* more components than one go takes */
	TETRA_WALK_DETACHED, /* no way to the task's root */
};

/* The walk from a file to the task's root; components[depth & 31] is the next free one. */
struct tetra_path {
	__u64 dentry, mount; /* where the walk stands; mount is the address of a vfsmount */
	__u64 root_dentry, root_mount;
	__u64 start_dentry, start_mount;
	__u32 depth;
	__u32 end; /* enum tetra_walk_end */
	__u32 flags; /* TETRA_ARG_UNRESOLVED, _DELETED, _NO_PATH */
	__u32 mode; /* i_mode */
	__u32 slot; /* which slot this is, plus one; 0: none */
	__u32 plain; /* all names are below 32 bytes and the depth is at most 32 */
};

struct tetra_scratch {
	struct tetra_match match;
	__u64 raw[TETRA_MAX_SLOTS]; /* each slot's value: number or pointer */
	__u64 sizes[TETRA_MAX_SLOTS]; /* CHAR_BUF: length */
	__u64 generation;
	__u64 text_dentry; /* whose name the text's next step takes */
	__u32 spot; /* bytes of the record so far */
	__u32 done; /* bit s: slot s stands in the record */
	__u32 n_args;
	__u32 text_at; /* where the last text was put, and its length */
	__u32 text_bytes;
	/* the walk of a trie: what comes next, and the chunk in hand */
	__u32 next_component, next_offset, text_left;
	__u32 chunk_len, chunk_kind;
	__u64 chunk[4];
	__u64 args_from; /* exec: the argument area in the process's memory */
	__u32 args_bytes, args_sent;
	__s32 verdict; /* result that the rules ask for: 0 or a negative errno */
	struct tetra_proc proc; /* the row being written at fork and exec */
	__u64 words[TETRA_MAX_WORDS]; /* matching rules still to be carried out */
	__u32 word, rules; /* where among them; the hook's first rule cell */
	struct tetra_rule rule; /* the one that is carried out */
	struct tetra_proc_key {
		__u64 stamp;
		__u32 tgid;
		__u32 flags;
	} process;
	struct tetra_record_sock sock;
	struct tetra_path path;
	struct tetra_component components[TETRA_MAX_COMPONENTS];
	/* text of a path, built from its end; the margins take unmasked tails */
	__u8 text[2 * TETRA_TEXT_MAX];
	__u8 record[TETRA_RECORD_MAX + TETRA_TEXT_MAX];
};

#endif
