/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One case of the differential test: what a program would have read, written by user space. */
#ifndef TETRA_BPF_CASE_H
#define TETRA_BPF_CASE_H

#include "bpf/abi/kinds.h"
#include "bpf/common/scratch.h"

struct tetra_case {
	/* in: .raw, .sock, .path, .components, .record; out: .words */
	struct tetra_scratch scratch;
	struct tetra_proc proc; /* in: the process's row, if .known */
	__u64 address;		/* out: of this struct in the kernel */
	__u64 left;		/* out: rules left after a step; 0 ends the case */
	__u64 caps[TETRA_CAPSET_END];
	__u64 namespaces[TETRA_NS_END];
	__u64 groups[TETRA_SCOPE_LEVELS]; /* the task's control groups, by level */
	__u32 tgid;
	__u32 ns_tgid;
	__u32 known;	 /* else the process has no row */
	__u32 phase;	 /* of the program that the steps belong to: TETRA_PHASE_* */
	__u32 later;	 /* it is at the entry of a call whose result is filtered */
	__u32 n_denials; /* out: rules that change the result */
	/* the slot that the next step takes */
	__u32 slot;
	__u32 is_signed;
	__u32 state; /* of the text, the path or the socket: enum tetra_value_state */
	__u32 tail_state; /* of the text's end */
	__u32 type_state; /* of the file's type */
	__u32 file_type;
	__u32 foreign;	 /* the path is a user namespace's */
	__u32 exe_state; /* of the executable's name */
	__u32 word;	 /* that the last two steps take */
	/* names of 32 bytes and more, each readable for 32 bytes past its end */
	__u8 names[3 * TETRA_TEXT_MAX];
};

#endif
